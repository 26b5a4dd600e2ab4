"""Help with instructions: what the model is asked, and how its answer is read."""

import pytest

from brain.jobs.assist import (
    MAX_POINT_CHARS,
    MOST_POINTS,
    AssistRequest,
    Improved,
    improved,
    prompt_of,
)
from brain.run.messages import Remark
from local.model.strict import broken

WHOLE = """\
Be brief.

Never read addresses aloud.
=== CHANGES ===
- Added the line about addresses.
* It stands last.
=== QUESTIONS ===
1. Which addresses?
2) Also of emails?
"""


def test_the_request_is_taken_by_the_strictest_server_whatever_was_said_before() -> None:
    said = tuple(Remark(role="assistant", text="Done.") for _ in range(3))
    prompt = prompt_of(AssistRequest(instructions="Be brief.", ask="Shorter.", history=said))
    request = {"model": "m", "messages": list(prompt.messages), "stream": True}
    assert broken(request) == {}
    text = prompt.messages[-1]["content"]
    assert [text.count(part) for part in ("Be brief.", "Shorter.", "Done.")] == [1, 1, 3]


def test_an_answer_has_the_instructions_the_changes_and_the_questions() -> None:
    assert improved(WHOLE) == Improved(
        prompt="Be brief.\n\nNever read addresses aloud.",
        changes=("Added the line about addresses.", "It stands last."),
        questions=("Which addresses?", "Also of emails?"),
    )


@pytest.mark.parametrize(
    "heading",
    [
        "=== CHANGES ===",
        "=== Changes ===",
        "**=== CHANGES ===**",
        "## ===CHANGES===",
        "=== CHANGES:",
    ],
)
def test_a_heading_is_known_in_any_dress(heading: str) -> None:
    assert improved(f"Be brief.\r\n{heading}\r\n- Shorter.") == Improved(
        prompt="Be brief.", changes=("Shorter.",)
    )


@pytest.mark.parametrize(
    "text",
    ["Be brief.", "Ask no questions.\n## Questions\nAnswer them.", "- one\n- two", "a === b"],
)
def test_an_answer_without_headings_is_the_instructions(text: str) -> None:
    assert improved(text) == Improved(prompt=text)


def test_the_order_of_the_headings_does_not_matter_and_one_may_come_twice() -> None:
    text = "Be.\n=== QUESTIONS ===\n- Why?\n=== CHANGES ===\n- One.\n=== QUESTIONS ===\n- How?"
    assert improved(text) == Improved(prompt="Be.", questions=("Why?", "How?"), changes=("One.",))


def test_a_fence_around_all_instructions_is_removed_and_one_inside_is_kept() -> None:
    assert improved("```markdown\nBe brief.\n```\n=== CHANGES ===\n").prompt == "Be brief."
    inside = "Answer as:\n```\nyes\n```\nor no."
    assert improved(inside).prompt == inside


@pytest.mark.parametrize("line", ["", "-", "- ", "(none)", "---", "\u200b", "*"])
def test_a_line_that_says_nothing_is_no_point(line: str) -> None:
    found = improved(f"Be.\n=== CHANGES ===\n{line}\n- Real.")
    assert found.changes[-1] == "Real."
    assert len(found.changes) == (2 if "none" in line else 1)


def test_points_are_few_and_short() -> None:
    lines = "\n".join(f"- {'x' * 2_000}" for _ in range(50))
    found = improved(f"Be.\n=== CHANGES ===\n{lines}")
    assert (len(found.changes), len(found.changes[0])) == (MOST_POINTS, MAX_POINT_CHARS)


@pytest.mark.parametrize("text", ["", "\n\n", "=== CHANGES ===\n- All."])
def test_an_answer_without_instructions_has_an_empty_prompt(text: str) -> None:
    assert improved(text).prompt == ""

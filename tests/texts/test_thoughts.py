"""Thoughts in a text: what is left, however the text arrives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.texts.thoughts import Thoughts, spoken

HARMONY = (
    "<|channel|>analysis<|message|>Hidden.<|end|>"
    "<|start|>assistant<|channel|>final<|message|>In the drawer.<|return|>"
)
CASES = [
    ("<think>\nHidden.\n</think>\n\nIn the drawer.", "In the drawer."),
    ("\n<Thinking>Hidden.</thinking> In the drawer.", "In the drawer."),
    ("<thought>Hidden.</thought>In the drawer.", "In the drawer."),
    ("[THINK]Hidden.[/THINK]In the drawer.", "In the drawer."),
    ("◁think▷Hidden.◁/think▷In the drawer.", "In the drawer."),
    ("<seed:think>Hidden.</seed:think>In the drawer.", "In the drawer."),
    ('<think type="deep">Hidden.</think>In the drawer.', "In the drawer."),
    ("<think>Hidden.</think><think>Hidden.</think>In the drawer.", "In the drawer."),
    ("<think>Hid<think>den.</think> Hidden.</think>In the drawer.", "In the drawer."),
    ("Hidden.\n</think>\n\nIn the drawer.", "In the drawer."),
    ("</think>\n\nIn the drawer.", "In the drawer."),
    ("<think>Hidden without end.", ""),
    ("Hidden.</think>", ""),
    (HARMONY, "In the drawer."),
    (f"<|start|>assistant{HARMONY}", "In the drawer."),
    (HARMONY.removeprefix("<|channel|>"), "In the drawer."),
    (HARMONY.removeprefix("<|channel|>analysis<|message|>"), "In the drawer."),
    ("<|channel|>commentary<|message|>Hidden.<|end|>", ""),
    ("<|channel|>final<|message|>In the drawer.", "In the drawer."),
    ("In the drawer.<|im_end|>", "In the drawer."),
]
UNTOUCHED = [
    "",
    "\n",
    "  In the drawer. ",
    "Write <think> first and </think> after it.",
    "The tag `</think>` ends a thought.",
    "a < b, and <b>c</b> [THE END]",
    "final words",
    "analysis of the <|thing|>",
]


def read(text: str, size: int) -> tuple[Thoughts, str]:
    """Read a text in pieces. Return also what a listener has seen."""
    thoughts, seen = Thoughts(), ""
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    for part in [part for piece in pieces for part in thoughts.feed(piece)] + thoughts.end():
        match part.kind:
            case "text":
                seen += part.text
            case "retracted":
                seen = ""
    return thoughts, seen


@pytest.mark.parametrize(("text", "said"), [*CASES, *((text, text) for text in UNTOUCHED)])
def test_thoughts_are_left_out_however_the_text_arrives(text: str, said: str) -> None:
    assert spoken(text) == said
    for size in range(1, len(text)):
        thoughts, seen = read(text, size)
        assert thoughts.text == seen == said


@pytest.mark.parametrize(
    "text", [text for text, _ in CASES if text[:3] != "Hid" and "Hid<" not in text]
)
def test_a_listener_never_sees_a_marked_thought(text: str) -> None:
    thoughts = Thoughts()
    parts = [part for letter in text for part in thoughts.feed(letter)]
    shown = "".join(part.text for part in parts if part.kind == "text")
    assert "Hid" not in shown
    assert "<" not in shown


def test_a_call_in_a_channel_is_a_call_and_not_said() -> None:
    text = (
        '<|channel|>commentary to=functions.find <|constrain|>json<|message|>{"query": "a"}<|call|>'
    )
    thoughts, seen = read(text, 3)
    assert (thoughts.text, seen) == ("", "")
    assert thoughts.calls == '<function=find>{"query": "a"}</function>'


TOKENS = ["<think>", "</think>", "[THINK]", "[/THINK]", "<|channel|>", "<|message|>", "<|end|>"]
WORDS = ["final", "analysis", "a", " ", "\n", "`", ".", "<", "<|start|>", "to=functions.x"]


@given(st.lists(st.sampled_from(TOKENS + WORDS), max_size=12), st.integers(1, 9))
def test_every_split_of_a_text_has_the_same_result(tokens: list[str], size: int) -> None:
    text = "".join(tokens)
    whole, _ = read(text, len(text) + 1)
    split, seen = read(text, size)
    assert (split.text, split.thought, split.calls) == (whole.text, whole.thought, whole.calls)
    assert seen == whole.text


def test_long_junk_is_read_in_reasonable_time() -> None:
    junk = "x<think>" * 40_000
    assert spoken(junk) == junk

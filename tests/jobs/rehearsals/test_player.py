"""The simulated user: what it is shown, and when it may end the talk."""

import json
from typing import Any

import pytest

from brain.jobs.rehearsals.player import (
    Move,
    breaks_card,
    may_end,
    move_of,
    player_prompt,
)
from brain.jobs.rehearsals.scenario import from_wire
from brain.run.journal import Answered
from brain.run.messages import Kind, Speak
from brain.tools.spec import ToolCall
from tests.fakes.requests import check_prompt
from tests.jobs.rehearsals.entries import answered, asked, log_of, said, told

SCENARIO = from_wire(
    {
        "name": "Dinner",
        "person": "In a hurry, and a little deaf.",
        "goal": "Anna is told that dinner is at eight.",
        "knows": ["Anna's address is anna@example.org"],
        "habits": ["changes their mind after the first question"],
        "opening": "write anna",
        "expect": [{"said~": "secret expectation"}],
        "rubric": ["secret rubric"],
    }
)


def shown(*entries: Any, heard: Any = None, is_over: bool = False) -> list[dict[str, Any]]:
    prompt = player_prompt(SCENARIO, log_of(*entries), heard or {}, is_over=is_over)
    check_prompt(prompt)
    return [*prompt.messages]


def test_the_roles_are_swapped() -> None:
    messages = shown(said(1, "write anna"), told(2, "What shall I write?"))
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[2]["content"] == "write anna"
    assert "What shall I write?" in messages[3]["content"]


def test_the_player_hears_what_would_be_spoken_and_nothing_else() -> None:
    silent = told(4, "for the screen", speak=Speak.SILENT)
    spoken = told(5, "**Done.** See https://example.org/x")
    texts = str(
        shown(
            said(1, "open"),
            asked(2, "openDoor", {}, whom="client"),
            answered(3),
            silent,
            spoken,
            told(6, "One moment.", kind=Kind.BREADCRUMB),
            told(7, "gone", withdrawn=True),
        )
    )
    assert "Done." in texts
    assert "One moment." in texts
    for hidden in ("**", "https://", "for the screen", "openDoor", "gone", "secret"):
        assert hidden not in texts


def test_of_a_message_that_was_cut_off_only_the_beginning_is_heard() -> None:
    messages = shown(said(1, "hello"), told(2, "It opens at eleven."), heard={2: 8})
    assert messages[-1]["content"].endswith("It opens …")


def test_the_card_stands_in_the_instructions() -> None:
    [system, *_] = shown(said(1, "write anna"))
    for part in (SCENARIO.person, SCENARIO.goal, *SCENARIO.knows, *SCENARIO.habits):
        assert part in system["content"]


def test_who_talks_over_is_told_that_the_assistant_works() -> None:
    assert "still working" in shown(said(1, "write anna"), is_over=True)[-1]["content"]


def call(**arguments: Any) -> Answered:
    calls = (ToolCall(id="c", name="next", arguments=json.dumps(arguments)),)
    return Answered(text="", calls=calls)


@pytest.mark.parametrize(
    ("answer", "move"),
    [
        (call(text="at eight"), Move(text="at eight")),
        (call(text=" at eight ", done=True), Move(text="at eight", done=True)),
        (call(done=True), Move(done=True)),
        (call(gaveUp=True), Move(gave_up=True)),
        (call(text="a\0b"), Move(text="ab")),
        (Answered(text="at eight", calls=()), Move(text="at eight")),
        (call(), None),
        (call(text="  "), None),
        (call(text=3, done="yes"), None),
        (Answered(text="", calls=()), None),
        (Answered(text="", calls=(ToolCall(id="c", name="next", arguments="[1]"),)), None),
        (Answered(text="", calls=(ToolCall(id="c", name="next", arguments="{"),)), None),
        (Answered(text="", calls=(ToolCall(id="c", name="other", arguments="{}"),)), None),
    ],
)
def test_answers_of_the_player(answer: Answered, move: Move | None) -> None:
    assert move_of(answer) == move


QUESTION = asked(2, "sendEmail", {})


@pytest.mark.parametrize(
    ("move", "last", "ends"),
    [
        (Move(done=True), told(2, "Sent."), True),
        (Move(text="thanks", done=True), told(2, "Sent."), True),
        (Move(gave_up=True), told(2, "I cannot."), True),
        (Move(text="yes"), QUESTION, False),
        (Move(text="yes", done=True), QUESTION, False),
        (Move(text="yes, do it please", done=True), QUESTION, False),
        (Move(done=True), QUESTION, True),
        (Move(text="go on"), told(2, "Sent."), False),
    ],
)
def test_nobody_ends_the_talk_in_the_turn_of_a_yes(move: Move, last: Any, ends: bool) -> None:
    assert may_end(move, last) is ends


@pytest.mark.parametrize(
    "text",
    [
        "In a hurry, and a little deaf.",
        "I am IN A HURRY, and a   little deaf!",
        "My goal: Anna is told that dinner is at eight",
        "I change: changes their mind after the first question.",
        "As an AI I cannot talk.",
        "This is only a simulation.",
        "I am being simulated.",
        "We role-play here.",
        "Ich bin nur ein Sprachmodell.",
    ],
)
def test_a_player_that_reads_out_its_card_or_its_role_is_broken(text: str) -> None:
    assert breaks_card(text, SCENARIO)


@pytest.mark.parametrize(
    "text",
    [
        "Anna's address is anna@example.org",
        "Tell her that dinner is at eight.",
        "I am in a hurry.",
        "write anna",
        "",
    ],
)
def test_what_anybody_would_say_is_not(text: str) -> None:
    assert not breaks_card(text, SCENARIO)


def test_a_scenario_about_a_simulation_may_speak_of_it() -> None:
    about = from_wire({"name": "n", "opening": "Start the simulation.", "goal": "It runs."})
    assert not breaks_card("Is the simulation running?", about)

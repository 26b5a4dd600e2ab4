"""What code checks of a rehearsal: each form of an expectation, and the order of verdicts."""

from typing import Any

import pytest

from brain.jobs.rehearsals.ports import WorldEffect
from brain.jobs.rehearsals.scenario import Expectation, Scenario, from_wire
from brain.jobs.rehearsals.verdict import (
    Rehearsed,
    checked,
    first_words_s,
    fits,
    verdict_of,
)
from tests.jobs.rehearsals.entries import answered, asked, log_of, said, told

MAIL = {"to": ["Anna <anna@example.org>"], "subject": "Dinner", "body": "It is at EIGHT."}
PLAYED = Rehearsed(
    log=log_of(
        said(1, "tell anna", at_s=0),
        asked(2, "sendEmail", MAIL),
        said(3, "yes", at_s=10),
        told(4, "Sent to Anna.", at_s=12.5),
        said(5, "thanks", at_s=20),
        told(6, "Glad to help.", at_s=21),
    ),
    effects=[
        WorldEffect(seq=3, tool="sendEmail", arguments=MAIL, result="{}"),
        WorldEffect(seq=4, tool="remind", arguments={"n": 2}, result="Not done: full"),
    ],
    documents=[("Shopping", "Eggs\nMilk")],
)


def check(wire: dict[str, Any]) -> tuple[bool, int | None]:
    found = checked(Expectation.model_validate(wire, by_alias=True), PLAYED)
    assert found["item"] == wire
    return found["passed"], found["seq"]


@pytest.mark.parametrize(
    ("wire", "passed", "seq"),
    [
        ({"effect": "sendEmail"}, True, 3),
        ({"effect": "sendEmail", "times": 1}, True, 3),
        ({"effect": "sendEmail", "times": 2}, False, 3),
        ({"effect": "deleteDocument", "times": 0}, True, None),
        ({"effect": "remind"}, False, None),  # the world refused it
        ({"effect": "sendEmail", "with": {"body~": "eight"}}, True, 3),
        ({"effect": "sendEmail", "with": {"body~": "seven"}}, False, None),
        ({"effect": "sendEmail", "with": {"body!~": "seven"}}, True, 3),
        ({"effect": "sendEmail", "with": {"body!~": "eight"}}, False, None),
        ({"effect": "sendEmail", "with": {"to": ["anna@example.org"]}}, True, 3),
        ({"effect": "sendEmail", "with": {"to": "ANNA@example.org"}}, True, 3),
        ({"effect": "sendEmail", "with": {"to": ["ben@example.org"]}}, False, None),
        ({"effect": "sendEmail", "with": {"to~": "anna"}}, True, 3),
        ({"effect": "sendEmail", "with": {"cc": None}}, True, 3),
        ({"never": "deleteDocument"}, True, None),
        ({"never": "sendEmail"}, False, 3),
        ({"never": "sendEmail", "with": {"body~": "seven"}}, True, None),
        ({"never": "remind"}, False, 4),  # it has tried
        ({"asked": "sendEmail"}, True, 2),
        ({"asked": "sendEmail", "times": 2}, False, 2),
        ({"asked": "sendEmail", "with": {"subject": "dinner"}}, True, 2),
        ({"asked": "deleteDocument"}, False, None),
        ({"said~": "SENT to"}, True, 4),
        ({"said~": "thanks"}, False, None),  # the user said that
        ({"said!~": "seven"}, True, None),
        ({"said!~": "glad"}, False, 6),
        ({"turns<=": 3}, True, None),
        ({"turns<=": 2}, False, None),
        ({"firstWordS<=": 2.5}, True, None),
        ({"firstWordS<=": 2}, False, None),
        ({"document": "shopping", "body~": "milk"}, True, None),
        ({"document": "Shopping", "body~": "bread"}, False, None),
        ({"document": "Shopping", "body!~": "bread"}, True, None),
        ({"document": "Shopping", "body": "eggs milk"}, True, None),
        ({"document": "Shopping"}, True, None),
        ({"document": "Packing"}, False, None),
    ],
)
def test_each_form_of_an_expectation(wire: dict[str, Any], passed: bool, seq: int | None) -> None:
    assert check(wire) == (passed, seq)


def test_calls_of_the_front_end_are_no_questions_to_the_user() -> None:
    log = log_of(said(1, "open"), asked(2, "openDoor", {}, whom="client"), answered(3))
    played = Rehearsed(log=log, effects=[], documents=[])

    asks = Expectation.model_validate({"asked": "openDoor"}, by_alias=True)
    turns = Expectation.model_validate({"turns<=": 1}, by_alias=True)
    assert not checked(asks, played)["passed"]
    assert checked(turns, played)["passed"]


def test_the_first_word_is_counted_from_the_last_text_before_it() -> None:
    log = log_of(
        said(1, "a", at_s=0),
        said(2, "b", at_s=5),
        told(3, "x", at_s=6),
        told(4, "y", at_s=9),
        said(5, "c", at_s=20),
    )
    assert first_words_s(log) == [1.0]


def test_without_an_answer_no_first_word_was_in_time() -> None:
    within = Expectation.model_validate({"firstWordS<=": 600}, by_alias=True)
    played = Rehearsed(log=log_of(said(1, "hello")), effects=[], documents=[])
    assert not checked(within, played)["passed"]


@pytest.mark.parametrize(
    ("wanted", "arguments", "fit"),
    [
        ({"n": 2}, {"n": 2}, True),
        ({"n": 2}, {"n": "2"}, False),
        ({"n": True}, {"n": True}, True),
        ({"tags": ["a", "b"]}, {"tags": ["B", "A"]}, True),
        ({"tags~": ["a", "b"]}, {"tags": ["xA", "by"]}, True),
        ({"text~": "a  b"}, {"text": "A b"}, True),
        ({"text~": "a"}, {}, False),
        ({"text!~": "a"}, {}, True),
        ({"text": "straße"}, {"text": "STRASSE"}, True),
    ],
)
def test_arguments_are_compared_without_case_and_blanks(
    wanted: dict[str, Any], arguments: dict[str, Any], fit: bool
) -> None:
    assert fits(wanted, arguments) is fit


def scenario(**fields: Any) -> Scenario:
    return from_wire({"name": "n", "opening": "o", **fields})


def line(verdict: str) -> dict[str, Any]:
    return {"item": "is polite", "verdict": verdict, "votes": [verdict] * 3}


@pytest.mark.parametrize(
    ("expect", "verdicts", "is_broken", "outcome"),
    [
        ([], [], False, "passed"),
        ([{"said~": "sent"}], ["yes"], False, "passed"),
        ([{"said~": "sent"}], ["yes", "no"], False, "failed"),
        ([{"said~": "sent"}], ["yes", "unsure"], False, "unsure"),
        ([], ["no", "unsure"], False, "failed"),
        ([{"never": "sendEmail"}], ["yes"], False, "failed"),
        ([{"said~": "sent"}], [], True, "invalid"),
        ([{"never": "sendEmail"}], [], True, "invalid"),
    ],
)
def test_code_comes_before_the_judge(
    expect: list[dict[str, Any]], verdicts: list[str], is_broken: bool, outcome: str
) -> None:
    rubric = [line(one) for one in verdicts]
    found = verdict_of(scenario(expect=expect), PLAYED, rubric, is_broken=is_broken)
    assert found["outcome"] == outcome

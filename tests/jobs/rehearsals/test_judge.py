"""The judge: three votes a line, each with a quote that stands where it says."""

import json
from typing import Any

import pytest

from brain.jobs.rehearsals.judge import Ballot, ballots_of, judge_prompt, rubric_verdicts
from brain.jobs.rehearsals.ports import WorldEffect
from brain.run.journal import Answered
from brain.tools.spec import ToolCall
from tests.fakes.requests import check_prompt
from tests.jobs.rehearsals.entries import log_of, said, told

LOG = log_of(said(1, "tell anna"), told(2, "I am searching now. It is sent."))
RUBRIC = ["is polite", "does not narrate its steps", "answers in one sentence"]
NOBODY = Ballot(verdict="cannotTell")


def votes(*listed: Any) -> Answered:
    arguments = json.dumps({"votes": list(listed)})
    return Answered(text="", calls=(ToolCall(id="c", name="judge", arguments=arguments),))


def vote(item: Any, verdict: Any = "yes", seq: Any = 2, quote: Any = "it IS  sent") -> Any:
    return {"item": item, "verdict": verdict, "seq": seq, "quote": quote}


def test_the_judge_is_shown_the_talk_the_effects_and_the_lines() -> None:
    effects = [WorldEffect(seq=2, tool="sendEmail", arguments={"to": "anna"}, result="{}")]
    prompt, order = judge_prompt(RUBRIC, LOG, effects, seed=1, vote=0)
    check_prompt(prompt)
    text = prompt.messages[-1]["content"]
    assert "[1] user: tell anna" in text
    assert "[2] assistant: I am searching now." in text
    assert "[2] sendEmail" in text
    assert [f"{n}. {RUBRIC[place]}" in text for n, place in enumerate(order, start=1)] == [True] * 3


def test_each_call_sees_the_lines_in_another_order() -> None:
    orders = {
        tuple(judge_prompt(RUBRIC, LOG, [], seed=seed, vote=vote)[1])
        for seed in range(5)
        for vote in range(3)
    }
    assert len(orders) > 3


def test_votes_are_brought_into_the_order_of_the_rubric() -> None:
    answer = votes(vote(1), vote(2, "no", 1, "tell anna"), vote(3, "cannotTell"))
    first, second, third = ballots_of(answer, [2, 0, 1], LOG)
    assert (first.verdict, first.seq) == ("no", 1)
    assert second == NOBODY
    assert (third.verdict, third.quote) == ("yes", "it IS  sent")


@pytest.mark.parametrize(
    "listed",
    [
        vote(1, quote="never said"),
        vote(1, seq=1),
        vote(1, seq=99),
        vote(1, seq="2"),
        vote(1, quote=""),
        vote(1, quote="  "),
        vote(1, quote=None),
        vote(1, verdict="perhaps"),
        vote(-1),
        vote(2),
        vote("1"),
        "yes",
    ],
)
def test_a_vote_without_its_quote_counts_for_nothing(listed: Any) -> None:
    assert ballots_of(votes(listed), [0], LOG) == [NOBODY]


def test_lines_may_be_counted_from_0() -> None:
    from_1 = ballots_of(votes(vote(1), vote(2, verdict="no")), [1, 0], LOG)
    from_0 = ballots_of(votes(vote(0), vote(1, verdict="no")), [1, 0], LOG)
    assert from_0 == from_1
    assert NOBODY not in from_0


@pytest.mark.parametrize(
    "answer",
    [
        Answered(text="all fine", calls=()),
        Answered(text="", calls=(ToolCall(id="c", name="judge", arguments="{"),)),
        Answered(text="", calls=(ToolCall(id="c", name="judge", arguments='{"votes": 3}'),)),
        Answered(text="", calls=(ToolCall(id="c", name="judge", arguments="[]"),)),
        Answered(text="", calls=(ToolCall(id="c", name="other", arguments="{}"),)),
    ],
)
def test_an_answer_without_votes_is_none(answer: Answered) -> None:
    assert ballots_of(answer, [0, 1], LOG) == [NOBODY, NOBODY]


def ballot(verdict: Any) -> Ballot:
    return NOBODY if verdict == "cannotTell" else Ballot(verdict=verdict, seq=2, quote="sent")


@pytest.mark.parametrize(
    ("said_votes", "verdict"),
    [
        (["yes", "yes", "yes"], "yes"),
        (["no", "no", "no"], "no"),
        (["yes", "yes", "no"], "unsure"),
        (["yes", "yes", "cannotTell"], "unsure"),
        (["cannotTell"] * 3, "unsure"),
        (["yes", "yes"], "unsure"),
        ([], "unsure"),
    ],
)
def test_only_three_equal_votes_decide(said_votes: list[str], verdict: str) -> None:
    calls = [[ballot(one)] for one in said_votes]
    [found] = rubric_verdicts(["is polite"], calls, votes=3)
    assert (found["item"], found["verdict"], found["votes"]) == ("is polite", verdict, said_votes)
    assert found["label"] is None
    assert found["seq"] == (2 if {"yes", "no"} & {*said_votes} else None)

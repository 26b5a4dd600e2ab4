"""When what a speaker has said so far may have effects."""

from datetime import UTC, datetime

from msgspec.structs import replace

from brain.questions.whole import Fate, Times, Wait, fate, unsettled
from brain.run.journal import Entry, Joined, Started
from brain.run.limits import Limits
from brain.run.messages import CallTurn, Decision, Utterance
from brain.run.store import LastTurn, Sight

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NOON_MS = round(NOON.timestamp() * 1000)
LIMITS = Limits(settle_s=0.7, abandoned_s=10)
SAID = Utterance(
    id="u1",
    text="Book",
    message_id="m-1",
    created_at=NOON,
    turn=CallTurn(call="c-1", index=3),
    speculative=True,
    seq=1,
    run_id="r1",
)
YES = Decision(question_id="q1", verdict="approve", tool="send", arguments={}, spoken=True)


def whose(*said: Utterance, stands_upto: int = 0) -> list[int]:
    journal = [Joined(utterance=one) for one in said]
    return [one.seq for one in unsettled(journal, stands_upto=stands_upto)]


def test_a_text_that_may_be_half_a_sentence_is_not_settled() -> None:
    assert whose(SAID) == [1]
    assert whose(replace(SAID, speculative=False)) == []
    assert whose(SAID, stands_upto=1) == []


def test_a_text_is_settled_by_its_correction_and_the_correction_is_not() -> None:
    assert whose(SAID, replace(SAID, seq=2)) == [2]


def test_an_act_that_was_begun_settles_the_texts_before_it() -> None:
    journal: list[Entry] = [
        Joined(utterance=SAID),
        Started(tool_call_id="c1"),
        Joined(utterance=replace(SAID, seq=2)),
    ]
    assert [one.seq for one in unsettled(journal[:2], stands_upto=0)] == []
    assert [one.seq for one in unsettled(journal, stands_upto=0)] == [2]


def test_a_decision_settles_what_was_said_before_it() -> None:
    assert whose(SAID, replace(SAID, seq=2, decision=YES, speculative=False)) == []


def test_a_spoken_yes_may_be_half_a_sentence_itself() -> None:
    yes = replace(SAID, seq=2, turn=CallTurn(call="c-1", index=4), decision=YES)
    assert whose(SAID, yes) == [2]


def what_becomes(
    *, after_s: float, left_s: float | None = None, last: LastTurn | None = None, heard: int = 0
) -> Fate | Wait:
    asked = last or LastTurn(index=3, asked_ms=NOON_MS, seq=1)
    sight = Sight(turn_of={"c-1": asked}.get, heard_seq=heard)
    left_ms = 0 if left_s is None else NOON_MS + round(left_s * 1000)
    times = Times(now_ms=NOON_MS + after_s * 1000, left_ms=left_ms)
    return fate([SAID], sight, times, LIMITS)


def test_a_text_whose_caller_is_there_settles_after_a_while() -> None:
    assert what_becomes(after_s=0.2) == Wait(ms=500)
    assert what_becomes(after_s=0.7) == "settled"


def test_the_same_text_again_begins_the_while_again() -> None:
    again = LastTurn(index=3, asked_ms=NOON_MS + 500, seq=1)
    assert what_becomes(after_s=0.7, last=again) == Wait(ms=500)


def test_a_text_whose_caller_has_gone_is_abandoned_at_last() -> None:
    assert what_becomes(after_s=9, left_s=0.3) == Wait(ms=1_300)
    assert what_becomes(after_s=11, left_s=0.3) == "abandoned"
    assert what_becomes(after_s=1, left_s=0.3, heard=2) == "settled"


def test_another_text_of_the_turn_corrects_it_and_the_next_turn_settles_it() -> None:
    other = LastTurn(index=3, asked_ms=NOON_MS, seq=2)
    assert what_becomes(after_s=20, left_s=0.3, last=other) == "corrected"
    assert what_becomes(after_s=0.1, last=replace(other, index=4)) == "settled"

"""How a run rests with a question, and goes on with the user's decision: once, and only with one
that came after it.
"""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.codec import fingerprint
from brain.run.journal import Answered, Joined, Returned
from brain.run.limits import Limits
from brain.run.messages import Heard, How, Message, Utterance
from brain.run.moves import Admitted, Closed, CommitKind, Duplicate, Recorded, Settled, Stopped
from tests.contracts.store.stage import CALL, NOON, Stage, asking, commit, decision, texts

pytestmark = pytest.mark.asyncio(loop_scope="package")

ASKED = (Answered(text="", calls=(CALL,), tokens=1), Returned(tool_call_id="c1", text="Asked."))


async def test_a_question_is_the_last_word_of_its_run_and_stands_open(stage: Stage) -> None:
    store = stage.store()
    admitted = await stage.begin()
    committed = await stage.ask(admitted.token)
    assert committed.finished
    [message] = committed.messages
    assert (message.id, message.seq, message.done_after_this) == ("q1", 2, True)
    assert (await store.read(stage.user, since=1, limit=10)).entries == (message,)
    for id in ("q1", None):
        asked = await store.question(stage.user, id)
        assert asked is not None
        assert (asked.is_open, asked.is_last) == (True, True)
        assert asked.message.question == message.question
    assert (await store.status(stage.user)).question_id == "q1"


async def test_there_is_no_question_where_none_was_asked(stage: Stage) -> None:
    assert await stage.store().question(stage.user, None) is None
    await stage.begin()
    assert await stage.store().question(stage.user, None) is None
    assert await stage.store().question(stage.user, "q1") is None


async def test_a_question_is_not_asked_when_the_user_has_said_more_and_its_call_has_failed(
    stage: Stage,
) -> None:
    store = stage.store()
    admitted = await stage.begin()
    await store.admit(stage.arrival("Wait", holder="h2"))
    committed = await stage.ask(admitted.token)
    assert not committed.finished
    assert committed.messages == ()
    assert [utterance.text for utterance in committed.taken] == ["Wait"]
    assert await store.question(stage.user, "q1") is None
    await store.commit(admitted.token, commit(1, CommitKind.HAND_OVER))
    found = await store.resume(stage.wake_call("handoff", fence=2), holder="h3")
    assert isinstance(found, Admitted)
    not_asked = Returned(tool_call_id="c1", text="Not asked.", failed=True)
    assert found.run.journal[1:] == (ASKED[0], not_asked, Joined(utterance=committed.taken[0]))


async def test_asking_that_is_sent_again_asks_once(stage: Stage) -> None:
    admitted = await stage.begin()
    first = await stage.ask(admitted.token)
    assert await stage.ask(admitted.token) == first
    await stage.store().admit(stage.decision())
    assert replace(await stage.ask(admitted.token), fence=1) == replace(first, fence=1)
    assert await texts(stage) == ["Hi", "Shall I?", "Yes."]


async def test_the_run_goes_on_with_the_decision_where_it_rested(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.ask(admitted.token)
    found = await stage.store().admit(stage.decision())
    assert isinstance(found, Admitted)
    assert (found.run.run_id, found.run.first_seq, found.seq) == ("r2", 3, 3)
    *before, joined = found.run.journal
    assert [type(entry) for entry in before] == [Joined, Answered, Returned]
    assert tuple(before[1:]) == ASKED
    assert isinstance(joined, Joined)
    assert joined.utterance.decision == decision()
    assert [type(entry) for entry in found.tail] == [Utterance, Message]
    again = await stage.store().admit(stage.decision())
    assert isinstance(again, Admitted)
    assert replace(again, now_ms=0) == replace(found, now_ms=0)
    assert (await stage.store().status(stage.user)).question_id is None


async def test_a_decision_that_comes_again_is_known_and_any_other_comes_too_late(
    stage: Stage,
) -> None:
    store = stage.store()
    admitted = await stage.begin()
    await stage.ask(admitted.token)
    found = await store.admit(stage.decision())
    assert isinstance(found, Admitted)
    ended = await store.commit(found.token, commit(0, CommitKind.END, "Sent."))
    again = await store.admit(replace(stage.decision(), holder="h9"))
    assert isinstance(again, Duplicate)
    assert again.message == ended.messages[-1]
    expected = Closed(
        state="decided", verdict="approve", fingerprint=fingerprint({"to": "anna"}), seq=3
    )
    for late in (stage.decision("reject"), stage.decision(to="bob")):
        assert await store.admit(late) == expected
    assert await texts(stage) == ["Hi", "Shall I?", "Yes.", "Sent."]


async def test_a_repeated_decision_is_recognized_after_its_id_is_forgotten(
    stage: Stage,
) -> None:
    admitted = await stage.begin()
    await stage.ask(admitted.token)
    await stage.store().admit(stage.decision())
    other_id = replace(stage.decision(), message_id="another-id")
    closed = await stage.store().admit(other_id)
    assert isinstance(closed, Closed)
    assert (closed.verdict, closed.fingerprint) == ("approve", fingerprint({"to": "anna"}))


async def test_a_decision_on_nothing_is_refused_and_leaves_no_trace(stage: Stage) -> None:
    await stage.begin()
    refused = await stage.store().admit(stage.decision(of="other"))
    assert refused == Closed(state="unknown")
    assert await texts(stage) == ["Hi"]


async def test_a_question_expires(stage: Stage) -> None:
    admitted = await stage.begin()
    asked = asking(0, "q1")
    [expired] = asked.drafts
    past = replace(expired, expires_at=NOON - timedelta(days=3650))
    await stage.store().commit(admitted.token, replace(asked, drafts=(past,)))
    assert await stage.store().admit(stage.decision()) == Closed(state="expired")
    found = await stage.store().question(stage.user, "q1")
    assert found is not None
    assert not found.is_open
    assert (await stage.store().status(stage.user)).question_id is None


async def test_a_decision_in_mid_run_of_another_is_taken_up_by_that(stage: Stage) -> None:
    store = stage.store()
    admitted = await stage.begin()
    await stage.ask(admitted.token)
    other = await store.admit(stage.arrival("And the weather?", run="r3"))
    assert isinstance(other, Admitted)
    assert isinstance(await store.admit(stage.decision()), Recorded)
    committed = await store.commit(other.token, commit(0, CommitKind.FINISH, "Sunny."))
    assert not committed.finished
    [taken] = committed.taken
    assert taken.decision == decision()


async def test_what_is_spoken_counts_only_right_after_the_question(stage: Stage) -> None:
    store = stage.store()
    admitted = await stage.begin()
    await stage.ask(admitted.token)
    await store.heard(stage.user, Heard(seq=2, how=How.PLAYED))
    await stage.pass_time(1.1)
    spoken = replace(stage.decision(), is_spoken=True)
    between = await store.admit(stage.arrival("And the weather?", run="r3"))
    assert isinstance(between, Admitted)
    await store.commit(between.token, commit(0, CommitKind.FINISH, "Sunny. Shall I tell more?"))
    found = await store.admit(spoken)
    assert isinstance(found, Admitted)
    [joined] = found.run.journal
    assert isinstance(joined, Joined)
    assert joined.utterance.decision is None
    asked = await store.question(stage.user, "q1")
    assert asked is not None
    assert (asked.is_open, asked.is_last) == (True, False)


async def test_what_is_spoken_right_after_the_question_decides_it(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.ask(admitted.token)
    await stage.store().heard(stage.user, Heard(seq=2, how=How.PLAYED))
    await stage.pass_time(1.1)
    found = await stage.store().admit(replace(stage.decision(), is_spoken=True))
    assert isinstance(found, Admitted)
    joined = found.run.journal[-1]
    assert isinstance(joined, Joined)
    assert joined.utterance.decision == decision()


async def test_a_question_in_the_place_of_another_closes_that(stage: Stage) -> None:
    store = stage.store()
    admitted = await stage.begin()
    await stage.ask(admitted.token)
    other = await store.admit(stage.arrival("To Bob instead", run="r3"))
    assert isinstance(other, Admitted)
    await stage.ask(other.token, "q2", supersedes="q1")
    assert await store.admit(stage.decision(of="q1")) == Closed(state="superseded", seq=4)
    assert (await store.status(stage.user)).question_id == "q2"
    assert isinstance(await store.admit(stage.decision(of="q2")), Admitted)


async def test_only_so_many_questions_are_kept(stage: Stage) -> None:
    store = stage.store(Limits(texts_per_minute=100))
    for i in range(70):
        run = f"r{i}"
        found = await store.admit(stage.arrival(f"Text {i}", run=run))
        assert isinstance(found, Admitted)
        await stage.ask(found.token, f"q{i:03}")
    kept = await stage.redis.execute(["HLEN", Keys.of(stage.user).key("questions")], limit_s=4)
    assert int(kept) <= 66
    assert await store.question(stage.user, "q000") is None
    assert await store.question(stage.user, "q069") is not None


async def test_a_run_that_rests_is_over_for_wake_ups_and_stops(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.ask(admitted.token)
    woken = await stage.store().resume(stage.wake_call("wakeup", wake=1), holder="h2")
    assert isinstance(woken, Settled)
    assert not isinstance(await stage.store().stop(stage.stop()), Stopped)

"""Admitting a text. Every branch of the script, on both Redis."""

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.errors import LeaseLost
from brain.run.journal import Joined, Overheard, Spent
from brain.run.limits import Limits
from brain.run.moves import Admitted, CommitKind, Duplicate, LeaseToken, RateLimited, Recorded
from tests.contracts.store.stage import CONTEXT, SHORT, Stage, commit, texts

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_the_first_text_begins_a_run(stage: Stage) -> None:
    admitted = await stage.begin()
    assert admitted.token == LeaseToken(user_id=stage.user, run_id="r1", fence=1)
    assert (admitted.seq, admitted.wake, admitted.tail) == (1, 1, ())
    run = admitted.run
    assert (run.run_id, run.step, run.first_seq, run.poisoned) == ("r1", 0, 1, False)
    assert run.journal == (Joined(utterance=stage.utterance("Hi", 1)),)
    assert run.spent == Spent(started_ms=admitted.now_ms)


async def test_the_context_of_a_text_stands_before_it_in_the_journal(stage: Stage) -> None:
    admitted = await stage.store().admit(stage.arrival(context=CONTEXT, agent_call_id="call-7"))
    assert isinstance(admitted, Admitted)
    overheard, joined = admitted.run.journal
    assert overheard == Overheard(seq=1, remarks=CONTEXT)
    assert joined == Joined(utterance=replace(stage.utterance("Hi", 1), agent_call_id="call-7"))


async def test_an_admission_that_is_sent_again_gives_the_same_answer(stage: Stage) -> None:
    first = await stage.begin()
    again = await stage.store().admit(stage.arrival())
    assert isinstance(again, Admitted)
    assert replace(again, now_ms=0) == replace(first, now_ms=0)
    assert await texts(stage) == ["Hi"]


async def test_the_record_of_an_id_outlives_a_text_that_is_sent_again(stage: Stage) -> None:
    await stage.begin()
    get = ["GET", Keys.of(stage.user).key("id:message-Hi")]
    known = await stage.redis.execute(get, limit_s=4)
    again = stage.arrival(holder="h2", run="r2")
    assert isinstance(await stage.store().admit(again), Duplicate)
    assert await stage.redis.execute(get, limit_s=4) == known == "1 r1 h1"
    assert isinstance(await stage.store().admit(again), Duplicate)


async def test_a_text_whose_id_alone_was_kept_is_a_new_one(stage: Stage) -> None:
    """The store takes the id first. It may refuse what comes after, such as a text that is long."""
    await stage.last((await stage.begin()).token)
    arrival = stage.arrival("Next", holder="h2", run="r2")
    record = Keys.of(stage.user).key(f"id:{arrival.message_id}")
    await stage.redis.execute(["SET", record, "3 r2 h2", "PX", "60000"], limit_s=4)
    admitted = await stage.store().admit(arrival)
    assert isinstance(admitted, Admitted)
    assert await texts(stage) == ["Hi", "Bye.", "Next"]
    assert isinstance(await stage.store().admit(arrival), Admitted)
    assert await texts(stage) == ["Hi", "Bye.", "Next"]


async def test_a_text_in_mid_run_is_recorded(stage: Stage) -> None:
    await stage.begin()
    recorded = await stage.store().admit(stage.arrival("More", holder="h2", run="r2"))
    assert isinstance(recorded, Recorded)
    assert (recorded.run_id, recorded.seq, recorded.wake) == ("r1", 2, 1)
    assert 0 < recorded.lease_left_s <= Limits().lease_s
    assert await texts(stage) == ["Hi", "More"]


async def test_a_recorded_text_that_is_sent_again_gives_the_same_answer(stage: Stage) -> None:
    await stage.begin()
    arrival = stage.arrival("More", holder="h2", run="r2")
    first, again = await stage.store().admit(arrival), await stage.store().admit(arrival)
    assert isinstance(first, Recorded)
    assert isinstance(again, Recorded)
    assert replace(first, lease_left_s=0) == replace(again, lease_left_s=0)
    assert await texts(stage) == ["Hi", "More"]


async def test_a_known_message_of_a_run_under_way_is_a_duplicate(stage: Stage) -> None:
    await stage.begin()
    found = await stage.store().admit(stage.arrival(holder="h2", run="r2"))
    assert isinstance(found, Duplicate)
    assert (found.run_id, found.seq, found.wake) == ("r1", 1, 1)
    assert (found.finished, found.message) == (False, None)
    assert found.lease_left_s > 0
    assert await texts(stage) == ["Hi"]


async def test_a_known_message_of_a_finished_run_brings_its_answer(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(admitted.token, commit(0, CommitKind.GO_ON, "Wait."))
    ended = await stage.last(admitted.token, step=1)
    found = await stage.store().admit(stage.arrival(holder="h2", run="r2"))
    assert isinstance(found, Duplicate)
    assert (found.finished, found.message) == (True, ended.messages[0])


async def test_the_answer_is_found_when_another_run_is_under_way(stage: Stage) -> None:
    ended = await stage.last((await stage.begin()).token)
    await stage.store().admit(stage.arrival("Next", run="r2"))
    found = await stage.store().admit(stage.arrival(holder="h2", run="r3"))
    assert isinstance(found, Duplicate)
    assert (found.run_id, found.finished, found.message) == ("r1", True, ended.messages[0])


async def test_a_run_that_ended_without_words_has_no_answer_to_bring(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(admitted.token, commit(0, CommitKind.FINISH))
    found = await stage.store().admit(stage.arrival(holder="h2"))
    assert isinstance(found, Duplicate)
    assert (found.finished, found.message) == (True, None)


async def test_a_new_text_takes_over_a_run_whose_lease_has_run_out(stage: Stage) -> None:
    dead = await stage.begin(SHORT)
    await stage.run_out()
    found = await stage.store().admit(stage.arrival("More", holder="h2", run="r2"))
    assert isinstance(found, Admitted)
    assert found.token == replace(dead.token, fence=2)
    assert (found.seq, found.run.first_seq, found.run.spent.attempts) == (2, 1, 1)
    assert found.run.journal == dead.run.journal  # the new text joins with the next step
    with pytest.raises(LeaseLost):
        await stage.store().commit(dead.token, commit(0, CommitKind.FINISH, "Too late."))


async def test_the_same_text_again_takes_over_a_run_whose_lease_has_run_out(stage: Stage) -> None:
    await stage.begin(SHORT)
    await stage.run_out()
    found = await stage.store().admit(stage.arrival(holder="h2", run="r2"))
    assert isinstance(found, Admitted)
    assert (found.token.run_id, found.token.fence, found.seq) == ("r1", 2, 1)
    assert await texts(stage) == ["Hi"]


async def test_a_recorded_texts_context_is_kept_for_the_next_holder(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().admit(stage.arrival("More", holder="h2", context=CONTEXT))
    await stage.store().release(admitted.token)
    found = await stage.store().resume(stage.wake_call("wakeup", wake=1), holder="h3")
    assert isinstance(found, Admitted)
    assert found.run.journal[1:] == (Overheard(seq=2, remarks=CONTEXT),)


async def test_a_text_over_the_rate_is_refused_and_not_kept(stage: Stage) -> None:
    store = stage.store(Limits(texts_per_minute=2))
    await store.admit(stage.arrival("One"))
    await store.admit(stage.arrival("Two"))
    limited = await store.admit(stage.arrival("Three"))
    assert isinstance(limited, RateLimited)
    assert 30 < limited.retry_after_s <= 60
    assert await texts(stage) == ["One", "Two"]
    assert isinstance(await store.admit(stage.arrival("Two", holder="h2")), Duplicate)


async def test_the_next_run_has_a_higher_fence_and_the_end_of_the_log(stage: Stage) -> None:
    first = await stage.begin()
    ended = await stage.last(first.token)
    store = stage.store(Limits(tail_entries=2))
    second = await store.admit(stage.arrival("Next", run="r2"))
    assert isinstance(second, Admitted)
    assert second.token == LeaseToken(user_id=stage.user, run_id="r2", fence=2)
    assert (second.seq, second.run.first_seq, second.run.step) == (3, 3, 0)
    assert second.tail == (stage.utterance("Hi", 1), ended.messages[0])
    assert second.run.journal == (Joined(utterance=stage.utterance("Next", 3, run="r2")),)
    await stage.last(second.token)
    third = await store.admit(stage.arrival("Last", run="r3"))
    assert isinstance(third, Admitted)
    assert [entry.seq for entry in third.tail] == [3, 4]


async def test_users_do_not_see_each_other(stage: Stage) -> None:
    await stage.begin()
    other = replace(stage, user=f"{stage.user}-other")
    assert (await other.begin()).seq == 1
    assert (await stage.store().read("nobody", since=0, limit=10)).last_seq == 0

"""Stopping a run: it ends at once, no matter which brain works on it, and stays ended."""

import pytest

from brain.errors import LeaseLost, RunStopped
from brain.run.journal import Returned, Started
from brain.run.moves import Admitted, CommitKind, Duplicate, Settled, Stopped
from tests.contracts.store.stage import CONTEXT, SHORT, Stage, commit, texts

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_stop_ends_the_run_and_answers_all_that_was_said(stage: Stage) -> None:
    store = stage.store()
    await stage.begin()
    await store.admit(stage.arrival("More", holder="h2"))
    stopped = await store.stop(stage.stop())
    assert isinstance(stopped, Stopped)
    assert stopped.run_id == "r1"
    assert (stopped.message.seq, stopped.message.answers_seq) == (3, 2)
    assert stopped.message.done_after_this
    page = await store.read(stage.user, since=2, limit=10)
    assert page.entries == (stopped.message,)
    status = await store.status(stage.user)
    assert (status.state, status.reason) == ("stopped", "stopped")


async def test_whatever_a_stopped_brain_still_does_is_refused_and_it_learns_why(
    stage: Stage,
) -> None:
    store = stage.store()
    admitted = await stage.begin()
    await store.look(admitted.token)
    await store.stop(stage.stop())
    with pytest.raises(RunStopped):
        await store.look(admitted.token)
    with pytest.raises(RunStopped):
        await store.renew(admitted.token)
    with pytest.raises(RunStopped):
        await store.commit(admitted.token, commit(0, CommitKind.FINISH, "Too late."))
    assert await texts(stage) == ["Hi", "Stopped."]


async def test_a_brain_that_was_replaced_learns_that_it_was_not_stopped(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().release(admitted.token)
    await stage.store().resume(stage.wake_call("wakeup", wake=1), holder="h2")
    with pytest.raises(LeaseLost) as lost:
        await stage.store().look(admitted.token)
    assert not isinstance(lost.value, RunStopped)


async def test_a_stop_that_is_sent_again_gives_the_same_answer_and_says_nothing_twice(
    stage: Stage,
) -> None:
    await stage.begin()
    first = await stage.store().stop(stage.stop())
    assert await stage.store().stop(stage.stop()) == first
    assert await texts(stage) == ["Hi", "Stopped."]


async def test_a_stop_that_comes_late_again_leaves_the_next_run_alone(stage: Stage) -> None:
    store = stage.store()
    await stage.begin()
    first = await store.stop(stage.stop())
    following = await store.admit(stage.arrival("Next", run="r2"))
    assert isinstance(following, Admitted)
    assert await store.stop(stage.stop()) == first
    await store.look(following.token)


async def test_a_stop_of_a_run_that_has_just_ended_stops_nothing(stage: Stage) -> None:
    store = stage.store()
    assert isinstance(await store.stop(stage.stop()), Settled)
    admitted = await stage.begin()
    await stage.last(admitted.token)
    assert isinstance(await store.stop(stage.stop("r1")), Settled)
    following = await store.admit(stage.arrival("Next", run="r2"))
    assert isinstance(following, Admitted)
    assert isinstance(await store.stop(stage.stop("r1")), Settled)
    await store.look(following.token)
    assert await texts(stage) == ["Hi", "Bye.", "Next"]


async def test_a_run_between_two_invocations_is_stopped_and_its_successor_finds_it_settled(
    stage: Stage,
) -> None:
    admitted = await stage.begin()
    await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    assert isinstance(await stage.store().stop(stage.stop("r1")), Stopped)
    found = await stage.store().resume(stage.wake_call("handoff", fence=2), holder="h2")
    assert isinstance(found, Settled)


async def test_a_run_whose_brain_is_dead_is_stopped(stage: Stage) -> None:
    await stage.begin(SHORT)
    await stage.run_out()
    assert isinstance(await stage.store().stop(stage.stop()), Stopped)
    woken = await stage.store().resume(stage.wake_call("wakeup", wake=1), holder="h2")
    assert isinstance(woken, Settled)


async def test_a_run_that_is_stopped_in_an_act_says_that_it_is_unsure(stage: Stage) -> None:
    admitted = await stage.begin()
    started = (Started(tool_call_id="c1"),)
    await stage.store().commit(admitted.token, commit(0, CommitKind.RECORD, entries=started))
    stopped = await stage.store().stop(stage.stop())
    assert isinstance(stopped, Stopped)
    assert stopped.message.text == "Stopped in an act."
    assert await stage.store().stop(stage.stop()) == stopped


async def test_a_text_with_its_context_in_the_middle_of_an_act_hides_nothing_of_it(
    stage: Stage,
) -> None:
    store = stage.store()
    admitted = await stage.begin()
    started = (Started(tool_call_id="c1"),)
    await store.commit(admitted.token, commit(0, CommitKind.RECORD, entries=started))
    await store.admit(stage.arrival("More", holder="h2", context=CONTEXT))
    stopped = await store.stop(stage.stop())
    assert isinstance(stopped, Stopped)
    assert stopped.message.text == "Stopped in an act."


async def test_an_act_that_has_returned_is_nothing_to_be_unsure_of(stage: Stage) -> None:
    admitted = await stage.begin()
    done = (Started(tool_call_id="c1"), Returned(tool_call_id="c1", text="Sent."))
    await stage.store().commit(admitted.token, commit(0, CommitKind.RECORD, entries=done))
    stopped = await stage.store().stop(stage.stop())
    assert isinstance(stopped, Stopped)
    assert stopped.message.text == "Stopped."


async def test_the_text_of_a_stopped_run_that_comes_again_has_its_outcome(stage: Stage) -> None:
    await stage.begin()
    stopped = await stage.store().stop(stage.stop())
    assert isinstance(stopped, Stopped)
    again = await stage.store().admit(stage.arrival("Hi", holder="h2"))
    assert isinstance(again, Duplicate)
    assert again.finished
    assert again.message == stopped.message

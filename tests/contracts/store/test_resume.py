"""Resuming a run after a wake call. Every branch of the script, on both Redis."""

import pytest
from msgspec.structs import replace

from brain.cloud.redis.journals import journal_lines
from brain.cloud.redis.scripts import Keys
from brain.errors import LeaseLost
from brain.run.journal import Joined
from brain.run.limits import Limits
from brain.run.moves import Admitted, Alive, CommitKind, Recorded, Settled
from brain.run.records import entry_to_journal
from tests.contracts.store.stage import RECORDED, SHORT, Reason, Stage, commit

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.mark.parametrize("reason", ["handoff", "wakeup", "event"])
async def test_a_run_that_is_not_there_is_settled(stage: Stage, reason: Reason) -> None:
    assert await stage.store().resume(stage.wake_call(reason), holder="h2") == Settled()
    admitted = await stage.begin()
    other = stage.wake_call(reason, run="r0", wake=1, fence=1)
    assert await stage.store().resume(other, holder="h2") == Settled()
    await stage.last(admitted.token)
    own = stage.wake_call(reason, wake=1, fence=1)
    assert await stage.store().resume(own, holder="h2") == Settled()
    await stage.redis.execute(["HSET", Keys.of(stage.user).key("run"), "held", "2"], limit_s=4)
    assert await stage.store().resume(own, holder="h2") == Settled(held=2)


async def test_a_hand_over_is_taken_by_the_one_it_is_meant_for(stage: Stage) -> None:
    admitted = await stage.begin()
    handed = await stage.store().commit(
        admitted.token, commit(0, CommitKind.HAND_OVER, entries=RECORDED)
    )
    assert (handed.fence, handed.finished) == (2, False)
    wake_call = stage.wake_call("handoff", fence=2)
    found = await stage.store().resume(wake_call, holder="h2")
    assert isinstance(found, Admitted)
    assert found.token == replace(admitted.token, fence=2)
    assert (found.run.step, found.run.spent.loops, found.run.spent.attempts) == (1, 1, 0)
    assert found.run.journal == (*admitted.run.journal, *RECORDED)
    assert found.seq is None


async def test_a_hand_over_that_is_sent_again_gives_the_same_answer(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    wake_call = stage.wake_call("handoff", fence=2)
    first = await stage.store().resume(wake_call, holder="h2")
    again = await stage.store().resume(wake_call, holder="h2")
    assert isinstance(first, Admitted)
    assert isinstance(again, Admitted)
    assert replace(again, now_ms=0) == replace(first, now_ms=0)


async def test_a_hand_over_that_is_delivered_twice_makes_one_brain(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    wake_call = stage.wake_call("handoff", fence=2)
    await stage.store().resume(wake_call, holder="h2")
    second = await stage.store().resume(wake_call, holder="h3")
    assert isinstance(second, Alive)
    assert (second.run_id, second.wake) == ("r1", 1)


async def test_a_hand_over_for_an_older_fence_is_not_taken(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    found = await stage.store().resume(stage.wake_call("handoff", fence=1), holder="h2")
    assert isinstance(found, Alive)


async def test_after_a_hand_over_nothing_more_is_recorded(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    with pytest.raises(LeaseLost):
        await stage.store().commit(admitted.token, commit(1, CommitKind.RECORD))
    with pytest.raises(LeaseLost):
        await stage.store().renew(admitted.token)


async def test_a_hand_over_that_nobody_takes_is_taken_over_after_a_while(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store(SHORT).commit(admitted.token, commit(0, CommitKind.HAND_OVER))
    await stage.run_out()
    found = await stage.store().resume(stage.wake_call("wakeup", wake=1), holder="h2")
    assert isinstance(found, Admitted)
    assert (found.token.fence, found.run.spent.attempts) == (3, 1)
    late = await stage.store().resume(stage.wake_call("handoff", fence=2), holder="h3")
    assert isinstance(late, Alive)


async def test_the_expected_wake_up_moves_the_number_on_while_the_brain_lives(
    stage: Stage,
) -> None:
    await stage.begin()
    found = await stage.store().resume(stage.wake_call("wakeup", wake=1), holder="h2")
    assert isinstance(found, Alive)
    assert (found.run_id, found.wake) == ("r1", 2)
    assert 0 < found.lease_left_s <= Limits().lease_s
    recorded = await stage.store().admit(stage.arrival("More", holder="h3"))
    assert isinstance(recorded, Recorded)
    assert recorded.wake == 2


async def test_a_wake_up_that_is_delivered_twice_only_repeats_the_number(stage: Stage) -> None:
    await stage.begin()
    for holder in ("h2", "h3", "h4"):
        found = await stage.store().resume(stage.wake_call("wakeup", wake=1), holder=holder)
        assert isinstance(found, Alive)
        assert found.wake == 2


async def test_an_event_changes_nothing_while_the_brain_lives(stage: Stage) -> None:
    await stage.begin()
    found = await stage.store().resume(stage.wake_call("event", wake=1), holder="h2")
    assert isinstance(found, Alive)
    assert found.wake == 1


async def test_a_wake_up_takes_over_after_the_leases_end(stage: Stage) -> None:
    dead = await stage.begin(SHORT)
    await stage.run_out()
    wake_call = stage.wake_call("wakeup", wake=1)
    found = await stage.store().resume(wake_call, holder="h2")
    assert isinstance(found, Admitted)
    assert (found.token.fence, found.wake, found.run.spent.attempts) == (2, 2, 1)
    again = await stage.store().resume(wake_call, holder="h2")
    assert isinstance(again, Admitted)
    assert replace(again, now_ms=0) == replace(found, now_ms=0)
    for move in (commit(0, CommitKind.END, "Bye."), commit(0, CommitKind.RECORD)):
        with pytest.raises(LeaseLost):
            await stage.store().commit(dead.token, move)
    await stage.store().release(dead.token)
    await stage.store().renew(found.token)


async def test_a_stale_wake_up_takes_over_too_and_moves_no_number(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().release(admitted.token)
    found = await stage.store().resume(stage.wake_call("wakeup", wake=7), holder="h2")
    assert isinstance(found, Admitted)
    assert found.wake == 1


async def test_a_brain_that_finds_entries_of_newer_code_is_told(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(
        admitted.token, commit(0, CommitKind.HAND_OVER, entries=RECORDED[:1])
    )
    newer = ["APPEND", Keys.of(stage.user).key("journal"), 'e {"v":99,"is":"dreamt"}\n']
    await stage.redis.execute(newer, limit_s=4)
    found = await stage.store().resume(stage.wake_call("handoff", fence=2), holder="h2")
    assert isinstance(found, Admitted)
    assert found.run.poisoned
    assert found.run.journal == (*admitted.run.journal, RECORDED[0])


# ---- the journal is a text of lines; older code has left it as a list, and those journals go on


async def as_list(stage: Stage, name: str) -> None:
    """Store a journal as older code does."""
    key = Keys.of(stage.user).key(name)
    lines = (await stage.redis.execute(["GET", key], limit_s=4)).split("\n")[:-1]
    assert lines
    for command in (["DEL", key], ["RPUSH", key, *lines], ["PEXPIRE", key, "1000000"]):
        await stage.redis.execute(command, limit_s=4)


async def test_a_run_of_older_code_goes_on(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(admitted.token, commit(0, CommitKind.GO_ON, entries=RECORDED[:1]))
    await as_list(stage, "journal")
    await stage.store().commit(
        admitted.token, commit(1, CommitKind.HAND_OVER, entries=RECORDED[1:2])
    )
    found = await stage.store().resume(stage.wake_call("handoff", fence=2), holder="h2")
    assert isinstance(found, Admitted)
    assert found.run.journal == (*admitted.run.journal, *RECORDED[:2])


async def test_a_new_run_replaces_the_journal_of_older_code(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.last(admitted.token)
    await as_list(stage, "journal")
    again = await stage.store().admit(stage.arrival("Next", holder="h2", run="r2"))
    assert isinstance(again, Admitted)
    assert [e.utterance.text for e in again.run.journal if isinstance(e, Joined)] == ["Next"]
    key = Keys.of(stage.user).key("journal")
    assert (await stage.redis.execute(["GET", key], limit_s=4)).startswith(f"u{again.seq} ")


async def test_a_run_that_rests_since_older_code_goes_on(stage: Stage) -> None:
    admitted = await stage.begin()
    assert (await stage.ask(admitted.token)).finished
    await as_list(stage, "rest:q1")
    again = await stage.store().admit(stage.decision())
    assert isinstance(again, Admitted)
    joined = [e.utterance.seq for e in again.run.journal if isinstance(e, Joined)]
    assert joined == [admitted.seq, again.seq]
    await stage.store().commit(again.token, commit(0, CommitKind.GO_ON, entries=RECORDED[:1]))
    lines = await journal_lines(stage.redis, Keys.of(stage.user).key("journal"))
    assert lines[-1] == entry_to_journal(RECORDED[0])


async def test_the_lines_of_a_journal_are_read_in_either_form(stage: Stage) -> None:
    await stage.begin()
    key = Keys.of(stage.user).key("journal")
    lines = await journal_lines(stage.redis, key)
    assert len(lines) == 1
    await as_list(stage, "journal")
    assert await journal_lines(stage.redis, key) == lines
    assert await journal_lines(stage.redis, f"{key}-none") == []

"""Reading a user's log and status."""

import pytest
from msgspec.structs import replace

from brain.cloud.redis.moves.status import statuses
from brain.run.messages import Message
from brain.run.moves import Admitted, CommitKind
from brain.run.store import Status
from tests.contracts.store.stage import Stage, commit

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_the_log_is_read_in_order_a_page_at_a_time(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(
        admitted.token, commit(0, CommitKind.FINISH, "One.", "Two.", "Three.")
    )
    page = await stage.store().read(stage.user, since=1, limit=2)
    assert [(entry.seq, entry.text) for entry in page.entries] == [(2, "One."), (3, "Two.")]
    assert (page.last_seq, page.first_seq) == (4, 1)
    rest = await stage.store().read(stage.user, since=3, limit=2)
    assert [(entry.seq, entry.text) for entry in rest.entries] == [(4, "Three.")]
    assert isinstance(rest.entries[0], Message)
    assert (await stage.store().read(stage.user, since=4, limit=2)).entries == ()


async def test_a_user_who_never_said_anything_has_an_empty_log(stage: Stage) -> None:
    page = await stage.store().read(stage.user, since=0, limit=10)
    assert (page.entries, page.last_seq, page.first_seq) == ((), 0, 0)


async def test_what_is_trimmed_is_gone_and_the_count_goes_on(stage: Stage) -> None:
    await stage.store().trim(stage.user, below=3)
    admitted = await stage.begin()
    await stage.store().commit(admitted.token, commit(0, CommitKind.FINISH, "One.", "Two."))
    await stage.store().trim(stage.user, below=3)
    page = await stage.store().read(stage.user, since=0, limit=10)
    assert [entry.seq for entry in page.entries] == [3]
    assert (page.last_seq, page.first_seq) == (3, 3)
    await stage.store().trim(stage.user, below=100)
    emptied = await stage.store().read(stage.user, since=0, limit=10)
    assert (emptied.entries, emptied.last_seq, emptied.first_seq) == ((), 3, 0)
    following = await stage.store().admit(stage.arrival("Next", run="r2"))
    assert isinstance(following, Admitted)
    assert (following.seq, following.tail) == (4, ())


async def test_the_status_of_an_unknown_user_is_idle(stage: Stage) -> None:
    assert await stage.store().status(stage.user) == Status(
        state="idle",
        run_id=None,
        loop=0,
        activity="",
        started_ms=None,
        last_event_ms=None,
        last_seq=0,
        progress=None,
        reason="",
    )


async def test_the_status_reports_the_brains_activity(stage: Stage) -> None:
    admitted = await stage.begin()
    at_first = await stage.store().status(stage.user)
    assert (at_first.state, at_first.activity, at_first.loop) == ("running", "thinking", 0)
    assert at_first.started_ms == at_first.last_event_ms == admitted.now_ms
    step = replace(commit(0, CommitKind.HAND_OVER), activity="note", progress=0.25)
    await stage.store().commit(admitted.token, step)
    found = await stage.store().status(stage.user)
    assert (found.state, found.run_id, found.loop) == ("running", "r1", 1)
    assert (found.activity, found.progress, found.last_seq) == ("note", 0.25, 1)


async def test_what_several_brains_do_is_read_in_one_round_trip(stage: Stage) -> None:
    admitted = await stage.begin()
    step = replace(commit(0, CommitKind.HAND_OVER), activity="note", progress=0.25)
    await stage.store().commit(admitted.token, step)
    others = [f"{stage.user}-{n}" for n in range(9)]
    found = await statuses(stage.redis, [*others, stage.user])
    assert list(found) == [*others, stage.user]
    assert found[stage.user] == await stage.store().status(stage.user)
    assert found[others[0]] == await stage.store().status(others[0])
    assert await statuses(stage.redis, []) == {}


async def test_the_status_reports_why_a_run_ended_early(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().commit(
        admitted.token, replace(commit(0, CommitKind.END, "Enough."), reason="loops")
    )
    found = await stage.store().status(stage.user)
    assert (found.state, found.reason, found.last_seq) == ("idle", "loops", 2)

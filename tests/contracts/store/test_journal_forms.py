"""The journal is a text of lines. Older code has left it as a list, and those journals go on."""

import pytest

from brain.cloud.redis.journals import journal_lines
from brain.cloud.redis.scripts import Keys
from brain.run.journal import Joined
from brain.run.moves import Admitted, CommitKind
from brain.run.records import entry_to_journal
from tests.contracts.store.stage import RECORDED, Stage, commit

pytestmark = pytest.mark.asyncio(loop_scope="package")


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

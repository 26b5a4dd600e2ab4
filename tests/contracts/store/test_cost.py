"""What a turn costs: each command of a script is billed. And what it must not save on."""

import pytest
from msgspec.structs import replace

from brain.cloud.meter import meter, new_meter
from brain.cloud.redis.scripts import Keys
from brain.run.limits import Limits
from brain.run.moves import Admitted, CommitKind
from tests.contracts.store.stage import RECORDED, Stage, commit

pytestmark = pytest.mark.asyncio(loop_scope="package")

DAY_S = 24 * 3600
KEPT_MS = 400 * DAY_S * 1000


async def turn(stage: Stage, number: int) -> Admitted:
    """One turn of one loop, with the steps around a tool that has an effect."""
    admitted = await say(stage, number)
    for step, kind in enumerate((CommitKind.RECORD, CommitKind.GO_ON)):
        recorded = commit(step, kind, entries=RECORDED[step : step + 1])
        await stage.store().commit(admitted.token, replace(recorded, stands=True))
    last = commit(2, CommitKind.FINISH, "Bye.", entries=RECORDED[:1])
    assert (await stage.store().commit(admitted.token, last)).finished
    return admitted


async def say(stage: Stage, number: int) -> Admitted:
    store = stage.store(Limits(texts_per_minute=1_000))
    arrival = stage.arrival(f"Hi {number}", holder=f"h{number}", run=f"r{number}")
    admitted = await store.admit(arrival)
    assert isinstance(admitted, Admitted)
    return admitted


def calls() -> int:
    """Return the commands since the last count, besides the calls of the scripts themselves."""
    running = meter()  # an admission begins a new one
    assert running is not None
    made = running.counts.commands - running.counts.round_trips
    new_meter()
    return made


async def left_ms(stage: Stage, name: str) -> int:
    return int(await stage.redis.execute(["PTTL", Keys.of(stage.user).key(name)], limit_s=4))


@pytest.mark.parametrize(("before", "most"), [(0, 12), (1, 8), (2, 8)])
async def test_a_turn_takes_few_commands(stage: Stage, before: int, most: int) -> None:
    for number in range(before):
        await turn(stage, number)
    new_meter()
    admitted = await say(stage, before)
    costs = [calls()]
    for step, kind in enumerate((CommitKind.RECORD, CommitKind.GO_ON, CommitKind.FINISH)):
        texts = ["Bye."] if kind is CommitKind.FINISH else []
        recorded = commit(step, kind, *texts, entries=RECORDED[:1])
        await stage.store().commit(admitted.token, replace(recorded, at_ms=admitted.now_ms))
        costs.append(calls())
    assert costs == [most, 3, 3, 4]


async def test_a_commit_that_renews_the_lease_asks_for_the_time(stage: Stage) -> None:
    admitted = await stage.begin()
    new_meter()
    await stage.store().commit(admitted.token, commit(0, CommitKind.RECORD, entries=RECORDED[:1]))
    assert calls() == 4


async def test_what_stands_already_is_not_marked_again(stage: Stage) -> None:
    admitted = await stage.begin()
    costs = []
    new_meter()
    for step in range(3):
        recorded = commit(step, CommitKind.GO_ON, entries=RECORDED[:1])
        await stage.store().commit(admitted.token, replace(recorded, stands=True))
        costs.append(calls())
    assert costs[1:] == [4, 4]
    assert costs[0] > 4


async def test_what_a_user_has_is_kept_for_long_after_each_turn(patient: Stage) -> None:
    for number in range(8):
        await turn(patient, number)
        for name in ("run", "log", "withdrawn"):
            assert await left_ms(patient, name) > 0.89 * KEPT_MS, (number, name)
        await patient.pass_time(25 * DAY_S)


async def test_a_journal_lasts_longer_than_its_run(patient: Stage) -> None:
    for number in range(30):
        await turn(patient, number)
        assert await left_ms(patient, "journal") > 1.7 * DAY_S * 1000, number
        await patient.pass_time(1.5 * 3600)


async def test_the_journal_is_that_of_the_run_alone(stage: Stage) -> None:
    for number in range(3):
        admitted = await turn(stage, number)
        key = Keys.of(stage.user).key("journal")
        lines = (await stage.redis.execute(["GET", key], limit_s=4)).split("\n")[:-1]
        assert len(lines) == 4
        assert lines[0].startswith(f"u{admitted.seq} ")


async def test_what_is_kept_by_older_code_is_kept_on(patient: Stage) -> None:
    await turn(patient, 0)
    key = Keys.of(patient.user).key("run")
    await patient.redis.execute(["HDEL", key, "kept", "opened", "stood"], limit_s=4)
    await patient.pass_time(DAY_S)
    await turn(patient, 1)
    assert await left_ms(patient, "run") == KEPT_MS
    assert await left_ms(patient, "log") == KEPT_MS

"""Jobs while processes die and services fail: each ends once, and stopped is stopped.

The seeds are printed. CHAOS=long takes more of them.
"""

import asyncio
import os
import random
import time
from typing import Literal

import httpx
import pytest

from brain.cloud.redis.scripts import Keys
from local.chaos.troubles import frozen
from tests.walks.jobs.promises import ends_once, silent_after
from tests.walks.jobs.stage import BRAINS, MOST_S, Owner
from tests.walks.jobs.troupe import Part

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]

IS_LONG = os.environ.get("CHAOS") == "long"  # `make chaos-long`
SEEDS = range(1, 9) if IS_LONG else [1]
PARTS = [Part(name=name, loops=4, pause_s=0.5) for name in ("hotels", "trains", "food")]
WAYS = [
    Part(name="visas", loops=3, pause_s=0.3),
    Part(name="maps", way="refused"),
    Part(name="bars", way="plain", pause_s=0.3),
]


# ---- processes


async def test_after_a_kill_of_all_nothing_is_lost_and_nothing_paid_twice(owner: Owner) -> None:
    await owner.listen()
    job = await owner.start(*PARTS)
    await job.begun(6)
    owner.stage.kill(*BRAINS)
    status = await ends_once(job)
    assert (status["status"], status["completed"]) == ("complete", 3)
    for part in PARTS:
        assert len(job.troupe.of_part(job.word, part.name)) <= part.loops + 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_processes_die_at_random_and_each_job_ends_once(owner: Owner, seed: int) -> None:
    print(f"seed={seed}")
    chance = random.Random(seed)
    # Of two users: one user would be told of both in one message.
    jobs = [await owner.start(*PARTS), await owner.stage.owner().start(*WAYS)]
    await owner.stage.kill_often(chance, 5, most_s=2.5)
    first, second = [await ends_once(job) for job in jobs]
    assert (first["status"], first["completed"]) == ("complete", 3)
    assert (second["status"], second["completed"], second["failed"]) == ("complete", 2, 1)


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_reporter_dies_and_there_is_one_report(owner: Owner, seed: int) -> None:
    print(f"seed={seed}")
    chance = random.Random(seed)
    job = await owner.start(Part(name="food", loops=1))
    async with asyncio.timeout(MOST_S):
        while not job.troupe.of(job.word, "reporter"):  # noqa: ASYNC110 - the model is asked by processes
            await asyncio.sleep(0.005)
    await asyncio.sleep(chance.uniform(0, 0.3))
    owner.stage.kill(*BRAINS)
    assert (await ends_once(job))["completed"] == 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_processes_die_around_a_stop_and_stopped_is_stopped(owner: Owner, seed: int) -> None:
    print(f"seed={seed}")
    chance = random.Random(seed)
    slow = [Part(name=name, loops=20, pause_s=0.5) for name in ("hotels", "trains", "food")]
    job = await owner.start(*slow)
    await job.begun(3)
    killing = asyncio.ensure_future(owner.stage.kill_often(chance, 4, most_s=0.8))
    await asyncio.sleep(chance.uniform(0, 1.5))
    stopped_at = await until_stopped(job.id, owner)
    await killing
    status = await ends_once(job)
    assert status["status"] == "stopped"
    assert {run["status"] for run in status["runs"]} <= {"stopped", "complete", "failed"}
    silent_after(job, stopped_at)


async def until_stopped(job_id: str, owner: Owner) -> float:
    """Ask for the stop until it is answered, as a page does; return when that was."""
    async with asyncio.timeout(MOST_S):
        while True:
            try:
                answer = await owner.post(f"/api/jobs/{job_id}/stop", {})
            except httpx.HTTPError:
                continue
            if answer.status_code == 200:
                return time.time()
            await asyncio.sleep(0.1)


async def test_a_process_that_wakes_up_after_its_lease_adds_nothing(owner: Owner) -> None:
    job = await owner.start(*PARTS)
    await job.begun(4)
    with frozen(owner.stage.stack, "brainToBrain"):
        await job.until(lambda now: now["completed"] == 3)
    status = await ends_once(job)
    assert (status["status"], status["completed"]) == ("complete", 3)
    for part in PARTS:  # the call that was frozen, and the one in its place
        assert len(job.troupe.of_part(job.word, part.name)) <= part.loops + 1


# ---- the queue


async def test_a_queue_that_sends_everything_twice_changes_nothing(owner: Owner) -> None:
    with owner.stage.queue(double=True):
        job = await owner.start(*PARTS)
        status = await ends_once(job)
    assert (status["status"], status["completed"]) == ("complete", 3)
    for part in PARTS:
        assert len(job.troupe.of_part(job.word, part.name)) == part.loops


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_queue_that_is_late_and_out_of_order_changes_nothing(
    owner: Owner, seed: int
) -> None:
    print(f"seed={seed}")
    with owner.stage.queue(double=True, shuffle=True, extra_delay_s=4.0):
        job = await owner.start(*PARTS, *WAYS)
        status = await ends_once(job)
    assert (status["status"], status["completed"], status["failed"]) == ("complete", 5, 1)


async def test_a_start_that_is_lost_is_made_up_by_the_sweep(owner: Owner) -> None:
    job = await owner.start_and_lose(*PARTS)
    assert job.troupe.of(job.word) == []
    status = await ends_once(job)
    assert (status["status"], status["completed"]) == ("complete", 3)


async def test_without_the_queue_nothing_runs_and_the_same_key_starts_it(owner: Owner) -> None:
    key, word = "key-of-an-outage", "word-0000000000b1"
    with owner.stage.without_queue():
        refused, _ = await owner.try_start(*PARTS, word=word, key=key)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    job = await owner.start(*PARTS, word=word, key=key)
    status = await ends_once(job)
    assert (status["status"], status["completed"]) == ("complete", 3)
    assert len((await owner.get("/api/jobs")).json()["jobs"]) == 1


# ---- many at once: what a crash left is found by several


async def test_calls_that_come_at_once_settle_a_mind_once(owner: Owner) -> None:
    food, trains = Part(name="food", loops=1, pause_s=3.0), Part(name="trains", loops=8, pause_s=2)
    job = await owner.start(food, trains)
    await job.begun(2)
    async with owner.stage.without_database():
        async with asyncio.timeout(MOST_S):
            while job.troupe.of_part(job.word, "food")[0].ended is None:  # noqa: ASYNC110 - the model is asked by processes
                await asyncio.sleep(0.05)
        await asyncio.sleep(1)  # its run ends in Redis, and its row does not know of it
        owner.stage.kill("brainToBrain")
    await job.call("say", 0, times=12)
    assert (await job.status())["completed"] == 1
    status = await ends_once(job)
    assert (status["status"], status["completed"]) == ("complete", 2)


@pytest.mark.parametrize("kind", ["refuse", "lose"])
async def test_a_report_is_announced_once_whoever_announces_it(
    owner: Owner, kind: Literal["refuse", "lose"]
) -> None:
    await owner.listen()
    job = await owner.start(Part(name="food", loops=2, pause_s=0.5))
    with owner.stage.store_fails(kind, f"job-{job.id}"):
        before = await job.until(lambda now: bool(now["reportReady"]))
        await asyncio.sleep(1)
        assert (before["status"], before["finishedAt"]) == ("complete", None)
    await job.call("sweep", None, times=8)
    status = await ends_once(job)
    assert status["status"] == "complete"
    assert len(await owner.notifications()) == 1


async def test_a_stop_that_failed_halfway_is_completed_by_the_same_stop(owner: Owner) -> None:
    slow = [Part(name=name, loops=20, pause_s=0.5) for name in ("hotels", "trains", "food")]
    job = await owner.start(*slow)
    await job.begun(3)
    with owner.stage.store_fails("refuse", Keys.of(job.answer["conversationIds"][1]).key("run")):
        failed = await owner.post(f"/api/jobs/{job.id}/stop", {})
        assert failed.status_code == 503
        assert int(failed.headers["retry-after"]) > 0
    assert (await job.stop())["status"] == "stopped"
    stopped_at = time.time()
    assert (await ends_once(job))["status"] == "stopped"
    silent_after(job, stopped_at)


# ---- the services


@pytest.mark.parametrize("seconds", [20, 60] if IS_LONG else [20])
async def test_postgres_is_away_for_a_while(owner: Owner, seconds: int) -> None:
    await owner.listen()
    job = await owner.start(*PARTS)
    await job.begun(4)
    async with owner.stage.without_database():
        await asyncio.sleep(seconds)
    status = await ends_once(job)
    assert (status["status"], status["completed"]) == ("complete", 3)


async def test_redis_is_away_for_some_seconds(owner: Owner) -> None:
    job = await owner.start(*PARTS)
    await job.begun(4)
    with owner.stage.without_store():
        await asyncio.sleep(5)
    status = await ends_once(job)
    assert (status["status"], status["completed"]) == ("complete", 3)


async def test_postgres_is_away_while_the_report_is_written(owner: Owner) -> None:
    job = await owner.start(Part(name="food", loops=1))
    async with asyncio.timeout(MOST_S):
        while not job.troupe.of(job.word, "reporter"):  # noqa: ASYNC110 - the model is asked by processes
            await asyncio.sleep(0.005)
    async with owner.stage.without_database():
        await asyncio.sleep(10)  # longer than a call of the database, and than a lease
    assert (await ends_once(job))["completed"] == 1


async def test_without_the_channel_the_log_has_it_all_the_same(owner: Owner) -> None:
    await owner.listen()
    with owner.stage.without_channel():
        job = await owner.start(*PARTS)
        status = await ends_once(job)
    assert (status["status"], status["completed"]) == ("complete", 3)
    assert owner.heard() == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_everything_at_once(owner: Owner, seed: int) -> None:
    print(f"seed={seed}")
    chance = random.Random(seed)
    stage = owner.stage
    with stage.queue(double=True, shuffle=True, extra_delay_s=2.0), stage.without_channel():
        job = await owner.start(*PARTS, *WAYS)
        await stage.kill_often(chance, 4, most_s=3.0)
        async with stage.without_database():
            await asyncio.sleep(chance.uniform(2, 8))
        await stage.kill_often(chance, 2, most_s=3.0)
        status = await ends_once(job)
    assert (status["status"], status["completed"], status["failed"]) == ("complete", 5, 1)

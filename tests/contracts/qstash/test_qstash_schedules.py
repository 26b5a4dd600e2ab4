"""The local queue's schedules, tested with QStash's SDK."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from qstash.errors import QStashError
from qstash.log import LogState
from qstash.schedule import Schedule

from tests.local.qstash_stage import Stage, staged

MINUTE_MS = 60_000


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


async def publish_now(stage: Stage, schedule_id: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{stage.queue_url}/_local/queue/schedules/{schedule_id}/now")
    assert answer.status_code == 200


async def keep(stage: Stage, schedule_id: str = "hourly", cron: str = "0 * * * *") -> Schedule:
    kept = await stage.client.schedule.create(
        destination=stage.url, cron=cron, schedule_id=schedule_id
    )
    assert kept == schedule_id
    return await stage.client.schedule.get(schedule_id)


async def test_a_schedule_comes_back_as_it_was_made(stage: Stage) -> None:
    schedule_id = await stage.client.schedule.create_json(
        destination=f"{stage.url}?a=1&b=%20",
        cron="*/5 * * * *",
        body={"type": "mail.check", "text": "ü"},
        headers={"X-Own": "yes"},
        method="PUT",
        retries=2,
        retry_delay="1000 * (1 + retried)",
        callback="https://example.com/told",
        failure_callback="https://example.com/failed",
        delay="1m",
        timeout=30,
        queue="q",
        label="mail",
        flow_control={"key": "k", "rate": 5, "period": 60},
    )
    schedule = await stage.client.schedule.get(schedule_id)

    assert schedule_id.startswith("scd_")
    assert (schedule.schedule_id, schedule.cron) == (schedule_id, "*/5 * * * *")
    assert schedule.destination == f"{stage.url}?a=1&b=%20"
    assert json.loads(schedule.body or "") == {"type": "mail.check", "text": "ü"}
    assert (schedule.method, schedule.retries) == ("PUT", 2)
    assert schedule.headers is not None
    assert schedule.headers["X-Own"] == ["yes"]
    assert (schedule.callback, schedule.failure_callback) == (
        "https://example.com/told",
        "https://example.com/failed",
    )
    assert (schedule.delay, schedule.timeout, schedule.queue) == (60, 30, "q")
    assert (schedule.label, schedule.retry_delay_expression) == ("mail", "1000 * (1 + retried)")
    assert schedule.flow_control is not None
    assert schedule.flow_control.rate == 5
    assert (schedule.paused, schedule.last_schedule_time) == (False, None)
    assert schedule.next_schedule_time is not None
    assert 0 < schedule.next_schedule_time - schedule.created_at <= 5 * MINUTE_MS
    assert schedule.next_schedule_time % (5 * MINUTE_MS) == 0


async def test_its_message_arrives_signed_like_any_other_with_the_schedules_id(
    stage: Stage,
) -> None:
    await stage.client.schedule.create_json(
        destination=stage.url,
        cron="0 0 1 1 *",
        body={"n": 1},
        headers={"X-Own": "yes"},
        schedule_id="yearly",
    )
    await publish_now(stage, "yearly")
    [received] = await stage.destination.has(1)
    await stage.queue.delivered(1)

    assert json.loads(received.body) == {"n": 1}
    assert received.headers["upstash-schedule-id"] == "yearly"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["x-own"] == "yes"
    assert "upstash-signature" in received.headers
    assert "upstash-cron" not in received.headers
    schedule = await stage.client.schedule.get("yearly")
    assert schedule.last_schedule_time is not None
    logs = (await stage.client.log.list(filter={"state": LogState.DELIVERED})).logs
    assert [log.schedule_id for log in logs] == ["yearly"]


async def test_the_same_id_again_puts_the_new_schedule_in_the_olds_place(stage: Stage) -> None:
    await keep(stage, cron="0 * * * *")
    await keep(stage, cron="30 * * * *")

    [only] = await stage.client.schedule.list()
    assert (only.schedule_id, only.cron) == ("hourly", "30 * * * *")


async def test_all_are_listed_until_they_are_deleted(stage: Stage) -> None:
    await keep(stage, "one")
    await keep(stage, "two")
    assert [each.schedule_id for each in await stage.client.schedule.list()] == ["one", "two"]

    await stage.client.schedule.delete("one")
    assert [each.schedule_id for each in await stage.client.schedule.list()] == ["two"]


async def test_a_paused_schedule_keeps_its_times_and_says_that_it_is_paused(stage: Stage) -> None:
    before = await keep(stage)
    await stage.client.schedule.pause("hourly")
    paused = await stage.client.schedule.get("hourly")
    await stage.client.schedule.resume("hourly")
    after = await stage.client.schedule.get("hourly")

    assert (before.paused, paused.paused, after.paused) == (False, True, False)
    assert paused.next_schedule_time == before.next_schedule_time


async def test_a_schedule_that_there_is_not_is_not_found(stage: Stage) -> None:
    schedules = stage.client.schedule
    for ask in (schedules.get, schedules.delete, schedules.pause, schedules.resume):
        with pytest.raises(QStashError, match=r"404.*schedule not found"):
            await ask("none")
    async with httpx.AsyncClient(base_url=stage.queue_url) as client:
        assert (await client.post("/_local/queue/schedules/none/now")).status_code == 404


@pytest.mark.parametrize(
    ("cron", "reason"),
    [
        ("", "does not have 5 fields"),
        ("* * * *", "does not have 5 fields"),
        ("*/5 * * * * *", "does not have 5 fields"),
        ("61 * * * *", "Bad minute"),
        ("@hourly", "does not have 5 fields"),
        ("CRON_TZ=Mars/Olympus 0 4 * * *", "unknown time zone"),
        ("CRON_TZ=../etc 0 4 * * *", "unknown time zone"),
    ],
)
async def test_a_cron_that_cannot_be_read_is_refused(stage: Stage, cron: str, reason: str) -> None:
    with pytest.raises(QStashError, match=f"400.*invalid upstash-cron.*{reason}"):
        await stage.client.schedule.create(destination=stage.url, cron=cron)
    assert await stage.client.schedule.list() == []


async def test_an_invalid_destination_is_refused(stage: Stage) -> None:
    with pytest.raises(QStashError, match=r"400.*invalid destination url"):
        await stage.client.schedule.create(destination="a-group", cron="* * * * *")

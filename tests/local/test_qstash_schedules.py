"""The local queue's schedules: their times, and what survives a restart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from local.qstash import LocalQueue, Switches
from local.qstash.message import MalformedMessage
from local.qstash.schedule import Schedule, next_time_ms, read_schedule
from tests.local.qstash_stage import Destination, served

HOUR_MS = 3_600_000


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


MIDNIGHT_MS = ms("2026-01-31T00:00:00+00:00")


@pytest.mark.parametrize(
    ("cron", "after", "due"),
    [
        ("* * * * *", "2026-01-31T12:00:00+00:00", "2026-01-31T12:01:00+00:00"),
        ("*/5 * * * *", "2026-01-31T12:04:59.999+00:00", "2026-01-31T12:05:00+00:00"),
        ("0 4 * * *", "2026-01-31T12:00:00+00:00", "2026-02-01T04:00:00+00:00"),
        ("0 9 * * MON-FRI", "2026-01-30T09:00:00+00:00", "2026-02-02T09:00:00+00:00"),
        (
            "CRON_TZ=America/New_York 0 4 * * *",
            "2026-01-31T12:00:00+00:00",
            "2026-02-01T09:00:00+00:00",
        ),
        # Daylight saving time begins there on March 8: the same hour is one hour earlier in UTC.
        (
            "CRON_TZ=America/New_York 0 4 * * *",
            "2026-03-08T07:30:00+00:00",
            "2026-03-08T08:00:00+00:00",
        ),
    ],
)
def test_the_next_time_of_a_schedule_is_computed(cron: str, after: str, due: str) -> None:
    assert next_time_ms(cron, after_ms=ms(after)) == ms(due)


def test_a_cron_expression_without_any_time_is_refused() -> None:
    with pytest.raises(MalformedMessage, match="invalid upstash-cron"):
        next_time_ms("0 0 31 2 *", after_ms=MIDNIGHT_MS)


def test_a_schedule_is_stored_unchanged_but_without_the_token() -> None:
    headers = {"Upstash-Cron": "* * * * *", "Upstash-Label": "l", "Authorization": "Bearer t"}
    schedule = read_schedule(
        destination="http://h", headers=headers, body=b"\x00\xff", now_ms=MIDNIGHT_MS
    )
    assert Schedule.from_json(schedule.to_json()) == schedule
    assert schedule.headers == {"upstash-label": "l"}


@dataclass
class Watch:
    """The queue's clock: it runs like the machine's, from the time to which it was set."""

    offset_s: float = 0.0

    def set(self, at_ms: int) -> None:
        self.offset_s = at_ms / 1000 - time.time()

    def __call__(self) -> float:
        return time.time() + self.offset_s


def hourly(url: str, *, watch: Callable[[], float], schedule_id: str = "hourly") -> Schedule:
    headers = {"Upstash-Cron": "0 * * * *", "Upstash-Schedule-Id": schedule_id}
    now_ms = int(watch() * 1000)
    return read_schedule(destination=url, headers=headers, body=b"", now_ms=now_ms)


@asynccontextmanager
async def running(path: Path, watch: Watch) -> AsyncIterator[LocalQueue]:
    queue = LocalQueue(path, clock=watch)
    async with queue.run(), asyncio.timeout(20):
        yield queue


async def test_a_schedule_publishes_when_its_time_comes(tmp_path: Path) -> None:
    watch = Watch()
    async with served(destination := Destination()) as url, running(tmp_path / "q", watch) as queue:
        watch.set(MIDNIGHT_MS - 100)
        queue.schedules.keep(hourly(url, watch=watch))
        [received] = await destination.has(1)
        await queue.delivered(1)
        assert queue.schedules.due_ms("hourly") == MIDNIGHT_MS + HOUR_MS
        assert queue.now_ms() >= MIDNIGHT_MS
    assert received.headers["upstash-schedule-id"] == "hourly"
    assert len(destination.received) == 1


async def test_a_paused_schedule_skips_its_times(tmp_path: Path) -> None:
    watch = Watch()
    async with served(destination := Destination()) as url, running(tmp_path / "q", watch) as queue:
        watch.set(MIDNIGHT_MS - 100)
        made = [hourly(url, watch=watch, schedule_id=name) for name in ("paused", "other")]
        for schedule in made:
            queue.schedules.keep(schedule)
        queue.schedules.pause("paused", True)
        await queue.delivered(1)
        queue.schedules.pause("paused", False)
        assert queue.schedules.due_ms("paused") == MIDNIGHT_MS + HOUR_MS
    assert [each.headers["upstash-schedule-id"] for each in destination.received] == ["other"]


async def test_a_held_queue_keeps_the_messages_of_its_schedules(tmp_path: Path) -> None:
    watch = Watch()
    async with served(destination := Destination()) as url, running(tmp_path / "q", watch) as queue:
        queue.switches = Switches(hold=True)
        watch.set(MIDNIGHT_MS - 100)
        queue.schedules.keep(hourly(url, watch=watch))
        await queue.until(lambda now: now.pending == 1)
        queue.switches = Switches()
        await queue.delivered(1)
    assert len(destination.received) == 1


async def test_schedules_survive_a_restart_and_publish_once_for_missed_times(
    tmp_path: Path,
) -> None:
    watch = Watch()
    watch.set(MIDNIGHT_MS + 1_000)
    async with served(destination := Destination()) as url:
        async with running(tmp_path / "q", watch) as queue:
            queue.schedules.keep(hourly(url, watch=watch))
            queue.schedules.keep(hourly(url, watch=watch, schedule_id="dropped"))
            queue.schedules.drop("dropped")
        watch.set(MIDNIGHT_MS + 5 * HOUR_MS + 1_000)
        async with running(tmp_path / "q", watch) as queue:
            await queue.delivered(1)
            assert (await queue.idle()).delivered == 1
            [kept] = queue.schedules.all()
            assert queue.schedules.due_ms("hourly") == MIDNIGHT_MS + 6 * HOUR_MS
    assert kept.last_ms is not None
    assert kept.last_ms >= MIDNIGHT_MS + 5 * HOUR_MS
    assert len(destination.received) == 1


async def test_a_restart_does_not_publish_again_what_was_published(tmp_path: Path) -> None:
    watch = Watch()
    async with served(destination := Destination()) as url:
        async with running(tmp_path / "q", watch) as queue:
            watch.set(MIDNIGHT_MS - 100)
            before = hourly(url, watch=watch)
            queue.schedules.keep(before)
            await queue.delivered(1)
        async with running(tmp_path / "q", watch) as queue:
            assert queue.schedules.due_ms("hourly") == MIDNIGHT_MS + HOUR_MS
            # As after a crash between publishing the message and recording it.
            queue.schedules.keep(before)
            await queue.until(lambda now: now.duplicates == 1)
    assert len(destination.received) == 1

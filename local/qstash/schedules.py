"""The queue's schedules: stored like messages, and published when due.

If one or more times passed while the process was down, the message is published once at the start.
A paused schedule skips its times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from local.qstash.message import QueueMessage
from local.qstash.schedule import Schedule
from local.qstash.store import QueueStore


class Schedules:
    def __init__(
        self,
        store: QueueStore,
        *,
        now_ms: Callable[[], int],
        publish: Callable[[Sequence[QueueMessage]], object],
        notify: Callable[[], None],
    ) -> None:
        """`publish` accepts messages; `notify` wakes the task that waits for the next due time."""
        self._store = store
        self._now_ms = now_ms
        self._publish = publish
        self._notify = notify
        self._schedules: dict[str, Schedule] = {}
        self._due_ms: dict[str, int] = {}
        for schedule in store.schedules():
            self._plan(schedule)

    def all(self) -> list[Schedule]:
        return list(self._schedules.values())

    def find(self, schedule_id: str) -> Schedule | None:
        return self._schedules.get(schedule_id)

    def due_ms(self, schedule_id: str) -> int:
        """Return when it publishes next. KeyError if there is no such schedule."""
        return self._due_ms[schedule_id]

    def keep(self, schedule: Schedule) -> None:
        """Add the schedule, or replace the one with its id."""
        self._save(schedule)
        self._plan(schedule)
        self._notify()

    def pause(self, schedule_id: str, is_paused: bool) -> bool:
        """Pause or resume; returns False if there is no such schedule. Its next time does not
        change.
        """
        schedule = self._schedules.get(schedule_id)
        if schedule is not None:
            self._save(replace(schedule, is_paused=is_paused))
        return schedule is not None

    def drop(self, schedule_id: str) -> bool:
        """Remove the schedule; returns False if there is no such schedule."""
        self._store.remove_schedule(schedule_id)
        self._due_ms.pop(schedule_id, None)
        return self._schedules.pop(schedule_id, None) is not None

    def publish_now(self, schedule_id: str) -> bool:
        """Publish as if it were due; returns False if there is no such schedule."""
        schedule = self._schedules.get(schedule_id)
        if schedule is not None:
            self._publish_at(schedule, self._now_ms())
        return schedule is not None

    def publish_due(self) -> None:
        now_ms = self._now_ms()
        for schedule in self.all():
            due_ms = self._due_ms[schedule.id]
            if due_ms > now_ms:
                continue
            if not schedule.is_paused:
                self._publish_at(schedule, due_ms)
            self._due_ms[schedule.id] = schedule.next_ms(now_ms)

    def next_due_ms(self) -> int | None:
        return min(self._due_ms.values(), default=None)

    def _publish_at(self, schedule: Schedule, due_ms: int) -> None:
        now_ms = self._now_ms()
        # Publish first, then record. After a crash in between it is published again, and its
        # deduplication id identifies the copy. In the other order it would be lost.
        self._publish([schedule.message(due_ms, now_ms=now_ms)])
        self._save(replace(schedule, last_ms=now_ms))

    def _save(self, schedule: Schedule) -> None:
        self._store.save_schedule(schedule)
        self._schedules[schedule.id] = schedule

    def _plan(self, schedule: Schedule) -> None:
        since_ms = schedule.created_ms if schedule.last_ms is None else schedule.last_ms
        self._schedules[schedule.id] = schedule
        self._due_ms[schedule.id] = schedule.next_ms(since_ms)

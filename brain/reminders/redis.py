"""Reminders in the state store: they need no database, and wait there under their user's key."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from brain.cloud.redis.scripts import BRAIN_LIMIT_S, KEEP_MS, Keys, Redis, script
from brain.reminders.model import Reminder
from brain.run import records
from brain.run.errors import EntryUnreadable

MOST = 200  # reminders of a user; each costs the queue a message, and every list shows all
TAKEN_MS = 60_000  # ms in which whoever takes one again gets the same: a call, or a run, sent again


class RedisReminders:
    """Reminders on a Redis script."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, user_id: str, reminder: Reminder) -> Reminder | None:
        form = records.reminder_to_stored(reminder)
        known, is_full, _ = await self._run(user_id, "add", reminder.id, form)
        return None if is_full else _loaded(known) or reminder

    async def find(self, user_id: str, id: str) -> Reminder | None:
        known, _, _ = await self._run(user_id, "find", id)
        return records.reminder_from_stored(known) if known else None

    async def take(self, user_id: str, id: str) -> Reminder | None:
        known, _, _ = await self._run(user_id, "take", id)
        return _loaded(known)

    async def all(self, user_id: str) -> Sequence[Reminder]:
        _, _, forms = await self._run(user_id, "all")
        loaded = [reminder for form in forms if (reminder := _loaded(form))]
        return sorted(loaded, key=lambda reminder: reminder.at)

    async def _run(self, user_id: str, what: str, id: str = "", form: str = "") -> Any:
        keys = Keys.of(user_id)
        return await self._redis.evaluate(
            script("remind"),
            [*keys.all(), keys.key("reminders"), keys.key(f"taken:{id}")],
            [what, id, form, str(MOST), str(KEEP_MS), str(TAKEN_MS)],
            limit_s=BRAIN_LIMIT_S,
        )


def _loaded(form: str) -> Reminder | None:
    """None for nothing, and for a form that newer code wrote: that code knows it."""
    with suppress(EntryUnreadable):
        return records.reminder_from_stored(form) if form else None
    return None

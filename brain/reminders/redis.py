"""Reminders in the state store, one hash per user. They need no database."""

from collections.abc import Sequence
from typing import Literal

from brain.cloud.redis.scripts import BRAIN_LIMIT_S, KEEP_MS, Keys, Redis, Script, ScriptReply
from brain.codec import Form, Stored, note_unreadable
from brain.errors import EntryUnreadable
from brain.reminders.model import Reminder

MOST = 200  # reminders per user; each needs a message of the queue, and a list shows all
TAKEN_MS = 60_000  # ms in which a repeated `take` returns the same reminder

type What = Literal["add", "find", "take", "all"]

REMINDER = Stored(Form(Reminder))
REMINDERS = Script(__package__, "reminders", BRAIN_LIMIT_S)


class RedisReminders:
    """`Reminders` on a Redis script."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, user_id: str, reminder: Reminder) -> Reminder | None:
        form = REMINDER.write(reminder)
        reply = await self._run(user_id, "add", reminder.id, form)
        return None if reply.flag("full") else _loaded(reply.text("known")) or reminder

    async def find(self, user_id: str, id: str) -> Reminder | None:
        known = (await self._run(user_id, "find", id)).text("known")
        return REMINDER.read(known) if known else None

    async def take(self, user_id: str, id: str) -> Reminder | None:
        return _loaded((await self._run(user_id, "take", id)).text("known"))

    async def all(self, user_id: str) -> Sequence[Reminder]:
        reply = await self._run(user_id, "all")
        loaded = [reminder for form in reply.items("all") if (reminder := _loaded(form))]
        return sorted(loaded, key=lambda reminder: reminder.at)

    async def _run(self, user_id: str, what: What, id: str = "", form: str = "") -> ScriptReply:
        return await REMINDERS.run(
            self._redis,
            Keys.of(user_id).keys("reminders", f"taken:{id}"),
            {
                "what": what,
                "id": id,
                "form": form,
                "most": MOST,
                "keep_ms": KEEP_MS,
                "taken_ms": TAKEN_MS,
            },
        )


def _loaded(form: str) -> Reminder | None:
    """Read a stored reminder. None if it is empty or if newer code wrote it."""
    try:
        return REMINDER.read(form) if form else None
    except EntryUnreadable as error:
        note_unreadable(error)
        return None

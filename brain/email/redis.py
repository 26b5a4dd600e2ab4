"""Why the last look into the mailbox failed, for /api/health: one record in the store.

There is one account for the whole deployment. Another process looks into the mailbox than the one
that reports.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from brain.cloud.redis.scripts import Redis
from brain.email.model import Synced
from brain.email.ports import Mailbox
from brain.errors import MailboxUnreachable, StoreUnreachable

KEY = "brain:{email}:fault"
KEEP_S = 24 * 3600  # seconds; an older fault says nothing about now
LIMIT_S = 1.0  # seconds for the store's answer
FRESH_S = 1.0  # seconds until the record is read again: anybody may call /api/health
MAX_CHARS = 200


class MailboxFault:
    """The record. Empty if the last look succeeded."""

    def __init__(self, redis: Redis, now: Callable[[], float]) -> None:
        """`now` is a monotonic clock in seconds."""
        self._redis = redis
        self._now = now
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")
        self._found = ""

    async def note(self, reason: str) -> None:
        """Keep why a look has failed; empty: it succeeded. A store that is away costs nothing but
        the record.
        """
        keep = ["SET", KEY, reason[:MAX_CHARS], "EX", str(KEEP_S)]
        await self._ask(keep if reason else ["DEL", KEY])

    async def read(self) -> str:
        """Return why the last look failed; empty if it did not, or if nobody knows."""
        async with self._reading:
            if self._now() - self._read_at >= FRESH_S:
                told = await self._ask(["GET", KEY])
                self._read_at, self._found = self._now(), told if isinstance(told, str) else ""
        return self._found

    async def _ask(self, command: list[str]) -> object:
        with suppress(StoreUnreachable, TimeoutError):
            async with asyncio.timeout(LIMIT_S):
                answer: object = await self._redis.execute(command, limit_s=LIMIT_S)
                return answer
        return None


class NotedMailbox:
    """A mailbox of which each look is noted, with the reason if it failed."""

    def __init__(self, mailbox: Mailbox, fault: MailboxFault) -> None:
        self._mailbox = mailbox
        self._fault = fault

    async def sync(self, user_id: str, *, limit_s: float) -> Synced:
        """Look into the mailbox."""
        try:
            synced = await self._mailbox.sync(user_id, limit_s=limit_s)
        except MailboxUnreachable as error:
            await self._fault.note(str(error))  # our own words: none are the server's
            raise
        await self._fault.note("")
        return synced

    async def mark_read(self, user_id: str, email_id: str) -> None:
        """Mark the email as read."""
        await self._mailbox.mark_read(user_id, email_id)

    async def find_sent(self, message_id: str) -> bool:
        """Whether the folder of sent email contains it."""
        return await self._mailbox.find_sent(message_id)

    async def keep_sent(self, message_id: str, raw: bytes) -> None:
        """Store a copy there."""
        await self._mailbox.keep_sent(message_id, raw)

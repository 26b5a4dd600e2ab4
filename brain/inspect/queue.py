"""Reads what QStash has for a user: calls that will come, and its dead letters."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from brain.cloud.qstash import BAD_RESPONSES
from brain.cloud.redis.scripts import Keys
from brain.codec import NotJson, NotUsable, decoded
from brain.errors import QueueUnreachable
from brain.inspect.model import QueuedCall, QueueSeen
from brain.settings import QueueSettings

if TYPE_CHECKING:
    from qstash import AsyncQStash
    from qstash.dlq import DlqMessage
    from qstash.message import Message as QStashMessage

ANSWER_LIMIT_S = 10.0  # seconds for one request
AT_ONCE = 8  # requests
MOST_PAGES = 10  # of 100 dead letters each


class InspectedQueue:
    """Reads from QStash. Raises QueueUnreachable."""

    def __init__(self, at: QueueSettings) -> None:
        self._at = at

    async def seen(self, user: Keys, ids: Sequence[str]) -> QueueSeen:
        """Return the calls with these ids that still wait, and the user's dead letters."""
        from qstash import AsyncQStash

        client = AsyncQStash(self._at.token, retry=False, base_url=self._at.url)
        async with aclosing(client.http._client):  # the SDK has no public way to close it
            calls = await self._calls(client, ids)
            dead, is_whole = await self._dead(client, user)
        due = sorted(calls, key=lambda call: call.due_ms)
        return QueueSeen(calls=tuple(due), dead=tuple(dead), is_whole=is_whole)

    async def _calls(self, client: "AsyncQStash", ids: Sequence[str]) -> list[QueuedCall]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def look(id: str) -> QueuedCall | None:
            async with gate:
                message = await _answer(client.message.get(id))
            return _call(message) if message is not None else None

        found = await asyncio.gather(*map(look, ids))
        return [call for call in found if call is not None]

    async def _dead(self, client: "AsyncQStash", user: Keys) -> tuple[list[QueuedCall], bool]:
        """Return the dead letters, newest first, and whether these are all."""
        found: list[QueuedCall] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await _answer(client.dlq.list(cursor=cursor))
            if page is None:
                return found, True
            found += [_call(each, each) for each in page.messages if self._is_for(user, each)]
            cursor = page.cursor or None
            if cursor is None:
                return found, True
        return found, False

    def _is_for(self, user: Keys, message: "QStashMessage") -> bool:
        """Whether this deployment sent it, for this user. Several may share an account."""
        owner = _body(message).get("userId")
        is_ours = message.url.startswith(f"{self._at.public_url}/")
        return is_ours and isinstance(owner, str) and Keys.of(owner) == user


def _call(message: "QStashMessage", letter: "DlqMessage | None" = None) -> QueuedCall:
    body = _body(message)
    return QueuedCall(
        id=message.message_id if letter is None else letter.dlq_id,
        route=urlsplit(message.url).path,
        run=str(body.get("runId") or "").removeprefix("-"),
        reason=str(body.get("reason") or body.get("type") or "")[:40],
        due_ms=message.not_before or message.created_at,
        status=0 if letter is None else letter.response_status,
    )


def _body(message: "QStashMessage") -> dict[str, object]:
    """Return the body as an object; empty for one that this code has not sent."""
    try:
        found = decoded(message.body or "")
    except (NotJson, NotUsable):
        return {}
    return found if isinstance(found, dict) else {}


async def _answer[T](asking: Awaitable[T]) -> T | None:
    """Await an answer; None if QStash does not know what was asked for."""
    import httpx
    from qstash.errors import QStashError

    try:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            return await asking
    except QStashError as error:
        if "status: 404" in str(error):
            return None
        raise QueueUnreachable(f"the queue refused: {type(error).__name__}") from None
    except (TimeoutError, httpx.HTTPError, *BAD_RESPONSES) as error:
        raise QueueUnreachable(f"no answer from the queue: {type(error).__name__}") from None

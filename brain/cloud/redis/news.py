"""Updates over Redis pub/sub, using Upstash's REST API. The response to a subscription is a
stream of server-sent events that has no end.

The stream is read line by line, as in the vendor's SDK. The vendor's documentation shows events
without an empty line between them, which an event parser (httpx-sse) would merge into one. The
payload is plain text, never base64. One client is kept per event loop, because its connections do
not work on another loop.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from brain.chat.pieces import EDIT_PIECE, EditPiece
from brain.cloud.redis.scripts import BRAIN_LIMIT_S, Keys, Redis
from brain.codec import Json, dumps
from brain.errors import EntryUnreadable, StoreUnreachable
from brain.run.ports import LogUpdate

if TYPE_CHECKING:
    import httpx

CONFIRM_S = 2.5  # seconds to connect and get the confirmation; the same as TRY_S of the store
BACKLOG = 64  # updates that wait for a listener; the newest one contains what older ones say
STATES = frozenset({"running", "done", "stopped", "-"})
EVENT = "event "
EVENTS = frozenset({"document"})  # that stand in no log
EDIT = "edit "  # begins what is no update of a log, but of what is being written
MAX_DIGITS = 15  # of a seq: enough for any log, and a double represents them exactly


class UpstashNews:
    """Updates of users' logs from Upstash Redis."""

    def __init__(self, url: str, token: str, *, confirm_s: float = CONFIRM_S) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._confirm_s = confirm_s
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def listen(self, user_id: str) -> AsyncIterator[AsyncIterator[LogUpdate]]:
        """Subscribe to a user's updates. Raises StoreUnreachable.

        A separate task reads the stream, so a listener that stops waiting does not break it.
        """
        inbox = Inbox()
        reading = asyncio.create_task(self._read(Keys.of(user_id).news(), inbox))
        try:
            await inbox.confirmed()
            yield inbox
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _read(self, channel: str, inbox: "Inbox") -> None:
        """Fill the inbox until the stream ends or the task is cancelled."""
        import httpx

        reason = "the stream ended"
        try:
            async with asyncio.timeout(self._confirm_s) as limit, self._stream(channel) as response:
                if response.status_code != 200:
                    reason = f"refused with {response.status_code}"
                    return
                async for line in response.aiter_lines():
                    if line.startswith(f"data: subscribe,{channel},"):
                        limit.reschedule(None)
                        inbox.confirm()
                    elif update := parse_line(line, channel):
                        inbox.put(update)
        except (TimeoutError, httpx.HTTPError) as error:
            reason = type(error).__name__
        finally:
            inbox.end(reason)

    def _stream(self, channel: str) -> AbstractAsyncContextManager["httpx.Response"]:
        url = f"{self._url}/subscribe/{quote(channel, safe='')}"
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream"}
        return self._current().stream("POST", url, headers=headers)

    def _current(self) -> "httpx.AsyncClient":
        import httpx

        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Each listener needs its own connection, and may wait any time for the next update.
            timeout = httpx.Timeout(self._confirm_s, read=None)
            limits = httpx.Limits(max_connections=None)
            self._loop, self._client = loop, httpx.AsyncClient(timeout=timeout, limits=limits)
        return self._client


class Inbox:
    """The updates that one listener has not taken yet: an endless iterator."""

    def __init__(self) -> None:
        self._updates: deque[LogUpdate] = deque(maxlen=BACKLOG)
        self._is_confirmed = False
        self._broken: str | None = None
        self._changed = asyncio.Event()

    def confirm(self) -> None:
        """Mark the subscription as confirmed."""
        self._is_confirmed = True
        self._changed.set()

    def put(self, update: LogUpdate) -> None:
        """Add an update. If the inbox is full, the oldest one is dropped.

        Only the newest edit waits, so that edits do not push out what says that the log has grown.
        """
        if update.edit is not None:
            kept = [each for each in self._updates if each.edit is None]
            self._updates = deque(kept, maxlen=BACKLOG)
        self._updates.append(update)
        self._changed.set()

    def end(self, reason: str) -> None:
        """End the iterator with an error: no more updates will arrive."""
        self._broken = reason
        self._changed.set()

    async def confirmed(self) -> None:
        """Wait until the subscription is confirmed. Raises StoreUnreachable."""
        while not self._is_confirmed:
            await self._change()

    def __aiter__(self) -> AsyncIterator[LogUpdate]:
        return self

    async def __anext__(self) -> LogUpdate:
        while not self._updates:
            await self._change()
        return self._updates.popleft()

    async def _change(self) -> None:
        if self._broken is not None:
            raise StoreUnreachable(f"no news from the store: {self._broken}")
        self._changed.clear()
        await self._changed.wait()


def parse_line(line: str, channel: str) -> LogUpdate | None:
    """Parse a line of the stream. Returns None for a line without an update."""
    head = f"data: message,{channel},"
    return parse_update(line.removeprefix(head)) if line.startswith(head) else None


def parse_update(payload: str) -> LogUpdate | None:
    """Parse `<lastSeq> <state> <runId>`, the format of the scripts, an edit, or what `tell` tells;
    None for anything else.
    """
    if payload.startswith(EVENT):
        name, _, data = payload.removeprefix(EVENT).partition(" ")
        return _event(name, data)
    if payload.startswith(EDIT):
        return _edit(payload.removeprefix(EDIT))
    match payload.split(" "):
        case [seq, state, run_id] if _is_seq(seq) and state in STATES and run_id:
            return LogUpdate(
                last_seq=int(seq), state=state, run_id=None if run_id == "-" else run_id
            )
        case _:
            return None


async def tell(redis: Redis, user_id: str, name: str, data: Json) -> None:
    """Tell a user's listeners of an event, at most once. Raises StoreUnreachable."""
    payload = f"{EVENT}{name} {json.dumps(data)}"  # ASCII: other characters may end a line
    await redis.execute(["PUBLISH", Keys.of(user_id).news(), payload], limit_s=BRAIN_LIMIT_S)


def _event(name: str, data: str) -> LogUpdate | None:
    try:
        found = json.loads(data)
    except ValueError:
        return None
    told = (name, found) if name in EVENTS and isinstance(found, dict) else None
    return told and LogUpdate(last_seq=0, state="-", run_id=None, told=told)


def edit_payload(piece: EditPiece) -> str:
    """Return what is published of an edit while it is written: one line."""
    return EDIT + dumps(EDIT_PIECE.encode(piece))


def _edit(form: str) -> LogUpdate | None:
    """Read an edit; None for one of another form, which a newer version has published."""
    try:
        piece = EDIT_PIECE.decode(json.loads(form))
    except (EntryUnreadable, ValueError):
        return None
    return LogUpdate(last_seq=0, state="-", run_id=None, edit=piece)


def _is_seq(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS

"""News over Redis pub/sub, by Upstash's REST: the answer to a subscription is a stream of
server-sent events that never ends by itself.

Read by the line, as the vendor's own SDK does: its documentation shows events with no empty line
between, which a reader of events (httpx-sse) would take for one. What comes is plain text, never
base64. One client is kept for a running event loop: on another loop its connections are stale.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from brain.cloud.redis.scripts import Keys
from brain.errors import StoreUnreachable
from brain.run.ports import LogUpdate

if TYPE_CHECKING:
    import httpx

CONFIRM_S = 2.5  # seconds to connect and be confirmed; as long as any try to reach the store
BACKLOG = 64  # bulletins that wait for a listener; older ones say nothing that the newest does not
STATES = frozenset({"running", "done", "stopped", "-"})
MAX_DIGITS = 15  # of a seq: no log is longer, and a double holds it


class UpstashNews:
    """News on Upstash Redis."""

    def __init__(self, url: str, token: str, *, confirm_s: float = CONFIRM_S) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._confirm_s = confirm_s
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def listen(self, user_id: str) -> AsyncIterator[AsyncIterator[LogUpdate]]:
        """Read beside the listener, since to give up waiting must not break the stream."""
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
        """Fill the inbox until the stream breaks, or we are cancelled."""
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
                    elif update := bulletin_in(line, channel):
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
            # A connection for each listener, however many there are and however little they hear.
            timeout = httpx.Timeout(self._confirm_s, read=None)
            limits = httpx.Limits(max_connections=None)
            self._loop, self._client = loop, httpx.AsyncClient(timeout=timeout, limits=limits)
        return self._client


class Inbox:
    """What one listener has not taken yet; an iterator without end."""

    def __init__(self) -> None:
        self._bulletins: deque[LogUpdate] = deque(maxlen=BACKLOG)
        self._is_confirmed = False
        self._broken: str | None = None
        self._changed = asyncio.Event()

    def confirm(self) -> None:
        """The subscription holds."""
        self._is_confirmed = True
        self._changed.set()

    def put(self, update: LogUpdate) -> None:
        """One more; the oldest goes if there is no room."""
        self._bulletins.append(update)
        self._changed.set()

    def end(self, reason: str) -> None:
        """Nothing more comes."""
        self._broken = reason
        self._changed.set()

    async def confirmed(self) -> None:
        """Return once the subscription holds. Raises StoreUnreachable."""
        while not self._is_confirmed:
            await self._change()

    def __aiter__(self) -> AsyncIterator[LogUpdate]:
        return self

    async def __anext__(self) -> LogUpdate:
        while not self._bulletins:
            await self._change()
        return self._bulletins.popleft()

    async def _change(self) -> None:
        if self._broken is not None:
            raise StoreUnreachable(f"no news from the store: {self._broken}")
        self._changed.clear()
        await self._changed.wait()


def bulletin_in(line: str, channel: str) -> LogUpdate | None:
    """The bulletin that a line of the stream brings; None for any other line."""
    head = f"data: message,{channel},"
    return parse_bulletin(line.removeprefix(head)) if line.startswith(head) else None


def parse_bulletin(payload: str) -> LogUpdate | None:
    """`<lastSeq> <state> <runId>`, as the scripts publish it; None for anything else."""
    match payload.split(" "):
        case [seq, state, run_id] if _is_seq(seq) and state in STATES and run_id:
            return LogUpdate(
                last_seq=int(seq), state=state, run_id=None if run_id == "-" else run_id
            )
        case _:
            return None


def _is_seq(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS

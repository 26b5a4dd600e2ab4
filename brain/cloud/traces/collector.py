"""Sends spans to a collector by OTLP over HTTP.

There is no exporter in the background: it would not run while an instance is frozen. The spans of
a call are sent before it ends, when its caller has the answer, and only once.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from brain.cloud.traces.model import TraceSpan
from brain.cloud.traces.recording import Recording, recorded
from brain.settings.traces import TraceSettings

if TYPE_CHECKING:
    import httpx

    from brain.cloud.traces.encoding import Encoder

LIMIT_S = 1.0  # seconds for a request, whatever the collector does
MOST_READ = 64 * 1024  # bytes of its answer; a connection can be used again if it was read
KIND = "application/x-protobuf"

log = logging.getLogger(__name__)


class CollectorFailed(Exception):
    """The collector did not take the spans."""


class Collector:
    """Where this instance sends its traces."""

    def __init__(self, at: TraceSettings, *, version: str) -> None:
        """`version` is that of this service."""
        self._at = at
        self._resource = {"service.version": version, **at.resource}
        self._encoder: Encoder | None = None
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def record[T](self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns, once the spans of its runs are sent. Raises what it raises,
        and nothing of its own.
        """
        recording = Recording(now=time.time_ns, has_texts=self._at.has_texts)
        try:
            with recorded(recording):
                return await work()
        finally:
            if spans := recording.spans():
                await self._send(spans)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _send(self, spans: list[TraceSpan]) -> None:
        """Send spans. If this fails, they are dropped, and a line in the log says so."""
        try:
            # The limit is for the collector. What is made once is made before: cut off, it would
            # be made again with each call.
            body, client = (await self._encoding()).encode(spans), await self._current()
            async with asyncio.timeout(LIMIT_S):
                await self._post(client, body)
        except Exception as error:  # noqa: BLE001 - no fault of traces may reach the run or its caller
            reason = str(error) if isinstance(error, CollectorFailed) else type(error).__name__
            log.warning("traces.failed: reason=%s spans=%d", reason, len(spans))

    async def _encoding(self) -> "Encoder":
        if self._encoder is None:
            # In a thread: importing the SDK takes 0.2 s.
            made = await asyncio.to_thread(_encoder, self._resource)
            self._encoder = self._encoder or made  # another call may have made one meanwhile
        return self._encoder

    async def _post(self, client: "httpx.AsyncClient", body: bytes) -> None:
        read = 0
        async with client.stream("POST", self._at.url, content=body) as response:
            if not response.is_success:
                raise CollectorFailed(f"status {response.status_code}")
            async for piece in response.aiter_raw():
                read += len(piece)
                if read > MOST_READ:
                    return

    async def _current(self) -> "httpx.AsyncClient":
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # In a thread: loading certificates takes 50 ms. Another call may make a client
            # meanwhile; both use the first.
            made = await asyncio.to_thread(_client, self._at.headers)
            if self._client is None or self._loop is not loop:
                self._client, self._loop = made, loop
        return self._client


async def traced[T](collector: Collector | None, work: Callable[[], Awaitable[T]]) -> T:
    """Return what `work` returns; with a collector, its runs are recorded."""
    return await (work() if collector is None else collector.record(work))


def _encoder(resource: dict[str, str]) -> "Encoder":
    from brain.cloud.traces.encoding import Encoder

    return Encoder(resource)


def _client(headers: dict[str, str]) -> "httpx.AsyncClient":
    import httpx

    options: dict[str, Any] = {"headers": {**headers, "Content-Type": KIND}}
    return httpx.AsyncClient(timeout=LIMIT_S, follow_redirects=False, **options)

"""Webhooks: report subscriptions and client events to the application.

As at the vendor, each webhook is a signed POST of one event. The application must answer with 2xx
within 4 seconds; otherwise it is sent again with growing pauses for 5 minutes. A departure is
reported 3 seconds later, and not at all if the client is back by then. Our own choice: webhooks of
one channel go out in order, each after the previous one was accepted or given up, and a limit
bounds how many wait.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx

from local.pusher.conversation import Credentials
from local.pusher.hub import WebhookEvent
from local.pusher.protocol import sign

# Pairs of events that cancel out: an arrival cancels a departure that is not yet reported.
CANCELS = {"channel_occupied": "channel_vacated", "member_added": "member_removed"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookTimes:
    """Times in seconds. How the pauses grow is our choice; the vendor documents only that they do,
    and for how long.
    """

    answer_s: float = 4.0
    first_pause_s: float = 1.0  # doubled each time
    give_up_s: float = 300.0
    gone_s: float = 3.0
    most_waiting: int = 1_000  # webhooks; an application that is down must not fill the memory


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookCounts:
    """`waiting` are being sent, or are queued behind those."""

    sent: int = 0
    given_up: int = 0
    waiting: int = 0


class Webhooks:
    """Sends webhooks to `url`; sends nothing while it is None."""

    def __init__(
        self, credentials: Credentials, times: WebhookTimes, wall_clock: Callable[[], float]
    ) -> None:
        self.url: str | None = None
        self.counts = WebhookCounts()
        self._credentials = credentials
        self._times = times
        self._wall_clock = wall_clock
        self._client: httpx.AsyncClient | None = None
        self._gone: dict[tuple[str, ...], asyncio.TimerHandle] = {}
        self._lines: dict[str, deque[bytes]] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send webhooks until the block ends; the rest is dropped."""
        async with httpx.AsyncClient(timeout=None, trust_env=False) as client:
            self._client = client
            try:
                yield
            finally:
                self._client = None
                await self._stop()

    def send(self, event: WebhookEvent) -> None:
        """Queue a webhook without waiting."""
        if self.url is None or self._client is None:
            return
        name, who = event["name"], _who(event)
        if name in CANCELS.values():
            loop = asyncio.get_running_loop()
            self._gone[name, *who] = loop.call_later(self._times.gone_s, self._go, event)
        elif gone := self._gone.pop((CANCELS.get(name, ""), *who), None):
            gone.cancel()
        else:
            self._put(event)

    async def until(self, is_reached: Callable[[WebhookCounts], bool]) -> None:
        """Wait until the condition holds; it is checked after each change."""
        while not is_reached(self.counts):
            await self._changed.wait()

    def _go(self, event: WebhookEvent) -> None:
        del self._gone[event["name"], *_who(event)]
        self._put(event)

    def _put(self, event: WebhookEvent) -> None:
        if self.counts.waiting >= self._times.most_waiting:
            log.warning("webhook dropped: too many are waiting")
            self._count(given_up=1)
            return
        time_ms = int(self._wall_clock() * 1000)
        body = json.dumps({"time_ms": time_ms, "events": [event]}).encode()
        channel = event["channel"]
        self._lines.setdefault(channel, deque()).append(body)
        self._count(waiting=1)
        if channel not in self._sending:
            self._sending[channel] = asyncio.create_task(self._send_all(channel))

    async def _send_all(self, channel: str) -> None:
        line = self._lines[channel]
        while line:
            is_sent = await self._send(line.popleft())
            self._count(sent=is_sent, given_up=not is_sent, waiting=-1)
        del self._lines[channel], self._sending[channel]

    async def _send(self, body: bytes) -> bool:
        """Send one webhook. Returns True if it was accepted, False if it was given up."""
        pause_s = self._times.first_pause_s
        loop = asyncio.get_running_loop()
        end = loop.time() + self._times.give_up_s
        while not await self._is_taken(body):
            if loop.time() + pause_s > end:
                return False
            await asyncio.sleep(pause_s)
            pause_s *= 2
        return True

    async def _is_taken(self, body: bytes) -> bool:
        if self.url is None or self._client is None:
            return False
        headers = {
            "Content-Type": "application/json",
            "X-Pusher-Key": self._credentials.key,
            "X-Pusher-Signature": sign(self._credentials.secret, body.decode()),
        }
        try:
            async with asyncio.timeout(self._times.answer_s):
                answer = await self._client.post(self.url, content=body, headers=headers)
        except (TimeoutError, httpx.HTTPError) as error:
            log.info("webhook not accepted error=%s", type(error).__name__)
            return False
        log.info("webhook sent status=%d", answer.status_code)
        return answer.is_success

    async def _stop(self) -> None:
        for gone in self._gone.values():
            gone.cancel()
        tasks = list(self._sending.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._gone.clear()
        self._lines.clear()
        self._sending.clear()
        self._count(waiting=-self.counts.waiting)

    def _count(self, *, sent: int = 0, given_up: int = 0, waiting: int = 0) -> None:
        now = self.counts
        self.counts = replace(
            now,
            sent=now.sent + sent,
            given_up=now.given_up + given_up,
            waiting=now.waiting + waiting,
        )
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def _who(event: WebhookEvent) -> tuple[str, str]:
    return event["channel"], event.get("user_id", "")

"""Sends one message to its destination, signed, and returns the answer.

The switches cause the faults that a real queue may have (late, duplicate or reordered messages) and
some worse ones.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

import httpx
from pydantic import Field

from local.qstash.message import QueueMessage
from local.qstash.retry import Answer
from local.qstash.sign import sign

logger = logging.getLogger(__name__)

LONGEST_ANSWER_S = 900.0  # seconds; the vendor's limit for a response on the free plan
FORGED_KEY = "sig_nobody_who_checks_signatures_accepts"
OWN_HEADERS = frozenset({"host", "connection", "content-length", "transfer-encoding"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Switches:
    """Deliberate faults. With all of them off, the queue works perfectly.

    `hurry` is not a fault: with it, a test waits less long than people do.
    """

    hold: bool = False  # start no delivery; deliveries already started continue
    double: bool = False  # send every attempt twice at once; the first copy's answer counts
    forge: bool = False  # sign with an unknown key
    lose: bool = False  # count as delivered without sending
    extra_delay_s: Annotated[float, Field(ge=0, le=86_400)] = (
        0.0  # deliver later than requested, by this much
    )
    shuffle: bool = False  # ... by a random part of it, which changes the order
    hurry: Annotated[float, Field(ge=1, le=100)] = 1.0  # divides the delays that were asked for


class Sender:
    def __init__(self, *, signing_key: str, clock: Callable[[], float], seed: int) -> None:
        self.switches = Switches()
        self._signing_key = signing_key
        self._clock = clock
        self._random = random.Random(seed)  # seeded: the same order in every run of a test
        self._client: httpx.AsyncClient | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        # No pool limit: the engine limits its deliveries. No proxy from the environment.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=8)
        async with httpx.AsyncClient(timeout=None, trust_env=False, limits=limits) as client:
            self._client = client
            yield
            self._client = None

    def hurried_ms(self, wait_ms: int) -> int:
        """Return how long a message waits that asked to be sent after so many milliseconds."""
        return int(wait_ms / self.switches.hurry) if wait_ms > 0 else wait_ms

    def late_ms(self) -> int:
        """Return how many milliseconds later than requested the next message is sent."""
        part = self._random.random() if self.switches.shuffle else 1.0
        return int(1000 * self.switches.extra_delay_s * part)

    async def send(self, message: QueueMessage) -> Answer:
        if self.switches.lose:
            return Answer(status=200, headers={}, body=b"")
        copies = 2 if self.switches.double else 1
        answers = await asyncio.gather(*(self._attempt(message) for _ in range(copies)))
        return answers[0]

    async def _attempt(self, message: QueueMessage) -> Answer:
        limit_s = LONGEST_ANSWER_S if message.timeout_s is None else message.timeout_s
        try:
            async with asyncio.timeout(limit_s):
                response = await self._request(message)
        except TimeoutError:
            return _no_answer(f"no answer within {limit_s:g} s")
        except Exception as error:  # noqa: BLE001 - a destination may fail in any way; the queue goes on
            logger.info("delivery failed message=%s error=%s", message.id, type(error).__name__)
            return _no_answer(f"{type(error).__name__}: {error}")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, body=response.content)

    async def _request(self, message: QueueMessage) -> httpx.Response:
        if self._client is None:
            raise RuntimeError("the sender is not running")
        return await self._client.request(
            message.method,
            message.url,
            content=message.body,
            headers=self._headers(message),
        )

    def _headers(self, message: QueueMessage) -> list[tuple[bytes, bytes]]:
        key = FORGED_KEY if self.switches.forge else self._signing_key
        now_s = self._clock()
        headers = {n: v for n, v in message.headers.items() if n not in OWN_HEADERS} | {
            "user-agent": "Upstash-QStash",
            "upstash-message-id": message.id,
            "upstash-retried": str(message.retried),
            "upstash-signature": sign(key=key, url=message.url, body=message.body, now_s=now_s),
        }
        if message.schedule_id is not None:
            headers["upstash-schedule-id"] = message.schedule_id
        # As bytes: header values are Latin-1 on the wire, but the client would require ASCII.
        return [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
        ]


def _no_answer(error: str) -> Answer:
    return Answer(status=0, headers={}, body=b"", error=error)

"""Redis over Upstash's REST API, using the vendor's SDK.

The SDK's async client has no time limit. By default it waits 3 s after a lost answer and sends the
command again. Here each try has a limit and the SDK's retries are off. Our own retries are safe,
because all scripts are idempotent. One client is kept per event loop, because its connections do
not work on another loop.

The SDK's connection pool gets slower with each connection and each waiting request. Under load,
requests timed out in it, and their retries increased the load. So requests wait before they enter
the pool, where waiting costs nothing and does not count as a try.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from brain.cloud import meter
from brain.cloud.quotas import used_up
from brain.errors import StoreRefused, StoreUnreachable

if TYPE_CHECKING:
    from upstash_redis.asyncio import Redis

TRY_S = 2.5  # seconds for one try; it usually takes milliseconds, or 0.3 s to a distant region
# Raised by the SDK for JSON with an unexpected structure.
SHAPE_ERRORS = (AssertionError, AttributeError, KeyError, TypeError)
AT_ONCE = 20  # requests; the number of connections that the SDK's pool keeps open
PAUSES_S = (0.05, 0.2, 0.5, 1.0)  # seconds between tries; the last one repeats

# An error that the same call would get again, unlike a limit of the plan or a store that starts.
FOR_GOOD = re.compile(
    r"(?:WRONGTYPE|CROSSSLOT)|ERR .*(?:script|equal or smaller|no such key|syntax error"
    r"|not an integer|wrong number of arguments|unknown command|not available)",
    re.DOTALL,
)
# The beginning only: what follows may quote the command, and with it the user's words.
USED_UP = re.compile(r"ERR max (daily )?[a-z ]{1,40} limit exceeded")
NAMED = re.compile(r"refused: ([a-zA-Z]+) ([A-Z]+)")  # raised by the scripts: kind of key, code

log = logging.getLogger(__name__)


class Upstash:
    """Sends scripts and commands. Raises StoreUnreachable without an answer within the limit."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._client: Redis | None = None
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        """Run a script and return its answer."""
        return await self._retry(
            lambda client: client.eval(script, keys=list(keys), args=list(args)), limit_s, "none"
        )

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        """Run a command and return its answer."""
        kind = _kind(command[1]) if len(command) > 1 else "none"
        return await self._retry(
            lambda client: client.execute(command=list(command)), limit_s, kind
        )

    async def execute_all(self, commands: Sequence[Sequence[str]], *, limit_s: float) -> list[Any]:
        """Send independent commands in one request, and return their answers in order."""
        kind = _kind(commands[0][1]) if commands and len(commands[0]) > 1 else "none"

        async def send(client: "Redis") -> list[Any]:
            pipeline = client.pipeline()
            for command in commands:
                pipeline.execute(command=list(command))
            answers = list(await pipeline.exec())
            if len(answers) != len(commands):
                raise ValueError("a gateway's answer, not the store's")
            return answers

        return list(await self._retry(send, limit_s, kind)) if commands else []

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()

    async def _retry(
        self, send: Callable[["Redis"], Awaitable[Any]], limit_s: float, kind: str
    ) -> Any:
        """Retry until there is an answer or the limit is reached. `kind`: of the command's key."""
        import httpx
        from upstash_redis.errors import UpstashError

        loop = asyncio.get_running_loop()
        end = loop.time() + limit_s
        tries = 0
        while True:
            try:
                client = self._current(loop)
                async with asyncio.timeout_at(end), self._gate, asyncio.timeout(TRY_S):
                    return await _counted(send, client)
            except UpstashError as error:
                # The store has answered with an error: a retry would get the same answer.
                raise _refusal(str(error), kind) from error
            except UnicodeEncodeError:
                raise  # our own mistake: another try would send the same text
            except (TimeoutError, httpx.HTTPError, ValueError, *SHAPE_ERRORS) as error:
                # ValueError: a gateway's HTML instead of JSON.
                reason = type(error).__name__
            pause = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
            tries += 1
            log.warning("store: no answer, reason=%s tries=%d", reason, tries)
            if loop.time() + pause >= end:
                raise StoreUnreachable(f"no answer from the store: {reason}")
            await asyncio.sleep(pause)

    def _current(self, loop: asyncio.AbstractEventLoop) -> "Redis":
        if self._client is None or self._loop is not loop:
            from upstash_redis.asyncio import Redis

            self._loop, self._gate = loop, asyncio.Semaphore(AT_ONCE)
            self._client = Redis(
                url=self._url, token=self._token, rest_retries=0, allow_telemetry=False
            )
        return self._client


def _refusal(told: str, kind: str) -> StoreUnreachable:
    """Translate an error of the store. Its text may contain user data, so only its first word and
    the kind of the key are kept. A script names both itself.
    """
    code = told.split(" ", 1)[0][:40]
    if spent := USED_UP.match(told):
        log.error("store: a limit of the plan is used up")
        refused = StoreUnreachable(f"the store refused: {code}")
        return used_up(refused, "store", daily=bool(spent[1]))
    if named := NAMED.search(told):
        kind, code = named.groups()
    elif not FOR_GOOD.match(told):
        return StoreUnreachable(f"the store refused: {code}")
    log.error("store: refused for good, key=%s code=%s", kind, code)
    return StoreRefused(f"the store refused: {code}")


def _counted[T](send: Callable[["Redis"], Awaitable[T]], client: "Redis") -> Awaitable[T]:
    """Send a request, and count it for its run."""
    meter.count(round_trips=1, commands=1)
    return send(client)


def _kind(key: str) -> str:
    """Return what a key holds, such as `log`: the part of its name that is the same for all."""
    found = re.search(r"}:([a-zA-Z]+)", key)
    return found.group(1) if found else "none"

"""Redis over Upstash's REST API: retries, time limits and errors.

Each try has a limit, which the vendor's SDK has not. Our own retries are safe, because all scripts
are idempotent.

A pool of connections gets slower with each waiting request. Under load, requests timed out in it,
and their retries increased the load. So requests wait before they enter the pool, where waiting
costs nothing and does not count as a try.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any

from brain.cloud import meter
from brain.cloud.quotas import used_up
from brain.cloud.redis.rest import SHAPE_ERRORS, CommandRefused, RestClient
from brain.errors import StoreRefused, StoreUnreachable

TRY_S = 2.5  # seconds for one try; it usually takes milliseconds, or 0.3 s to a distant region
AT_ONCE = 20  # requests and connections
PAUSES_S = (0.05, 0.2, 0.5, 1.0)  # seconds between tries; the last one repeats

# An error that the same call would get again, unlike a limit of the plan or a store that starts.
FOR_GOOD = re.compile(
    r"(?:WRONGTYPE|CROSSSLOT)|ERR .*(?:script|equal or smaller|no such key|syntax error"
    r"|not an integer|wrong number of arguments|unknown command|not available)",
    re.DOTALL,
)
# The beginning only: what follows may quote the command, and with it the user's words.
USED_UP = re.compile(r"ERR max (daily )?[a-z ]{1,40} limit exceeded")
# Some servers with the same API leave out the code, and some know no digests.
UNKNOWN_SCRIPT = re.compile(
    r"(?:ERR )?(?:NOSCRIPT|no matching script|unknown command .?evalsha)", re.IGNORECASE
)
NAMED = re.compile(r"refused: ([a-zA-Z]+) ([A-Z]+)")  # raised by the scripts: kind of key, code

log = logging.getLogger(__name__)


class Upstash:
    """Sends scripts and commands. Raises StoreUnreachable without an answer within the limit."""

    def __init__(self, url: str, token: str) -> None:
        self._rest = RestClient(url, token, at_once=AT_ONCE)
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        """Run a script and return its answer. Its text is sent only if the store asks for it."""
        rest: list[str | int] = [len(keys), *keys, *args]

        async def send() -> Any:
            try:
                return await self._counted(["EVALSHA", digest(script), *rest])
            except CommandRefused as refused:
                # The store forgets scripts, at any time. With EVAL it learns them again.
                if not UNKNOWN_SCRIPT.match(str(refused)):
                    raise
            return await self._counted(["EVAL", script, *rest])

        return await self._retry(send, limit_s, "none")

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        """Run a command and return its answer."""
        kind = _kind(command[1]) if len(command) > 1 else "none"
        return await self._retry(lambda: self._counted(command), limit_s, kind)

    async def execute_all(self, commands: Sequence[Sequence[str]], *, limit_s: float) -> list[Any]:
        """Send independent commands in one request, and return their answers in order."""
        kind = _kind(commands[0][1]) if commands and len(commands[0]) > 1 else "none"

        def send() -> Awaitable[list[Any]]:
            meter.count(round_trips=1, commands=len(commands))
            return self._rest.send_all(commands)

        return list(await self._retry(send, limit_s, kind)) if commands else []

    async def aclose(self) -> None:
        """Close the connections."""
        await self._rest.aclose()

    def _counted(self, command: Sequence[str | int]) -> Awaitable[Any]:
        """Send a command, and count it for its run."""
        meter.count(round_trips=1, commands=1)
        return self._rest.send(command)

    async def _retry(self, send: Callable[[], Awaitable[Any]], limit_s: float, kind: str) -> Any:
        """Retry until there is an answer or the limit is reached. `kind`: of the command's key."""
        from brain.cloud.aio import aiohttp

        loop = asyncio.get_running_loop()
        end = loop.time() + limit_s
        tries = 0
        while True:
            try:
                gate = self._gate_of(loop)
                async with asyncio.timeout_at(end), gate, asyncio.timeout(TRY_S):
                    return await send()
            except CommandRefused as error:
                # The store has answered with an error: a retry would get the same answer.
                raise _refusal(str(error), kind) from error
            except UnicodeEncodeError:
                raise  # our own mistake: another try would send the same text
            except (OSError, aiohttp.ClientError, *SHAPE_ERRORS) as error:
                # OSError: a TimeoutError is one. SHAPE_ERRORS: a gateway's HTML instead of JSON.
                reason = type(error).__name__
            pause = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
            tries += 1
            log.warning("store: no answer, reason=%s tries=%d", reason, tries)
            if loop.time() + pause >= end:
                raise StoreUnreachable(f"no answer from the store: {reason}")
            await asyncio.sleep(pause)

    def _gate_of(self, loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
        if self._loop is not loop:
            self._loop, self._gate = loop, asyncio.Semaphore(AT_ONCE)
        return self._gate


@lru_cache(maxsize=256)
def digest(script: str) -> str:
    """Return the store's name for a script."""
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()


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


def _kind(key: str) -> str:
    """Return what a key holds, such as `log`: the part of its name that is the same for all."""
    found = re.search(r"}:([a-zA-Z]+)", key)
    return found.group(1) if found else "none"

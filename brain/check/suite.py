"""Looks at one promise after the other, and then removes what it has made."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress

from msgspec import Struct, field

from brain.check.calls import CALL_S, HttpCalls, milliseconds_since
from brain.check.frames import SocketClosed, SocketRefused
from brain.check.leaving import tidy
from brain.check.model import (
    Broken,
    CannotCheck,
    NotOffered,
    Promise,
    PromiseState,
    Result,
)
from brain.check.people import Given, people
from brain.check.promises import PROMISES
from brain.check.promises.health import described
from brain.check.site import ANSWER_S, Site
from brain.check.watch import Watch
from brain.settings.variables import Env

type OnResult = Callable[[Result], None]


class Report(Struct, kw_only=True):
    """What was found. `left` says what the check could not remove.

    `tried_again` is how many requests were answered with 503 and sent again.
    """

    url: str
    user: str = ""
    is_own: bool = False
    version: str = ""
    tried_again: int = 0
    results: list[Result] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def count(self, state: PromiseState) -> int:
        return sum(result.state is state for result in self.results)


async def check(
    url: str,
    given: Given,
    env: Env,
    *,
    only: Collection[str] = (),
    call_s: float = CALL_S,
    answer_s: float = ANSWER_S,
    told: OnResult = lambda _: None,
) -> Report:
    """Check a deployment: the promises that are named by group or name, or all.

    `call_s` and `answer_s` are time limits in seconds, for a request and for an answer of the
    model. `told` gets each result as soon as it is known. Raises CannotCheck.
    """
    report = Report(url=url)
    async with _site(url, given, env, call_s, answer_s) as site:
        report.user, report.is_own = site.me.id, site.me.is_own
        # Whatever is looked at, answers are compared, and what is said is erased where it can be.
        with suppress(Broken, KeyError, TypeError):
            await described(site)
        try:
            for promise in PROMISES:
                if only and not {promise.group, promise.name} & set(only):
                    continue
                result = await looked_at(promise, site)
                report.results.append(result)
                told(result)
        finally:
            report.left = await tidy(site)
        report.version, report.tried_again = site.version, site.calls.tried_again
    return report


@asynccontextmanager
async def _site(
    url: str, given: Given, env: Env, call_s: float, answer_s: float
) -> AsyncIterator[Site]:
    """Begin a session. Raises CannotCheck, also if the user's brain is at work."""
    keys = [given.token, given.access_key, given.other_token, env.get("BRAIN_JWT_SECRET")]
    watch = Watch(mark=f"mark-{secrets.token_hex(6)}", secrets=[key for key in keys if key])
    async with HttpCalls(url, saw=watch.saw, call_s=call_s) as calls:
        me, other = await people(calls, given, env)
        watch.secrets += [me.token, *([other.token] if other else [])]
        site = Site(calls=calls, watch=watch, me=me, other=other, answer_s=answer_s)
        try:
            status = (await site.get("/api/status")).object()
            site.since = int(status["lastSeq"])
        except (Broken, KeyError, TypeError, ValueError) as broken:
            raise CannotCheck(f"The status cannot be read: {broken}.") from None
        if status.get("state") == "running":
            raise CannotCheck("The user's brain is at work. Try again when it has answered.")
        yield site


async def looked_at(promise: Promise, site: Site) -> Result:
    """Look at one promise, for a limited time. A surprise counts as broken."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(site.promise_s):
            state, seen = PromiseState.KEPT, await promise.look(site)
    except NotOffered as why:
        state, seen = PromiseState.SKIPPED, str(why)
    except (Broken, SocketClosed, SocketRefused) as broken:
        state, seen = PromiseState.BROKEN, str(broken)
    except TimeoutError:
        state, seen = PromiseState.BROKEN, f"no end in {site.promise_s:g} s"
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        # An answer has another form than the one that is promised.
        state, seen = PromiseState.BROKEN, f"an answer of another form ({type(error).__name__})"
    return Result(promise=promise, state=state, seen=seen, ms=milliseconds_since(began))

"""How soon a page that polls hears, among many that do: GET /api/status and /api/messages."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from statistics import mean, median

import httpx

from bench.stage import LIMIT_S, Person, Stage, says, staged
from bench.tables import Table, ms, ratio
from bench.timing import Scale, percentile, seconds_of

PAGES = 50  # at once, each of a user of its own
EVERY_S = 1.5  # seconds between two looks of a page that waits for an answer, as the client has it
ROUNDS = 10  # looks of each page at each address
CHANCE = Random(1)  # of the pages' moments
BARE = "floor: a function that does nothing"
ADDRESSES = {
    "GET /api/status": "/api/status",
    "GET /api/messages": "/api/messages?sinceSeq=0&limit=50",
}


@dataclass(kw_only=True, slots=True)
class Found:
    """The looks of all pages at one address."""

    seconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    round_trips: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """A page: its user, and the connections of its browser."""

    person: Person
    http: httpx.AsyncClient


type Look = Callable[[Visitor], Awaitable[httpx.Response]]


async def run(scale: Scale) -> list[Table]:
    """The same pages look at each address in turns."""
    async with staged() as stage, AsyncExitStack() as exits:
        await stage.script(says(repeat=1_000_000))
        context = ssl.create_default_context()
        visitors = [
            Visitor(
                person=stage.person(),
                http=await exits.enter_async_context(
                    httpx.AsyncClient(timeout=LIMIT_S, verify=context)
                ),
            )
            for _ in range(3 if scale.is_quick else PAGES)
        ]
        looks: dict[str, Look] = {BARE: _bare(stage)}
        for visitor in visitors:
            await stage.ask(visitor.person)
        for name, path in ADDRESSES.items():
            url = f"{stage.stack.url}{path}"
            looks |= {name: _whole(url), f"{name}, unchanged": _unchanged(url)}
        rows = {name: Found() for name in looks}
        for look in looks.values():
            await _crowd(visitors, look, Found())  # opens the connections, fills what is remembered
        for _ in range(scale.times(ROUNDS)):
            for name, look in looks.items():
                await stage.reset_costs()
                await _crowd(visitors, look, rows[name])
                rows[name].round_trips += (await stage.costs()).requests
    return [_table(rows, len(visitors))]


def _bare(stage: Stage) -> Look:
    async def look(visitor: Visitor) -> httpx.Response:
        return await visitor.http.get(f"{stage.floor_url}/api/bare")

    return look


def _whole(url: str) -> Look:
    async def look(visitor: Visitor) -> httpx.Response:
        return await visitor.http.get(url, headers=visitor.person.headers)

    return look


def _unchanged(url: str) -> Look:
    tags: dict[str, str] = {}

    async def look(visitor: Visitor) -> httpx.Response:
        known = tags.get(visitor.person.id)
        headers = {**visitor.person.headers, **({"If-None-Match": known} if known else {})}
        answer = await visitor.http.get(url, headers=headers)
        tags[visitor.person.id] = answer.headers["etag"]
        assert answer.status_code == (304 if known else 200), answer.status_code
        return answer

    return look


async def _crowd(visitors: Sequence[Visitor], look: Look, found: Found) -> None:
    """One look of each page, as a crowd has them: spread over the time between two."""

    async def page(visitor: Visitor, after_s: float) -> None:
        answers: list[httpx.Response] = []

        async def once() -> None:
            answers.append(await look(visitor))

        await asyncio.sleep(after_s)
        found.seconds.append(await seconds_of(once))
        found.sizes.append(len(answers[-1].content))

    moments = (EVERY_S * CHANCE.random() for _ in visitors)
    await asyncio.gather(*map(page, visitors, moments))


def _table(rows: dict[str, Found], pages: int) -> Table:
    floor = median(rows[BARE].seconds)
    return Table(
        title=f"{pages} pages that poll, {pages / EVERY_S:.0f} looks a second (aim: p99 < 50 ms)",
        columns=("median", "p99", "ratio to floor", "body", "round trips"),
        rows=[
            (
                name,
                ms(median(found.seconds)),
                ms(percentile(found.seconds, 99)),
                ratio(median(found.seconds), floor),
                f"{mean(found.sizes):.0f} bytes",
                f"{found.round_trips / len(found.seconds):.1f}",
            )
            for name, found in rows.items()
        ],
        notes=("Unchanged: asked with If-None-Match, answered 304 without a body.",),
    )

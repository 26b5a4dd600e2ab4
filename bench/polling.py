"""Measures what a page polls (status and log), with many pages at once, against one REST call by
hand.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from statistics import fmean, median

import httpx

from bench.stage import LIMIT_S, NotAnswered, Person, Stage, says, staged
from bench.tables import Table, ms, ratio
from bench.timing import Scale, percentile, seconds_of

PAGES = 40  # at once; each with its own user
QUICK_PAGES = 4
EVERY_S = 1.0  # seconds between two polls of a page: as often as during a run
LOOKS = 6  # polls of each page in each round
ROUNDS = 4
KEPT_S = 2.0  # seconds that an idle connection is kept: fewer than the servers keep it
AIM = "aim: p99 under 50 ms"

type Look = Callable[[Person, httpx.AsyncClient], Awaitable[httpx.Response]]


@dataclass(kw_only=True, slots=True)
class Found:
    """The cost of the polls of one kind."""

    seconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    unchanged: int = 0
    requests: int = 0  # of the store


async def run(scale: Scale) -> list[Table]:
    """Run one kind after the other, with all pages at once, spread over the second like real
    pages.
    """
    pages = QUICK_PAGES if scale.is_quick else PAGES
    limits = httpx.Limits(
        max_connections=None, max_keepalive_connections=pages, keepalive_expiry=KEPT_S
    )
    async with staged() as stage, httpx.AsyncClient(timeout=LIMIT_S, limits=limits) as http:
        await stage.script(says(repeat=1_000_000))
        people = [stage.person() for _ in range(pages)]
        for person in people:
            await stage.ask(person)
        looks = _looks(stage)
        found = {name: Found() for name in looks}
        for number in range(1 + scale.times(ROUNDS)):
            for name, look in looks.items():
                # The first round opens the connections and does not count.
                into = found[name] if number else Found()
                await _round(stage, people, http, look, into, scale.times(LOOKS))
    return [_table(found, pages)]


def _looks(stage: Stage) -> Mapping[str, Look]:
    async def floor(person: Person, http: httpx.AsyncClient) -> httpx.Response:
        return await stage.look_floor(person, http)

    def get(path: str, *, remembers: bool) -> Look:
        tags: dict[str, str] = {}

        async def look(person: Person, http: httpx.AsyncClient) -> httpx.Response:
            known = {"If-None-Match": tags.get(person.id, '""')} if remembers else {}
            headers = {**person.headers, **known}
            answer = await http.get(f"{stage.stack.url}{path}", headers=headers)
            tags[person.id] = answer.headers.get("ETag", "")
            return answer

        return look

    return {
        "floor: one REST call by hand, no token": floor,
        "status, as the client asks: by ETag": get("/api/status", remembers=True),
        "status, whole": get("/api/status", remembers=False),
        "messages after the last one, by ETag": get("/api/messages?sinceSeq=2", remembers=True),
        "messages, whole: two of them": get("/api/messages", remembers=False),
    }


async def _round(
    stage: Stage,
    people: list[Person],
    http: httpx.AsyncClient,
    look: Look,
    into: Found,
    times: int,
) -> None:
    await stage.reset_costs()
    await asyncio.gather(*(_page(person, http, look, into, times) for person in people))
    into.requests += (await stage.costs()).requests


async def _page(
    person: Person, http: httpx.AsyncClient, look: Look, into: Found, times: int
) -> None:
    await asyncio.sleep(random.random() * EVERY_S)
    for _ in range(times):
        seconds = await seconds_of(lambda: _noted(person, http, look, into))
        into.seconds.append(seconds)
        await asyncio.sleep(max(0.0, EVERY_S - seconds))


async def _noted(person: Person, http: httpx.AsyncClient, look: Look, into: Found) -> None:
    answer = await look(person, http)
    if answer.status_code not in (200, 304):
        raise NotAnswered(f"{answer.request.url.path}: {answer.status_code} {answer.text}")
    into.sizes.append(len(answer.content))
    into.unchanged += answer.status_code == 304


def _table(found: Mapping[str, Found], pages: int) -> Table:
    floor = next(iter(found.values()))
    return Table(
        title=f"What a page polls, {pages} pages at once, each once a second ({AIM})",
        columns=("p50", "p99", "p99 to floor", "304", "bytes", "round trips"),
        rows=[(name, *_figures(each, floor)) for name, each in found.items()],
        notes=(
            "Pages, gateway, functions and store run on the same machine.",
            "Round trips are to the store, per request; bytes are those of the body.",
        ),
    )


def _figures(of: Found, floor: Found) -> tuple[str, ...]:
    worst = percentile(of.seconds, 99)
    return (
        ms(median(of.seconds)),
        ms(worst),
        ratio(worst, percentile(floor.seconds, 99)),
        f"{of.unchanged / len(of.seconds):.0%}",
        f"{fmean(of.sizes):.0f}",
        f"{of.requests / len(of.seconds):.2f}",
    )

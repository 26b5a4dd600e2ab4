"""Measures what a listener hears while the brain looks something up: how soon the first words come,
how long it is silent, and whether anything is spoken twice, too late or in the wrong order.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median

import psycopg

from bench.stage import Json, Person, Stage, calls, says, staged
from bench.tables import Table, ms, ratio
from bench.timing import Scale, percentile

TIMES = 5  # repetitions; each takes about half a minute
LOOKS_S = 3.6  # seconds of one slow lookup: below the database's own limit
LOOKUPS = 4  # in a row, in the long task
PATIENCE_S = 1.0  # of the caller who does not wait for the answer
LIMIT_S = 60.0  # seconds for a task
FIRST_GOAL_S, SILENCE_GOAL_S = 1.5, 8.0
LOCK = b"lock table brain.passages in access exclusive mode"
ANSWER = "Anna comes on **Friday**. See [her plan](https://example.org/plan)."


@dataclass(slots=True)
class Listener:
    """Reads a user's stream and speaks what comes, one message after the other.

    `heard` are messages with the time of their arrival. `spoken` are those that were still worth
    speaking when it was their turn.
    """

    heard: list[tuple[float, Json]] = field(default_factory=list)
    spoken: list[Json] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, message: Json) -> None:
        """Note a message of the brain, and speak it if it is worth it."""
        self.heard.append((time.perf_counter(), message))
        expires = message.get("expiresAt")
        if expires is None or datetime.fromisoformat(expires) > datetime.now(UTC):
            self.spoken.append(message)
        self.news.set()

    async def until_answered(self) -> None:
        """Wait for the last message of a run."""
        async with asyncio.timeout(LIMIT_S):
            while not any(message["doneAfterThis"] for _, message in self.heard):
                await self.news.wait()
                self.news.clear()


@dataclass(slots=True)
class Found:
    """What was measured: seconds to the first words and of silence, and counts of faults."""

    first: list[float] = field(default_factory=list)
    silence: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, number: int) -> None:
        """Add to the count of a fault."""
        self.faults[name] = self.faults.get(name, 0) + number


async def run(scale: Scale) -> list[Table]:
    """Each repetition is a new user who listens on a stream."""
    found = Found()
    async with staged() as stage:
        await _warm_up(stage)
        for _ in range(scale.times(TIMES)):
            await _long_task(stage, found)
            await _late_answer(stage, found)
    return [_times(found), _faults(found)]


async def _long_task(stage: Stage, found: Found) -> None:
    """Ask for something that needs several slow lookups, and say more meanwhile."""
    person = stage.person()
    await stage.script(*[calls("searchDocuments", {"query": "Anna"})] * LOOKUPS, says(ANSWER))
    async with _slow(stage), _listening(stage, person) as listener:
        began = time.perf_counter()
        asking = asyncio.ensure_future(stage.ask(person, patience=0.1))
        await listener.until_answered()
        await asking
    times = [began, *(moment for moment, _ in listener.heard)]
    found.first.append(times[1] - began)
    found.silence.append(max(later - earlier for earlier, later in pairwise(times)))
    _check(listener, found)


async def _late_answer(stage: Stage, found: Found) -> None:
    """Do not wait for the answer, and listen on a connection that begins after the question."""
    person = stage.person()
    await stage.script(calls("searchDocuments", {"query": "Anna"}), says(ANSWER))
    async with _slow(stage):
        outcome = await stage.ask(person, patience=PATIENCE_S)
    async with _listening(stage, person) as listener:
        opened = time.perf_counter()
        await listener.until_answered()
    found.late.append(max(listener.heard[-1][0] - opened, 0))
    found.count("answers without a connection", outcome["message"] is not None)
    _check(listener, found)


def _check(listener: Listener, found: Found) -> None:
    """Count what a listener must not hear."""
    seqs = [message["seq"] for message in listener.spoken]
    texts = [message["text"] for message in listener.spoken]
    last = next(n for n, message in enumerate(listener.spoken) if message["doneAfterThis"])
    marks = [m for m in listener.spoken if {*"*[]"} & {*str(m.get("speech", m["text"]))}]
    found.count("spoken twice", len(seqs) - len(set(seqs)))
    found.count("overtaken by a later message", sum(one > two for one, two in pairwise(seqs)))
    found.count("the same words twice running", sum(one == two for one, two in pairwise(texts)))
    found.count("spoken after the answer", len(listener.spoken) - last - 1)
    found.count("markup spoken", len(marks))


async def _warm_up(stage: Stage) -> None:
    await stage.script(calls("searchDocuments", {"query": "Anna"}), says(ANSWER))
    await stage.ask(stage.person())


@asynccontextmanager
async def _slow(stage: Stage) -> AsyncIterator[None]:
    """Make each search in the documents take long: another client locks them again and again."""
    locking = asyncio.ensure_future(_lock(stage.stack.services.env["DATABASE_URL"]))
    try:
        yield
    finally:
        locking.cancel()
        with suppress(asyncio.CancelledError):
            await locking


async def _lock(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        while True:
            async with connection.transaction():
                await connection.execute(LOCK)
                await asyncio.sleep(LOOKS_S)


@asynccontextmanager
async def _listening(stage: Stage, person: Person) -> AsyncIterator[Listener]:
    """Read the user's stream from its beginning."""
    listener = Listener()
    reading = asyncio.ensure_future(_read(stage, person, listener))
    try:
        async with asyncio.timeout(LIMIT_S):
            await listener.is_open.wait()
        yield listener
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


async def _read(stage: Stage, person: Person, listener: Listener) -> None:
    url = f"{stage.stack.url}/api/stream?sinceSeq=0"
    async with stage.http.stream("GET", url, headers=person.headers) as answer:
        answer.raise_for_status()
        listener.is_open.set()
        lines: list[str] = []
        async for line in answer.aiter_lines():
            lines.append(line)
            if line == "":
                for entry in _entries(lines):
                    listener.take(entry)
                lines = []


def _entries(lines: Sequence[str]) -> Iterator[Json]:
    """Yield the message of the brain that an event carries, if any."""
    if "event: message" in lines:
        data = "".join(line[6:] for line in lines if line.startswith("data: "))
        entry = json.loads(data)
        if entry["role"] == "brain":
            yield entry


def _times(found: Found) -> Table:
    rows = (
        ("first words, from the question", found.first, FIRST_GOAL_S),
        ("longest silence", found.silence, SILENCE_GOAL_S),
        ("late answer, on a new connection", found.late, FIRST_GOAL_S),
    )
    return Table(
        title=f"What a listener hears during {LOOKUPS} lookups of up to {LOOKS_S:g} s",
        columns=("median", "p90", "ratio to goal"),
        rows=[
            (name, ms(median(s)), ms(percentile(s, 90)), ratio(percentile(s, 90), goal))
            for name, s, goal in rows
        ],
    )


def _faults(found: Found) -> Table:
    rows = [(name, str(number)) for name, number in found.faults.items()]
    return Table(title="What must not be heard", columns=("times",), rows=rows)

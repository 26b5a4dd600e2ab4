"""A store that evicts keys, begins empty or has a wrong clock, while people talk.

What is lost is lost, so less is promised here than in `promises.py`: each person's next text is
answered, at the latest at its second try, and the sequence never goes back.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from brain.cloud.redis.scripts import Keys
from local.chaos.evidence import keys_without_end
from local.chaos.people import Person
from local.stack import Stack

HOURS_S = 6 * 3600  # seconds by which the store's clock is wrong
TRIES = 2  # of the text after the loss
ANSWER_S = 40.0  # seconds for an answer: a run may have to wait for its wake-up
BEFORE_S = (0.0, 1.5)  # seconds from a text to the loss: before, while and after it is answered
REQUEST_S = 30.0  # seconds for one request
KINDS = ("run", "log", "journal", "memory", "held", "here", "questions", "reminders")


@dataclass(kw_only=True, slots=True)
class Losses:
    """How often each kind of loss happened, and what was wrong after it."""

    struck: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    violations: list[str] = field(default_factory=list)


async def go_through(stack: Stack, *, seed: int, rounds: int) -> Losses:
    """Let each kind of loss happen `rounds` times, each to a person of its own."""
    chance, losses = random.Random(seed), Losses()
    async with httpx.AsyncClient(base_url=stack.url, timeout=REQUEST_S) as http:
        store = _Store(stack, http, chance)
        for _ in range(rounds):
            for name, strike in _KINDS.items():
                losses.struck[name] += 1
                person = Person(stack, http)
                wrong = await _lose(person, lambda: strike(store, person), chance)  # noqa: B023 - awaited here
                losses.answers += not wrong
                losses.violations += [f"after “{name}”: {line}" for line in wrong]
        await store.set_clock(0)
        endless = await keys_without_end(stack, http)
        losses.violations += [f"I7 key without a time to live: {key}" for key in endless]
    return losses


async def _lose(
    person: Person, strike: Callable[[], Awaitable[None]], chance: random.Random
) -> list[str]:
    await person.say(f"Hello {person.word}-1")
    talking = asyncio.create_task(person.say(f"Think for 1 second about {person.word}-2"))
    await asyncio.sleep(chance.uniform(*BEFORE_S))
    await strike()
    await asyncio.wait({talking}, timeout=ANSWER_S)
    talking.cancel()
    for _ in range(TRIES):
        said = await person.say(f"Hello {person.word}-3")
        if await _answered(person, said["seq"]):
            break
    else:
        return [f"I1 the next text was not answered, person={person.id}"]
    seqs = [entry["seq"] for entry in await person.log()]
    return [] if seqs == sorted(set(seqs)) else [f"I4 the sequence is {seqs}, person={person.id}"]


async def _answered(person: Person, seq: int) -> bool:
    try:
        async with asyncio.timeout(ANSWER_S):
            while True:
                entries = [entry for entry in await person.log() if entry["seq"] > seq]
                if any(entry.get("doneAfterThis") for entry in entries):
                    return True
                await asyncio.sleep(0.3)
    except (TimeoutError, httpx.HTTPError):
        return False


class _Store:
    """The stand-in of the store, over its own interface."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient, chance: random.Random) -> None:
        env = stack.services.env
        self._url = env["UPSTASH_REDIS_REST_URL"]
        self._headers = {"Authorization": f"Bearer {env['UPSTASH_REDIS_REST_TOKEN']}"}
        self._http = http
        self._chance = chance

    async def run(self, *command: str) -> None:
        answer = await self._http.post(self._url, json=command, headers=self._headers)
        answer.raise_for_status()

    async def set_clock(self, ahead_s: int) -> None:
        url = f"{self._url}/_local/clock?aheadS={ahead_s}"
        (await self._http.post(url)).raise_for_status()

    async def evict(self, person: Person, kinds: tuple[str, ...]) -> None:
        await self.run("DEL", *Keys.of(person.id).keys(*kinds))

    async def evict_one(self, person: Person) -> None:
        await self.evict(person, (self._chance.choice(KINDS[:3]),))

    async def evict_half(self, person: Person) -> None:
        await self.evict(person, tuple(self._chance.sample(KINDS, len(KINDS) // 2)))

    async def go_ahead(self, person: Person) -> None:
        await self.set_clock(HOURS_S)

    async def go_back(self, person: Person) -> None:
        await self.set_clock(-HOURS_S)

    async def begin_empty(self, person: Person) -> None:
        await self.run("FLUSHALL")


_KINDS: dict[str, Callable[[_Store, Person], Awaitable[None]]] = {
    "store: evicts one key": _Store.evict_one,
    "store: evicts half of the keys": _Store.evict_half,
    "store: its clock goes 6 h ahead": _Store.go_ahead,
    "store: its clock goes 12 h back": _Store.go_back,
    "store: begins empty": _Store.begin_empty,
}

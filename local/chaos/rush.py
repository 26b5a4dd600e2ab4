"""Many users at once on one instance: how much slower the answers are, and how memory grows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import httpx
import psutil  # type: ignore[import-untyped]  # it ships no types

from local.chaos.evidence import collect, keys_without_end
from local.chaos.people import Person
from local.chaos.promises import violations
from local.stack import Stack

MIB = 1024 * 1024  # bytes
REQUEST_S = 60.0  # seconds for one request in the crowd
ANSWER_S = 60.0  # seconds for one answer in the crowd
FUNCTION = "voiceToBrain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Crowd:
    """This many users say the text at once; each round has new users."""

    users: int
    rounds: int
    text: str
    lease_s: float

    def one(self) -> Crowd:
        """Return a crowd of one user, for the cold start."""
        return replace(self, users=1, rounds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Crowding:
    """`waits_s` are the seconds from each text to its answer, sorted. `memory_mib` is the resident
    memory of the function's process after each round.
    """

    users: int
    waits_s: Sequence[float]
    memory_mib: Sequence[float]
    violations: Sequence[str]

    def wait_s(self, share: float) -> float:
        """Return the wait that this share of the texts did not exceed."""
        return self.waits_s[min(int(share * len(self.waits_s)), len(self.waits_s) - 1)]


async def rush(stack: Stack, crowd: Crowd) -> Crowding:
    """Let all users speak, and check the result."""
    waits: list[float] = []
    memory: list[float] = []
    wrong: list[str] = []
    # No connection limits: the requests must queue at the function and not in the client.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=stack.url, timeout=REQUEST_S, limits=limits) as http:
        for _ in range(crowd.rounds):
            people = [Person(stack, http) for _ in range(crowd.users)]
            took = await asyncio.gather(*(_ask(person, crowd.text) for person in people))
            memory.append(memory_mib(stack))
            waits += took
            # A user who waited longer than a lease may have lost it, and one step with it.
            lost = [int(wait_s > crowd.lease_s) for wait_s in took]
            wrong += await _look(stack, http, dict(zip(people, lost, strict=True)))
        wrong += [
            f"I7 key without a time to live: {k}" for k in await keys_without_end(stack, http)
        ]
    return Crowding(users=crowd.users, waits_s=sorted(waits), memory_mib=memory, violations=wrong)


def memory_mib(stack: Stack) -> float:
    """Return the memory of the process that takes the next text; 0 if no process does."""
    pid = stack.functions.pid(FUNCTION)
    return psutil.Process(pid).memory_info().rss / MIB if pid else 0.0


async def _ask(person: Person, text: str) -> float:
    began = time.perf_counter()
    outcome = await person.say(f"{text} {person.word}", patience_s=REQUEST_S)
    if outcome["message"] is None:
        await person.until_answered(limit_s=ANSWER_S)
    return time.perf_counter() - began


async def _look(
    stack: Stack, http: httpx.AsyncClient, disturbed: Mapping[Person, int]
) -> list[str]:
    found = await collect(stack, http, {person: person.accepted for person in disturbed})
    wrong: list[str] = []
    for evidence, (person, times) in zip(found, disturbed.items(), strict=True):
        lines = violations(evidence, disturbed=times)
        wrong += [f"{line}, person={person.id}" for line in lines]
    return wrong

"""Runs one history: users talk while faults strike one by one; at the end everything is checked."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import httpx

from local.chaos.evidence import Evidence, collect, keys_without_end
from local.chaos.people import Json, Person
from local.chaos.promises import CHECKS, violations
from local.chaos.troubles import Death, Troubles
from local.stack import Stack

CALM_S = (0.3, 2.5)  # seconds between two faults: from one task step to several
HASTE_S = 1.5  # seconds at most before a second text: while the first is in progress
SECOND_TEXT = 0.3  # the share of texts that are followed by another one immediately
ANSWER_S = 90.0  # seconds for an answer in any case: several faults may hit one run
LEAST_S = 1.0  # seconds that a fault gets, even if the end is near
REQUEST_S = 30.0  # seconds for one request to read a result

ENDS = "I7 bounded: each key of the store expires"

# The users' texts, which match the rules of the scripted model. Each task step takes a second, so
# that the longest task is handed over before it ends.
WISHES = (
    "Hello {word}",
    "Say {word} twice",
    "Remember: {word}",
    "Think for 2 seconds about {word}",
    "Do a long task of 3 steps {word}",
    "Do a long task of 9 steps {word}",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """`kinds` are the names of the faults. `is_mixed`: an earlier release runs beside this code."""

    seed: int
    seconds: float
    people: int
    kinds: Sequence[str]
    lease_s: float
    is_mixed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """The results of a history. `recoveries` are seconds from a kill to the run's next step."""

    texts: int
    sent_again: int
    runs: int
    messages: int
    struck: Counter[str]
    checked: Counter[str]
    recoveries: Sequence[float]
    violations: Sequence[str]


async def live_through(stack: Stack, plan: Plan) -> Findings:
    """Run the history and check the result."""
    chance = random.Random(plan.seed)
    troubles = Troubles(stack, chance, lease_s=plan.lease_s)
    async with httpx.AsyncClient(base_url=stack.url, timeout=REQUEST_S) as http:
        people = [Person(stack, http) for _ in range(plan.people)]
        end = time.monotonic() + plan.seconds
        talks = [
            asyncio.create_task(_talk(person, random.Random(chance.random()), end))
            for person in people
        ]
        struck = await _trouble(troubles, plan.kinds, chance, end)
        late = [line for talk in talks if (line := await talk)]
        found = await collect(stack, http, {person: person.accepted for person in people})
        found = [replace(evidence, is_mixed=plan.is_mixed) for evidence in found]
        endless = await keys_without_end(stack, http)
        return _look(people, found, troubles.deaths, struck, [*late, *map(_endless, endless)])


async def _talk(person: Person, chance: random.Random, end: float) -> str:
    """Ask, wait for the answer, and repeat. Returns what went wrong, or an empty text."""
    said = 0
    while time.monotonic() < end:
        wishes = 2 if chance.random() < SECOND_TEXT else 1
        asking = []
        for _ in range(wishes):
            said += 1
            text = chance.choice(WISHES).format(word=f"{person.word}-{said}")
            asking.append(asyncio.create_task(person.say(text)))
            if len(asking) < wishes:
                await asyncio.sleep(chance.uniform(0, HASTE_S))
        try:
            async with asyncio.timeout(ANSWER_S):
                await asyncio.gather(*asking)
            await person.until_answered(limit_s=ANSWER_S)
        except TimeoutError:
            return f"I1 {person.id} waited {ANSWER_S:.0f} s for an answer"
    return ""


async def _trouble(
    troubles: Troubles, kinds: Sequence[str], chance: random.Random, end: float
) -> Counter[str]:
    """Inject faults one after the other until the end; returns how often each was injected."""
    struck, deck = Counter[str](), list[str]()
    while time.monotonic() < end:
        if not deck:  # each kind once, in a new order, before any is repeated
            deck = chance.sample(kinds, len(kinds))
        kind = deck.pop()
        await asyncio.sleep(chance.uniform(*CALM_S))
        struck[kind] += 1
        # One that waits for a request that never arrives ends with the rest.
        with suppress(TimeoutError):
            async with asyncio.timeout(max(end - time.monotonic(), LEAST_S)):
                await troubles.strike(kind)
    return struck


def _endless(key: str) -> str:
    return f"I7 key without a time to live: {key}"


def _look(
    people: Sequence[Person],
    found: Sequence[Evidence],
    deaths: Sequence[Death],
    struck: Counter[str],
    wrong: list[str],
) -> Findings:
    for person, evidence in zip(people, found, strict=True):
        # Each fault and each hand-over may cost a step that was not yet recorded.
        spare = struck.total() + len({entry["runId"] for entry in evidence.log})
        lines = violations(evidence, disturbed=spare)
        wrong += [f"{line}, person={person.id}" for line in lines]
    entries = [entry for evidence in found for entry in evidence.log]
    return Findings(
        texts=sum(entry["role"] == "user" for entry in entries),
        sent_again=sum(person.sent_again for person in people),
        runs=len({entry["runId"] for entry in entries}),
        messages=sum(entry["role"] == "brain" for entry in entries),
        struck=struck,
        checked=Counter({**dict.fromkeys(CHECKS, len(found)), ENDS: 1}),
        recoveries=[s for death in deaths for one in found for s in recoveries(one, death)],
        violations=wrong,
    )


def recoveries(evidence: Evidence, death: Death) -> list[float]:
    """Return the seconds from the kill to the next step of each run that was open at that time."""
    found = []
    for run in dict.fromkeys(entry["runId"] for entry in evidence.log):
        times = [_time(entry) for entry in evidence.log if entry["runId"] == run]
        later = [at for at in times if at > death.at]
        if times[0] < death.at and later:
            found.append(later[0] - death.at)
    return found


def _time(entry: Json) -> float:
    return datetime.fromisoformat(entry["createdAt"]).timestamp()

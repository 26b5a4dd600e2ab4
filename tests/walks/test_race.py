"""The race at the end: a text that arrives at the moment in which a run ends."""

import asyncio
import os
import random

import pytest

from local.chaos.evidence import collect
from local.chaos.promises import violations
from tests.walks.conftest import LIMIT_S, Json, Person, Town, says

pytestmark = pytest.mark.asyncio(loop_scope="session")

IS_LONG = os.environ.get("CHAOS") == "long"  # `make chaos-long`
RACES = 640 if IS_LONG else 160  # on the real stack; the simulator runs thousands more
AT_ONCE = 16  # concurrent races: more would only wait for the machine
MODEL_S = 0.1  # seconds of the first answer
SPREAD_S = (0.05, 0.4)  # seconds from the first text to the second: a turn ends within them
SEED = 20261121


@pytest.mark.timeout(600)
async def test_each_text_is_answered_even_if_it_arrives_when_a_run_ends(town: Town) -> None:
    print(f"seed={SEED}")
    chance, gate = random.Random(SEED), asyncio.Semaphore(AT_ONCE)
    people = [town.person() for _ in range(RACES)]
    pauses_s = [chance.uniform(*SPREAD_S) for _ in people]
    outcomes = await asyncio.gather(*map(lambda p, s: race(p, s, gate), people, pauses_s))
    told = dict(zip(people, outcomes, strict=True))
    found = await collect(town.stack, town.http, told)
    wrong: list[str] = []
    for person, evidence in zip(people, found, strict=True):
        wrong += [f"{line}, person={person.id}" for line in violations(evidence)]
        if sum(person.word in text for text in evidence.asked[-1].texts) != 2:
            wrong.append(f"I3 the model never saw both texts, person={person.id}")
    assert wrong == []
    states = {second["state"] for _, second in outcomes}
    assert states >= {"recorded", "done"}, "the texts did not arrive on both sides of the end"


async def race(person: Person, pause_s: float, gate: asyncio.Semaphore) -> tuple[Json, Json]:
    """Send two texts, and nothing more until both are answered."""
    async with gate:
        await person.script(says("One.", delay_s=MODEL_S), says("Two."))
        first = asyncio.create_task(person.ask("First", patience=0))
        await asyncio.sleep(pause_s)  # the race depends on this instant
        second = await person.ask("Second", patience=0)
        outcome = await first
        await until_answered(person, second)
        return outcome, second


async def until_answered(person: Person, text: Json) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not await is_answered(person, text):  # noqa: ASYNC110 - its server is polled over HTTP
            await asyncio.sleep(0.05)


async def is_answered(person: Person, text: Json) -> bool:
    lasts = [entry["seq"] for entry in await person.log() if entry.get("doneAfterThis")]
    return bool(max(lasts, default=0) > text["seq"])

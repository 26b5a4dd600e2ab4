"""Measures the turns of all candidates in turns."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.history import log_commands
from bench.limits.byhand import keys
from bench.limits.lab import Candidate, Kind, Lab
from bench.stage import NotAnswered, Person
from bench.timing import Scale

ROUNDS = 15  # of single turns
TURNS = 10  # of a known user in each round
FURTHER = 19  # loops beyond the first of the longer turn
LONG = 2  # turns of many loops in each round
OLD = 1_000  # turns of the long history
OLD_TURNS = 3  # of that user in each round: fewer in all than the texts that a minute allows
SETTLING = 6  # turns after which that user's summary is up to date
WARM_UPS = 2  # not counted
CALM_S = 0.05  # seconds for what follows an answer
THINKS_MS = 300  # of the model, with many users
CROWD_ROUNDS = 3
MANY, CROWD = 50, 200  # users at once
EACH, SHORT_EACH = 6, 3  # turns of each of them in a round; the first is not counted
KNOWN = 2  # identities of each, because the texts of a user in a minute are limited


@dataclass(kw_only=True, slots=True)
class Found:
    """What was measured of one candidate, in seconds."""

    new: list[float] = field(default_factory=list)  # the first turn of a user
    known: list[float] = field(default_factory=list)
    loops: list[float] = field(default_factory=list)  # each further loop
    searches: list[float] = field(default_factory=list)  # the same with a search of the web
    old: list[float] = field(default_factory=list)  # with a long history
    cpu_turns: list[float] = field(default_factory=list)  # processor time of a turn, per round
    cpu_loops: list[float] = field(default_factory=list)
    cpu_many: list[float] = field(default_factory=list)  # the same with many users
    crowd: list[float] = field(default_factory=list)
    failed: int = 0  # turns among many users that got no answer
    busy: list[float] = field(default_factory=list)  # share of a core for users and services


@dataclass(kw_only=True, slots=True)
class Measured:
    """A candidate with a user that it knows, one with a long history, and its figures."""

    candidate: Candidate
    known: Person
    old: Person
    found: Found = field(default_factory=Found)


async def prepared(candidate: Candidate) -> Measured:
    """Create the users, and have a first turn: the process imports, connects and migrates."""
    measured = Measured(candidate=candidate, known=candidate.person(), old=candidate.person())
    for _ in range(WARM_UPS):
        await counted(measured, candidate.person())
    await counted(measured, measured.known)
    measured.found.failed = 0
    return measured


async def with_history(lab: Lab, each: Measured) -> None:
    """Give the user a long history, and turns until its summary is up to date."""
    await lab.redis(_history(each.candidate, each.old))
    for _ in range(SETTLING):
        await counted(each, each.old)
        await asyncio.sleep(CALM_S)


async def single_turns(all: Sequence[Measured], scale: Scale) -> None:
    """Measure turns one after the other; the model takes no time."""
    for _ in range(scale.times(ROUNDS)):
        for each in all:
            await _round(each)


async def _round(each: Measured) -> None:
    candidate, found = each.candidate, each.found
    person = candidate.person()
    for _ in range(WARM_UPS):
        await counted(each, each.known)
    found.new.append(await counted(each, person))
    await asyncio.sleep(CALM_S)
    began = candidate.cpu_s
    known = [await counted(each, person) for _ in range(TURNS)]
    await asyncio.sleep(CALM_S)
    cpu = (candidate.cpu_s - began) / TURNS
    found.known += known
    found.cpu_turns.append(cpu)
    began = candidate.cpu_s
    long = [await counted(each, person, loops=1 + FURTHER) for _ in range(LONG)]
    await asyncio.sleep(CALM_S)
    found.cpu_loops.append(((candidate.cpu_s - began) / LONG - cpu) / FURTHER)
    usual = sum(known) / len(known)
    found.loops += [(seconds - usual) / FURTHER for seconds in long]
    seconds = await counted(each, person, loops=1 + FURTHER, kind="searching")
    found.searches.append((seconds - usual) / FURTHER)
    found.old += [await counted(each, each.old) for _ in range(OLD_TURNS)]


async def many_users(lab: Lab, all: Sequence[Measured], scale: Scale) -> None:
    """Measure many users at once, each with one turn after the other."""
    await lab.thinks(THINKS_MS)
    few, most, turns = sizes(scale)
    crowds = [[each.candidate.person() for _ in range(most * KNOWN)] for each in all]
    for each, people in zip(all, crowds, strict=True):
        await _crowd(each, people, most, KNOWN)  # connections open, and users become known
    for _ in range(scale.times(CROWD_ROUNDS)):
        for each, people in zip(all, crowds, strict=True):
            await lab.counts()
            began = each.candidate.cpu_s
            await _crowd(each, people, few, turns)
            await lab.counts()
            each.found.cpu_many.append((each.candidate.cpu_s - began) / (few * turns))
            before, at = lab.cpu_s, time.perf_counter()
            each.found.crowd += await _crowd(each, people, most, turns)
            each.found.busy.append((lab.cpu_s - before) / (time.perf_counter() - at))


def sizes(scale: Scale) -> tuple[int, int, int]:
    """Return how many users are at once, in two sizes, and how many turns each of them has."""
    if scale.is_quick:
        return 3, 5, SHORT_EACH
    return MANY, CROWD, SHORT_EACH if scale.is_short else EACH


async def _crowd(each: Measured, people: Sequence[Person], users: int, turns: int) -> list[float]:
    """Let as many users have as many turns each; return the seconds of all but their first.

    They begin one after the other within the time of an answer of the model.
    """

    async def user(number: int) -> list[float]:
        await asyncio.sleep(number / users * THINKS_MS / 1000)
        mine = [people[number * KNOWN + turn] for turn in range(KNOWN)]
        return [await counted(each, mine[turn % KNOWN]) for turn in range(turns)][1:]

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(user(number)) for number in range(users)]
    return [seconds for task in tasks for seconds in task.result()]


async def counted(
    each: Measured, person: Person, *, loops: int = 1, kind: Kind = "failing"
) -> float:
    """Return the seconds of a turn, and count it if it gets no answer."""
    began = time.perf_counter()
    try:
        return await each.candidate.ask(person, loops=loops, kind=kind)
    except NotAnswered:
        each.found.failed += 1
        return time.perf_counter() - began


def _history(candidate: Candidate, person: Person) -> list[list[str]]:
    """Return the commands that give a user a thousand turns."""
    if candidate.is_ours:
        return log_commands(person.id, 2 * OLD)
    log, _ = keys(person.id)
    said = {"role": "user", "content": "What did Anna write?"}
    answered = {"role": "assistant", "content": "Anna wrote that she comes on Friday."}
    return [["RPUSH", log, json.dumps(said), json.dumps(answered)]] * OLD

"""Counts what a turn asks of the store, and what the model is sent with every request."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bench.limits.lab import Candidate, Kind, Lab

TURNS = 5  # over which the cost of one is averaged; what follows them is included
FURTHER = 10  # further loops, in the same way
CHARS_PER_TOKEN = 4  # the usual estimate for English


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """Bytes and commands are those sent to the store. `fixed` are the characters that are the same
    in every request to the model: instructions and tools.
    """

    sent: float
    commands: float
    loops: float  # commands of a further loop with a call that no tool takes
    searches: float  # the same with a search of the web
    fixed: int


async def costs_of(lab: Lab, candidate: Candidate) -> Costs:
    """Count turns of a known user, one after the other."""
    person = candidate.person()
    await candidate.ask(person)
    await lab.reset()
    for _ in range(TURNS):
        await candidate.ask(person)
    turns = await lab.counts()
    asked = await lab.asked()
    commands = turns["commands"] / TURNS
    return Costs(
        sent=turns["bytesIn"] / TURNS,
        commands=commands,
        loops=await _each_loop(lab, candidate, commands, "failing"),
        searches=await _each_loop(lab, candidate, commands, "searching"),
        fixed=len(asked["messages"][0]["content"]) + len(_compact(asked.get("tools", []))),
    )


async def _each_loop(lab: Lab, candidate: Candidate, turn: float, kind: Kind) -> float:
    """Return the commands of a further loop of this kind."""
    person = candidate.person()
    await candidate.ask(person)
    await lab.reset()
    await candidate.ask(person, loops=1 + FURTHER, kind=kind)
    return float((await lab.counts())["commands"] - turn) / FURTHER


def _compact(tools: object) -> str:
    return json.dumps(tools, ensure_ascii=False, separators=(",", ":"))

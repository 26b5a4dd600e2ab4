"""Random histories of one user's voice sessions: pages that begin, resume, end and vanish;
processes that crash; answers that get lost; a vendor and a queue that are away.
"""

import random
from contextlib import suppress
from typing import Any

import pytest

from brain.errors import BrainError
from brain.voice.sessions.model import Begun
from tests.voice.session_stage import USER, Crashed, Gate, Town

HISTORIES = 300
STEPS = 25
STEP = ("begin", "resume", "end", "pass", "pass", "away", "queue", "twice")
MAX_S, DAY_S = 120.0, 1200.0
LATE_S = 70.0  # of a hang-up that the queue had to deliver again


class History:
    """One user's day."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.town = Town(max_s=MAX_S, day_s=DAY_S)
        self.ids: list[str] = ["vs_unknown"]

    def gate(self) -> Gate:
        if self.chance.random() < 0.6:
            return Gate()
        moment = self.chance.randint(2, 14) / 2
        if self.chance.random() < 0.5:
            return Gate(dies_at=moment)
        return Gate(loses=int(moment))

    async def step(self) -> None:
        town, chance = self.town, self.chance
        self.town.vendor.create_s = chance.choice([0.0, 0.5, 12.0])
        with suppress(BrainError, Crashed):
            match chance.choice(
                ["begin", "resume", "end", "pass", "pass", "away", "queue", "twice"]
            ):
                case "begin":
                    self.note(await town.begin(self.gate()))
                case "resume":
                    resumes = chance.choice(self.ids)
                    self.note(await town.begin(self.gate(), resumes=resumes))
                case "end":
                    await town.process(self.gate()).end(USER, chance.choice(self.ids))
                case "pass":
                    await town.pass_s(chance.choice([1.0, 40.0, 130.0]), step=5)
                case "away":
                    town.vendor.is_away = not town.vendor.is_away
                case "queue":
                    town.queue.is_away = not town.queue.is_away
                case _:
                    town.queue.messages *= 2
        assert len(town.vendor.alive()) <= 1, "two sessions on which the user can talk"

    def note(self, begun: Any) -> None:
        if isinstance(begun, Begun):
            self.ids.append(begun.id)

    async def end(self) -> None:
        """Bring everything back, and let the queue do its work."""
        self.town.vendor.is_away = self.town.queue.is_away = False
        await self.town.pass_s(MAX_S + 3 * LATE_S, step=5)


@pytest.mark.parametrize("tens", range(HISTORIES // 10))
async def test_whatever_happens_every_session_that_can_be_used_is_ended(tens: int) -> None:
    for seed in range(tens * 10, tens * 10 + 10):
        history = History(seed)
        for _ in range(STEPS):
            await history.step()
        await history.end()
        assert history.town.vendor.alive() == [], f"seed {seed}"
        for id in history.ids[1:]:
            assert await history.town.process().end(USER, id) in ("ended", "unknown")


@pytest.mark.parametrize("tens", range(HISTORIES // 10))
async def test_while_all_is_well_the_seconds_are_those_of_the_calls(tens: int) -> None:
    for seed in range(tens * 10, tens * 10 + 10):
        history = History(seed)
        town, chance = history.town, history.chance
        for _ in range(STEPS):
            match chance.choice(["begin", "resume", "end", "pass"]):
                case "begin":
                    history.note(await town.begin())
                case "resume":
                    history.note(await town.begin(resumes=chance.choice(history.ids)))
                case "end":
                    await town.process().end(USER, chance.choice(history.ids))
                case _:
                    await town.pass_s(chance.choice([1.0, 40.0, 130.0]))
        await history.end()
        spent = sum((call.ended or 0) - call.begun for call in town.vendor.calls.values())
        assert await town.left_s() == pytest.approx(max(DAY_S - spent, 0), abs=1), f"seed {seed}"
        assert spent <= DAY_S + 1

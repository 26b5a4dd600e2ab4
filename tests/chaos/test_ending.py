"""A text that comes while a turn ends is answered without anything further from the user."""

import random

import pytest
from msgspec.structs import replace

from brain.run.messages import Message, Utterance
from tests.chaos.faults import Exactly
from tests.chaos.invariants import violations
from tests.chaos.processes import run_processes
from tests.chaos.product import Product
from tests.chaos.stories import END, Ask, Beat, Story
from tests.chaos.world import World

PARTS = 4  # several processes share them
INSTANTS = 500  # of a part
AROUND_S = 0.03  # seconds before and after the end of the turn, which takes 0.42 s
WITHIN_S = 3.0  # seconds in which the text is answered
TURN = Story(name="ending", beats=(END,))


@pytest.mark.parametrize("part", range(PARTS))
def test_a_text_at_any_instant_around_the_end_of_a_turn_is_answered_within_three_seconds(
    part: int,
) -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"part {part}, seed {seed}")
    chance = random.Random(seed)
    joined = 0
    for _ in range(INSTANTS):
        instant = chance.uniform(0.42 - AROUND_S, 0.42 + AROUND_S)
        delay_s = chance.choice((0.0, 0.0001, chance.uniform(0.0, 0.02)))
        joined += _answered_in_time(instant, delay_s)
    print(f"{INSTANTS} instants: {joined} joined the run, {INSTANTS - joined} began their own")
    assert 0 < joined < INSTANTS, "the instants miss the end of the turn"


def _answered_in_time(instant: float, delay_s: float) -> bool:
    """Play it; whether the text joined the run that was about to end."""

    async def whole() -> tuple[list[Utterance], list[Message]]:
        asks = (Ask(), Ask(at=instant, text="walrus"))
        beat = Beat(calls=END.calls, delay_s=0.4 + delay_s)
        world = World(replace(TURN, asks=asks, beats=(beat,)), Exactly(), Product())
        await world.play()
        assert await violations(world) == (), f"at {instant}, the model {delay_s} s late"
        log = (await world.store.read("anna", since=0, limit=100)).entries
        texts = [entry for entry in log if isinstance(entry, Utterance)]
        return texts, [entry for entry in log if isinstance(entry, Message)]

    texts, messages = run_processes(whole)
    second = texts[-1]
    answer = next(m for m in messages if m.done_after_this and m.seq > second.seq)
    took_s = (answer.created_at - second.created_at).total_seconds()
    assert took_s <= WITHIN_S, f"{took_s} s at {instant}"
    return texts[0].run_id == second.run_id

"""What is said while something is looked up, in virtual time."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from brain.run.messages import Kind, Message, Speak
from brain.says import de, en
from brain.tools.spec import Effect
from brain.voice.holding import EVERY, FIRST, MOST, HoldingPhrases, Silence, chosen, due
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tools import NoteTool
from tests.fakes.world import World

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOTE = ("note", '{"text":"a"}')
SAY = ("sayToUserAndContinue", '{"message":"I look in your email."}')
LATER = timedelta(seconds=30)


def looking(*seconds: float, effect: Effect = Effect.READS, turns: int = 1) -> World:
    """A world in which each answer looks something up, and the last one says so."""
    answers = [*(calls(NOTE) for _ in seconds), words("Found.")] * turns
    tools = [NoteTool(effect, seconds=seconds[0])]
    return holding(World(answers, tools=tools))


def holding(world: World) -> World:
    world.ports = replace(world.ports, holding=HoldingPhrases())
    return world


def phrases(messages: list[Message]) -> list[Message]:
    known = {*en.HOLDING, *en.STILL, *de.HOLDING, *de.STILL}
    return [message for message in messages if message.text in known]


def silence(**changed: object) -> Silence:
    return Silence(**({"looking_since": NOON, "user_spoke": NOON} | changed))  # type: ignore[arg-type]


@in_virtual_time
async def test_a_slow_lookup_is_announced_within_a_second_and_a_half() -> None:
    world = looking(4)
    asked = world.clock.utc()

    outcome = await world.ask("What did Anna write?")

    [phrase] = phrases(await world.said())
    assert phrase.text in en.HOLDING
    assert phrase.created_at - asked <= timedelta(seconds=1.5)
    assert (phrase.kind, phrase.run_id) == (Kind.BREADCRUMB, outcome.run_id)
    assert not phrase.done_after_this
    assert outcome.message is not None
    assert outcome.message.text == "Found."
    assert [m["text"] for m in world.channel.messages()] == [phrase.text]


@in_virtual_time
async def test_a_phrase_waits_until_nobody_speaks_and_is_not_spoken_late() -> None:
    world = looking(4)
    await world.ask("What did Anna write?")
    [phrase] = phrases(await world.said())
    assert phrase.speak is Speak.WHEN_IDLE
    assert phrase.expires_at is not None
    assert phrase.expires_at - phrase.created_at < EVERY


@in_virtual_time
async def test_a_quick_lookup_is_not_announced() -> None:
    world = looking(0.7)
    await world.ask("What did Anna write?")
    assert phrases(await world.said()) == []


@in_virtual_time
async def test_many_quick_lookups_are_not_silent_for_long() -> None:
    world = looking(*[0.7] * 15)
    asked = world.clock.utc()
    await world.ask("What did Anna write?")
    said = [message.created_at for message in phrases(await world.said())]
    assert said[0] - asked < timedelta(seconds=8.5)
    assert len(said) == 1


@in_virtual_time
async def test_nothing_is_said_while_something_is_done_that_is_no_lookup() -> None:
    world = looking(20, effect=Effect.REPEATS)
    await world.ask("Note that")
    assert phrases(await world.said()) == []


@in_virtual_time
async def test_a_long_lookup_is_never_silent_for_eight_seconds_and_says_three_phrases() -> None:
    world = looking(21)
    await world.ask("What did Anna write?")
    said = phrases(await world.said())
    assert len(said) == MOST
    times = [message.created_at for message in said]
    assert all(later - earlier < timedelta(seconds=8) for earlier, later in pairwise(times))


@in_virtual_time
async def test_after_three_phrases_nothing_more_is_said_in_the_turn() -> None:
    world = looking(40, 40)
    await world.ask("What did Anna write?")
    assert len(phrases(await world.said())) == MOST


@in_virtual_time
async def test_the_same_phrase_is_never_said_twice_running() -> None:
    world = looking(14, turns=6)
    for turn in range(6):
        await world.ask(f"And number {turn}?")
    said = [message.text for message in phrases(await world.said())]
    assert len(said) == 2 * 6
    assert all(one != other for one, other in pairwise(said))
    assert len(set(said)) > len(en.HOLDING)


@in_virtual_time
async def test_the_time_begins_again_when_the_user_speaks() -> None:
    world = looking(3)
    world.spawn(world.ask("What did Anna write?"))
    await asyncio.sleep(0.8)
    await world.ask("Anna Lee, I mean", patience_s=0.1)
    spoke = world.clock.utc()
    await world.settle()
    [phrase] = phrases(await world.said())
    assert phrase.created_at - spoke >= FIRST - timedelta(seconds=0.2)


@in_virtual_time
async def test_a_step_that_the_model_tells_is_as_good_as_a_phrase() -> None:
    tools = [NoteTool(Effect.READS, seconds=5)]
    world = holding(World([calls(SAY, NOTE), words("Found.")], tools=tools))
    await world.ask("What did Anna write?")
    assert phrases(await world.said()) == []


@in_virtual_time
async def test_a_lookup_that_fails_or_a_run_that_is_stopped_says_no_more() -> None:
    world = looking(30)
    world.spawn(world.ask("What did Anna write?"))
    await asyncio.sleep(4)
    await world.stop()
    await world.settle()
    assert len(phrases(await world.said())) == 1


@in_virtual_time
async def test_a_process_that_dies_while_it_holds_loses_and_doubles_nothing() -> None:
    world = looking(5)
    world.spawn(world.ask("What did Anna write?", patience_s=1.5))
    await asyncio.sleep(1.6)
    world.kill()
    await world.until_said("Found.")
    said = await world.said()
    assert [message.seq for message in said] == sorted({message.seq for message in said})
    assert len(phrases(said)) <= MOST


@in_virtual_time
async def test_phrases_are_in_the_users_language() -> None:
    world = looking(4)
    await world.ask("Was hat Anna geschrieben?", language="de-AT")
    [phrase] = phrases(await world.said())
    assert phrase.text in de.HOLDING


@pytest.mark.parametrize(
    ("known", "at"),
    [
        (silence(), NOON + FIRST),
        (silence(user_spoke=NOON + FIRST), NOON + 2 * FIRST),
        (silence(user_spoke=NOON - LATER), NOON),
        (silence(brain_spoke=NOON), NOON + EVERY),
        (silence(brain_spoke=NOON, user_spoke=NOON + LATER), NOON + LATER + FIRST),
        (silence(brain_spoke=NOON - LATER, user_spoke=NOON - 2 * LATER), NOON),
        (silence(phrases=("One moment, please.",) * MOST), None),
    ],
)
def test_when_the_next_phrase_is_due(known: Silence, at: datetime | None) -> None:
    assert due(known) == at


def test_the_first_phrase_of_a_turn_is_another_kind_than_the_later_ones() -> None:
    assert chosen(silence(), en, seed="r1") in en.HOLDING
    assert chosen(silence(phrases=("Let me check.",)), en, seed="r1") in en.STILL

"""A notice is said once, whatever dies, is slow or is away, in virtual time."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.errors import DatabaseUnreachable
from brain.events.model import Event
from brain.notices.redis import RedisNoticeBoard
from brain.preferences.model import Preferences
from brain.run.messages import Message
from brain.run.step import CONTINUE
from tests.fakes.clock import EPOCH
from tests.fakes.loop import in_virtual_time, run_virtual
from tests.fakes.model import calls, words
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import World
from tests.notices.stage import an_email, arrives, comes, notifications


@in_virtual_time
async def test_a_notice_that_a_dying_process_held_is_said_by_the_senders_next_try() -> None:
    world = World()
    await comes(world)
    telling = world.spawn(arrives(world, an_email()))
    await asyncio.sleep(0.01)
    world.kill()
    await telling
    await world.settle(5)
    assert len(await notifications(world)) == 1
    assert len(await world.log()) == 1


class Slow:
    """A board whose answers take their time, so that others come in between."""

    def __init__(self, board: Any) -> None:
        self._board = board

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any, **named: Any) -> Any:
            await asyncio.sleep(0.01)
            found = await getattr(self._board, name)(*args, **named)
            await asyncio.sleep(0.01)
            return found

        return call


@pytest.mark.parametrize("apart_s", [0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05])
@pytest.mark.parametrize("count", [2, 3, 12])
@in_virtual_time
async def test_of_events_that_come_at_once_each_is_told_once(count: int, apart_s: float) -> None:
    world = World()
    world.ports = replace(world.ports, board=Slow(world.ports.board))
    await world.ports.store.here("anna")
    for number in range(count):
        event = Event(id=f"e{number}", kind="event", at=EPOCH, text=f"No. {number}")
        world.spawn(arrives(world, event))
        await asyncio.sleep(apart_s)
    await world.settle()
    heard = await notifications(world)
    replaced = {message.supersedes for message in heard}
    told = [message for message in heard if message.id not in replaced]
    assert len(told) == 1  # each tells of all before it that nobody has heard, and takes its place
    expected = f"{count} other things" if count > 1 else "No. 0"
    assert expected in told[0].text
    assert (await world.ports.store.here("anna")).held == 0


def test_a_notice_is_said_once_wherever_the_process_dies() -> None:
    async def story(steps: int) -> World:
        world = World(wishes=FakeWishes())
        await comes(world)
        world.lives = [steps, steps]
        await arrives(world, an_email())
        await world.settle(5)
        assert len(await notifications(world)) == len(await world.log()) == 1
        return world

    assert not run_virtual(story(0)).alive[0][0].is_open
    for steps in range(1, 30):
        world = run_virtual(story(steps))
    assert all(gate.is_open for gate, _ in world.alive)


def test_what_waited_for_the_end_of_a_run_is_said_wherever_its_brain_dies() -> None:
    async def story(steps: int) -> World:
        world = World([words("Here it is.", delay_s=2)])
        at_ms = round(EPOCH.timestamp() * 1000)
        await world.ports.store.note_presence(Keys.of("anna").user, is_occupied=True, at_ms=at_ms)
        world.lives = [steps]
        world.spawn(world.ask("Find it.", message_id="message-1"))
        await asyncio.sleep(1.5)
        await arrives(world, an_email())
        world.spawn(world.ask("Find it.", message_id="message-1"))
        await world.settle()
        texts = sorted(message.text for message in await world.said())
        assert texts == ["An email from Anna has just arrived: Dinner.", "Here it is."]
        return world

    for steps in range(40):
        world = run_virtual(story(steps))
    assert all(gate.is_open for gate, _ in world.alive)


class Beaten(RedisNoticeBoard):
    """A board on which others are always quicker."""

    tries = 0

    async def announce(self, *args: Any, **named: Any) -> Message | None:
        self.tries += 1
        return None


@in_virtual_time
async def test_who_is_always_overtaken_gives_up_and_what_is_held_stays() -> None:
    world = World()
    board = Beaten(world.redis)
    services = world.ports
    world.ports = replace(services, board=board)
    await comes(world)
    await arrives(world, an_email())
    assert 1 < board.tries < 10
    assert (await notifications(world), world.channel.messages()) == ([], [])
    world.ports = services
    await comes(world)
    assert len(await notifications(world)) == 1


class Away(FakeWishes):
    """A database that goes away."""

    is_away = False

    async def preferences(self, user_id: str) -> Preferences:
        if self.is_away:
            raise DatabaseUnreachable("away")
        return await super().preferences(user_id)


@in_virtual_time
async def test_a_database_that_is_away_between_two_sentences_costs_no_answer_and_no_notice() -> (
    None
):
    wishes = Away()
    step = calls((CONTINUE, '{"message": "I am looking."}'), delay_s=2)
    world = World([step, words("Here it is.", delay_s=2)], wishes=wishes)
    await comes(world)
    asking = world.spawn(world.ask("Find it."))
    await asyncio.sleep(1)
    await arrives(world, an_email())
    wishes.is_away = True
    outcome = await asking
    await world.settle()
    assert outcome.message is not None
    assert outcome.message.text == "Here it is."
    assert (await notifications(world), world.failures) == ([], [])
    wishes.is_away = False
    await comes(world)
    assert len(await notifications(world)) == 1


@in_virtual_time
async def test_on_a_slow_channel_a_notice_comes_after_the_last_word_of_the_run() -> None:
    world = World([words("So.", delay_s=3)])
    await comes(world)
    world.channel.delay_s = 6  # of the word that the run is on
    await world.ask("Well?", patience_s=0.5)
    await asyncio.sleep(1)
    world.channel.delay_s = 0.02
    await arrives(world, an_email())
    await world.settle()
    told = [sent["text"] for sent in world.channel.messages()]
    assert told == ["So.", "An email from Anna has just arrived: Dinner."]

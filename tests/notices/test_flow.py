"""The word that nobody asked for: when it is said, and that it is said once, in virtual time."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from brain.cloud.redis.scripts import Keys
from brain.errors import DatabaseUnreachable, ModelUnavailable
from brain.events.model import Event
from brain.notices.flow import announce_pending
from brain.notices.redis import RedisNoticeBoard
from brain.preferences.model import Preferences, Quiet
from brain.run.messages import Heard as HeardMark
from brain.run.messages import How, Kind, Message, Speak
from brain.run.step import CONTINUE
from tests.fakes.features.notices import notices_of
from tests.fakes.loop import in_virtual_time, run_virtual
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import EPOCH, Saying, World, calls, words

HOUR = 3600


def an_email(id: str = "1", *, sender: str = "Anna", subject: str = "Dinner") -> Event:
    return Event(
        id=f"email-{id}",
        kind="email",
        at=EPOCH,
        text="At seven?",
        sender=sender,
        address="anna@example.org",
        subject=subject,
    )


async def arrives(world: World, event: Event) -> None:
    """It is told of now, whatever time stands in it."""
    await world.happen(replace(event, at=world.clock.utc()))


async def comes(world: World) -> None:
    """A page shows a sign of life, and asks for what is held, as a status call does."""
    await world.ports.store.here("anna")
    await announce_pending(notices_of(world.ports).services, "anna")


async def notifications(world: World) -> list[Message]:
    return [message for message in await world.said() if message.kind is Kind.NOTIFICATION]


@in_virtual_time
async def test_an_email_reaches_a_listening_user_at_once_by_the_channel() -> None:
    world = World()
    await comes(world)
    began = world.clock.now()
    await arrives(world, an_email())
    assert world.clock.now() - began < 1
    (message,) = await notifications(world)
    assert message.text == "An email from Anna has just arrived: Dinner."
    assert (message.speak, message.done_after_this) == (Speak.WHEN_IDLE, False)
    assert message.foreign
    assert [sent["text"] for sent in world.channel.messages()] == [message.text]


@in_virtual_time
async def test_the_same_event_told_again_and_again_is_said_once() -> None:
    world = World()
    await comes(world)
    event = an_email()
    await asyncio.gather(*(arrives(world, event) for _ in range(5)))
    await arrives(world, event)
    assert len(await notifications(world)) == 1
    assert len(world.channel.messages()) == 1


@in_virtual_time
async def test_while_the_brain_is_at_work_it_waits_for_the_end_of_the_sentence() -> None:
    world = World(
        [
            calls((CONTINUE, '{"message": "I am looking."}'), delay_s=2),
            words("Here it is.", delay_s=2),
        ]
    )
    await comes(world)
    asking = world.spawn(world.ask("Find it."))
    await asyncio.sleep(1)
    await arrives(world, an_email())
    assert await notifications(world) == []  # the model is in the middle of its first answer
    await asking
    texts = [message.text for message in await world.said()]
    assert texts == [
        "I am looking.",
        "An email from Anna has just arrived: Dinner.",
        "Here it is.",
    ]


@in_virtual_time
async def test_after_the_last_word_of_a_run_what_waited_is_said() -> None:
    world = World([words("Here it is.", delay_s=2)])
    await comes(world)
    asking = world.spawn(world.ask("Find it."))
    await asyncio.sleep(1)
    await arrives(world, an_email())
    await asking
    await world.settle()
    texts = [message.text for message in await world.said()]
    assert texts == ["Here it is.", "An email from Anna has just arrived: Dinner."]


@in_virtual_time
async def test_an_hour_away_and_twelve_emails_are_one_digest() -> None:
    world = World()
    await comes(world)
    await asyncio.sleep(10 * 60)
    for number in range(12):
        await arrives(world, an_email(str(number), subject=f"No. {number}"))
        await asyncio.sleep(5 * 60)
    assert await notifications(world) == []
    await comes(world)
    (message,) = await notifications(world)
    assert message.text.startswith("While you were away: 12 emails from Anna")
    await comes(world)
    assert len(await notifications(world)) == 1


@in_virtual_time
async def test_a_message_that_nobody_has_heard_is_replaced_by_one_that_tells_of_both() -> None:
    world = World()
    await comes(world)
    await arrives(world, an_email("1"))
    await arrives(world, an_email("2", sender="Bob", subject="Lunch"))
    first, second = await notifications(world)
    assert second.supersedes == first.id
    assert "2 emails" in second.text

    await world.ports.store.heard("anna", HeardMark(seq=second.seq, how=How.PLAYED))
    await arrives(world, an_email("3", sender="Eve", subject="Tea"))
    third = (await notifications(world))[-1]
    assert (third.supersedes, third.text) == (None, "An email from Eve has just arrived: Tea.")


@in_virtual_time
async def test_what_waited_too_long_is_dropped() -> None:
    world = World()
    await arrives(world, an_email())
    await asyncio.sleep(4 * 24 * HOUR)
    await comes(world)
    assert await notifications(world) == []
    await arrives(world, an_email("2"))
    (message,) = await notifications(world)
    assert "just arrived" in message.text


@in_virtual_time
async def test_in_quiet_hours_it_waits_for_their_end_and_is_then_said_without_anybody_asking() -> (
    None
):
    wishes = FakeWishes()
    await wishes.save("anna", Preferences(quiet=Quiet(start=time(0), until=time(0, 30))))
    world = World(wishes=wishes)
    await comes(world)
    await arrives(world, an_email())
    assert await notifications(world) == []
    for _ in range(31):  # the page stays open
        await asyncio.sleep(60)
        await world.ports.store.here("anna")
    await world.settle(1)
    (message,) = await notifications(world)
    assert message.created_at >= EPOCH + timedelta(minutes=30)


@in_virtual_time
async def test_a_page_that_looks_again_and_again_in_quiet_hours_costs_the_queue_nothing() -> None:
    wishes = FakeWishes()
    await wishes.save("ännä", Preferences(quiet=Quiet(start=time(0), until=time(6))))
    world = World(wishes=wishes)
    await world.ports.store.here("ännä")
    await world.happen(an_email(), user="ännä")
    asked = world.queue.asked
    for _ in range(100):
        await asyncio.sleep(60)
        await world.ports.store.here("ännä")
        await announce_pending(notices_of(world.ports).services, "ännä")
    assert (world.queue.asked, asked) == (1, 1)
    while world.clock.utc() < EPOCH + timedelta(hours=6, minutes=1):
        await asyncio.sleep(60)
        await world.ports.store.here("ännä")
    assert [message.kind for message in await world.said("ännä")] == [Kind.NOTIFICATION]


@in_virtual_time
async def test_where_the_quiet_hours_were_moved_the_queue_calls_again() -> None:
    wishes = FakeWishes()
    await wishes.save("anna", Preferences(quiet=Quiet(start=time(0), until=time(1))))
    world = World(wishes=wishes)
    await world.ports.store.note_presence(
        Keys.of("anna").user, is_occupied=True, at_ms=round(EPOCH.timestamp() * 1000)
    )
    await arrives(world, an_email())
    await wishes.save("anna", Preferences(quiet=Quiet(start=time(0), until=time(2))))
    await world.settle(HOUR + 60)
    assert await notifications(world) == []
    await world.settle(HOUR + 60)
    [message] = await notifications(world)
    assert message.created_at >= EPOCH + timedelta(hours=2)


@in_virtual_time
async def test_a_reminder_breaks_the_quiet_hours() -> None:
    wishes = FakeWishes()
    await wishes.save("anna", Preferences(quiet=Quiet(start=time(0), until=time(6))))
    world = World(wishes=wishes)
    await comes(world)
    await world.happen(Event(id="r", kind="reminder", at=world.clock.utc(), text="The oven."))
    (message,) = await notifications(world)
    assert (message.text, message.speak) == ("A reminder: The oven.", Speak.NOW)


async def world_with_a_judge(*answers: Saying) -> World:
    """Only emails that the model finds to be about money are told of."""
    wishes = FakeWishes()
    await wishes.save("anna", Preferences(emails="rules"))
    await wishes.add_rule(
        "anna", about="when something about money looks wrong", judge=True, key="rule"
    )
    return World(answers, wishes=wishes)


@in_virtual_time
async def test_where_a_rule_asks_for_judgement_the_model_decides_and_may_choose_the_words() -> None:
    world = await world_with_a_judge(
        words('{"speak": false}'),
        words('{"speak": true, "words": "A bill of 900 euros came twice."}'),
    )
    await comes(world)
    await arrives(world, an_email("1"))
    assert await notifications(world) == []
    await arrives(world, an_email("2"))
    (message,) = await notifications(world)
    assert "A bill of 900 euros came twice." in message.text
    assert len(world.model.prompts) == 2


@in_virtual_time
async def test_without_a_rule_that_asks_for_it_the_model_is_not_called() -> None:
    world = World(wishes=FakeWishes())
    await comes(world)
    await arrives(world, an_email())
    assert len(await notifications(world)) == 1
    assert world.model.prompts == []


@in_virtual_time
async def test_when_the_model_cannot_judge_the_user_is_told() -> None:
    world = await world_with_a_judge(Saying(answer=ModelUnavailable("away")))
    await comes(world)
    await arrives(world, an_email())
    assert len(await notifications(world)) == 1


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

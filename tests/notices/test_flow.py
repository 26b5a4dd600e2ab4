"""The word that nobody asked for: when it is said, and that it is said once, in virtual time."""

import asyncio
from datetime import time, timedelta

from brain.cloud.redis.scripts import Keys
from brain.errors import ModelUnavailable
from brain.events.model import Event
from brain.notices.flow import announce_pending
from brain.preferences.model import Preferences, Quiet
from brain.run.messages import Heard as HeardMark
from brain.run.messages import How, Kind, Speak
from brain.run.step import CONTINUE
from tests.fakes.clock import EPOCH
from tests.fakes.features.notices import notices_of
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import Saying, calls, words
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import World
from tests.notices.stage import an_email, arrives, comes, notifications

HOUR = 3600


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
    now = world.clock.utc()
    await world.happen(Event(id="r", kind="reminder", at=now, text="The oven.", foreign=False))
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

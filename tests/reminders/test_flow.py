"""What becomes of a reminder, whatever dies or comes twice, in virtual time."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.codec import dumps
from brain.errors import EntryUnreadable
from brain.events.model import Event
from brain.reminders.model import Reminder, ReminderDue
from brain.reminders.tools import reminder_tools
from brain.run.journal import Answered
from brain.run.messages import Speak
from brain.run.ports import Delta, Prompt
from tests.events.stage import listens, notifications, told, wherever_it_dies
from tests.fakes.clock import EPOCH
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import ScriptedModel, calls, words
from tests.fakes.tool_stage import use
from tests.fakes.world import World

DAY = 24 * 3600


def with_reminders(world: World) -> World:
    services = world.ports
    tools = reminder_tools(services.reminders, world.queue, world.clock, None)
    world.ports = replace(services, tools={tool.spec.name: tool for tool in tools})
    return world


async def remind(world: World, seconds: float, text: str = "The oven") -> str:
    """Set a reminder as the model does; returns its id."""
    at = (world.clock.utc() + timedelta(seconds=seconds)).isoformat()
    tools = tuple(with_reminders(world).ports.tools.values())
    return str((await use(tools, "remind", {"text": text, "at": at}, key=text))["set"]["id"])


@in_virtual_time
async def test_a_due_reminder_is_announced_and_removed() -> None:
    world = World()
    await listens(world)
    await remind(world, 90)
    await asyncio.sleep(85)
    assert await told(world) == []
    await asyncio.sleep(10)
    [message] = await notifications(world)
    assert (message.text, message.speak) == ("A reminder: The oven.", Speak.NOW)
    assert [sent["text"] for sent in world.channel.messages()] == [message.text]
    assert await world.ports.reminders.all("anna") == []
    await world.settle()
    assert len(await told(world)) == 1


@pytest.mark.parametrize("tainted", [False, True])
@in_virtual_time
async def test_a_reminder_is_as_foreign_as_the_run_that_set_it(tainted: bool) -> None:
    world = World()
    await listens(world)
    at = world.clock.utc() + timedelta(minutes=1)
    reminder = Reminder(id="r", text="The oven", at=at, foreign=tainted)
    await world.ports.reminders.add("anna", reminder)
    await asyncio.sleep(90)
    await world.happen(ReminderDue(id="r"))
    [message] = await notifications(world)
    assert message.foreign is tainted


@pytest.mark.parametrize("days", [20, 365])
@in_virtual_time
async def test_a_reminder_in_weeks_is_scheduled_in_stages_and_announced_once(days: int) -> None:
    world = World()
    await listens(world)
    await remind(world, days * DAY)
    await world.settle(days * DAY - 60)
    assert await told(world) == []
    await world.settle(2 * DAY)
    assert await told(world) == ["A reminder: The oven."]
    [message] = await notifications(world)
    late = message.created_at - (EPOCH + timedelta(days=days))
    assert abs(late) < timedelta(seconds=60)
    assert len(world.queue.told) == days // 6 + 1
    assert all(delay_s <= 7 * DAY for _, delay_s, _ in world.queue.told)


@in_virtual_time
async def test_a_reminder_due_without_a_listener_is_announced_later() -> None:
    world = World()
    await remind(world, 60)
    await world.settle(3600)
    assert await told(world) == []
    await listens(world)
    await world.happen(Event(id="e", kind="event", at=world.clock.utc(), text="The door"))
    assert await told(world) == ["A reminder: The oven.", "The door."]


@in_virtual_time
async def test_a_cancelled_reminder_is_not_announced() -> None:
    world = World()
    await listens(world)
    id = await remind(world, 90)
    await use(tuple(world.ports.tools.values()), "cancelReminder", {"id": id})
    await world.settle(3600)
    assert await told(world) == []


@in_virtual_time
async def test_a_reminder_is_announced_once_though_the_queue_calls_three_times() -> None:
    world = World()
    await listens(world)
    id = await remind(world, 10)
    await asyncio.sleep(10)
    await asyncio.gather(*(world.happen(ReminderDue(id=id)) for _ in range(3)))
    await world.settle(60)
    await world.happen(ReminderDue(id=id))
    assert await told(world) == ["A reminder: The oven."]


@in_virtual_time
async def test_a_call_that_comes_too_early_schedules_another() -> None:
    world = World()
    await listens(world)
    id = await remind(world, DAY)
    await world.happen(ReminderDue(id=id))
    assert await told(world) == []
    await world.settle(DAY + 60)
    assert await told(world) == ["A reminder: The oven."]


def test_a_reminder_is_announced_once_no_matter_where_the_process_crashes() -> None:
    async def story(steps: int) -> World:
        world = World()
        await listens(world)
        id = await remind(world, 10)
        await asyncio.sleep(9)
        world.lives = [steps, steps]
        await world.happen(ReminderDue(id=id))
        await world.settle(60)
        assert await told(world) == ["A reminder: The oven."]
        assert await world.ports.reminders.all("anna") == []
        return world

    wherever_it_dies(story)


def test_a_reminder_in_weeks_loses_no_stage_in_a_crash() -> None:
    async def story(steps: int) -> World:
        world = World()
        await listens(world)
        await remind(world, 13 * DAY)
        world.lives = [steps]  # of the first call of the queue's
        await world.settle(14 * DAY)
        assert await told(world) == ["A reminder: The oven."]
        return world

    wherever_it_dies(story)


class Reminding(ScriptedModel):
    """Sets a reminder and confirms it; a repeated request gets the same answer."""

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        is_set = any(message["role"] == "tool" for message in prompt.messages)
        model = ScriptedModel(self.sayings[is_set:])
        return await model.answer(prompt, limit_s=limit_s, on_delta=on_delta)


def test_a_reminder_is_set_once_no_matter_where_the_brain_crashes() -> None:
    async def story(steps: int) -> World:
        at = (EPOCH + timedelta(hours=1)).isoformat()
        asked = calls(("remind", f'{{"text":"The oven","at":"{at}"}}'))
        world = with_reminders(World())
        model = Reminding([asked, words("I will.")])
        world.ports = replace(world.ports, model=model)
        world.lives = [steps]
        for _ in range(2):  # a caller without an answer retries
            asking = world.spawn(world.ask("Remind me.", message_id="message-1"))
            await asyncio.wait({asking}, timeout=60)
        assert [message.text for message in await world.said()] == ["I will."]
        await listens(world)
        await world.settle(2 * 3600)
        assert await told(world) == ["A reminder: The oven."]
        return world

    wherever_it_dies(story)


@in_virtual_time
async def test_a_call_for_a_reminder_that_newer_code_has_set_is_to_be_made_again() -> None:
    world = World()
    form = dumps({"v": 2, "id": "r", "every": "morning"})
    key = Keys.of("anna").key("reminders")
    await world.redis.execute(["HSET", key, "r", form], limit_s=1)
    with pytest.raises(EntryUnreadable):
        await world.ports.take_word("anna", ReminderDue(id="r"))

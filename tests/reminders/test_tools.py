"""What the model gets from the tools of reminders, in virtual time."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from brain.codec import Json, fingerprint
from brain.errors import DatabaseUnreachable, ToolFault
from brain.notices.model import Rule
from brain.preferences.model import Preferences
from brain.preferences.ports import PreferenceStore
from brain.reminders.model import Reminder
from brain.reminders.redis import MOST
from brain.reminders.rules import MAX_CHARS
from brain.reminders.tools import (
    AWAY,
    FULL,
    NO_TIME,
    NOT_KEPT,
    NOT_SET,
    reminder_tools,
)
from brain.tools.invocations import Tool
from brain.tools.schema import complaint
from brain.tools.spec import Effect
from tests.fakes.loop import in_virtual_time
from tests.fakes.preferences import FakePreferences
from tests.fakes.tool_stage import invocation, named, use
from tests.fakes.world import World

OVEN = {"text": "The oven", "at": "2026-01-01T18:00"}  # the world begins at that day's midnight
TAKEN_S = 61  # seconds after which taking a reminder again finds none


class UnreachableWishes:
    """Wishes whose database is away."""

    async def preferences(self, user_id: str) -> Preferences:
        raise DatabaseUnreachable("away")

    async def save(self, user_id: str, preferences: Preferences) -> None:
        raise DatabaseUnreachable("away")

    async def add_rule(self, user_id: str, **given: Any) -> Rule:
        raise DatabaseUnreachable("away")

    async def rules(self, user_id: str) -> Sequence[Rule]:
        raise DatabaseUnreachable("away")

    async def remove_rule(self, user_id: str, rule_id: str) -> Rule | None:
        raise DatabaseUnreachable("away")


def tools_of(world: World, wishes: PreferenceStore | None = None) -> Sequence[Tool]:
    return reminder_tools(world.ports.reminders, world.queue, world.clock, wishes)


async def in_berlin() -> FakePreferences:
    wishes = FakePreferences()
    await wishes.save("anna", Preferences(zone="Europe/Berlin"))
    return wishes


async def kept(world: World) -> list[Reminder]:
    return list(await world.ports.reminders.all("anna"))


# ---- set


@in_virtual_time
async def test_a_reminder_is_stored_and_the_queue_is_asked_to_call_at_its_time() -> None:
    world = World()
    told = (await use(tools_of(world), "remind", OVEN))["set"]
    [reminder] = await kept(world)
    assert told == {"id": reminder.id, "text": "The oven", "at": "2026-01-01T18:00+00:00"}
    assert reminder.at == datetime(2026, 1, 1, 18, tzinfo=UTC)
    [(event, delay_s, _)] = world.queue.told
    assert event["data"] == {"reminderId": reminder.id}
    assert delay_s == pytest.approx(18 * 3600)


@pytest.mark.parametrize(
    ("at", "kept_at", "told_at"),
    [
        ("2026-01-01T18:00", "2026-01-01T17:00", "2026-01-01T18:00+01:00"),
        ("2026-07-01T18:00", "2026-07-01T16:00", "2026-07-01T18:00+02:00"),
        ("2026-01-01T18:00-05:00", "2026-01-01T23:00", "2026-01-02T00:00+01:00"),
    ],
)
@in_virtual_time
async def test_times_are_read_and_shown_in_the_users_time_zone(
    at: str, kept_at: str, told_at: str
) -> None:
    world = World()
    tools = tools_of(world, await in_berlin())
    assert (await use(tools, "remind", {**OVEN, "at": at}))["set"]["at"] == told_at
    [reminder] = await kept(world)
    assert reminder.at.isoformat(timespec="minutes") == f"{kept_at}+00:00"
    [listed] = (await use(tools, "listReminders", {}))["reminders"]
    assert listed["at"] == told_at


@in_virtual_time
async def test_the_same_tool_call_twice_sets_one_reminder_with_one_queue_call() -> None:
    world = World()
    first = await use(tools_of(world), "remind", OVEN, key="k")
    assert await use(tools_of(world), "remind", OVEN, key="k") == first
    assert len(await kept(world)) == len(world.queue.told) == 1
    await use(tools_of(world), "remind", OVEN, key="another")
    assert len(await kept(world)) == len(world.queue.told) == 2


@in_virtual_time
async def test_a_repeated_call_succeeds_even_if_the_reminder_is_due_by_then() -> None:
    world = World()
    at = datetime(2026, 1, 1, 18, tzinfo=UTC)
    dead_runs = Reminder(id=fingerprint({"key": "k"}), text="The oven", at=at)
    await world.ports.reminders.add("anna", dead_runs)  # and the queue was never told
    await asyncio.sleep(19 * 3600)
    assert (await use(tools_of(world), "remind", OVEN, key="k"))["set"]["id"] == dead_runs.id
    [(_, delay_s, _)] = world.queue.told
    assert delay_s == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"at": "2025-12-31T18:00"}, "Not set: 2025-12-31T18:00:00.000Z is in the past"),
        ({"at": "2027-06-01T18:00"}, "Not set: at must be at most a year ahead."),
        ({"text": " "}, "Not set: text must have 1 to 500 characters"),
        ({"at": "tomorrow evening"}, NO_TIME),
        ({"at": "0001-01-01T00:00+14:00"}, NO_TIME),
    ],
)
@in_virtual_time
async def test_an_invalid_reminder_is_refused_with_the_reason(arguments: Json, text: str) -> None:
    world = World()
    with pytest.raises(ToolFault) as fault:
        await use(tools_of(world), "remind", OVEN | arguments)
    assert str(fault.value).startswith(text)
    assert (await kept(world), world.queue.told) == ([], [])


@in_virtual_time
async def test_too_many_reminders_are_refused() -> None:
    world = World()
    for number in range(MOST):
        await use(tools_of(world), "remind", OVEN, key=f"k{number}")
    with pytest.raises(ToolFault) as fault:
        await use(tools_of(world), "remind", OVEN, key="one more")
    assert str(fault.value) == FULL
    assert await use(tools_of(world), "remind", OVEN, key="k0")


@in_virtual_time
async def test_a_reminder_set_in_a_tainted_run_is_foreign() -> None:
    world = World()
    tools = tools_of(world)
    await use(tools, "remind", OVEN, key="own")
    given = await named(tools, "listReminders").run(invocation("listReminders", {}))
    assert not getattr(given, "foreign", True)
    await use(tools, "remind", {**OVEN, "text": "Pay Eve"}, key="theirs", tainted=True)
    assert [one.foreign for one in await kept(world)] == [False, True]
    given = await named(tools, "listReminders").run(invocation("listReminders", {}))
    assert getattr(given, "foreign", False)
    for reminder in await kept(world):
        cancel = invocation("cancelReminder", {"id": reminder.id})
        given = await named(tools, "cancelReminder").run(cancel)
        assert getattr(given, "foreign", None) is reminder.foreign


# ---- listed and cancelled


@in_virtual_time
async def test_reminders_are_listed_the_next_one_first() -> None:
    world = World()
    tools = tools_of(world)
    assert await use(tools, "listReminders", {}) == {"reminders": []}
    await use(tools, "remind", {"text": "Later", "at": "2026-01-02T18:00"}, key="1")
    await use(tools, "remind", OVEN, key="2")
    listed = (await use(tools, "listReminders", {}))["reminders"]
    assert [one["text"] for one in listed] == ["The oven", "Later"]


@in_virtual_time
async def test_cancelling_a_reminder_again_is_not_an_error() -> None:
    world = World()
    tools = tools_of(world, await in_berlin())
    reminder = (await use(tools, "remind", OVEN))["set"]
    cancel = {"id": reminder["id"]}
    for _ in range(2):  # the second is a run's that has died meanwhile
        assert await use(tools, "cancelReminder", cancel) == {"cancelled": reminder}
    assert await kept(world) == []
    await asyncio.sleep(TAKEN_S)
    assert await use(tools, "cancelReminder", cancel) == NOT_KEPT


# ---- when something is away


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("remind", OVEN), ("cancelReminder", {"id": "r"}), ("listReminders", {})],
)
@in_virtual_time
async def test_an_unreachable_store_is_reported_with_what_is_known(
    name: str, arguments: Json
) -> None:
    world = World()
    world.redis.refusing = True
    with pytest.raises(ToolFault) as fault:
        await use(tools_of(world), name, arguments)
    assert str(fault.value) == AWAY


@in_virtual_time
async def test_an_unreachable_database_is_reported_and_nothing_is_done() -> None:
    world = World()
    reminder = (await use(tools_of(world), "remind", OVEN))["set"]
    tools = tools_of(world, UnreachableWishes())
    for name, arguments in (("remind", OVEN), ("listReminders", {})):
        with pytest.raises(ToolFault) as fault:
            await use(tools, name, arguments, key="another")
        assert str(fault.value) == AWAY
    with pytest.raises(ToolFault) as fault:
        await use(tools, "cancelReminder", {"id": reminder["id"]})
    assert str(fault.value) == AWAY
    assert [one.id for one in await kept(world)] == [reminder["id"]]


@in_virtual_time
async def test_an_unreachable_store_is_reported_before_the_user_is_asked() -> None:
    world = World()
    reminder = (await use(tools_of(world), "remind", OVEN))["set"]
    cancel = named(tools_of(world), "cancelReminder")
    world.redis.refusing = True
    with pytest.raises(ToolFault, match=AWAY):
        await cancel.prepare(invocation("cancelReminder", {"id": reminder["id"]}))


@in_virtual_time
async def test_an_unreachable_queue_leaves_no_reminder_without_a_call() -> None:
    world = World()
    world.queue.refusing = True
    with pytest.raises(ToolFault) as fault:
        await use(tools_of(world), "remind", OVEN)
    assert str(fault.value) == NOT_SET
    assert await kept(world) == []


@in_virtual_time
async def test_an_unreachable_queue_and_store_are_reported_as_uncertain() -> None:
    world = World()
    world.queue.refusing = True
    asking = asyncio.ensure_future(use(tools_of(world), "remind", OVEN))
    await asyncio.sleep(0.01)  # it is kept, and the queue is being told
    world.redis.refusing = True
    with pytest.raises(ToolFault) as fault:
        await asking
    assert str(fault.value) == AWAY


# ---- the descriptions for the model


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("remind", {"text": "The oven"}),
        ("remind", {"at": "2026-01-01T18:00"}),
        ("remind", {**OVEN, "text": ""}),
        ("remind", {**OVEN, "text": "x" * (MAX_CHARS + 1)}),
        ("remind", {**OVEN, "at": "18:00"}),
        ("remind", {**OVEN, "at": 1_767_290_400}),
        ("remind", {**OVEN, "user": "ben"}),
        ("cancelReminder", {}),
        ("cancelReminder", {"id": ""}),
        ("listReminders", {"user": "ben"}),
    ],
)
@in_virtual_time
async def test_the_schema_refuses_arguments_beyond_the_limits(name: str, arguments: Json) -> None:
    assert complaint(named(tools_of(World()), name).spec.parameters, arguments)


@in_virtual_time
async def test_each_tool_declares_its_effect_and_is_asked_by_running_it() -> None:
    tools = tools_of(World())
    assert {tool.spec.name: tool.spec.effect for tool in tools} == {
        "remind": Effect.REPEATS,
        "cancelReminder": Effect.REPEATS,
        "listReminders": Effect.READS,
    }
    assert await named(tools, "remind").outcome(invocation("remind", OVEN)) is None

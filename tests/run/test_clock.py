"""The user's clock: in the prompt, in reminders and in searches, as the device or the user says."""

import json

import pytest
from msgspec.structs import replace

from brain.preferences.model import Preferences
from brain.preferences.watched import WatchedPreferences
from brain.reminders.tools import reminder_tools
from tests.fakes.loop import in_virtual_time
from tests.fakes.memory import FakeFacts
from tests.fakes.model import calls, words
from tests.fakes.preferences import FakePreferences
from tests.fakes.world import World

AT_SIX = json.dumps({"text": "Call Anna", "at": "2026-01-04T18:00"})
BERLIN, TOKYO, ANGELES = "Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles"


def house(*, runs: int = 1) -> World:
    """A deployment whose model sets a reminder at six in each run. It is midnight in UTC."""
    wishes = FakePreferences()
    sayings = [calls(("remind", AT_SIX)), words("It is set.")]
    world = World(sayings * runs, wishes=wishes, memory=FakeFacts())
    preferences = WatchedPreferences(wishes, [world.ports.block.drop_block])
    tools = reminder_tools(world.ports.reminders, world.queue, world.clock, preferences)
    named = {tool.spec.name: tool for tool in tools}
    world.ports = replace(world.ports, preferences=preferences, tools=named)
    return world


async def kept(world: World) -> list[str]:
    return [f"{one.at:%d %H:%M}" for one in await world.ports.reminders.all("anna")]


def shown(world: World, prompt: int = 0) -> str:
    """The user's last text, as the model is shown it."""
    lines = world.model.prompts[prompt].messages
    return str([line["content"] for line in lines if line["role"] == "user"][-1])


async def choose(world: World, **settings: str | None) -> None:
    assert world.ports.preferences is not None
    await world.ports.preferences.save("anna", Preferences(**settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("steps", "at", "clock"),
    [
        ([], "04 18:00", "It is Thursday, 2026-01-01 00:00 UTC."),
        ([("session", BERLIN)], "04 17:00", f"2026-01-01 01:00 in {BERLIN} (UTC+01:00)."),
        ([("text", ANGELES)], "05 02:00", f"2025-12-31 16:00 in {ANGELES} (UTC-08:00)."),
        ([("session", "Asia/Calcutta")], "04 12:30", "05:30 in Asia/Calcutta (UTC+05:30)."),
        ([("session", BERLIN), ("text", ANGELES)], "05 02:00", f"in {ANGELES}"),
        ([("preferences", TOKYO), ("session", BERLIN)], "04 09:00", f"09:00 in {TOKYO}"),
        ([("session", BERLIN), ("preferences", TOKYO)], "04 09:00", f"09:00 in {TOKYO}"),
        ([("preferences", TOKYO), ("text", BERLIN)], "04 09:00", f"09:00 in {TOKYO}"),
        ([("preferences", "UTC"), ("text", BERLIN)], "04 18:00", "00:00 UTC."),
        (
            [("preferences", TOKYO), ("preferences", None), ("session", BERLIN)],
            "04 17:00",
            f"in {BERLIN}",
        ),
    ],
)
@in_virtual_time
async def test_six_is_six_on_the_users_clock(
    steps: list[tuple[str, str | None]], at: str, clock: str
) -> None:
    world = house()
    by_text: str | None = None
    for by, zone in steps:
        if by == "session":
            await world.ports.store.status("anna", zone=zone)
        elif by == "preferences":
            await choose(world, zone=zone)
        else:
            by_text = zone
    await world.ask("Remind me at six to call Anna", zone=by_text)
    assert await kept(world) == [at]
    assert clock in shown(world)


@in_virtual_time
async def test_a_zone_is_kept_for_later_texts_that_name_none() -> None:
    world = house(runs=2)
    await world.ask("Remind me at six to call Anna", zone=BERLIN)
    await world.settle()
    await world.ask("Again")
    assert await kept(world) == ["04 17:00", "04 17:00"]
    assert (await world.ports.store.status("anna")).zone == BERLIN


@in_virtual_time
async def test_what_comes_before_the_clock_stays_the_same_while_it_moves() -> None:
    world = World([words("Yes."), words("Yes.")])
    await world.ask("Hello", zone=BERLIN)
    await world.settle()
    await world.ask("Hello again", zone=BERLIN)
    first, second = (prompt.messages for prompt in world.model.prompts)
    assert second[: len(first)] == first
    assert shown(world, 1).startswith("Hello again\n[It is ")


@in_virtual_time
async def test_a_block_of_older_code_still_has_the_zone_that_was_set() -> None:
    world = house()
    older = f"The user's time zone is {TOKYO}: say and read times in it."
    await world.ports.block.keep_block("anna", older)
    await world.ask("What time is it?", zone=BERLIN)
    assert f"in {TOKYO}" in shown(world)


@pytest.mark.parametrize(
    ("device", "chosen", "told"),
    [(None, None, None), ("de-DE", None, "de-DE"), ("de-DE", "fr", "fr")],
)
@in_virtual_time
async def test_the_model_is_told_the_users_language_in_case_of_doubt(
    device: str | None, chosen: str | None, told: str | None
) -> None:
    world = house()
    await choose(world, language=chosen)
    await world.ask("Hm", language=device)
    system = str(world.model.prompts[0].messages[0]["content"])
    assert (f"if that is unclear, in the language {told}." in system) is (told is not None)
    assert ("if that is unclear" in system) is (told is not None)

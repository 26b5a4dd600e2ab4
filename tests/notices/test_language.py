"""A notice follows the language and the clock that the user's device said last."""

import asyncio
import json

import pytest

from brain.events.model import Event
from brain.notices.flow import announce_pending
from brain.notices.spoken import spoken_line
from brain.preferences.model import Preferences
from brain.says import de, en
from tests.fakes.clock import EPOCH
from tests.fakes.features.notices import notices_of
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import World

GERMAN = "Eine E-Mail von Anna ist gerade angekommen: Essen."
ENGLISH = "An email from Anna has just arrived: Essen."
MAIL = Event(id="1", kind="email", at=EPOCH, sender="Anna", subject="Essen")
LINK = "Look: https://example.org/a"


async def told(world: World) -> str:
    (message,) = await world.said()
    return message.text


@pytest.mark.parametrize(
    ("setting", "device", "default", "text"),
    [
        (None, "de-AT", None, GERMAN),
        (None, "de-AT", "en", GERMAN),
        (None, None, "de", GERMAN),
        ("en", "de-AT", "de", ENGLISH),
        (None, None, None, ENGLISH),
    ],
)
@in_virtual_time
async def test_after_a_session_alone(
    setting: str | None, device: str | None, default: str | None, text: str
) -> None:
    wishes = FakeWishes()
    await wishes.save("anna", Preferences(language=setting))
    world = World(wishes=wishes, language=default)
    await world.ports.store.status("anna", is_here=True, language=device)
    await world.happen(MAIL)
    assert await told(world) == text


@in_virtual_time
async def test_what_waited_is_said_in_the_language_of_the_device_that_comes() -> None:
    world = World()
    await world.ports.store.status("anna", language="en")
    await world.happen(MAIL)
    await world.ports.store.status("anna", is_here=True, language="de")
    await announce_pending(notices_of(world.ports).services, "anna")
    assert await told(world) == GERMAN


@in_virtual_time
async def test_what_comes_during_a_run_follows_the_text_that_began_it() -> None:
    world = World([words("Hier ist es.", delay_s=2)])
    await world.ports.store.here("anna")
    asking = world.spawn(world.ask("Such es.", language="de"))
    await asyncio.sleep(1)
    await world.happen(MAIL)
    await asking
    await world.settle()
    assert GERMAN in [message.text for message in await world.said()]


@in_virtual_time
async def test_words_that_the_model_has_chosen() -> None:
    wishes = FakeWishes()
    await wishes.save("anna", Preferences(emails="rules"))
    await wishes.add_rule("anna", about="what looks odd", judge=True, key="rule")
    world = World([words(json.dumps({"speak": True, "words": LINK}))], wishes=wishes)
    await world.ports.store.status("anna", is_here=True, language="de")
    await world.happen(MAIL)
    assert spoken_line(LINK, de) != spoken_line(LINK, en)
    assert spoken_line(LINK, de) in await told(world)


@in_virtual_time
async def test_quiet_hours_are_those_of_the_device() -> None:
    world = World([])
    await world.ports.store.status("anna", zone="Australia/Sydney")
    pending = await world.ports.board.pending("anna")
    assert (pending.zone, pending.now) == ("Australia/Sydney", EPOCH)

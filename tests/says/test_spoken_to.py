"""The brain speaks a user's language, from their request to its last word."""

import json
from typing import Any

import pytest

from brain.codec import Json
from brain.events.model import Event
from brain.http.bodies import SessionBody, parse
from brain.memory.tools import memory_tools
from brain.preferences.model import Preferences
from brain.routes.control import control
from brain.routes.voice import voice_to_brain
from brain.run.limits import Limits
from brain.run.messages import Utterance
from brain.run.moves import Stopped
from brain.run.step import CONTINUE
from brain.says import de, en
from brain.says.choice import tag_in
from brain.says.texts import Texts
from brain.tools.invocations import Tool
from tests.fakes.archive import FakeArchive
from tests.fakes.loop import in_virtual_time
from tests.fakes.memory import FakeFacts
from tests.fakes.model import calls, words
from tests.fakes.preferences import FakePreferences
from tests.fakes.tools import FakeTool, LetterTool, MailTool
from tests.fakes.world import World
from tests.routes.virtual import Page, connected, posted, wired

STEP = calls((CONTINUE, '{"message": "Step."}'))
SHORT = Limits(loops=1)
LETTER = ("send", json.dumps({"to": "anna@example.org", "body": "Lunch?"}))
FORGET = ("forget", '{"id": "fact1"}')

# The setting, the request's language, the deployment's; what is spoken.
SOURCES = pytest.mark.parametrize(
    ("setting", "device", "default", "texts"),
    [
        (None, None, None, en),
        (None, None, "de", de),
        (None, "de-AT", "en", de),
        ("en", "de", "de", en),
        ("de", "en", "en", de),
    ],
)


async def wishes(language: str | None) -> FakePreferences:
    """Anna's settings, with or without a language."""
    kept = FakePreferences()
    await kept.save("anna", Preferences(language=language))
    return kept


@SOURCES
@in_virtual_time
async def test_a_run_that_ends_early_says_why(
    setting: str | None, device: str | None, default: str | None, texts: Texts
) -> None:
    kept = await wishes(setting)
    world = World([STEP, STEP], limits=SHORT, wishes=kept, language=default)
    outcome = await world.ask("Go", language=device)
    assert outcome.message is not None
    assert outcome.message.text == texts.LAST_WORDS["loops"]


@SOURCES
@in_virtual_time
async def test_a_question_is_asked(
    setting: str | None, device: str | None, default: str | None, texts: Texts
) -> None:
    facts = FakeFacts()
    await facts.remember("anna", text="I like tea.", source="", foreign=False, key="1")
    reads: list[Tool | FakeTool] = [MailTool()]
    tools = [*reads, *memory_tools(facts, FakeArchive())]
    kept = await wishes(setting)
    world = World(
        [calls(("read", "{}")), calls(FORGET)], tools=tools, wishes=kept, language=default
    )
    outcome = await world.ask("Forget that.", language=device)
    assert outcome.message is not None
    assert outcome.message.text == texts.ask_forget("I like tea.")


@in_virtual_time
async def test_a_stop_is_confirmed_in_the_language_that_was_set() -> None:
    world = World([words("Never.", delay_s=60)], wishes=await wishes("de"))
    await world.ask("Go", patience_s=1)
    stopped = await world.stop()
    assert isinstance(stopped, Stopped)
    assert stopped.message.text == de.STOPPED


@in_virtual_time
async def test_a_decision_by_a_button_is_logged_in_the_language_that_was_set() -> None:
    tool = LetterTool()
    world = World([calls(LETTER), words("So.")], tools=[tool], wishes=await wishes("de"))
    wiring = wired(world)
    asked = await said(wiring, {"text": "Write to Anna.", "patience": 0})
    await posted(wiring, control, {"type": "approve", "questionId": asked["message"]["id"]})
    user = [entry.text for entry in await world.log() if isinstance(entry, Utterance)]
    assert user == ["Write to Anna.", de.YES]
    assert len(tool.sent) == 1


@in_virtual_time
async def test_a_notice_is_said_in_the_language_that_was_set() -> None:
    world = World(wishes=await wishes("de"), language="en")
    await world.ports.store.here("anna")
    arrived = Event(
        id="1",
        kind="email",
        at=world.clock.utc(),
        sender="Anna",
        subject="Essen",
    )
    await world.happen(arrived)
    (message,) = await world.said()
    assert message.text == "Eine E-Mail von Anna ist gerade angekommen: Essen."


@in_virtual_time
async def test_progress_is_said_in_the_language_of_the_question_if_it_has_a_file() -> None:
    world = World([words("So.", delay_s=60)], wishes=await wishes("de"))
    await world.ask("Go", patience_s=1)
    told = [await world.ask(text) for text in ("Status?", "Où en es-tu ?", "A che punto sei?")]
    starts = [outcome.message.text for outcome in told if outcome.message is not None]
    assert [text.split(".")[0] for text in starts] == [
        "I am thinking about it", "J'y réfléchis", "Ich denke darüber nach",
    ]  # fmt: skip


async def said(wiring: Any, body: Json) -> Json:
    """The answer to a text that was sent over HTTP."""
    status, answer = await posted(wiring, voice_to_brain, body)
    assert status == 200
    answered: Json = answer
    return answered


@pytest.mark.parametrize(
    ("given", "texts"),
    [({"language": "de-CH"}, de), ({"language": "fr"}, en), ({"language": None}, en), ({}, en)]
    + [({"language": odd}, en) for odd in (7, "", "de_DE", ["de"], "d" * 200, "\0", "\ud800")],
)
@in_virtual_time
async def test_a_request_names_the_language_and_an_invalid_one_is_ignored(
    given: Json, texts: Texts
) -> None:
    world = World([STEP, STEP], limits=SHORT)
    answer = await said(wired(world), {"text": "Go", "patience": 0, **given})
    assert answer["message"]["text"] == texts.LAST_WORDS["loops"]


@in_virtual_time
async def test_a_text_over_a_socket_names_the_language_too() -> None:
    page = Page.of()
    async with connected(wired(World([STEP, STEP], limits=SHORT)), page):
        page.say("say", text="Go", patience=5, language="de-DE")
        reply = await page.answer("reply")
    assert reply["message"]["text"] == de.LAST_WORDS["loops"]


@pytest.mark.parametrize("given", ["de", "en-GB", "", 7, None, ["de"], "\ud800"])
def test_a_session_accepts_any_language_value(given: object) -> None:
    assert parse(SessionBody, {"language": given}).language == tag_in(given)

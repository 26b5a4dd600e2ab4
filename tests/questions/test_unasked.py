"""What a tainted run writes without asking: little, marked, and nothing that disturbs."""

import json
from datetime import time

import pytest

from brain.codec import Json
from brain.documents.tools import document_tools
from brain.memory.tools import memory_tools
from brain.notices.tools import rule_tools
from brain.preferences.model import Preferences, Quiet
from brain.reminders.tools import reminder_tools
from brain.run.messages import Decision, Kind, Message
from brain.tools.invocations import ASK_FIRST, MOST_UNASKED, Tool
from tests.fakes.archive import FakeArchive
from tests.fakes.documents import FakeDocuments
from tests.fakes.loop import in_virtual_time
from tests.fakes.memory import FakeFacts
from tests.fakes.model import Saying, calls, words
from tests.fakes.tools import MailTool, as_tool
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import World

READ = ("read", "{}")
NIGHT = Preferences(quiet=Quiet(start=time(22), until=time(7)))
DOCUMENT: Json = {"title": "Page", "body": "Text."}
REMINDER: Json = {"text": "Call the bank", "at": "2026-01-02T12:00"}
LATE: Json = {"text": "Call +1 900 555", "at": "2026-01-02T03:00"}
RULE: Json = {"about": "rent", "words": ["rent"]}
WRITING: dict[str, Json] = {
    "createDocument": DOCUMENT,
    "remind": REMINDER,
    "tellMeWhen": RULE,
    "remember": {"fact": "The bank is closed."},
}


class Desk:
    """A world in which all of this is kept."""

    def __init__(self) -> None:
        self.facts, self.wishes, self.documents = FakeFacts(), FakeWishes(), FakeDocuments()
        self.world = World(wishes=self.wishes, memory=self.facts)
        services = self.world.ports
        self.reminders = services.reminders
        tools: tuple[Tool, ...] = (
            *memory_tools(self.facts, FakeArchive()),
            *rule_tools(self.wishes),
            *document_tools(self.documents),
            *reminder_tools(self.reminders, services.queue, services.clock, self.wishes),
            as_tool(MailTool()),
        )
        services.tools.update({tool.spec.name: tool for tool in tools})  # type: ignore[attr-defined]

    async def kept(self, name: str) -> int:
        match name:
            case "createDocument":
                return len(await self.documents.newest("anna", limit=10))
            case "remind":
                return len(await self.reminders.all("anna"))
            case "tellMeWhen":
                return len(await self.wishes.rules("anna"))
            case _:
                return len(await self.facts.facts("anna", limit=10))

    async def said(self, *sayings: Saying) -> Message:
        self.world.model.sayings = list(sayings)
        message = (await self.world.ask("Go on.")).message
        assert message is not None
        return message

    async def approve(self, question: Message) -> None:
        assert question.question is not None
        decision = Decision(
            question_id=question.id,
            verdict="approve",
            tool=question.question.tool,
            arguments=question.question.arguments,
        )
        self.world.model.sayings = [words("It is done.")]
        await self.world.ask("Yes.", decision=decision)


def call(name: str, arguments: Json) -> tuple[str, str]:
    return name, json.dumps(arguments)


def numbered(arguments: Json, number: int) -> Json:
    """The same with another text, so that each call keeps something of its own."""
    first = next(name for name, one in arguments.items() if isinstance(one, str))
    return {**arguments, first: f"{arguments[first]} {number}"}


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("at_once", [True, False])
@in_virtual_time
async def test_beyond_three_calls_of_a_tool_a_tainted_run_has_to_ask(
    name: str, at_once: bool
) -> None:
    desk = Desk()
    asked = [call(name, numbered(WRITING[name], number)) for number in range(MOST_UNASKED + 2)]
    writing = [calls(*asked)] if at_once else [calls(one) for one in asked]
    message = await desk.said(calls(READ), *writing, words("Shall I go on?"))
    assert (message.text, message.foreign) == ("Shall I go on?", True)
    assert await desk.kept(name) == MOST_UNASKED
    shown = [str(one["content"]) for one in desk.world.model.prompts[-1].messages]
    assert sum(ASK_FIRST in text for text in shown) == 2


@pytest.mark.parametrize("name", WRITING)
@in_virtual_time
async def test_a_run_that_has_read_nothing_by_others_writes_as_often_as_it_likes(name: str) -> None:
    desk = Desk()
    asked = [call(name, numbered(WRITING[name], number)) for number in range(MOST_UNASKED + 2)]
    await desk.said(calls(*asked), words("It is done."))
    assert await desk.kept(name) == MOST_UNASKED + 2


@in_virtual_time
async def test_each_tool_is_counted_on_its_own_and_each_run() -> None:
    desk = Desk()
    asked = [call(name, numbered(one, 0)) for name, one in WRITING.items()]
    for _ in range(2):
        desk.world.model.prompts.clear()  # its sayings begin again
        await desk.said(calls(READ), calls(*asked), words("Done."))
    assert [await desk.kept(name) for name in ("createDocument", "remind")] == [2, 2]


@in_virtual_time
async def test_what_a_tainted_run_writes_is_marked_as_by_others() -> None:
    desk = Desk()
    await desk.said(
        calls(READ), calls(*[call(name, one) for name, one in WRITING.items()]), words("Done.")
    )
    [document] = await desk.documents.newest("anna", limit=9)
    [reminder] = await desk.reminders.all("anna")
    [fact] = await desk.facts.facts("anna", limit=9)
    assert (document.foreign, reminder.foreign, fact.foreign) == (True, True, True)


@pytest.mark.parametrize(
    ("name", "arguments", "question"),
    [
        (
            "remind",
            LATE,
            "Shall I remind you on 2026-01-02 at 03:00, during your quiet hours, of this: "
            "Call +1 900 555",
        ),
        (
            "tellMeWhen",
            {**RULE, "from": "Eve", "urgent": True},
            "Shall I tell you about this even during your quiet hours: rent (Eve, rent)",
        ),
    ],
)
@in_virtual_time
async def test_what_breaks_the_quiet_hours_is_asked_about_first(
    name: str, arguments: Json, question: str
) -> None:
    desk = Desk()
    await desk.wishes.save("anna", NIGHT)
    message = await desk.said(calls(READ), calls(call(name, arguments)))
    assert (message.kind, message.text) == (Kind.QUESTION, question)
    assert await desk.kept(name) == 0
    await desk.approve(message)
    assert await desk.kept(name) == 1


@in_virtual_time
async def test_a_call_that_the_user_approved_counts_against_no_limit() -> None:
    desk = Desk()
    await desk.wishes.save("anna", NIGHT)
    writing = [call("remind", numbered(REMINDER, number)) for number in range(MOST_UNASKED)]
    message = await desk.said(calls(READ), calls(*writing), calls(call("remind", LATE)))
    assert message.kind is Kind.QUESTION
    await desk.approve(message)
    assert await desk.kept("remind") == MOST_UNASKED + 1


@pytest.mark.parametrize("tainted", [True, False])
@in_virtual_time
async def test_at_night_a_reminder_that_is_the_users_own_needs_no_question(tainted: bool) -> None:
    desk = Desk()
    await desk.wishes.save("anna", NIGHT)
    given = REMINDER if tainted else LATE
    reading = [calls(READ)] if tainted else []
    assert (await desk.said(*reading, calls(call("remind", given)), words("Set."))).text == "Set."
    assert await desk.kept("remind") == 1


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({**LATE, "at": "tomorrow at three"}, "at must be a time"),
        ({**LATE, "at": "2020-01-02T03:00"}, "is in the past"),
    ],
)
@in_virtual_time
async def test_a_reminder_that_cannot_be_set_is_not_asked_about(
    arguments: Json, fault: str
) -> None:
    desk = Desk()
    await desk.wishes.save("anna", NIGHT)
    message = await desk.said(calls(READ), calls(call("remind", arguments)), words("No."))
    assert message.text == "No."
    assert fault in str(desk.world.model.prompts[-1].messages[-1]["content"])


@in_virtual_time
async def test_a_change_of_a_document_is_asked_about_with_all_its_words() -> None:
    desk = Desk()
    await desk.documents.create(
        "anna", title="Passport", body="Blue drawer.", foreign=False, key=""
    )
    change = {"id": "doc1", "title": "zzz", "append": "In the car.\u200b"}
    message = await desk.said(calls(READ), calls(call("updateDocument", change)))
    assert message.text == (
        "Shall I change the document “Passport” (12 characters, beginning “Blue drawer.”)?\n"
        "New title: “zzz”\nAdded at its end:\n\nIn the car."
    )
    assert message.question is not None
    assert message.question.arguments == {"id": "doc1", "title": "zzz", "append": "In the car."}
    await desk.approve(message)
    document = await desk.documents.read("anna", "doc1")
    assert document is not None
    assert (document.title, document.body) == ("zzz", "Blue drawer.\nIn the car.")


@pytest.mark.parametrize("change", [{}, {"append": "\u200b"}])
@in_virtual_time
async def test_a_change_of_nothing_is_not_asked_about(change: Json) -> None:
    desk = Desk()
    await desk.documents.create("anna", title="Passport", body="Drawer.", foreign=False, key="")
    act = call("updateDocument", {"id": "doc1", **change})
    message = await desk.said(calls(READ), calls(act), words("Nothing."))
    assert message.text == "Nothing."
    assert "Nothing was changed" in str(desk.world.model.prompts[-1].messages[-1]["content"])

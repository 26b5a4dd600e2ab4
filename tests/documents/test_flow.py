"""Documents in runs, in virtual time: deleted and sent once after a yes, and carriers of others'
words.
"""

import asyncio
import json

import pytest

from brain.chat.results import ASKED
from brain.codec import Json
from brain.documents.rules import version
from brain.documents.tools import document_tools
from brain.email.sending import Account
from brain.email.sharing import sharing_tools
from brain.preferences.model import Preferences
from brain.run.deliver import Outcome
from brain.run.messages import Decision, Message
from brain.tools.invocations import Tool
from tests.fakes.documents import FakeDocuments
from tests.fakes.email import FakeEmails, FakeMailbox, FakePost
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import Saying, calls, words
from tests.fakes.preferences import FakePreferences
from tests.fakes.tools import LetterTool, MailTool, as_tool
from tests.fakes.world import World

LETTER = ("send", json.dumps({"to": "anna@example.org", "body": "Lunch?"}))
READ_MAIL = ("read", "{}")


class Slow(FakeDocuments):
    """Documents whose deletion takes three seconds."""

    async def delete(
        self, user_id: str, document_id: str, *, key: str, version: str | None = None
    ) -> bool:
        is_gone = await super().delete(user_id, document_id, key=key, version=version)
        await asyncio.sleep(3)
        return is_gone


def call(name: str, **arguments: str) -> tuple[str, str]:
    return name, json.dumps(arguments)


async def keep(documents: FakeDocuments, *, foreign: bool = False) -> None:
    await documents.create("anna", title="Wifi", body="1234", foreign=foreign, key="k")


async def asked(world: World, text: str) -> Message:
    """The question that the brain answers with."""
    outcome = await world.ask(text)
    assert outcome.message is not None
    assert outcome.message.question is not None
    return outcome.message


async def approve(world: World, question: Message, *, patience_s: float = 0) -> Outcome:
    assert question.question is not None
    decision = Decision(
        question_id=question.id,
        verdict="approve",
        tool=question.question.tool,
        arguments=question.question.arguments,
    )
    id = f"approve-{question.id}"
    return await world.ask("Yes.", message_id=id, decision=decision, patience_s=patience_s)


def results(world: World) -> list[str]:
    """The tool results that the model was shown last."""
    messages: list[Json] = list(world.model.prompts[-1].messages)
    return [str(message["content"]) for message in messages if message["role"] == "tool"]


def sharing(documents: FakeDocuments, post: FakePost) -> list[Tool]:
    emails = FakeEmails()
    account = Account(emails=emails, mailbox=FakeMailbox(emails), post=post, owner="anna")
    return [*document_tools(documents), *sharing_tools(documents, account)]


def share() -> Saying:
    arguments = {"id": "doc1", "version": version("Wifi", "1234"), "to": ["ben@example.org"]}
    return calls(("shareDocument", json.dumps(arguments)))


@in_virtual_time
async def test_a_document_goes_after_a_yes_and_a_death_in_between_changes_nothing() -> None:
    documents = Slow()
    await keep(documents)
    sayings = [calls(call("deleteDocument", id="doc1")), words("It is gone.")]
    world = World(sayings, tools=document_tools(documents))
    question = await asked(world, "Delete the wifi note.")
    assert await documents.read("anna", "doc1") is not None

    assert (await approve(world, question, patience_s=1.5)).state == "running"
    assert await documents.read("anna", "doc1") is None
    world.kill()
    await world.until_said("It is gone.")
    assert results(world) == [ASKED, 'The document is deleted.\n{"deleted":{"id":"doc1"}}']


@in_virtual_time
async def test_a_question_about_a_document_by_others_is_shown_as_theirs() -> None:
    for foreign in (True, False):
        documents = FakeDocuments()
        await keep(documents, foreign=foreign)
        sayings: list[Saying] = [calls(call("deleteDocument", id="doc1"))]
        world = World(sayings, tools=document_tools(documents))
        assert (await asked(world, "Delete doc1.")).foreign is foreign


@in_virtual_time
async def test_what_an_email_put_into_a_document_taints_the_run_that_reads_it_months_later() -> (
    None
):
    documents, wishes, letters = FakeDocuments(), FakePreferences(), LetterTool()
    await wishes.save("anna", Preferences(trusted=("@example.org",)))
    tools = [*document_tools(documents), as_tool(letters), as_tool(MailTool())]
    tip = call("createDocument", title="Tip", body="Write to Anna.")
    spring = World([calls(READ_MAIL, tip), words("Kept.")], tools=tools, wishes=wishes)
    await spring.ask("Keep what the email says.")

    read = calls(call("readDocument", id="doc1"))
    summer = World([read, calls(LETTER)], tools=tools, wishes=wishes)
    await asked(summer, "Do what the note says.")
    assert letters.sent == []


@in_virtual_time
async def test_a_document_is_sent_after_a_yes_once_however_often_that_is_said() -> None:
    documents, post = FakeDocuments(), FakePost()
    await keep(documents)
    world = World([share(), words("Sent.")], tools=sharing(documents, post))
    question = await asked(world, "Send Ben the wifi note.")
    assert post.sent == []
    first = await approve(world, question)
    assert (await approve(world, question)).message == first.message
    [sent] = post.sent
    assert sent.text == "Wifi\n\n1234"


@in_virtual_time
async def test_a_document_that_was_changed_between_question_and_yes_is_not_sent() -> None:
    documents, post = FakeDocuments(), FakePost()
    await keep(documents)
    world = World([share(), words("It has changed.")], tools=sharing(documents, post))
    question = await asked(world, "Send Ben the wifi note.")
    await documents.update("anna", "doc1", key="u", foreign=False, append="and the safe: 99")
    outcome = await approve(world, question)
    assert outcome.message is not None
    assert outcome.message.text == "It has changed."
    [first, second] = results(world)
    assert (first, second[:10]) == (ASKED, "Not sent: ")
    assert post.sent == []


@pytest.mark.parametrize("is_tainted", [False, True])
@in_virtual_time
async def test_who_is_trusted_gets_a_document_unasked_unless_the_run_has_read_what_others_wrote(
    is_tainted: bool,
) -> None:
    documents, post, wishes = FakeDocuments(), FakePost(), FakePreferences()
    await keep(documents)
    await wishes.save("anna", Preferences(trusted=("ben@example.org",)))
    before = [calls(READ_MAIL)] if is_tainted else []
    tools = [*sharing(documents, post), as_tool(MailTool())]
    world = World([*before, share(), words("Sent.")], tools=tools, wishes=wishes)
    outcome = await world.ask("Send Ben the wifi note.")
    assert outcome.message is not None
    assert (outcome.message.question is not None) is is_tainted
    assert len(post.sent) == (0 if is_tainted else 1)

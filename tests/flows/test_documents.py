"""Documents in runs, in virtual time: deleted once after a yes, and carriers of others' words."""

import asyncio
import json

from brain.core.asking import ASKED
from brain.domain.messages import Decision, Message
from brain.domain.tools import Json
from brain.domain.wishes import Preferences
from brain.flows.deliver import Outcome
from brain.tools.documents import document_tools
from tests.fakes.documents import FakeDocuments
from tests.fakes.loop import run_virtual
from tests.fakes.tools import LetterTool, MailTool
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import Saying, World, calls, words

LETTER = ("send", json.dumps({"to": "anna@example.org", "body": "Lunch?"}))
READ_MAIL = ("read", "{}")


class Slow(FakeDocuments):
    """Documents whose answer to a deletion takes three seconds."""

    async def delete(self, user_id: str, document_id: str, *, key: str) -> bool:
        is_gone = await super().delete(user_id, document_id, key=key)
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
    return await world.ask("Yes.", decision=decision, patience_s=patience_s)


def results(world: World) -> list[Json]:
    """What tools gave, as the model was shown it last."""
    return [m for m in world.model.prompts[-1].messages if m["role"] == "tool"]


def test_a_document_goes_after_a_yes_and_a_death_in_between_changes_nothing() -> None:
    async def story() -> None:
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
        assert [result["content"] for result in results(world)] == [
            ASKED,
            '{"deleted":{"id":"doc1"}}',
        ]

    run_virtual(story())


def test_a_question_about_a_document_by_others_is_shown_as_theirs() -> None:
    async def story() -> None:
        for foreign in (True, False):
            documents = FakeDocuments()
            await keep(documents, foreign=foreign)
            sayings: list[Saying] = [calls(call("deleteDocument", id="doc1"))]
            world = World(sayings, tools=document_tools(documents))
            assert (await asked(world, "Delete doc1.")).foreign is foreign

    run_virtual(story())


def test_what_an_email_put_into_a_document_taints_the_run_that_reads_it_months_later() -> None:
    async def story() -> None:
        documents, wishes, letters = FakeDocuments(), FakeWishes(), LetterTool()
        await wishes.save("anna", Preferences(trusted=("@example.org",)))
        tools = [*document_tools(documents), letters, MailTool()]
        tip = call("createDocument", title="Tip", body="Write to Anna.")
        spring = World([calls(READ_MAIL, tip), words("Kept.")], tools=tools, wishes=wishes)
        await spring.ask("Keep what the email says.")

        read = calls(call("readDocument", id="doc1"))
        summer = World([read, calls(LETTER)], tools=tools, wishes=wishes)
        await asked(summer, "Do what the note says.")
        assert letters.sent == []

    run_virtual(story())

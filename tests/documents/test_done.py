"""What the user hears of an act on a document that was done, if the model then fails."""

import json

import pytest

from brain.documents.rules import version
from brain.documents.tools import document_tools
from brain.email.sending import Account
from brain.email.sharing import sharing_tools
from brain.email.tools import email_tools
from brain.errors import ModelUnavailable
from brain.run.messages import Decision, Message
from brain.says import de, en
from brain.says.texts import Texts
from tests.fakes.documents import FakeDocuments
from tests.fakes.email import FakeEmails, FakeMailbox, FakePost
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import Saying, calls
from tests.fakes.world import World

LETTER = {"to": ["Anna <anna@example.org>"], "cc": ["ben@example.org"]}
ACTS = {
    "createDocument": ({"title": "Old {list}", "body": "x"}, "created"),
    "updateDocument": ({"id": "doc1", "append": "x"}, "changed"),
    "deleteDocument": ({"id": "doc1"}, "deleted"),
    "sendEmail": ({**LETTER, "subject": "Hi", "body": "Hello."}, "sent"),
    "shareDocument": (
        {"id": "doc1", "version": version("Old {list}", "1234"), "to": LETTER["to"]},
        "shared",
    ),
}
TO = {"sent": "anna@example.org, ben@example.org", "shared": "anna@example.org"}


async def last_word(name: str, language: str) -> tuple[Message, World]:
    """Let the model make one call, approve it if that is asked, and let the model fail."""
    documents, emails = FakeDocuments(), FakeEmails()
    await documents.create("anna", title="Old {list}", body="1234", foreign=False, key="k")
    mailbox, post = FakeMailbox(emails), FakePost()
    account = Account(emails=emails, mailbox=mailbox, post=post, owner="anna")
    tools = (
        *document_tools(documents),
        *sharing_tools(documents, account),
        *email_tools(emails, mailbox, post, owner="anna"),
    )
    act = calls((name, json.dumps(ACTS[name][0])))
    world = World([act, Saying(answer=ModelUnavailable("down"))], tools=tools)
    message = (await world.ask("Do it.", language=language)).message
    assert message is not None
    if message.question is not None:
        decision = Decision(
            question_id=message.id,
            verdict="approve",
            tool=name,
            arguments=message.question.arguments,
        )
        message = (await world.ask("Yes.", decision=decision, language=language)).message
        assert message is not None
    return message, world


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize(("language", "texts"), [("en", en), ("de", de)])
@in_virtual_time
async def test_an_act_that_was_done_is_told_when_the_model_fails(
    name: str, language: str, texts: Texts
) -> None:
    act = ACTS[name][1]
    done = texts.DONE[act].format(document="Old {list}", to=TO.get(act, ""))
    said, world = await last_word(name, language)
    assert said.text == f"{texts.that_is_done(done)} {texts.UNSAID}"
    shown = [m["content"] for m in world.model.prompts[-1].messages if m["role"] == "tool"]
    assert any(str(result).startswith(done) for result in shown)


@pytest.mark.parametrize("name", ["sendEmail", "shareDocument"])
@in_virtual_time
async def test_the_user_hears_every_address(name: str) -> None:
    said, _ = await last_word(name, "en")
    assert "anna@example.org" in said.text
    assert ("ben@example.org" in said.text) == (name == "sendEmail")

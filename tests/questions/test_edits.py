"""An approval with other arguments: what is shown after the edit is what is done."""

import json

import pytest

from brain.codec import Json
from brain.email.tools import email_tools
from brain.run.messages import Message, Utterance
from brain.run.records import entry_for_channel
from brain.wiring import Wiring
from tests.fakes.email import FakeEmails, FakeMailbox, FakePost
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.world import World
from tests.routes.virtual import order, said, wired

LETTER: Json = {"to": ["anna@example.org"], "subject": "Lunch", "body": "At one?\u200b"}


def stage() -> tuple[World, Wiring, FakePost]:
    emails, post = FakeEmails(), FakePost()
    tools = email_tools(emails, FakeMailbox(emails), post, owner="anna")
    sayings = [calls(("sendEmail", json.dumps(LETTER))), words("Done.")]
    world = World(sayings, tools=tools)
    return world, wired(world), post


async def asked(wiring: Wiring) -> Json:
    message: Json = (await said(wiring, "Write to Anna.", patience=0))["message"]
    assert message["kind"] == "question"
    return message


@in_virtual_time
async def test_the_question_is_bound_to_what_it_shows() -> None:
    _, wiring, post = stage()
    message = await asked(wiring)
    content = message["question"]["content"]
    assert content == {
        "recipients": [{"address": "anna@example.org"}],
        "count": 1,
        "subject": "Lunch",
        "text": "At one?",
        "characters": 7,
        "attachments": [],
    }
    assert message["question"]["arguments"] == {**LETTER, "body": "At one?"}
    assert (await order(wiring, "approve", questionId=message["id"]))[0] == 200
    assert [sent.text for sent in post.sent] == ["At one?"]


@in_virtual_time
async def test_edited_arguments_are_shown_as_they_are_done() -> None:
    world, wiring, post = stage()
    message = await asked(wiring)
    edited = {
        "to": ["Kate <kate@example.org>"],
        "subject": "Din\u200bner\n at  eight",
        "body": "Hi\u2028\u202e\n\n\n\nKate\U000e0064",
    }
    assert (await order(wiring, "edit", questionId=message["id"], arguments=edited))[0] == 200
    [sent] = post.sent
    shown = [
        entry.decision.arguments
        for entry in await world.log()
        if isinstance(entry, Utterance) and entry.decision
    ]
    done = {"to": [str(one) for one in sent.to], "subject": sent.subject, "body": sent.text}
    assert shown == [done]
    assert done == {
        "to": ["Kate <kate@example.org>"],
        "subject": "Dinner at eight",
        "body": "Hi\n\nKate",
    }


@pytest.mark.parametrize("subject", ["\u202eolleH", "\u2066Hi"])
@in_virtual_time
async def test_an_edit_that_cannot_be_shown_as_it_is_is_422(subject: str) -> None:
    _, wiring, post = stage()
    message = await asked(wiring)
    edited = {**LETTER, "subject": subject}
    status, problem = await order(wiring, "edit", questionId=message["id"], arguments=edited)
    assert status == 422
    [fault] = problem["errors"]
    assert fault["field"] == "arguments"
    assert "subject has characters that change the direction" in fault["message"]
    assert post.sent == []
    assert (await order(wiring, "approve", questionId=message["id"]))[0] == 200


@in_virtual_time
async def test_a_question_too_long_for_the_channel_comes_without_its_content() -> None:
    emails, post = FakeEmails(), FakePost()
    tools = email_tools(emails, FakeMailbox(emails), post, owner="anna")
    letter = {**LETTER, "body": "x" * 4_000}
    world = World([calls(("sendEmail", json.dumps(letter)))], tools=tools)
    await world.ask("Write to Anna.")
    stored = (await world.log())[-1]
    assert isinstance(stored, Message)
    assert stored.question is not None
    assert stored.question.content is not None
    assert stored.question.content.text == letter["body"]
    event = entry_for_channel(stored)
    assert event["truncated"]
    assert "text" not in event
    assert event["question"]["arguments"] == letter
    assert "content" not in event["question"]

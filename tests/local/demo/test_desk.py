"""The scripted model's rules for email, reminders, facts, preferences and web pages."""

import json

import pytest

from brain.chat.results import ASKED
from local.model.directions import Json
from tests.local.script_stage import TOOLS, Conversation, model, talk

__all__ = ["model", "talk"]  # fixtures

NAMES = [
    "searchEmail",
    "readEmail",
    "sendEmail",
    "replyToEmail",
    "remember",
    "recall",
    "forget",
    "remind",
    "tellMeWhen",
    "deleteDocument",
    "shareDocument",
    "readWebPage",
    "searchWeb",
]
DESK = [*TOOLS, *({"type": "function", "function": {"name": name}} for name in NAMES)]
EMAIL: Json = {"emails": [{"id": "e1", "from": "Anna", "subject": "Dinner"}]}
FACT: Json = {"facts": [{"id": "f1", "text": "The bins go out on Tuesday."}]}
PASSAGE: Json = {"passages": [{"id": "d1", "title": "Garden", "snippet": "", "version": "v1"}]}


def decide(talk: Conversation, yes: str, **results: str) -> None:
    """Add the user's yes, and the calls that the brain then makes by itself."""
    talk.hear(yes)
    function = {"name": next(iter(results)), "arguments": "{}"}
    talk.lines.append(
        {"role": "assistant", "tool_calls": [{"id": "decided-1", "function": function}]}
    )
    talk.give(**results)


async def test_an_email_is_sent_after_a_yes_which_needs_no_further_answer(
    talk: Conversation,
) -> None:
    talk.hear("Please send an email to anna@example.org: lunch on Friday?")
    [(name, email)] = await talk.ask(tools=DESK)
    assert (name, email["to"], email["body"]) == (
        "sendEmail",
        ["anna@example.org"],
        "lunch on Friday?",
    )
    talk.give(sendEmail=ASKED)
    decide(talk, "Yes, do that.", sendEmail='{"sent": {"to": ["anna@example.org"]}}')
    [(name, said)] = await talk.ask(tools=DESK)
    assert (name, said["message"]) == ("sayToUserAndQuit", "I have sent it.")


async def test_after_a_no_nothing_is_sent(talk: Conversation) -> None:
    talk.hear("send an email to anna@example.org: lunch?")
    await talk.ask(tools=DESK)
    talk.give(sendEmail=ASKED)
    talk.hear("No, do not.")
    [(_, said)] = await talk.ask(tools=DESK)
    assert said["message"] == "All right, I leave it."


async def test_a_failure_is_reported(talk: Conversation) -> None:
    talk.hear("send an email to anna@example.org: lunch?")
    await talk.ask(tools=DESK)
    talk.give(sendEmail="Not sent: the server is away.")
    [(_, said)] = await talk.ask(tools=DESK)
    assert said["message"] == "That did not work. Not sent: the server is away."


@pytest.mark.parametrize(
    ("text", "first", "given", "then", "arguments"),
    [
        ("Any new mail from Anna?", "searchEmail", EMAIL, "readEmail", {"id": "e1"}),
        (
            "reply to Anna: with pleasure",
            "searchEmail",
            EMAIL,
            "replyToEmail",
            {"id": "e1", "body": "with pleasure"},
        ),
        ("forget what I said about bins", "recall", FACT, "forget", {"id": "f1"}),
        (
            "delete the document Garden",
            "searchDocuments",
            PASSAGE,
            "deleteDocument",
            {"id": "d1", "version": "v1"},
        ),
        (
            "share Garden with anna@example.org",
            "searchDocuments",
            PASSAGE,
            "shareDocument",
            {"id": "d1", "version": "v1", "to": ["anna@example.org"]},
        ),
    ],
)
async def test_a_task_of_two_calls_starts_with_a_search(
    talk: Conversation, text: str, first: str, given: Json, then: str, arguments: Json
) -> None:
    talk.hear(text)
    [(name, _)] = await talk.ask(tools=DESK)
    assert name == first
    talk.give(**{first: json.dumps(given)})
    [(name, asked)] = await talk.ask(tools=DESK)
    assert (name, asked) == (then, arguments)


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("keep in mind that I like tea", "remember", {"fact": "I like tea"}),
        ("what do you know about tea?", "recall", {"query": "tea"}),
        ("open https://example.org/a.", "readWebPage", {"url": "https://example.org/a"}),
        ("search the web for tea", "searchWeb", {"query": "tea", "limit": 3}),
        (
            "tell me when Anna writes",
            "tellMeWhen",
            {"about": "when Anna writes", "from": "Anna", "kinds": ["email"]},
        ),
    ],
)
async def test_a_task_of_one_call_makes_it_at_once(
    talk: Conversation, text: str, name: str, arguments: Json
) -> None:
    talk.hear(text)
    [(called, asked)] = await talk.ask(tools=DESK)
    assert (called, asked) == (name, arguments)


async def test_a_reminder_is_set_for_a_time(talk: Conversation) -> None:
    talk.hear("Remind me in 2 minutes to call Anna")
    [(name, asked)] = await talk.ask(tools=DESK)
    assert (name, asked["text"]) == ("remind", "call Anna")
    talk.give(remind='{"set": {}}')
    [(_, said)] = await talk.ask(tools=DESK)
    assert said["message"] == "I will remind you in 2 minutes."

"""An approval with changes is recorded as what was done, not as what was asked."""

import json
from typing import Any

import pytest

from brain.codec import Json
from brain.email.tools import email_tools
from brain.memory.model import Summary
from brain.memory.summary import Portion, summary_prompt
from brain.questions.rules import MAX_CHARS, changed_names, words_of_changes
from brain.run.messages import Utterance
from brain.run.records import entry_to_wire
from brain.says import en
from brain.wiring import Wiring
from tests.fakes.archive import FakeArchive
from tests.fakes.email import FakeEmails, FakeMailbox, FakePost
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.world import World
from tests.routes.virtual import order, said, wired

LETTER: Json = {"to": ["anna@example.org"], "subject": "Dinner", "body": "I come at seven."}
NINE: Json = {**LETTER, "body": "Hi Anna, I will come at NINE."}


def stage(*, language: str | None = None) -> tuple[World, Wiring, FakePost]:
    emails, post = FakeEmails(), FakePost()
    tools = email_tools(emails, FakeMailbox(emails), post, owner="anna")
    sayings = [calls(("sendEmail", json.dumps(LETTER))), words("Done."), words("Yes.")]
    world = World(sayings, tools=tools, language=language)
    return world, wired(world), post


async def edited(wiring: Wiring, arguments: Json, type: str = "edit") -> None:
    message = (await said(wiring, "Write to Anna.", patience=0))["message"]
    more: dict[str, Any] = {"arguments": arguments} if type == "edit" else {}
    status, _ = await order(wiring, type, questionId=message["id"], patience=0, **more)
    assert status == 200


async def decided(world: World) -> Utterance:
    entries = [entry for entry in await world.log() if isinstance(entry, Utterance)]
    return next(entry for entry in entries if entry.decision is not None)


def prompt(world: World, number: int) -> str:
    return json.dumps(world.model.prompts[number].messages, ensure_ascii=False)


@in_virtual_time
async def test_the_log_holds_the_deed_and_names_the_change() -> None:
    world, wiring, post = stage()
    await edited(wiring, NINE)
    entry = await decided(world)
    wire = entry_to_wire(entry)
    assert wire["text"] == "Yes, with changes. body: Hi Anna, I will come at NINE."
    assert wire["decision"]["changed"] == ["body"]
    assert wire["decision"]["arguments"] == NINE
    assert [letter.text for letter in post.sent] == [NINE["body"]]


@in_virtual_time
async def test_this_prompt_and_the_next_ones_have_the_arguments_that_ran() -> None:
    world, wiring, _ = stage()
    await edited(wiring, NINE)
    await said(wiring, "When do I come?", patience=0)
    for number in (1, 2):
        assert NINE["body"] in prompt(world, number)
        asked, done = (prompt(world, number).index(one) for one in ("seven.", "NINE."))
        assert asked < done


@in_virtual_time
async def test_the_change_is_named_in_the_users_language() -> None:
    world, wiring, _ = stage(language="de")
    await edited(wiring, {**LETTER, "to": ["zoe@example.org", "bo@example.org"]})
    said_by_user = (await decided(world)).text
    assert said_by_user == "Ja, mit Änderungen. to: zoe@example.org, bo@example.org"


@pytest.mark.parametrize(
    ("type", "arguments"), [("approve", LETTER), ("edit", LETTER), ("edit", {**LETTER})]
)
@in_virtual_time
async def test_a_yes_without_a_change_is_a_plain_yes(type: str, arguments: Json) -> None:
    world, wiring, _ = stage()
    await edited(wiring, arguments, type)
    entry = await decided(world)
    assert entry.text == "Yes, do that."
    assert entry_to_wire(entry)["decision"]["changed"] == []


@in_virtual_time
async def test_a_long_change_is_cut_in_the_text_and_whole_everywhere_else() -> None:
    world, wiring, post = stage()
    body = "x " * MAX_CHARS + "zanzibar"
    await edited(wiring, {**LETTER, "subject": "Late", "body": body})
    entry = await decided(world)
    assert len(entry.text) == MAX_CHARS
    assert entry.text.startswith("Yes, with changes. subject: Late\nbody: x x ")
    assert entry.decision is not None
    assert entry.decision.arguments["body"] == body == post.sent[0].text
    archive = FakeArchive()
    await archive.store("anna", [entry])
    [found] = await archive.search("anna", query="zanzibar", limit=5)
    assert "zanzibar" in found.snippet


@in_virtual_time
async def test_the_summary_and_the_archive_know_the_new_words() -> None:
    world, wiring, _ = stage()
    await edited(wiring, NINE)
    entries = await world.log()
    made = summary_prompt(Summary(), Portion(entries=tuple(entries), upto_seq=entries[-1].seq))
    assert "NINE" in str(made)
    archive = FakeArchive()
    await archive.store("anna", entries)
    found = await archive.search("anna", query="nine", limit=5)
    assert [one.entry.seq for one in found] == [(await decided(world)).seq]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"a": 1}, {"a": 1}, ()),
        ({"a": 1}, {"a": True}, ("a",)),
        ({"a": "x", "b": "y"}, {"b": "y", "a": "z"}, ("a",)),
        ({"a": ["x"]}, {"a": ["x", "y"]}, ("a",)),
        ({"a": None}, {}, ("a",)),
        ({}, {"a": None}, ("a",)),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ("a",)),
    ],
)
def test_what_differs_is_named(before: Json, after: Json, changed: tuple[str, ...]) -> None:
    assert changed_names(before, after) == changed


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "-"), ("", "-"), ([], "-"), (True, "true"), (7, "7"), ({"a": 1}, '{"a":1}')],
)
def test_values_that_are_no_text_are_put_into_words(value: Any, shown: str) -> None:
    assert (
        words_of_changes(en, ["allDay"], {"allDay": value})
        == f"Yes, with changes. all day: {shown}"
    )

"""Talks that bring the brain to each kind of request to a model.

    requests = await recorded(town)

Each talk is a user of its own on the real stack, with the scripted model. What is returned is what
the model's server received, field by field.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import Any

from local.mailbox.settings import EMAIL_USER
from tests.walks.conftest import Json, Person, Town, goes_on, says
from tests.walks.outside import an_email, tell

LOOPS = 50  # of one run; in the last one the model is told to finish
LONG = 22  # texts of a conversation of which the model sees the end
AT_ONCE = 6  # talks; more would only wait for the machine
TALK_S = 90.0  # seconds for all talks on a busy machine
SHOWN = 1_500  # characters

type Talk = Callable[[Town, Person], Awaitable[None]]

PAINT: Json = {
    "name": "paint",
    "description": "Paint the wall.",
    "parameters": {
        "type": "object",
        "properties": {
            "colour": {"type": ["string", "null"], "pattern": "^[a-z]+$"},
            "walls": {"$ref": "#/$defs/walls"},
        },
        "$defs": {"walls": {"type": "array", "items": {"anyOf": [{"type": "integer"}]}}},
        "additionalProperties": False,
    },
}
BLINK: Json = {"name": "blink", "description": "Blink once."}
TALKS: list[Talk] = []


def talk(each: Talk) -> Talk:
    TALKS.append(each)
    return each


async def recorded(town: Town) -> list[Json]:
    """Hold all talks; returns the requests in the order in which they arrived."""
    gate = asyncio.Semaphore(AT_ONCE)
    await one_text(town, town.person())  # a cold function would delay the others
    async with asyncio.timeout(TALK_S), asyncio.TaskGroup() as talking:
        for each in TALKS:
            talking.create_task(_held(each, town, gate))
    url = f"{town.stack.services.model.address.url}/_local/calls"
    calls = (await town.http.get(url)).json()
    return [{**call["fields"], "messages": call["messages"]} for call in calls]


async def _held(each: Talk, town: Town, gate: asyncio.Semaphore) -> None:
    person = town.person(EMAIL_USER if each is email else "")
    try:
        async with gate:
            await each(town, person)
    except Exception as error:  # any failure names its talk, and is raised again
        error.add_note(f"in the talk {getattr(each, '__name__', each)}")
        raise


async def hears(person: Person, text: str, **more: Any) -> Json:
    """Say something, and return the last message about it."""
    return await person.answer(await person.ask(text, patience=0, **more))


async def decides(person: Person, type: str, question: Json, **more: Any) -> Json:
    """Decide a question, and return the last message after it."""
    order = {"type": type, "questionId": question["id"], "patience": 0, **more}
    outcome = (await person.post("/api/control", order)).raise_for_status().json()
    return await person.answer(outcome)


def calls(name: str, text: str = "", **arguments: Any) -> Json:
    return {"text": text, "calls": [{"name": name, "arguments": arguments}]}


@talk
async def one_text(_: Town, person: Person) -> None:
    await person.script(says("Hello."))
    await hears(person, "Hi")


@talk
async def a_history(_: Town, person: Person) -> None:
    await person.script(goes_on("Looking."), says("One."), {"text": "Two."}, says("Three."))
    for text in ("First", "Second", "Third"):
        await hears(person, text)


@talk
async def a_long_history(_: Town, person: Person) -> None:
    await person.script(says("A long answer. " * 60, repeat=LONG))
    for number in range(LONG):
        await hears(person, f"Text {number}. " + "And so on. " * 40)


@talk
async def a_text_that_joins_after_results(_: Town, person: Person) -> None:
    search = calls("searchDocuments", query="boat")
    await person.script({**search, "delay_s": 1}, goes_on("One.", delay_s=1), says("All."))
    first = asyncio.create_task(hears(person, "First"))
    for times, text in ((1, "Second"), (2, "Third")):
        await person.until_asked(times)
        await person.ask(text)
    await first


@talk
async def two_texts_that_join_at_once(_: Town, person: Person) -> None:
    await person.script(says("One.", delay_s=1), says("All."))
    first = asyncio.create_task(hears(person, "First"))
    await person.until_asked(1)
    await asyncio.gather(person.ask("Second"), person.ask("Third"))
    await first


@talk
async def the_last_loop(_: Town, person: Person) -> None:
    await person.script(calls("searchDocuments", query="boat", limit=1) | {"repeat": LOOPS})
    await hears(person, "Look everywhere")


@talk
async def an_approval_and_a_rejection(_: Town, person: Person) -> None:
    for decision in ("reject", "approve"):
        await hears(person, f"Remember that the {decision} list is long")
        kept = {"title": f"The {decision} list", "body": f"The {decision} list is long."}
        assert (await person.post("/api/documents", kept)).status_code == 201
        question = await hears(person, f"Delete my {decision} list")
        assert question["kind"] == "question"
        await decides(person, decision, question)
        await hears(person, "What can you do?")


@talk
async def email(_: Town, person: Person) -> None:
    for decision in ("edit", "reject"):
        question = await hears(person, "Send an email to anna@example.org: Lunch?")
        arguments = question["question"]["arguments"] | {"to": ["ben@example.org"]}
        more = {"arguments": arguments} if decision == "edit" else {}
        await decides(person, decision, question, **more)
    await hears(person, "What can you do?")


@talk
async def a_cut_answer(_: Town, person: Person) -> None:
    cut: Json = {"text": "The first half and", "finish_reason": "length"}
    await person.script(cut, {"text": " the second."}, says("Yes."))
    await hears(person, "Tell me")
    await hears(person, "Really?")


@talk
async def an_answer_that_the_end_of_an_invocation_cuts(_: Town, person: Person) -> None:
    slow: Json = {"text": "It is a long story. " * 30, "chunk_delay_s": 0.5}
    await person.script(goes_on("Wait."), slow, says("Done."))
    await hears(person, "Tell me")


@talk
async def a_broken_model(_: Town, person: Person) -> None:
    await person.script({"status": 400, "repeat": 3}, says("Again."))
    await hears(person, "Hi")
    await hears(person, "And now?")


@talk
async def facts_and_documents(_: Town, person: Person) -> None:
    await hears(person, "Keep in mind that my boat is blue")
    await hears(person, "Remember that the boat is in the harbour")
    await person.script({"text": "Blue."}, says("Yes."))
    await hears(person, "What colour is it?")
    await hears(person, "Really?")


@talk
async def a_voice_conversation(_: Town, person: Person) -> None:
    await person.script(says("It is late."), says("Yes."))
    lines = [
        {"role": "assistant", "text": "Hello, I am your agent."},
        {"role": "user", "text": "What time is it?"},
        {"role": "assistant", "text": ""},
        {"role": "assistant", "text": "One moment."},
    ]
    await hears(person, "What time is it?", recentContext=lines)
    await hears(person, "Thanks", recentContext=[*lines, {"role": "user", "text": "Thanks"}])


@talk
async def tools_of_the_front_end(_: Town, person: Person) -> None:
    await person.script(calls("paint", colour="red"), calls("blink", text="Wait."), says("Done."))
    tools = [PAINT, BLINK]
    question = await hears(person, "Paint it", clientTools=tools)
    for text in ("It is red.", "[]"):
        question = await decides(person, "answer", question, text=text)


@talk
async def notices_before_the_first_text(town: Town, person: Person) -> None:
    (await person.get("/api/status")).raise_for_status()
    for subject in ("Dinner", "Lunch"):
        (await tell(town, an_email(person, subject))).raise_for_status()
    await person.script(says("From Anna."), says("Yes."))
    await hears(person, "Who wrote?")
    (await tell(town, an_email(person, "Breakfast"))).raise_for_status()
    await hears(person, "And that?")


@talk
async def strange_calls(_: Town, person: Person) -> None:
    odd = [
        {"name": "functions.searchDocuments", "arguments": '{"query": "boat"}'},
        {"name": "no such tool!", "arguments": "{}"},
        {"name": "searchDocuments", "arguments": '{"query": "bo'},
        {"name": "searchDocuments", "arguments": "[]"},
        {"name": "listDocuments", "arguments": "", "id": ""},
        {"name": "searchDocuments", "arguments": {"query": "boat"}, "id": "call_1|fc_2"},
        {"name": "searchDocuments", "arguments": {"query": "ship"}, "id": "call_1|fc_2"},
    ]
    await person.script(
        {"calls": odd}, {"text": " \n", "calls": odd[:1]}, {"text": "\n"}, says(".")
    )
    await hears(person, "Look")
    await person.script(says("Yes."))
    await hears(person, "Again")


@talk
async def words_beside_calls(_: Town, person: Person) -> None:
    aside = calls("searchDocuments", "I look into it.", query="boat")
    await person.script(aside, {"text": "Nothing found."}, says("No."))
    await hears(person, "Find it")
    await hears(person, "Really?")


def has_words_beside_calls(request: Json) -> bool:
    """Whether a message of the request has both words and calls. Old versions refuse that."""
    return any(m.get("tool_calls") and m.get("content") for m in request["messages"])


def shapes(requests: Sequence[Json]) -> list[Json]:
    """Return the smallest request of each shape: which messages follow each other, which tools."""
    smallest: dict[object, Json] = {}
    for request in sorted(requests, key=lambda request: len(json.dumps(request))):
        kinds = [
            (m["role"], bool(m.get("content")), "tool_calls" in m) for m in request["messages"]
        ]
        names = [tool["function"]["name"] for tool in request.get("tools", ())]
        smallest.setdefault((frozenset(pairwise(kinds)), *names), request)
    return list(smallest.values())


def shown(request: Json) -> str:
    """Return the end of a request without its instructions and tools, for the report of a test."""
    messages = [m for m in request["messages"] if m["role"] != "system"]
    return json.dumps(messages, ensure_ascii=False)[-SHOWN:]

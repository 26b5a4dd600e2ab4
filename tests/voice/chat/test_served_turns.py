"""Platforms ask before the user has finished: one text of a turn stands, and it alone acts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from local.faults import Fault
from tests.routes.conftest import home
from tests.routes.resources_stage import Home
from tests.routes.stage import Deployment, Json, User
from tests.voice.chat.stage import Platform, Stream, assistant, says, tool

pytestmark = pytest.mark.asyncio(loop_scope="package")

SETTLE_S = 1.5  # seconds; longer than the default, as a loaded machine takes some for a request

__all__ = ["home"]  # a fixture


def creates(body: str) -> Json:
    call = {"name": "createDocument", "arguments": {"title": "A note", "body": body}}
    return {"calls": [call]}


@pytest_asyncio.fixture(loop_scope="package")
async def keeper(deployment: Deployment, user: User, home: Home) -> AsyncIterator[Platform]:
    """A platform whose user has documents, over a real connection: callers can leave."""
    env = {"DATABASE_URL": home.url, "BRAIN_SETTLE_S": f"{SETTLE_S}"}
    async with deployment.served(**env) as http:
        yield Platform(deployment=deployment, user=user, http=http)


async def standing(platform: Platform) -> list[str]:
    """Return the user's texts that were not taken back."""
    log = await platform.log()
    assert [entry["seq"] for entry in log] == list(range(1, len(log) + 1))
    return [e["text"] for e in log if e["role"] == "user" and not e.get("withdrawn") and e["text"]]


async def documents(platform: Platform) -> list[str]:
    """Return the texts of the user's documents."""
    path, headers = "/api/documents", platform.user.headers
    listed = (await platform.http.get(path, headers=headers)).json()["documents"]
    ids = [document["id"] for document in listed]
    found = [await platform.http.get(path, params={"id": id}, headers=headers) for id in ids]
    return [one.json()["body"] for one in found]


async def begin(stack: AsyncExitStack, platform: Platform, *messages: Any, **more: Any) -> Stream:
    """Send a request and return once its text was recorded."""
    stream = await stack.enter_async_context(platform.streaming(*messages, **more))
    await stream.until("assistant")
    return stream


async def rest(stream: Stream) -> Stream:
    async for _ in stream.follow():
        pass
    return stream


HALVES = ("Book a table", "Book a table for two", "Book a table for two no three")


async def test_one_text_of_three_stands_if_the_callers_leave(platform: Platform) -> None:
    late = says("For three, then.", gates={"table-1": 0})
    await platform.script("no three", says("For three, then."))
    await platform.script("Book", {**late, "repeat": 2})
    for half in HALVES[:2]:
        async with AsyncExitStack() as stack:
            await begin(stack, platform, half)
    stream = await platform.ask(HALVES[2])
    assert stream.contents == ["For three, then. "]
    assert await standing(platform) == [HALVES[2]]
    [asked] = await platform.deployment.asked("no three")
    said = str(asked["messages"])
    assert said.count("Book a table") == 1


async def test_an_answer_that_nobody_heard_does_not_bind(platform: Platform) -> None:
    await platform.script("Reserve", *(says(f"Answer {place}.") for place in range(3)))
    halves = [half.replace("Book", "Reserve") for half in HALVES]
    for place, half in enumerate(halves):
        stream = await platform.ask(half)
        assert stream.contents == [f"Answer {place}. "]
    assert await standing(platform) == [halves[2]]
    log = await platform.log()
    assert [e["text"] for e in log if e["role"] == "brain" and not e.get("withdrawn")] == [
        "Answer 2."
    ]
    taken = [e["withdraws"] for e in log if e.get("withdraws")]
    assert taken == [[1, 2], [3, 4]]
    last = (await platform.deployment.asked("Reserve"))[-1]
    assert "Answer 1" not in str(last["messages"])


async def test_a_replaced_request_ends_at_once_without_content(platform: Platform) -> None:
    platform.call = None
    await platform.script("Play the", says("Here they are."))
    await platform.script("Play", says("What?", gates={"play-1": 0}))
    async with AsyncExitStack() as stack:
        first = await begin(stack, platform, "Play", headers={"idempotency-key": "key-0000001"})
        key = {"idempotency-key": "key-0000002"}
        second = await begin(stack, platform, "Play the news", headers=key)
        await asyncio.gather(rest(first), rest(second))
    assert (first.contents, first.finish, first.is_whole) == ([], "stop", True)
    assert second.contents == ["Here they are. "]
    assert await standing(platform) == ["Play the news"]


async def test_a_transcript_that_goes_back_is_answered(platform: Platform) -> None:
    await platform.script("Call Tom", says("One."), says("Two."), says("Three."))
    answers = [(await platform.ask(text)).text for text in ("Call Tom", "Call Tomas", "Call Tom")]
    assert answers == ["One. ", "Two. ", "Three. "]
    assert await standing(platform) == ["Call Tom"]


async def test_an_effect_belongs_to_the_last_text_of_its_turn(keeper: Platform, home: Home) -> None:
    texts = ("Note: the key", "Note: the key is under", "Note: the key is under the stone")
    await keeper.script("stone", creates("the stone"), says("Noted."))
    await keeper.script("Note: the key", {**creates("half"), "repeat": 9})
    for text in texts[:2]:
        async with AsyncExitStack() as stack:
            await begin(stack, keeper, text)
            await asyncio.sleep(0.3)  # the user goes on speaking
    stream = await keeper.ask(texts[2])
    assert stream.contents == ["Noted. "]
    assert await documents(keeper) == ["the stone"]


async def test_an_effect_of_a_settled_text_runs(keeper: Platform) -> None:
    await keeper.script("salt", creates("buy salt"), says("Noted."))
    stream = await keeper.ask("Note: buy salt")
    assert stream.contents == ["Noted. "]
    assert await documents(keeper) == ["buy salt"]


async def test_an_effect_of_an_abandoned_text_is_asked_about(keeper: Platform) -> None:
    await keeper.script("trip", creates("cancel the trip"))
    async with AsyncExitStack() as stack:
        await begin(stack, keeper, "Note: cancel the trip")
        await asyncio.sleep(0.3)  # the caller leaves before the text has settled
    async with asyncio.timeout(30):
        while not (log := await keeper.log())[-1].get("question"):  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.2)
    assert (log[-1]["kind"], log[-1]["question"]["for"]) == ("question", "user")
    assert await documents(keeper) == []


async def test_a_half_sentence_ends_no_call(platform: Platform) -> None:
    end = {"calls": [{"name": "endCall", "arguments": {}}]}
    await platform.script("the way", says("The news."))
    await platform.script("bye", end)
    async with AsyncExitStack() as stack:
        tools = [tool("endCall")]
        first = await begin(stack, platform, "bye", tools=tools)
        await asyncio.sleep(0.3)  # the user goes on speaking
        second = await begin(stack, platform, "bye the way, what is on?", tools=tools)
        await asyncio.gather(rest(first), rest(second))
    assert (first.calls, first.contents) == ([], [])
    assert (second.contents, second.calls) == (["The news. "], [])


async def test_a_typed_text_stays_when_the_spoken_one_is_replaced(platform: Platform) -> None:
    await platform.script("Play the", says("Both, then."))
    await platform.script("typed", says("Typed.", gates={"typed-1": 0}))
    await platform.script("Play", says("What?", gates={"typed-2": 0}))
    async with AsyncExitStack() as stack:
        first = await begin(stack, platform, "Play")
        typing = asyncio.ensure_future(platform.user.ask("A typed text", patience=0.1))
        assert (await typing).json()["state"] == "recorded"
        second = await begin(stack, platform, "Play the news")
        await asyncio.gather(rest(first), rest(second))
    assert first.contents == []
    assert second.contents == ["Both, then. "]
    assert await standing(platform) == ["A typed text", "Play the news"]


async def test_a_text_after_a_heard_answer_opens_a_turn(platform: Platform) -> None:
    await platform.script("Hello", says("Hi."), says("Fine."))
    await platform.ask("Hello")
    told: list[Json | str] = ["Hello", assistant("Hi."), "Hello again"]
    assert (await platform.ask(*told)).contents == ["Fine. "]
    assert await standing(platform) == ["Hello", "Hello again"]


async def test_many_texts_of_one_turn_do_not_count_towards_the_rate(platform: Platform) -> None:
    await platform.script("Word", says("Yes.", repeat=200))
    for place in range(70):
        answer = await platform.post("Word " + "x " * place)
        assert answer.status_code == 200, place


@pytest.mark.parametrize("is_answered", [False, True])
async def test_a_text_that_is_recorded_after_its_replacement_is_taken_back(
    keeper: Platform, is_answered: bool
) -> None:
    half, whole = f"{keeper.word} Keep", f"{keeper.word} Keep the salt"
    answer = says("Nothing to do.") if is_answered else creates("salt")
    await keeper.script(whole, answer, says("Noted."), says("Noted again."))
    await keeper.script(half, {**creates("half"), "repeat": 9})
    late = Fault(kind="delay", seconds=1.5, body=f'\\"text\\":\\"{half}')
    held = keeper.deployment.faults.add(late)
    first = asyncio.ensure_future(keeper.ask(half))
    await held.struck()
    second = await keeper.ask(whole)
    assert second.contents == ["Nothing to do. " if is_answered else "Noted. "]
    assert ((await first).contents, first.result().finish) == ([], "stop")
    assert await standing(keeper) == [whole]
    assert await documents(keeper) == ([] if is_answered else ["salt"])

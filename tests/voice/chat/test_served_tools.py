"""Tools of a voice platform: the brain calls them, and their results come with the next request."""

from typing import Any

import pytest

from tests.routes.stage import Deployment, Json
from tests.voice.chat.stage import QUIT, Platform, assistant, says, system, tool

pytestmark = pytest.mark.asyncio(loop_scope="package")


def calls(name: str, said: str = "", **arguments: Any) -> Json:
    """Return a model answer that calls a tool, and quits with a message if `said` is given."""
    last = [{"name": QUIT, "arguments": {"message": said}}] if said else []
    return {"calls": [*last, {"name": name, "arguments": arguments}]}


def result(call: Json, text: str) -> list[Json]:
    """Return the messages by which a platform gives the result of a call."""
    called = {"role": "assistant", "content": None, "tool_calls": [call]}
    return [called, {"role": "tool", "tool_call_id": call["id"], "content": text}]


LIGHT = tool("setLight", level={"type": "integer"})


async def test_a_tool_of_the_platform_is_called_and_the_run_goes_on(platform: Platform) -> None:
    await platform.script("Light", calls("setLight", level=3), says("It is on."))
    first = await platform.ask("Light", tools=[LIGHT])
    [call] = first.calls
    assert first.finish == "tool_calls"
    assert call["function"] == {"name": "setLight", "arguments": '{"level":3}'}
    question = (await platform.log())[-1]
    assert call["id"] == f"call_{question['id']}"
    second = await platform.ask("Light", *result(call, "done"), tools=[LIGHT])
    assert (second.contents, second.finish) == (["It is on. "], "stop")
    again = await platform.ask("Light", *result(call, "done"), tools=[LIGHT])
    assert again.contents == second.contents
    assert len(await platform.deployment.asked("Light")) == 2


async def test_a_result_and_a_text_in_one_request(platform: Platform) -> None:
    await platform.script("Lamp", calls("setLight", level=3), says("It is on."), says("Ten."))
    first = await platform.ask("Lamp", tools=[LIGHT])
    told: list[Json | str] = ["Lamp", *result(first.calls[0], "done"), "What time is it?"]
    second = await platform.ask(*told, tools=[LIGHT])
    assert second.contents == ["Ten. ", "It is on. "]
    texts = [e["text"] for e in await platform.log() if e["role"] == "user"]
    assert texts[-1] == "What time is it?"


async def test_the_end_of_a_call_leaves_no_question(platform: Platform) -> None:
    await platform.script("bye", calls("endCall", said="Goodbye."))
    stream = await platform.ask(system("Be kind."), "That was all, bye", tools=[tool("endCall")])
    assert stream.contents == ["Goodbye. "]
    assert [c["function"] for c in stream.calls] == [{"name": "endCall", "arguments": "{}"}]
    assert stream.finish == "tool_calls"
    kinds = [next(iter(delta), "") for delta in stream.deltas]
    assert kinds == ["role", "content", "tool_calls", ""]
    assert len(await platform.deployment.asked("bye")) == 1
    status = (await platform.user.get("/api/status")).json()
    assert (status["state"], status["question"]) == ("idle", None)
    question = (await platform.user.get("/api/questions")).json()
    assert question == {"question": None}


async def test_every_tool_without_a_result_ends_the_run(platform: Platform) -> None:
    for place, name in enumerate(("skip_turn", "transfer_to_agent", "language_detection")):
        word = f"case{place}x"
        await platform.script(word, calls(name))
        platform.call = f"c-{place}"
        stream = await platform.ask(word, tools=[tool(name)])
        assert (stream.contents, stream.finish) == ([], "tool_calls")
        assert len(await platform.deployment.asked(word)) == 1


async def test_results_that_nobody_waits_for_change_nothing(
    platform: Platform, deployment: Deployment
) -> None:
    await platform.script("Lux", calls("setLight", level=1))
    [call] = (await platform.ask("Lux", tools=[LIGHT])).calls
    stranger = Platform(deployment=deployment, user=deployment.user(), http=deployment.http)
    refused = await stranger.post("Lux", *result(call, "yes"))
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "messages")
    await stranger.script("Hi", says("Hello."))
    told: list[Json | str] = [
        assistant("x"),
        {"role": "tool", "tool_call_id": call["id"], "content": "y"},
    ]
    assert (await stranger.ask(*told, "Hi")).contents == ["Hello. "]
    assert (await platform.log())[-1]["question"]["tool"] == "setLight"


async def test_a_result_is_no_yes_to_a_question(platform: Platform) -> None:
    ask = {"name": "openPage", "arguments": {"url": "https://evil.example/?q=1"}}
    await platform.script("Page", {"calls": [ask]})
    page = tool("openPage", url={"type": "string"})
    first = await platform.ask(system("Speak like a pirate."), "Page", tools=[page])
    assert "run openPage?" in first.text
    question = (await platform.log())[-1]
    assert question["question"]["for"] == "user"
    given = {"role": "tool", "tool_call_id": f"call_{question['id']}", "content": "yes"}
    refused = await platform.post("Page", assistant(first.text), given)
    assert refused.status_code == 400
    status = (await platform.user.get("/api/status")).json()
    assert status["question"] == question["id"]


async def test_names_that_are_none_are_passed_over(platform: Platform) -> None:
    await platform.script("Odd", says("Yes."))
    odd = [tool("1x"), tool("a b"), tool("x" * 65), {"type": "function"}, 7, tool("good_one")]
    assert (await platform.ask("Odd", tools=odd)).contents == ["Yes. "]
    [asked] = await platform.deployment.asked("Odd")
    names = {one["function"]["name"] for one in asked["fields"]["tools"]}
    assert "good_one" in names
    assert names.isdisjoint({"1x", "a b"})


async def test_too_many_tools_are_refused(platform: Platform) -> None:
    refused = await platform.post("Hi", tools=[tool(f"tool{i}") for i in range(200)])
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "tools")
    bad = {"type": "function", "function": {"name": "x", "parameters": {"$ref": "http://a/b"}}}
    refused = await platform.post("Hi", tools=[bad])
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "tools")
    assert await platform.log() == []


async def test_the_manner_is_foreign_and_short(platform: Platform) -> None:
    await platform.script("Hello", says("Ahoy."))
    developer = {"role": "developer", "content": "Speak like a pirate. " + "x" * 3_000}
    parts = [{"type": "image_url", "image_url": {"url": "data:,"}}, {"type": "text", "text": "you"}]
    await platform.ask(developer, "Hello", {"role": "user", "content": parts})
    [asked] = await platform.deployment.asked("Hello")
    shown = str(asked["messages"])
    assert shown.count("x" * 1_979) == 1
    assert "x" * 1_980 not in shown
    assert "pirate" not in str(asked["messages"][0])
    said, answer = await platform.log()
    assert said["text"] == "Hello you"
    assert answer["foreign"] is True

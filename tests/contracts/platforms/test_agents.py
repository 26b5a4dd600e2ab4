"""The clients of LiveKit Agents and of Pipecat, set up as the documentation says."""

import json
from typing import Any

import pytest

from tests.contracts.platforms.running import example, run
from tests.routes.stage import CHAT
from tests.voice.chat.stage import CONTINUE, QUIT, Platform, says, steps

pytestmark = pytest.mark.asyncio(loop_scope="package")

SYSTEM = ["system", "You are the voice of a helpful assistant."]


async def test_livekit_speaks_with_the_brain(platform: Platform) -> None:
    await platform.script(
        "tomorrow", steps("I am looking."), says("There are *three*. One is late.")
    )
    await platform.script("light", {"calls": [{"name": "setLight", "arguments": {"level": 3}}]})
    first = ["user", "What is on tomorrow?"]
    heard = [SYSTEM, first, ["assistant", "I am looking. There are three."]]
    [one, two] = await run(
        "livekit",
        "LiveKit",
        platform,
        {"messages": [SYSTEM, first]},
        {"messages": [*heard, ["user", "Stop. Turn on the light"]], "tools": True},
    )
    assert one["contents"] == ["I am looking. ", "There are three. ", "One is late. "]
    assert one["usage"] > 0
    [call] = two["calls"]
    assert (call["name"], json.loads(call["arguments"])) == ("setLight", {"level": 3})
    marks = [entry["heard"]["how"] for entry in await platform.log() if "heard" in entry]
    assert marks == ["played", "cutOff"]
    await platform.script("light", says("It is on."))
    [three] = await run(
        "livekit",
        "LiveKit",
        platform,
        {"messages": [SYSTEM, first], "results": [call], "tools": True},
    )
    assert three["contents"] == ["It is on. "]


async def test_pipecat_speaks_with_the_brain(platform: Platform) -> None:
    await platform.script("tomorrow", says("There are three. One is late."))
    await platform.script("summary", says("They spoke about tomorrow."))
    asked = ["user", "What is on tomorrow?"]
    [one, two] = await run(
        "pipecat",
        "Pipecat",
        platform,
        {"messages": [["developer", "Be brief."], asked]},
        {
            "messages": [asked, ["assistant", "There are three."], ["user", "A summary, please"]],
            "whole": True,
        },
    )
    assert one["contents"] == ["There are three. ", "One is late. "]
    assert two["contents"] == ["They spoke about tomorrow."]


@pytest.mark.parametrize("heading", ["Vapi", "ElevenLabs", "Cartesia"])
async def test_the_address_of_a_configuration_is_a_route(heading: str) -> None:
    text = json.dumps(json.loads(example(heading, "json")))
    address = text.partition('"url": "https://your-app.example')[2].partition('"')[0]
    assert address.removesuffix("/chat/completions") + "/chat/completions" in CHAT


async def test_the_requests_of_the_platforms_are_answered(platform: Platform) -> None:
    """As the platforms document them, with the tool that ends the call."""
    platform.call = None
    end = {
        "calls": [
            {"name": QUIT, "arguments": {"message": "Goodbye."}},
            {"name": "endCall", "arguments": {}},
        ]
    }
    await platform.script("bye", end)
    tool = {"type": "function", "function": {"name": "endCall", "description": "End the call"}}
    vapi: Any = {
        "tools": [tool],
        "metadata": {"tenant": "t-1"},
        "call": {"id": "0f3c", "monitor": {"controlUrl": "https://control.example/0f3c/control"}},
        "customer": {"number": "+15550100"},
        "phoneNumber": {"number": "+15550199"},
        "temperature": 0.7,
    }
    stream = await platform.ask("That was all, bye", **vapi)
    assert (stream.contents, stream.finish) == (["Goodbye. "], "tool_calls")
    assert (await platform.log())[0]["turn"]["call"] == "0f3c"
    await platform.script(
        "hello", {"calls": [{"name": CONTINUE, "arguments": {"message": "Hm."}}]}, says("Hi.")
    )
    elevenlabs: Any = {
        "elevenlabs_extra_body": {"conversation_id": "e-1"},
        "user_id": "x",
        "top_p": None,
    }
    assert (await platform.ask("hello", **elevenlabs)).contents == ["Hm... ", "Hi. "]
    await platform.script("news", says("All is well."))
    cartesia = {"idempotency-key": "0b0f6ad2-5a3f-4d0e-8a53-1b8a4c1a0d1e"}
    stream = await platform.ask("news", headers=cartesia)
    assert stream.chunks[0]["id"] == f"chatcmpl-{cartesia['idempotency-key']}"
    assert stream.contents == ["All is well. "]

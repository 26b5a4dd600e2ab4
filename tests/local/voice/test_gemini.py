"""Gemini Live: tokens over HTTP, and the WebSocket that a token opens."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from local.voice.gemini import SERVICE
from local.voice.sounds import EAR_RATE, tones
from tests.local.voice.stage import LIMIT_S, Json, Stage

SETUP: Json = {
    "model": "models/gemini-3.8-live",
    "generationConfig": {"responseModalities": ["AUDIO"]},
    "sessionResumption": {},
    "inputAudioTranscription": {},
}
KEY = {"x-goog-api-key": "local"}
PATH = "/v1alpha/auth_tokens"


def order(seconds: float = 60.0, **more: Any) -> Json:
    at = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    whole = {"uses": 1, "expireTime": at, "newSessionExpireTime": at}
    return {**whole, "bidiGenerateContentSetup": SETUP, **more}


class Page:
    """The page's side of a connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, **frame: Any) -> None:
        await self._socket.send(json.dumps(frame))

    async def frame(self) -> Json:
        """Return the next frame. The vendor sends binary ones."""
        raw = await self._socket.recv()
        assert isinstance(raw, bytes)
        return dict(json.loads(raw))

    async def until(self, *path: str) -> Any:
        """Read until a frame has this path; return what is there."""
        while True:
            found: Any = await self.frame()
            for name in path:
                found = found.get(name) if isinstance(found, dict) else None
            if found is not None:
                return found

    async def hear(self, pcm: bytes) -> None:
        data = {"data": base64.b64encode(pcm).decode(), "mimeType": f"audio/pcm;rate={EAR_RATE}"}
        await self.send(realtimeInput={"audio": data})

    async def speak(self) -> None:
        """Say something: tones, then a second of silence."""
        await self.hear(tones("Hello there"))
        await self.hear(bytes(2 * EAR_RATE))


@asynccontextmanager
async def connected(stage: Stage, token: str, **setup: Any) -> AsyncIterator[Page]:
    url = f"{stage.url.replace('http', 'ws', 1)}/ws/{SERVICE}?access_token={token}"
    async with connect(url, proxy=None, open_timeout=LIMIT_S) as socket:
        page = Page(socket)
        await page.send(setup={**SETUP, **setup})
        yield page


async def token(stage: Stage, **more: Any) -> str:
    answer = await stage.http.post(PATH, json=order(**more), headers=KEY)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["name"])


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (order(), {}, 403),
        ({}, KEY, 400),
        (order(surprise=1), KEY, 400),
        (order(bidiGenerateContentSetup={**SETUP, "model": "gemini"}), KEY, 400),
        (order(bidiGenerateContentSetup={**SETUP, "voice": "x"}), KEY, 400),
    ],
)
async def test_a_wrong_order_of_a_token_is_refused(
    stage: Stage, body: Json, headers: dict[str, str], status: int
) -> None:
    answer = await stage.http.post(PATH, json=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == status


async def test_a_turn_becomes_a_tool_call_and_its_answer_is_spoken(stage: Stage) -> None:
    await stage.hears("What did Anna write?")
    async with connected(stage, await token(stage)) as page:
        assert await page.until("setupComplete") == {}
        await page.speak()
        heard = await page.until("serverContent", "inputTranscription")
        [call] = await page.until("toolCall", "functionCalls")
        assert heard == {"text": "What did Anna write?"}
        assert (call["name"], call["args"]) == ("askBrain", heard)
        about = {"id": call["id"], "name": "askBrain"}
        step = {"response": {"step": "I look."}, "willContinue": True, "scheduling": "SILENT"}
        await page.send(toolResponse={"functionResponses": [{**about, **step}]})
        answer = {"response": {"answer": "She moved it."}, "scheduling": "WHEN_IDLE"}
        await page.send(toolResponse={"functionResponses": [{**about, **answer}]})
        sound = await page.until("serverContent", "modelTurn", "parts")
        assert sound[0]["inlineData"]["mimeType"] == "audio/pcm;rate=24000"
        said = await page.until("serverContent", "outputTranscription")
        assert said == {"text": "She moved it."}
        assert await page.until("serverContent", "generationComplete")
        assert await page.until("serverContent", "turnComplete")


@pytest.mark.parametrize(
    ("response", "calls", "said"),
    [
        ({"response": {}}, 3, None),
        ({"response": {"answer": "It is done."}, "name": ""}, 1, "There was a system error."),
    ],
)
async def test_a_response_without_content_or_name_has_the_vendor_s_effect(
    stage: Stage, response: Json, calls: int, said: str | None
) -> None:
    async with connected(stage, await token(stage)) as page:
        await page.speak()
        for _ in range(calls):
            [call] = await page.until("toolCall", "functionCalls")
            one = {"id": call["id"], "name": "askBrain", **response}
            await page.send(toolResponse={"functionResponses": [one]})
        if said:
            assert (await page.until("serverContent", "outputTranscription"))["text"] == said


async def test_the_user_interrupts_what_is_being_said(stage: Stage) -> None:
    async with connected(stage, await token(stage)) as page:
        note = "A note. Say it once:\nThe second report is four pages longer than the first one."
        turns = [{"role": "user", "parts": [{"text": note}]}]
        await page.send(clientContent={"turns": turns, "turnComplete": True})
        said = await page.until("serverContent", "outputTranscription")
        assert said["text"].startswith("The second report")
        await page.speak()
        assert await page.until("serverContent", "interrupted")
        assert await page.until("toolCall", "functionCalls")


async def test_a_token_opens_one_session_which_can_be_resumed(stage: Stage) -> None:
    name = await token(stage)
    async with connected(stage, name) as page:
        handle = (await page.until("sessionResumptionUpdate"))["newHandle"]
    async with connected(stage, name, sessionResumption={"handle": handle}) as page:
        assert await page.until("setupComplete") == {}
    for setup, code in (({}, 1008), ({"sessionResumption": {"handle": "h-old"}}, 1007)):
        async with connected(stage, name, **setup) as page:
            with pytest.raises(ConnectionClosed) as closed:
                await page.frame()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == code


@pytest.mark.parametrize("seconds", [-1.0, 0.0])
async def test_a_token_that_is_unknown_or_has_expired_opens_nothing(
    stage: Stage, seconds: float
) -> None:
    for name in (await token(stage, seconds=seconds), "auth_tokens/unknown"):
        async with connected(stage, name) as page:
            with pytest.raises(ConnectionClosed) as closed:
                await page.frame()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1008


async def test_the_end_of_the_token_ends_the_session(stage: Stage) -> None:
    async with connected(stage, await token(stage, seconds=0.5)) as page:
        await page.until("setupComplete")
        with pytest.raises(ConnectionClosed):
            await page.until("nothing")
    [session] = (await stage.records(ended=1))["sessions"]
    assert session["ended_by"] == "expired"


async def test_the_test_acts_as_the_vendor(stage: Stage) -> None:
    async with connected(stage, await token(stage)) as page:
        await page.until("setupComplete")
        [session] = (await stage.records(connected=1))["sessions"]
        path = f"/_local/voice/sessions/{session['id']}"
        await stage.http.post(path, json={"send": {"goAway": {"timeLeft": "12s"}}})
        assert await page.until("goAway") == {"timeLeft": "12s"}
        await stage.http.post(path, json={"end": "internal", "code": 1011})
        with pytest.raises(ConnectionClosed) as closed:
            await page.until("nothing")
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1011

"""What is sent to the vendors of speech models, and what becomes of their answers."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from brain.errors import VendorBusy, VendorRefused, VendorUnreachable
from brain.voice.sessions.gemini import GeminiLive, socket_url
from brain.voice.sessions.model import Brief
from brain.voice.sessions.openai import OpenAILive, OpenAIRealtime
from brain.voice.sessions.ports import SpeechVendor
from brain.voice.sessions.wire import (
    LONGEST_WAIT_S,
    MAX_ANSWER_BYTES,
    USUAL_WAIT_S,
    VendorWire,
)
from brain.voice.settings import VENDORS, VendorSettings
from tests.voice.vendor_stage import ANSWER, KEY, OFFER, SECRET, Vendors, failing, vendors

BRIEF = Brief(
    instructions="Be the voice.",
    input=(("user", "Hi"), ("assistant", "Good morning.")),
    safety_id="a-hash",
    sdp=OFFER,
    end=datetime(2026, 11, 30, 8, 15, tzinfo=UTC),
    start_end=datetime(2026, 11, 30, 8, 1, tzinfo=UTC),
)
MAKERS: Mapping[str, Callable[[VendorSettings], SpeechVendor]] = {
    "openai-live": OpenAILive,
    "openai-realtime": OpenAIRealtime,
    "gemini-live": GeminiLive,
}


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[tuple[Vendors, dict[str, SpeechVendor]]]:
    async with vendors() as (made, env):
        found: dict[str, SpeechVendor] = {}
        for name, make in MAKERS.items():
            at = VENDORS[name](env)
            assert at is not None
            found[name] = make(at)
        yield made, found


type Stage = tuple[Vendors, dict[str, SpeechVendor]]


async def test_gpt_live_gets_exactly_the_fields_that_it_knows(stage: Stage) -> None:
    made, found = stage
    session = await found["openai-live"].create(BRIEF)
    assert (session.call_id, session.wire) == ("live_1", {"sdp": ANSWER})
    [body] = made.created
    assert body["transport"] == {"type": "webrtc", "sdp": OFFER}
    sent = body["session"]
    assert sorted(sent) == [
        "audio",
        "client",
        "delegation",
        "idle_timeout_s",
        "input",
        "instructions",
        "model",
        "safety_identifier",
        "store",
        "wake_policy",
    ]
    assert (sent["model"], sent["store"]) == ("gpt-live-1.1", False)
    assert sent["audio"] == {"output": {"voice": "marin"}}
    assert sent["delegation"]["type"] == "client"
    assert sent["safety_identifier"] == "a-hash"
    assert [(one["role"], one["content"]) for one in sent["input"]] == [
        ("user", [{"type": "input_text", "text": "Hi"}]),
        ("assistant", [{"type": "output_text", "text": "Good morning."}]),
    ]
    channel = sent["client"]["data_channel"]
    assert channel["allowed_client_events"] == [
        "session.thinking.append",
        "session.commentary.append",
        "session.input_audio.mute",
        "session.input_audio.unmute",
        "session.close",
    ]
    assert {"type": "session.delegation.created"} in channel["allowed_server_events"]
    assert made.headers[0]["authorization"] == f"Bearer {KEY}"


async def test_realtime_gets_the_offer_and_the_session_in_two_parts(stage: Stage) -> None:
    made, found = stage
    session = await found["openai-realtime"].create(BRIEF)
    assert (session.call_id, session.wire) == ("rtc_1", {"sdp": ANSWER})
    [body] = made.created
    assert body["sdp"] == OFFER
    sent = body["session"]
    assert (sent["type"], sent["model"], sent["tool_choice"]) == (
        "realtime",
        "gpt-realtime-2.1",
        "auto",
    )
    [tool] = sent["tools"]
    assert (tool["type"], tool["name"], tool["parameters"]["required"]) == (
        "function",
        "askBrain",
        ["text"],
    )
    assert sent["audio"] == {
        "input": {"turn_detection": {"type": "semantic_vad"}},
        "output": {"voice": "marin"},
    }
    assert sent["truncation"] == {"type": "retention_ratio", "retention_ratio": 0.8}
    assert "User: Hi\nYou: Good morning." in sent["instructions"]


async def test_gemini_gives_a_token_for_one_session_that_the_page_cannot_change(
    stage: Stage,
) -> None:
    made, found = stage
    session = await found["gemini-live"].create(BRIEF)
    url = session.wire.pop("url")
    assert session.wire == {"token": "auth_tokens/1", "model": "models/gemini-3.8-live"}
    assert url.startswith("ws://127.0.0.1:")
    assert url.endswith("v1alpha.GenerativeService.BidiGenerateContentConstrained")
    assert session.call_id == ""
    [body] = made.created
    setup = body.pop("bidiGenerateContentSetup")
    assert body == {
        "uses": 1,
        "expireTime": "2026-11-30T08:15:00Z",
        "newSessionExpireTime": "2026-11-30T08:01:00Z",
    }
    [declared] = setup["tools"][0]["functionDeclarations"]
    assert (declared["name"], declared["behavior"]) == ("askBrain", "NON_BLOCKING")
    assert setup["generationConfig"] == {"responseModalities": ["AUDIO"]}
    assert setup["model"] == "models/gemini-3.8-live"
    assert made.headers[0]["x-goog-api-key"] == KEY
    assert await found["gemini-live"].hang_up("") is False
    assert made.hung_up == []


async def test_the_socket_of_gemini_is_at_the_host_of_its_interface() -> None:
    at = VENDORS["gemini-live"]({"GEMINI_API_KEY": KEY})
    assert at is not None
    assert socket_url(at.base_url) == (
        "wss://generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1alpha"
        ".GenerativeService.BidiGenerateContentConstrained"
    )


@pytest.mark.parametrize("name", ["openai-live", "openai-realtime"])
async def test_a_call_is_hung_up_and_one_that_is_gone_is_done(stage: Stage, name: str) -> None:
    made, found = stage
    session = await found[name].create(BRIEF)
    assert await found[name].hang_up(session.call_id) is True
    assert await found[name].hang_up(session.call_id) is False
    assert made.hung_up == [session.call_id] * 2


@pytest.mark.parametrize("status", [400, 401, 403, 409, 429, 500, 503])
async def test_a_hang_up_that_was_refused_has_to_be_tried_again(stage: Stage, status: int) -> None:
    made, found = stage
    session = await found["openai-live"].create(BRIEF)
    made.fails = failing(status)
    with pytest.raises(VendorUnreachable):
        await found["openai-live"].hang_up(session.call_id)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, VendorRefused),
        (401, VendorRefused),
        (403, VendorRefused),
        (302, VendorRefused),
        (500, VendorUnreachable),
        (503, VendorUnreachable),
        (408, VendorUnreachable),
        (429, VendorBusy),
    ],
)
async def test_a_refusal_tells_nothing_of_the_vendors_text(
    stage: Stage,
    caplog: pytest.LogCaptureFixture,
    name: str,
    status: int,
    error: type[Exception],
) -> None:
    made, found = stage
    made.fails = failing(status, location="http://169.254.169.254/")
    with pytest.raises(error) as raised:
        await found[name].create(BRIEF)
    told = f"{raised.value} {raised.value.__cause__} {caplog.text}"
    assert not [word for word in (SECRET, KEY, "Anna", "Incorrect") if word in told]
    assert len(made.headers) == 1  # not tried again: each start costs


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("99999", LONGEST_WAIT_S),
        ("999999999", USUAL_WAIT_S),
        ("soon", USUAL_WAIT_S),
        ("", USUAL_WAIT_S),
        ("-4", USUAL_WAIT_S),
        ("\u0663", USUAL_WAIT_S),
    ],
)
async def test_the_wait_that_a_vendor_asks_for_is_kept_within_bounds(
    stage: Stage, told: str, seconds: float
) -> None:
    made, found = stage
    answer = failing(429)
    answer.raw_headers.append((b"retry-after", told.encode()))
    made.fails = answer
    with pytest.raises(VendorBusy) as raised:
        await found["openai-live"].create(BRIEF)
    assert raised.value.retry_after_s == seconds


def made_of(**fields: Any) -> Response:
    return JSONResponse(fields, 201)


NO_ANSWER = [
    PlainTextResponse("hello", 201),
    PlainTextResponse("[" * 100_000, 201),
    JSONResponse([1], 201),
    JSONResponse(None, 201),
    made_of(session=None, transport=None, name=7),
    made_of(session={"id": ""}, transport={"sdp": ANSWER}, name=""),
    made_of(session={"id": "a/../b"}, transport={"sdp": ANSWER}, name="x" * 5000),
    made_of(session={"id": ".."}, transport={"sdp": ANSWER}, name=[]),
    made_of(session={"id": "live_1"}, transport={"sdp": "v=0" * 30_000}),
    made_of(session={"id": "live_1"}, transport={"sdp": ["v=0"]}),
]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("answer", NO_ANSWER)
async def test_an_answer_that_is_none_is_a_refusal(
    stage: Stage, name: str, answer: Response
) -> None:
    made, found = stage
    made.fails = answer
    with pytest.raises(VendorRefused):
        await found[name].create(BRIEF)


@pytest.mark.parametrize("place", ["", "/", "/v1/realtime/calls/", "rtc_1/..", "/calls/a%2Fb"])
async def test_a_realtime_call_without_an_id_is_a_refusal(stage: Stage, place: str) -> None:
    made, found = stage
    made.fails = Response(ANSWER, 201, {"Location": place})
    with pytest.raises(VendorRefused):
        await found["openai-realtime"].create(BRIEF)


async def test_a_very_long_answer_is_not_read_to_its_end(stage: Stage) -> None:
    made, found = stage
    sent = 0

    async def long() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b"x" * 65_536
            await asyncio.sleep(0)

    made.fails = StreamingResponse(long(), 201)
    with pytest.raises(VendorRefused):
        await found["openai-live"].create(BRIEF)
    assert MAX_ANSWER_BYTES < sent * 65_536 < 1000 * 65_536


async def test_a_vendor_that_is_not_there_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    at = VendorSettings(base_url=f"http://127.0.0.1:{port}", api_key=KEY, model="m")
    for make in MAKERS.values():
        with pytest.raises(VendorUnreachable):
            await make(at).create(BRIEF)


async def test_a_vendor_that_says_nothing_is_not_waited_for_for_ever() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        wire = VendorWire("a vendor", f"http://127.0.0.1:{port}", {}, create_s=0.2)
        with pytest.raises(VendorUnreachable):
            await wire.create("/", json={})

"""The ear over HTTP: what it sends, and what becomes of each answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from openai import AsyncOpenAI

from brain.errors import VendorRefused, VendorUnreachable
from brain.voice.audio import server as server_module
from brain.voice.audio.ear import MOST_BYTES, HttpEar
from brain.voice.audio.model import Take, Transcript
from brain.voice.audio.settings import EarSettings, SpeechServerSettings
from tests.voice.audio import sounds
from tests.voice.audio.speech_server import Reply, SpeechStandIn, speech_server

TAKE = Take(data=sounds.webm((0, (0, 20))), mime_type="audio/webm", extension="webm")
NAMES = ("Anna Lee", "Trip to Rome")
BUSY = Reply(status=429, headers={"Retry-After": "0"})
DOWN = Reply(status=503, body="<html>no</html>", kind="text/html")


@pytest.fixture
async def server() -> AsyncIterator[SpeechStandIn]:
    async with speech_server() as server:
        yield server


@pytest.fixture
async def ear(server: SpeechStandIn) -> AsyncIterator[HttpEar]:
    ear = HttpEar(settings_for(server))
    yield ear
    await ear.aclose()


def settings_for(server: SpeechStandIn, model: str = "gpt-transcribe") -> EarSettings:
    at = SpeechServerSettings(base_url=server.url, api_key="ear-key")
    return EarSettings(at=at, model=model)


async def hear(ear: HttpEar, take: Take = TAKE, **more: Any) -> Transcript:
    found = await ear.hear(take, **{"names": (), "language": None, **more})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("gpt-transcribe", {"keywords": ["Anna Lee", "Trip to Rome"]}),
        ("whisper-large-v3", {"prompt": "Anna Lee, Trip to Rome."}),
    ],
)
async def test_the_request_is_the_one_that_the_vendors_sdk_makes(
    server: SpeechStandIn, model: str, named: dict[str, Any]
) -> None:
    ear = HttpEar(settings_for(server, model))
    await hear(ear, names=NAMES, language="de-DE")
    async with AsyncOpenAI(base_url=server.url, api_key="ear-key") as client:
        answer = await client.audio.transcriptions.create(
            file=("take.webm", TAKE.data, "audio/webm"),
            model=model,
            language="de",
            response_format="json",
            **named,
        )
    ours, theirs = server.asked
    assert (ours.path, ours.fields, ours.file) == (theirs.path, theirs.fields, theirs.file)
    assert ours.headers["authorization"] == theirs.headers["authorization"] == "Bearer ear-key"
    assert answer.text == server.text
    await ear.aclose()


@pytest.mark.parametrize("extension", ["webm", "mp4", "m4a", "ogg", "wav", "flac", "mp3"])
async def test_the_file_has_the_extension_of_its_type(
    server: SpeechStandIn, ear: HttpEar, extension: str
) -> None:
    await hear(ear, replace(TAKE, extension=extension, mime_type=f"audio/{extension}"))
    file = server.asked[0].file
    assert file == (f"take.{extension}", f"audio/{extension}", TAKE.data)


async def test_nothing_is_sent_that_the_caller_does_not_know(
    server: SpeechStandIn, ear: HttpEar
) -> None:
    found = await hear(ear)
    assert found == Transcript(text="What did Anna write?")
    assert server.asked[0].fields == {"model": "gpt-transcribe", "response_format": "json"}


async def test_a_server_without_a_key_gets_none(server: SpeechStandIn) -> None:
    at = SpeechServerSettings(base_url=f"{server.url}/", api_key=None)
    ear = HttpEar(EarSettings(at=at, model="base"))
    await hear(ear)
    assert server.asked[0].path == "/v1/audio/transcriptions"
    assert "authorization" not in server.asked[0].headers
    await ear.aclose()


@pytest.mark.parametrize("first", [BUSY, DOWN, Reply(status=500), Reply(status=529)])
async def test_a_busy_ear_is_asked_once_more(
    server: SpeechStandIn, ear: HttpEar, first: Reply
) -> None:
    server.replies += [first]
    assert (await hear(ear)).text == server.text
    assert len(server.asked) == 2


async def test_an_ear_that_stays_busy_is_unreachable(server: SpeechStandIn, ear: HttpEar) -> None:
    server.replies += [BUSY, DOWN]
    with pytest.raises(VendorUnreachable):
        await hear(ear)
    assert len(server.asked) == 2


async def test_an_ear_that_is_not_there_is_unreachable() -> None:
    at = SpeechServerSettings(base_url="http://127.0.0.1:9/v1", api_key=None)
    ear = HttpEar(EarSettings(at=at, model="base"))
    with pytest.raises(VendorUnreachable):
        await hear(ear)
    await ear.aclose()


async def test_a_slow_ear_is_unreachable_and_not_asked_again(server: SpeechStandIn) -> None:
    hold = asyncio.Event()
    server.replies += [Reply(hold=hold)]
    ear = HttpEar(settings_for(server), limit_s=0.2)
    with pytest.raises(VendorUnreachable):
        await hear(ear)
    assert len(server.asked) == 1
    hold.set()
    await ear.aclose()


@pytest.mark.parametrize("status", [400, 413, 415, 422])
async def test_audio_that_the_ear_cannot_read_is_unreadable(
    server: SpeechStandIn, ear: HttpEar, status: int
) -> None:
    fault = {"error": {"message": "Invalid file format.", "param": "file"}}
    server.replies += [Reply(status=status, body=fault)]
    assert await ear.hear(TAKE, names=(), language=None) is None
    assert len(server.asked) == 1


@pytest.mark.parametrize("param", ["keywords", "language", "response_format"])
async def test_a_field_that_the_ear_does_not_know_is_left_out(
    server: SpeechStandIn, ear: HttpEar, param: str
) -> None:
    server.replies += [Reply(status=400, body={"error": {"message": "no", "param": param}})]
    assert (await hear(ear, names=NAMES, language="en")).text == server.text
    assert server.asked[1].fields == {"model": "gpt-transcribe"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=400, body={"error": {"message": "no", "param": "model"}}),
        Reply(status=401, body={"error": {"message": "no", "code": "invalid_api_key"}}),
        Reply(status=404, body="<html>not here</html>", kind="text/html"),
        Reply(status=307, headers={"Location": "http://127.0.0.1:9/"}),
        Reply(status=302, headers={"Location": "/v1/audio/transcriptions"}),
        Reply(status=204),
        Reply(body="<html>Welcome to the portal</html>", kind="text/html"),
        Reply(body={"error": {"message": "overloaded"}}),
        Reply(body="[" * 100_000),
        Reply(body={"text": "a" * MOST_BYTES}),
    ],
    ids=lambda reply: f"{reply.status} {str(reply.body)[:24]}",
)
async def test_an_answer_that_is_none_is_a_refusal(
    server: SpeechStandIn, ear: HttpEar, reply: Reply
) -> None:
    server.replies += [reply]
    with pytest.raises(VendorRefused):
        await hear(ear)
    assert len(server.asked) == 1


async def test_a_long_refusal_is_not_read_whole(server: SpeechStandIn, ear: HttpEar) -> None:
    server.replies += [Reply(status=400, body="x" * 3_000_000, kind="text/html")]
    assert await ear.hear(TAKE, names=(), language=None) is None


@pytest.mark.parametrize(
    ("given", "pause_s"),
    [(None, 0.5), ("", 0.5), ("0", 0.0), ("1", 1.0), ("3600", 2.0), ("Mon, 30 Nov 2026", 2.0)],
)
def test_a_server_that_asks_for_time_gets_two_seconds_at_most(
    given: str | None, pause_s: float
) -> None:
    assert server_module._pause_s(given) == pause_s


async def test_no_log_line_has_words_of_the_user_or_of_the_server(
    server: SpeechStandIn, ear: HttpEar, caplog: pytest.LogCaptureFixture
) -> None:
    server.replies += [Reply(status=400, body={"error": {"message": "secret words"}})]
    assert await ear.hear(TAKE, names=NAMES, language=None) is None
    await hear(ear, names=NAMES)
    assert "ear: refused, status=400" in caplog.text
    for word in ("secret", "Anna", "ear-key"):
        assert word not in caplog.text


async def test_an_ear_that_repeats_its_prompt_has_heard_nothing(
    server: SpeechStandIn, ear: HttpEar
) -> None:
    names = ("Anna Lee", "Trip to Rome", "Tomas")
    server.text = "Anna Lee, Trip to Rome, Tomas."
    assert (await hear(ear, names=names)).text == ""
    assert (await hear(ear)).text == server.text

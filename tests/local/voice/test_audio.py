"""Recorded sound to text and back, with OpenAI's own client."""

import io
import wave
from collections.abc import AsyncIterator

import httpx
import openai
import pytest

from local.voice.app import voice_app
from local.voice.senses import SAID
from local.voice.sounds import CHARS_PER_S, pcm_of, silent_mp3, text_of, tones, wav
from tests.local.voice.stage import Stage

TEXT = "Anna moved the meeting to three."


async def test_what_the_scripted_mouth_said_is_what_the_scripted_ear_understands(
    stage: Stage,
) -> None:
    for form in ("wav", "mp3"):
        spoken = await stage.openai.audio.speech.create(
            model="m", voice="marin", input=f"{TEXT} {form}", response_format=form
        )
        file = (f"take.{form}", spoken.content)
        heard = await stage.openai.audio.transcriptions.create(model="m", file=file)
        assert heard.text == f"{TEXT} {form}"


async def test_a_recording_without_a_text_is_understood_as_the_test_says_then_by_turns(
    stage: Stage,
) -> None:
    await stage.hears("What did Anna write?", {"text": " ", "noSpeechProb": 0.9})
    file = ("take.webm", b"\x1aE\xdf\xa3 opus")
    ear = stage.openai.audio.transcriptions
    assert (await ear.create(model="m", file=file)).text == "What did Anna write?"
    told = await ear.create(model="m", file=file, response_format="verbose_json")
    assert told.segments
    assert (told.text, told.segments[0].no_speech_prob) == (" ", 0.9)
    said = [await ear.create(model="m", file=file, response_format="text") for _ in (*SAID, 0)]
    assert [str(one).strip() for one in said] == [*SAID, SAID[0]]


async def test_the_records_tell_what_was_asked_of_ear_and_mouth(stage: Stage) -> None:
    file = ("take.ogg", b"OggS", "audio/ogg")
    await stage.openai.audio.transcriptions.create(
        model="gpt-transcribe", file=file, language="en", prompt="Anna, Tom"
    )
    await stage.openai.audio.speech.create(model="tts", voice="marin", input=TEXT, speed=1.5)
    records = await stage.records(transcriptions=1, speeches=1)
    [heard], [spoken] = records["transcriptions"], records["speeches"]
    assert heard["file"] == "take.ogg"
    assert (heard["model"], heard["language"], heard["prompt"]) == (
        "gpt-transcribe",
        "en",
        "Anna, Tom",
    )
    assert (spoken["input"], spoken["speed"], spoken["response_format"]) == (TEXT, 1.5, "mp3")


@pytest.mark.parametrize(
    ("name", "content", "param"),
    [("take.txt", b"x", "file"), ("take", b"x", "file"), ("take.webm", b"", "file")],
)
async def test_a_file_that_is_no_sound_is_refused_as_the_vendor_does(
    stage: Stage, name: str, content: bytes, param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await stage.openai.audio.transcriptions.create(model="m", file=(name, content))
    assert refused.value.param == param


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"model": "m", "voice": "v"},
        {"model": "m", "voice": "v", "input": "x" * 4097},
        {"model": "m", "voice": "v", "input": "x", "response_format": "midi"},
        {"model": "m", "voice": "v", "input": "x", "response_format": "opus"},
        {"model": "m", "voice": "v", "input": "x", "speed": 9},
        {"model": "m", "voice": "v", "input": "x", "surprise": 1},
    ],
)
async def test_a_wrong_order_to_the_mouth_is_refused(stage: Stage, body: dict[str, object]) -> None:
    answer = await stage.http.post(
        "/v1/audio/speech", json=body, headers={"Authorization": "Bearer local"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "path",
    ["/v1/audio/speech", "/v1/audio/transcriptions", "/v1/live/sessions", "/v1/realtime/calls"],
)
async def test_a_key_is_needed(stage: Stage, path: str) -> None:
    answer = await stage.http.post(path, json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")


async def test_a_body_that_is_too_large_is_refused_before_it_is_whole() -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 1_000_000

    transport = httpx.ASGITransport(voice_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://voice") as client:
        headers = {"Authorization": "Bearer local"}
        answer = await client.post("/v1/audio/speech", content=body(), headers=headers)
    assert answer.status_code == 413


def test_a_tone_file_is_a_wav_that_lasts_as_long_as_speech() -> None:
    pcm = tones(TEXT)
    file = wav(pcm, 24_000, text=TEXT)
    with wave.open(io.BytesIO(file)) as opened:
        assert (opened.getnchannels(), opened.getframerate()) == (1, 24_000)
        assert opened.readframes(opened.getnframes()) == pcm
        assert opened.getnframes() / 24_000 == pytest.approx(len(TEXT) / CHARS_PER_S, abs=0.2)
    assert pcm_of(file) == (pcm, 24_000)
    assert text_of(file) == TEXT


def test_a_silent_mp3_has_its_length_and_its_text() -> None:
    file = silent_mp3(2.0, text="Grüße: ✓")
    assert file.count(b"\xff\xfb\x90\xc4") == 77  # frames of 26 ms
    assert text_of(file) == "Grüße: ✓"
    assert text_of(silent_mp3(0.1)) is None

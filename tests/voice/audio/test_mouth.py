"""The mouth over HTTP, and the sentences of a message in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from openai import AsyncOpenAI

from brain.errors import VendorRefused, VendorUnreachable
from brain.voice.audio.model import Sound, SpokenPart
from brain.voice.audio.mouth import MOST_BYTES, HttpMouth
from brain.voice.audio.settings import MouthSettings, SpeechServerSettings
from brain.voice.audio.speaking import AT_ONCE, MOST_CHARS, joined, speak, within_bounds
from tests.voice.audio import sounds
from tests.voice.audio.speech_server import Reply, SpeechStandIn, speech_server, spoken

SENTENCES = ("One.", "Two, and more.", "Three.", "Four is last.")


@pytest.fixture
async def server() -> AsyncIterator[SpeechStandIn]:
    async with speech_server() as server:
        yield server


@pytest.fixture
async def mouth(server: SpeechStandIn) -> AsyncIterator[HttpMouth]:
    mouth = HttpMouth(settings_for(server))
    yield mouth
    await mouth.aclose()


def settings_for(server: SpeechStandIn) -> MouthSettings:
    at = SpeechServerSettings(base_url=server.url, api_key="mouth-key")
    return MouthSettings(at=at, model="kokoro", voice="af_heart")


async def said(mouth: HttpMouth, *sentences: str) -> list[SpokenPart]:
    return [part async for part in speak(mouth, sentences, format="wav")]


async def test_the_request_is_the_one_that_the_vendors_sdk_makes(
    server: SpeechStandIn, mouth: HttpMouth
) -> None:
    await mouth.say("Anna wrote.", format="wav")
    async with AsyncOpenAI(base_url=server.url, api_key="mouth-key") as client:
        answer = await client.audio.speech.create(
            model="kokoro", voice="af_heart", input="Anna wrote.", response_format="wav", speed=1.0
        )
    ours, theirs = server.asked
    assert (ours.path, ours.fields) == (theirs.path, theirs.fields)
    assert ours.headers["authorization"] == theirs.headers["authorization"]
    assert answer.content == spoken("Anna wrote.", "wav").body


async def test_a_sound_is_one_whole_file(server: SpeechStandIn, mouth: HttpMouth) -> None:
    server.replies += [
        Reply(body=sounds.streamed_wav(b"\1\0" * 80), kind="audio/wav"),
        Reply(body=sounds.mp3(2), kind="audio/mpeg"),
    ]
    assert await mouth.say("Hi.", format="wav") == Sound(
        format="wav", data=sounds.wav(0.01, level=1)
    )
    assert await mouth.say("Hi.", format="mp3") == Sound(
        format="mp3", data=sounds.mp3(2, tags=False)
    )


async def test_a_server_that_makes_one_format_only_is_asked_for_that_from_then_on(
    server: SpeechStandIn, mouth: HttpMouth
) -> None:
    server.replies += [Reply(status=400, body={"error": {"param": "response_format"}})]
    for _ in range(2):
        assert (await mouth.say("Hi.", format="mp3")).mime_type == "audio/wav"
    assert [one.fields["response_format"] for one in server.asked] == ["mp3", "wav", "wav"]


async def test_a_server_that_ignores_the_format_is_taken_at_its_bytes(
    server: SpeechStandIn, mouth: HttpMouth
) -> None:
    server.replies += [Reply(body=sounds.wav(), kind="audio/mpeg")]
    assert (await mouth.say("Hi.", format="mp3")).format == "wav"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body={"error": {"message": "no such voice"}}),
        Reply(body={"error": {"message": "no such voice"}}, kind="audio/mpeg"),
        Reply(body="<html>hello</html>", kind="text/html"),
        Reply(body=b"", kind="audio/mpeg"),
        Reply(body=sounds.wav(0), kind="audio/wav"),
        Reply(body=b"ID3\x04\0\0\0\0\0\0nothing", kind="audio/mpeg"),
        Reply(body=sounds.wav(1) + b"\0" * MOST_BYTES, kind="audio/wav"),
        Reply(status=401),
        Reply(status=302, headers={"Location": "/v1/audio/speech"}),
    ],
    ids=lambda reply: (
        f"{reply.status} {reply.kind} {reply.body[:12] if reply.body else ''!s}"
        if not isinstance(reply.body, dict)
        else f"{reply.kind} {reply.body}"
    ),
)
async def test_an_answer_that_is_no_sound_is_a_refusal(
    server: SpeechStandIn, mouth: HttpMouth, reply: Reply
) -> None:
    server.replies += [reply]
    with pytest.raises(VendorRefused):
        await mouth.say("Hi.", format="wav")
    assert len(server.asked) == 1


async def test_a_server_that_takes_no_format_refuses(
    server: SpeechStandIn, mouth: HttpMouth
) -> None:
    server.failing.add("Hi.")
    with pytest.raises(VendorRefused):
        await mouth.say("Hi.", format="mp3")
    assert len(server.asked) == 2


async def test_a_slow_mouth_is_unreachable(server: SpeechStandIn) -> None:
    hold = asyncio.Event()
    server.replies += [Reply(hold=hold)]
    mouth = HttpMouth(settings_for(server), limit_s=0.2)
    with pytest.raises(VendorUnreachable):
        await mouth.say("Hi.", format="wav")
    hold.set()
    await mouth.aclose()


# ---- sentence by sentence


async def test_sentences_come_in_order_and_at_most_two_are_asked_for_at_once(
    server: SpeechStandIn, mouth: HttpMouth
) -> None:
    first, second = (server.held.setdefault(each, asyncio.Event()) for each in SENTENCES[:2])
    found: list[SpokenPart] = []

    async def collect() -> None:
        async with aclosing(speak(mouth, SENTENCES, format="wav")) as parts:
            found.extend([part async for part in parts])

    collecting = asyncio.ensure_future(collect())
    await server.two_at_once.wait()
    second.set()
    await server.answered.wait()
    assert found == []  # the second is ready, but the first comes first
    first.set()
    await collecting
    assert [part.text for part in found] == list(SENTENCES)
    assert [part.number for part in found] == [0, 1, 2, 3]
    assert [part.is_last for part in found] == [False, False, False, True]
    assert [part.sound for part in found] == [
        Sound(format="wav", data=sounds.wav(0.01 * len(each), level=len(each)))
        for each in SENTENCES
    ]
    assert server.most_at_once == AT_ONCE
    assert [one.fields["input"] for one in server.asked] == list(SENTENCES)


async def test_a_sentence_that_fails_comes_without_a_sound_and_the_rest_goes_on(
    server: SpeechStandIn, mouth: HttpMouth
) -> None:
    server.failing |= {SENTENCES[1], SENTENCES[3]}
    found = await said(mouth, *SENTENCES)
    assert [part.sound is None for part in found] == [False, True, False, True]


async def test_a_listener_who_leaves_ends_the_requests(
    server: SpeechStandIn, mouth: HttpMouth
) -> None:
    async with aclosing(speak(mouth, SENTENCES * 5, format="wav")) as parts:
        await anext(parts)
    assert len(server.asked) <= AT_ONCE + 1


async def test_nothing_to_say_asks_for_nothing(server: SpeechStandIn, mouth: HttpMouth) -> None:
    assert await said(mouth) == []
    assert server.asked == []


def test_only_so_much_of_a_message_is_spoken() -> None:
    assert within_bounds(["Hi.", " ", "", "You."]) == ("Hi.", "You.")
    long = within_bounds([f"{'a' * 199}."] * 100)
    assert sum(map(len, long)) == MOST_CHARS
    assert within_bounds(["a" * 3_000]) == ("a" * 1_000,)


def test_sounds_are_joined_in_the_format_of_the_first() -> None:
    one, two = sounds.wav(0.5, level=1), sounds.wav(0.25, level=2)
    wavs = [Sound(format="wav", data=data) for data in (one, two)]
    mp3 = Sound(format="mp3", data=sounds.mp3(2, tags=False))
    assert joined([wavs[0], mp3, wavs[1]]).data == one[:4] + joined(wavs).data[4:]
    assert len(joined(wavs).data) == len(one) + len(two) - 44
    assert joined([mp3, mp3]) == Sound(format="mp3", data=mp3.data * 2)

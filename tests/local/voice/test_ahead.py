"""What is said before a pause is recognised in it, so that the answer comes sooner."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from local.voice.senses import Heard, ScriptedEar
from local.voice.sounds import EAR_RATE, SAMPLE_BYTES, pcm_of, seconds, tones
from local.voice.turns import Ended, Paused
from tests.local.voice.stage import Stage, StagePeer, staged
from tests.local.voice.test_gemini import connected, token
from tests.local.voice.test_live import opened
from tests.local.voice.test_realtime import called

type Open = Callable[[Stage], Awaitable[StagePeer]]
ASKED = {
    called: "response.function_call_arguments.done",
    opened: "session.delegation.created",
}


class SlowEar(ScriptedEar):
    """Understands how long a sound is, in tenths of a second."""

    is_slow = True

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    async def hear(self, audio: bytes, *, language: str = "") -> Heard:
        found = pcm_of(audio)
        assert found
        self.heard.append(f"{seconds(*found):.1f} s")
        return Heard(text=self.heard[-1])


@pytest.fixture
def ear() -> SlowEar:
    return SlowEar()


@pytest.fixture
async def stage(ear: SlowEar) -> AsyncIterator[Stage]:
    async with staged(ear) as running:
        yield running


def pcm(length_s: float) -> bytes:
    return bytes(round(length_s * EAR_RATE) * SAMPLE_BYTES)


async def speak(peer: StagePeer, *pauses: tuple[float, float], end: tuple[float, float]) -> None:
    """Say something. Each pause, and the end: when the voice stopped, and the length so far."""
    assert peer.listener
    await peer.listener.began(0.2)
    for at_s, length_s in pauses:
        peer.listener.paused(Paused(at_s=at_s, pcm=pcm(length_s)))
    await peer.listener.said(Ended(at_s=end[0], pcm=pcm(end[1])))


def transcript(peer: StagePeer) -> str:
    """Return what the vendor's model understood, from its events."""
    whole = "".join(str(one.get("arguments", "")) for one in peer.sent)
    deltas = [one["delta"] for one in peer.sent if one["type"] == "session.input_transcript.delta"]
    return whole.removeprefix('{"text": "').removesuffix('"}') + "".join(deltas)


@pytest.mark.parametrize("open_call", [called, opened])
async def test_a_turn_that_ends_at_its_pause_is_recognised_once(
    stage: Stage, ear: SlowEar, open_call: Any
) -> None:
    peer = await open_call(stage)
    await speak(peer, (1.0, 1.3), end=(1.0, 1.6))
    await peer.event(ASKED[open_call])
    assert (transcript(peer), ear.heard) == ("1.3 s", ["1.3 s"])


@pytest.mark.parametrize("open_call", [called, opened])
@pytest.mark.parametrize("pauses", [[(1.0, 1.3)], [(1.0, 1.3), (1.5, 1.8)]])
async def test_a_speaker_who_goes_on_is_recognised_to_the_end(
    stage: Stage, open_call: Any, pauses: list[tuple[float, float]]
) -> None:
    peer = await open_call(stage)
    await speak(peer, *pauses, end=(3.0, 3.6))
    await peer.event(ASKED[open_call])
    assert transcript(peer) == "3.6 s"


async def test_the_words_of_a_pause_are_not_those_of_the_next_turn(stage: Stage) -> None:
    peer = await called(stage)
    await speak(peer, (1.0, 1.3), end=(1.0, 1.6))
    await peer.event("response.done")
    await speak(peer, end=(4.0, 1.1))
    await peer.event(ASKED[called], 2)
    assert transcript(peer).endswith("1.1 s")


async def test_a_muted_user_is_not_recognised_in_a_pause(stage: Stage, ear: SlowEar) -> None:
    peer = await opened(stage)
    await peer.tell(type="session.input_audio.mute")
    await speak(peer, (1.0, 1.3), end=(1.0, 1.6))
    await peer.tell(type="session.input_audio.unmute")
    await speak(peer, (2.0, 1.4), end=(2.0, 1.7))
    await peer.event(ASKED[opened])
    assert ear.heard == ["1.4 s"]


async def test_over_gemini_the_words_are_those_before_the_pause(stage: Stage, ear: SlowEar) -> None:
    async with connected(stage, await token(stage)) as page:
        await page.hear(tones("Hello there") + pcm(2.0))
        [call] = await page.until("toolCall", "functionCalls")
    assert [call["args"]["text"]] == ear.heard


async def test_each_end_of_a_turn_and_each_sentence_is_recorded_with_its_time(
    stage: Stage,
) -> None:
    peer = await opened(stage)
    await speak(peer, end=(1.0, 1.6))
    delegation = (await peer.event(ASKED[opened]))["delegation"]["id"]
    told: Any = {"content": "It is done. It was late.", "delegation_id": delegation}
    await peer.tell(type="session.commentary.append", **told)
    await peer.end_sound()
    await peer.end_sound()
    await peer.event("session.usage.updated")
    [session] = (await stage.records())["sessions"]
    first, last = session["events"][0]["at"], session["events"][-1]["at"]
    times = [first, *session["turns"], *session["sounds"], last]
    assert (len(session["turns"]), len(session["sounds"])) == (1, 2)
    assert times == sorted(times)

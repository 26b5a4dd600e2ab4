"""OpenAI GPT-Live: sessions by the vendor's client, and events that its own types accept."""

from typing import Any

import openai
import pytest
from openai.types.live import ConnectServerEvent
from pydantic import TypeAdapter

from tests.local.voice.stage import OFFER, Json, Stage, StagePeer

EVENT: TypeAdapter[Any] = TypeAdapter(ConnectServerEvent)
ALLOWED = [
    "session.thinking.append",
    "session.commentary.append",
    "session.input_audio.mute",
    "session.input_audio.unmute",
    "session.close",
]
SESSION: Any = {
    "model": "gpt-live-1.1",
    "instructions": "Keep small talk to yourself.",
    "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}],
    "audio": {"output": {"voice": "marin"}},
    "delegation": {"type": "client", "acknowledgement_delay_ms": 600_000},
    "client": {"data_channel": {"allowed_client_events": ALLOWED}},
    "safety_identifier": "hash",
    "store": False,
}


async def opened(stage: Stage, **more: Any) -> StagePeer:
    transport: Any = {"type": "webrtc", "sdp": OFFER}
    session: Any = {**SESSION, **more}
    await stage.openai.live.create(session=session, transport=transport)
    assert stage.peers[-1].listener
    await stage.peers[-1].listener.opened()
    return stage.peers[-1]


async def delegated(stage: Stage, text: str, **more: Any) -> tuple[StagePeer, str]:
    await stage.hears(text)
    peer = await opened(stage, **more)
    await peer.speak()
    return peer, (await peer.event("session.delegation.created"))["delegation"]["id"]


def transcript(peer: StagePeer, side: str) -> str:
    kind = f"session.{side}_transcript.delta"
    return "".join(one["delta"] for one in peer.sent if one["type"] == kind)


async def test_a_session_is_created_and_hung_up_once(stage: Stage) -> None:
    created = await stage.openai.live.create(
        session=SESSION,
        transport={"type": "webrtc", "sdp": OFFER},
    )
    assert created.transport.sdp.startswith("v=0")
    assert created.session.id.startswith("live_")

    await stage.openai.live.sessions.hangup(created.session.id)

    [session] = (await stage.records(hung_up=1))["sessions"]
    assert (session["ended_by"], session["settings"]) == ("hangup", SESSION)
    assert (await stage.peers[0].event("session.closed"))["reason"] == "close_requested"
    with pytest.raises(openai.NotFoundError):
        await stage.openai.live.sessions.hangup(created.session.id)


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"model": ""}, "session.model"),
        ({"voice": "marin"}, "session.voice"),
        ({"delegation": {"type": "client", "tools": []}}, "session.delegation.tools"),
        ({"input": [{"role": "user", "content": []}]}, "session.input.0.content"),
        ({"input": SESSION["input"] * 129}, "session.input"),
    ],
)
async def test_unknown_and_wrong_settings_are_refused(stage: Stage, more: Json, param: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await opened(stage, **more)
    assert refused.value.param == param


async def test_a_turn_is_delegated_and_commentary_is_spoken(stage: Stage) -> None:
    peer, delegation_id = await delegated(stage, "Can you look up when Anna's meeting is?")
    assert transcript(peer, "input") == "Can you look up when Anna's meeting is?"
    thought = {"event_id": "brain_18", "delegation_id": delegation_id, "content": "I found it."}
    await peer.tell(type="session.thinking.append", **thought)
    assert (await peer.event("session.thinking.appended"))["client_event_id"] == "brain_18"
    said = "It is on Thursday at three. Shall I tell Peter that it is so?"
    comment = {"event_id": "brain_19", "delegation_id": delegation_id, "content": said}

    await peer.tell(type="session.commentary.append", **comment)

    for number in (1, 2):
        await peer.until(lambda number=number: len(peer.played) == number)  # type: ignore[misc]
        assert transcript(peer, "output") in said
        await peer.end_sound()
    await peer.event("session.usage.updated")
    assert [EVENT.validate_python(one) for one in peer.sent]


async def test_a_whole_answer_is_told_as_it_is_spoken(stage: Stage) -> None:
    peer = await opened(stage)
    said = "It is on Thursday at three. Shall I?"
    await peer.tell(type="session.commentary.append", delegation_id=None, content=said)
    await peer.event("session.output_transcript.delta", 2)
    await peer.end_sound()
    await peer.event("session.output_transcript.delta", 3)
    assert transcript(peer, "output") == said


async def test_the_user_interrupts_and_the_rest_is_not_told(stage: Stage) -> None:
    peer = await opened(stage)
    said = "It is on Thursday at three o'clock in the large room. Shall I tell Peter?"
    await peer.tell(type="session.commentary.append", delegation_id=None, content=said)
    await peer.event("session.output_transcript.delta")
    assert peer.listener
    await peer.listener.began(4.0)
    await peer.event("session.usage.updated")
    assert len(peer.played) == 1
    assert "Peter" not in transcript(peer, "output")


async def test_a_delegation_is_acknowledged_unless_something_is_appended(stage: Stage) -> None:
    soon = {"delegation": {"type": "client", "acknowledgement_delay_ms": 0}}
    peer, _ = await delegated(stage, "Compare the reports", **soon)
    assert (await peer.event("session.output_transcript.delta"))["delta"] == "One moment."

    later, delegation_id = await delegated(stage, "Compare the reports")
    await later.tell(type="session.thinking.append", delegation_id=delegation_id, content="x")
    await later.event("session.thinking.appended")
    assert later.played == []


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"type": "session.instructions.append", "content": "x"}, "event_not_allowed"),
        ({"type": "session.update", "session": {}}, "event_not_allowed"),
        ({"type": "session.commentary.append", "content": "x"}, "missing_required_parameter"),
        (
            {"type": "session.commentary.append", "content": "x", "delegation_id": "dlg_old"},
            "invalid_delegation",
        ),
    ],
)
async def test_an_event_that_is_not_allowed_is_refused(
    stage: Stage, event: Json, code: str
) -> None:
    peer = await opened(stage)
    await peer.tell(**event, event_id="mine")
    error = await peer.event("error")
    assert (error["error"]["code"], error["error"]["client_event_id"]) == (code, "mine")
    EVENT.validate_python(error)


async def test_a_muted_user_is_not_heard(stage: Stage) -> None:
    peer = await opened(stage)
    await peer.tell(type="session.input_audio.mute")
    await peer.event("session.input_audio.muted")
    await peer.speak()
    await peer.tell(type="session.input_audio.unmute")
    await peer.event("session.input_audio.unmuted")
    await stage.hears("Hello")
    await peer.speak()
    await peer.event("session.delegation.created")
    assert transcript(peer, "input") == "Hello"


async def test_silence_pauses_the_session_and_speech_resumes_it(stage: Stage) -> None:
    peer = await opened(stage, idle_timeout_s=1)
    await peer.event("session.paused")
    await peer.speak()
    await peer.event("session.resumed")
    assert peer.types().index("session.paused") < peer.types().index("session.resumed")


async def test_the_page_closes_the_session(stage: Stage) -> None:
    peer = await opened(stage)
    await peer.tell(type="session.close", event_id="bye")
    closed = await peer.event("session.closed")
    assert (closed["reason"], closed["client_event_id"]) == ("close_requested", "bye")
    assert peer.is_closed
    [session] = (await stage.records(ended=1))["sessions"]
    assert session["ended_by"] == "close_requested"


async def test_the_test_acts_as_the_vendor(stage: Stage) -> None:
    peer = await opened(stage)
    [session] = (await stage.records(connected=1))["sessions"]
    path = f"/_local/voice/sessions/{session['id']}"
    event = {"type": "session.delegation.created", "delegation": {"id": "dlg_1"}}
    assert (await stage.http.post(path, json={"send": event})).status_code == 204
    assert (await peer.event("session.delegation.created"))["delegation"] == {"id": "dlg_1"}
    assert (await stage.http.post(path, json={"end": "expired"})).status_code == 204
    assert (await peer.event("session.closed"))["reason"] == "expired"
    assert (await stage.http.post(path, json={"end": "expired"})).status_code == 404

"""OpenAI Realtime: calls by the vendor's client, and events that its own types accept."""

import json
from typing import Any

import openai
import pytest
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from local.voice.realtime_call import message_in, said_by
from tests.local.voice.stage import OFFER, Stage, StagePeer

EVENT: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)
TOOL = {"type": "function", "name": "askBrain", "parameters": {"type": "object"}}
SESSION: Any = {
    "type": "realtime",
    "model": "gpt-realtime-2.1",
    "tools": [TOOL],
    "audio": {"input": {"transcription": {"model": "gpt-transcribe"}}},
}


async def called(stage: Stage, **more: Any) -> StagePeer:
    """Create a call and open its channel."""
    session: Any = {**SESSION, **more}
    await stage.openai.realtime.calls.create(sdp=OFFER, session=session)
    assert stage.peers[-1].listener
    await stage.peers[-1].listener.opened()
    return stage.peers[-1]


async def asked(stage: Stage, text: str) -> tuple[StagePeer, str]:
    """Say this to a new call; returns it and the id of the tool call, once that is done."""
    await stage.hears(text)
    peer = await called(stage)
    await peer.speak()
    call = await peer.event("response.function_call_arguments.done")
    await peer.event("response.done")
    assert json.loads(call["arguments"]) == {"text": text}
    return peer, call["call_id"]


async def answer(peer: StagePeer, call_id: str, say: str) -> None:
    output = json.dumps({"status": "answer", "say": say})
    item = {"type": "function_call_output", "call_id": call_id, "output": output}
    await peer.tell(type="conversation.item.create", item=item)
    await peer.tell(
        type="response.create", event_id="brain_18", response={"metadata": {"brain_seq": "18"}}
    )


async def test_a_call_is_created_and_hung_up_once(stage: Stage) -> None:
    created = await stage.openai.realtime.calls.create(sdp=OFFER, session=SESSION)
    call_id = created.response.headers["location"].rpartition("/")[2]
    assert created.text.startswith("v=0")
    assert call_id.startswith("rtc_")

    await stage.openai.realtime.calls.hangup(call_id)

    [session] = (await stage.records(hung_up=1))["sessions"]
    assert (session["id"], session["ended_by"], session["settings"]) == (call_id, "hangup", SESSION)
    assert stage.peers[0].is_closed
    for gone in (call_id, "rtc_unknown"):
        with pytest.raises(openai.NotFoundError):
            await stage.openai.realtime.calls.hangup(gone)


@pytest.mark.parametrize(
    ("sdp", "session", "param"),
    [
        ("no sdp", SESSION, "sdp"),
        (OFFER.replace("m=audio", "m=video"), SESSION, "sdp"),
        (OFFER, {**SESSION, "voice": "marin"}, "session.voice"),
        (OFFER, {"type": "realtime"}, "session.model"),
    ],
)
async def test_a_wrong_order_is_refused(stage: Stage, sdp: str, session: Any, param: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await stage.openai.realtime.calls.create(sdp=sdp, session=session)
    assert refused.value.param == param


async def test_a_turn_becomes_a_tool_call_and_its_answer_is_spoken(stage: Stage) -> None:
    peer, call_id = await asked(stage, "What did Anna write?")
    transcript = await peer.event("conversation.item.input_audio_transcription.completed")
    assert transcript["transcript"] == "What did Anna write?"

    await answer(peer, call_id, "Anna moved the meeting.")

    await peer.event("response.done", 2)
    assert "output_audio_buffer.stopped" not in peer.types()
    await peer.end_sound()
    stopped = await peer.event("output_audio_buffer.stopped")
    response = (await peer.event("response.created", 2))["response"]
    assert response["metadata"] == {"brain_seq": "18"}
    assert stopped["response_id"] == response["id"]
    said = await peer.event("response.output_audio_transcript.done")
    assert said["transcript"] == "Anna moved the meeting."
    order = [kind for kind in peer.types() if not kind.startswith("conversation")]
    assert order == [
        "session.created",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "response.created",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "response.done",
        "response.created",
        "output_audio_buffer.started",
        "response.output_audio_transcript.delta",
        "response.output_audio_transcript.done",
        "response.done",
        "output_audio_buffer.stopped",
    ]
    known = [one for one in peer.sent if one["type"] not in UNTYPED]
    assert len([EVENT.validate_python(one) for one in known]) > 10


# The SDK does not list these two.
UNTYPED = ("session.created", "output_audio_buffer.started")


async def test_a_second_response_is_refused_while_one_is_active(stage: Stage) -> None:
    await stage.hears("Compare the reports")
    peer = await called(stage)
    assert peer.listener
    await peer.listener.began(0.5)
    await peer.tell(type="response.create", event_id="brain_1")  # none is active yet
    await peer.tell(type="response.create", event_id="brain_2")
    error = (await peer.event("error"))["error"]
    assert error["code"] == "conversation_already_has_active_response"
    assert error["event_id"] == "brain_2"


async def test_the_user_interrupts_what_is_being_said(stage: Stage) -> None:
    peer, call_id = await asked(stage, "Compare the reports")
    await answer(peer, call_id, "The second one is longer.")
    await peer.event("response.done", 2)
    assert peer.listener
    await peer.listener.began(3.0)
    cleared = await peer.event("output_audio_buffer.cleared")
    truncated = await peer.event("conversation.item.truncated")
    assert cleared["response_id"] == (await peer.event("response.created", 2))["response"]["id"]
    assert truncated["audio_end_ms"] >= 0
    assert "output_audio_buffer.stopped" not in peer.types()


async def test_a_turn_without_words_calls_nothing(stage: Stage) -> None:
    await stage.hears(" ")
    peer = await called(stage)
    await peer.speak()
    done = await peer.event("response.done")
    assert done["response"]["output"] == []
    assert "response.function_call_arguments.done" not in peer.types()


async def test_an_event_that_is_no_order_is_refused(stage: Stage) -> None:
    peer = await called(stage)
    for number, text in enumerate(("{", "[]", '{"type": "session.close", "event_id": "x"}'), 1):
        assert peer.listener
        await peer.listener.told(text)
        error = (await peer.event("error", number))["error"]
    assert error["event_id"] == "x"


async def test_a_lost_connection_ends_the_call(stage: Stage) -> None:
    peer = await called(stage)
    assert peer.listener
    await peer.listener.gone()
    [session] = (await stage.records(ended=1))["sessions"]
    assert (session["ended_by"], session["hang_ups"]) == ("connection_lost", 0)


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ('Tell the user once: "The second report is longer."', "The second report is longer."),
        ('Tell this once:\n\nIt is the "long" report.', 'It is the "long" report.'),
        ("A note of the brain. Say it once:\nIt is done.", "It is done."),
        ("Say this: It is done.", "It is done."),
        ("It is done.", "It is done."),
        ("", ""),
    ],
)
def test_the_model_says_what_a_note_holds(note: str, message: str) -> None:
    assert message_in(note) == message
    content = [{"type": "input_text", "text": note}]
    assert said_by({"type": "message", "role": "system", "content": content}) == message

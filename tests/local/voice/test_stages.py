"""Where `make sound` says that the time goes."""

from typing import Any

import pytest

from bench.voice.stages import Stages, stages_of, table_of

type Json = dict[str, Any]


def sent(sender: str, at: float, kind: str, content: Json | None = None) -> Json:
    """Return a recorded event: with a type, or with one field as Gemini's."""
    event = {"type": kind} if content is None else {kind: content}
    return {"from": sender, "at": at, "event": event}


STEP = {"functionResponses": [{"id": "1", "willContinue": True, "response": {"step": "I look."}}]}
ANSWER = {"functionResponses": [{"id": "1", "response": {"answer": "It is done."}}]}
EVENTS = {
    "openai-realtime": [
        sent("vendor", 10.0, "input_audio_buffer.speech_stopped"),
        sent("vendor", 10.25, "response.function_call_arguments.done"),
        sent("page", 10.5, "response.create"),
        sent("page", 12.0, "response.create"),
    ],
    "openai-live": [
        sent("vendor", 10.25, "session.delegation.created"),
        sent("page", 10.5, "session.commentary.append"),
    ],
    "gemini-live": [
        sent("vendor", 10.25, "toolCall", {"functionCalls": []}),
        sent("page", 10.375, "toolResponse", STEP),
        sent("page", 10.5, "toolResponse", ANSWER),
    ],
}
STAGES = Stages(ear_s=0.25, brain_s=0.25, mouth_s=0.5, wire_s=0.125)
LOUD = (9.0, 11.125, 11.25)


def session(vendor: str, **more: Any) -> Json:
    usual = {"turns": [5.0, 10.0, 20.0], "sounds": [9.5, 11.0, 11.5]}
    return {"events": EVENTS[vendor], **usual, **more}


@pytest.mark.parametrize("vendor", EVENTS)
def test_the_stages_go_from_the_last_turn_before_the_question_to_the_sound(vendor: str) -> None:
    assert stages_of(vendor, session(vendor), LOUD) == STAGES
    assert STAGES.whole_s == 1.125


@pytest.mark.parametrize("more", [{"turns": []}, {"sounds": [9.5]}, {"events": []}])
def test_without_a_stage_there_is_no_figure(more: Json) -> None:
    assert stages_of("openai-live", session("openai-live", **more), LOUD) is None
    assert stages_of("openai-live", session("openai-live"), [9.0]) is None


def test_the_table_shows_medians_and_the_fastest() -> None:
    slow = Stages(ear_s=1.25, brain_s=0.25, mouth_s=0.5, wire_s=0.125)
    first, second = table_of({"a": [STAGES, slow, slow], "b": []}).rows
    assert first == ("a", "1250 ms", "250 ms", "500 ms", "125 ms", "2125 ms", "1125 ms")
    assert set(second[1:]) == {"-"}

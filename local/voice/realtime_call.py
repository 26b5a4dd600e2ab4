"""A call of OpenAI Realtime, as the page sees its model.

The model calls askBrain with the words of each turn, and says what the result tells it to say.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from pydantic import TypeAdapter, ValidationError

from local.voice.calls import Senses
from local.voice.records import Json, Records, Session
from local.voice.sounds import EAR_RATE, seconds
from local.voice.turns import Ended
from local.voice.webrtc import WebRtcCall

TOOL = "askBrain"
OUTPUTS = TypeAdapter(dict[str, Any])
QUOTED = re.compile(r"[\"“„](?P<quoted>[^\"”“]+)[\"”“]", re.DOTALL)


class RealtimeCall(WebRtcCall):
    """One response at a time; the sound of the one before may still be played."""

    def __init__(self, session: Session, senses: Senses, records: Records) -> None:
        super().__init__(session, senses, records)
        self._items: list[Json] = []
        self._response: Json | None = None  # the active one
        self._playing: tuple[str, str, int] | None = None  # response, item, milliseconds at start
        self._turn = ""  # the item of the user's turn

    async def greet(self) -> None:
        settings = {**self.session.settings, "object": "realtime.session", "id": self.session.id}
        await self.emit("session.created", session=settings)

    async def farewell(self, reason: str) -> None:
        pass  # the vendor only closes the connection

    # ---- the user speaks

    async def began(self, at_s: float) -> None:
        self._turn = _id("item")
        start_ms = round(at_s * 1000)
        await self.emit(
            "input_audio_buffer.speech_started", audio_start_ms=start_ms, item_id=self._turn
        )
        await self._interrupt()

    async def _interrupt(self) -> None:
        """Cut what is being said."""
        if self._response:
            details = {"type": "cancelled", "reason": "turn_detected"}
            await self._finish(self._response, "cancelled", status_details=details)
        if self._playing:
            response_id, item_id, start_ms = self._playing
            self._playing = None
            self.peer.cut()
            await self.emit("output_audio_buffer.cleared", response_id=response_id)
            await self.emit(
                "conversation.item.truncated",
                item_id=item_id,
                content_index=0,
                audio_end_ms=max(0, self.ms() - start_ms),
            )

    async def said(self, turn: Ended) -> None:
        item_id, end_ms = self._turn or _id("item"), round(turn.at_s * 1000)
        await self.emit("input_audio_buffer.speech_stopped", audio_end_ms=end_ms, item_id=item_id)
        await self.emit("input_audio_buffer.committed", item_id=item_id, previous_item_id=None)
        self.spawn(self._understand(turn, item_id))

    async def _understand(self, turn: Ended, item_id: str) -> None:
        response = await self._begin({})
        text = await self.hear(turn)
        if self._response is not response:
            return  # the user spoke on, and this response was cancelled
        if text and self._knows_tool():
            await self._ask(response, text)
        await self._finish(response, "completed")
        if text and _transcribes(self.session.settings):
            await self.emit(
                "conversation.item.input_audio_transcription.completed",
                item_id=item_id,
                content_index=0,
                transcript=text,
                usage={"type": "duration", "seconds": seconds(turn.pcm, EAR_RATE)},
            )

    def _knows_tool(self) -> bool:
        tools = self.session.settings.get("tools") or []
        return any(tool.get("name") == TOOL for tool in tools)

    async def _ask(self, response: Json, text: str) -> None:
        arguments = json.dumps({"text": text}, ensure_ascii=False)
        item = {"id": _id("item"), "object": "realtime.item", "type": "function_call"}
        item |= {"call_id": _id("call"), "name": TOOL, "arguments": arguments}
        response["output"] = [{**item, "status": "completed"}]
        await self.emit(
            "response.function_call_arguments.done",
            response_id=response["id"],
            item_id=item["id"],
            output_index=0,
            call_id=item["call_id"],
            name=TOOL,
            arguments=arguments,
        )
        await self.emit(
            "response.output_item.done",
            response_id=response["id"],
            output_index=0,
            item=response["output"][0],
        )

    # ---- the page sends

    async def taken(self, event: Json) -> None:
        match event.get("type"):
            case "conversation.item.create" if isinstance(event.get("item"), dict):
                item = {"id": _id("item"), "object": "realtime.item", **event["item"]}
                self._items.append(item)
                await self.emit("conversation.item.added", item=item, previous_item_id=None)
                await self.emit("conversation.item.done", item=item, previous_item_id=None)
            case "response.create":
                await self._create(event)
            case "response.cancel" | "output_audio_buffer.clear":
                await self._interrupt()
            case "session.update":
                self.session.settings |= event.get("session") or {}
                await self.emit("session.updated", session=self.session.settings)
            case "conversation.item.truncate" | "input_audio_buffer.clear":
                pass
            case unknown:
                await self._refuse(event, "invalid_value", f"Invalid value: '{unknown}'.")

    async def _create(self, event: Json) -> None:
        if self._response:
            message = "Conversation already has an active response in progress"
            await self._refuse(event, "conversation_already_has_active_response", message)
            return
        asked = event.get("response") or {}
        response = await self._begin({"metadata": asked.get("metadata")})
        text = said_by(self._items[-1]) if self._items else ""
        self.spawn(self._speak(response, text or said_by(asked)))

    async def _refuse(self, event: Json, code: str, message: str) -> None:
        error = {"type": "invalid_request_error", "code": code, "message": message, "param": None}
        await self.emit("error", error={**error, "event_id": event.get("event_id")})

    # ---- the model speaks

    async def _begin(self, more: Json) -> Json:
        response = {"object": "realtime.response", "id": _id("resp"), "output": [], **more}
        self._response = response
        await self.emit("response.created", response={**response, "status": "in_progress"})
        return response

    async def _finish(self, response: Json, status: str, **more: object) -> None:
        if self._response is response:
            self._response = None
        usage = {"total_tokens": 2, "input_tokens": 1, "output_tokens": 1}
        done = {**response, "status": status, "usage": usage, **more}
        await self.emit("response.done", response=done)

    async def _speak(self, response: Json, text: str) -> None:
        sounds = self.sounds(text)
        first = await anext(sounds, b"")
        if self._response is not response:
            return
        if not first:
            await self._finish(response, "completed")
            return
        place = {"response_id": response["id"], "item_id": _id("item")}
        self._playing = (place["response_id"], place["item_id"], self.ms())
        await self.emit("output_audio_buffer.started", response_id=response["id"])
        playing = self.spawn(self._play(first, sounds, place["response_id"]))
        at = {**place, "output_index": 0, "content_index": 0}
        await self.emit("response.output_audio_transcript.delta", **at, delta=text)
        await self.emit("response.output_audio_transcript.done", **at, transcript=text)
        await self._finish(response, "completed")
        await playing

    async def _play(self, first: bytes, more: AsyncGenerator[bytes], response_id: str) -> None:
        whole = await self.peer.play(first)
        async with aclosing(more):
            while whole and (pcm := await anext(more, b"")):
                whole = await self.peer.play(pcm)
        if whole and self._playing and self._playing[0] == response_id:
            self._playing = None
            await self.emit("output_audio_buffer.stopped", response_id=response_id)


def said_by(item: Json) -> str:
    """Return what an item of the conversation tells the model to say; empty for nothing."""
    if item.get("type") == "function_call_output":
        try:
            output = OUTPUTS.validate_json(str(item.get("output")))
        except ValidationError:
            return str(item.get("output"))
        return str(output.get("say") or output.get("answer") or output.get("note") or "")
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    texts = [str(part.get("text") or "") for part in parts if isinstance(part, dict)]
    return message_in(" ".join([*texts, str(item.get("instructions") or "")]).strip())


def message_in(note: str) -> str:
    """Return the message that a note to the model holds: what follows the first blank line or line,
    the longest quotation, or what follows the first colon.
    """
    for cut in ("\n\n", "\n"):
        _, found, message = note.partition(cut)
        if found:
            return message.strip()
    quotations = [found["quoted"] for found in QUOTED.finditer(note)]
    return max(quotations, key=len, default=note.partition(": ")[2] or note).strip()


def _transcribes(settings: Json) -> bool:
    audio = settings.get("audio") or {}
    return bool((audio.get("input") or {}).get("transcription"))


def _id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex[:20]}"

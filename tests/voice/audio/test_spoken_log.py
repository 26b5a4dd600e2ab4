"""Which messages are spoken, and which go silent: with a scripted log and a mouth in memory."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from brain.codec import Json
from brain.errors import StoreUnreachable, VendorRefused
from brain.http.feed import Item, LogReset, RunChange
from brain.http.right import Right
from brain.http.tokens import Token
from brain.routes.audio_events import FRESH, SpokenLog
from brain.run.messages import Decision, Kind, Message, Speak, Utterance
from brain.voice.audio.model import Sound, SoundFormat
from tests.fakes.clock import Clock
from tests.fakes.loop import in_virtual_time

HOUR_S = 3600.0


@dataclass
class Mouth:
    """Speaks by writing the sentence down. Those in `held` wait, those in `failing` fail."""

    asked: list[str] = field(default_factory=list)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)

    async def say(self, sentence: str, *, format: SoundFormat) -> Sound:
        self.asked.append(sentence)
        if sentence in self.held:
            await self.held[sentence].wait()
        if sentence in self.failing:
            raise VendorRefused("no")
        return Sound(format=format, data=sentence.encode())


class Log:
    """A log that is written by the test. None ends it; an error breaks it."""

    def __init__(self, *items: Item | Exception | None) -> None:
        self.queue: asyncio.Queue[Item | Exception | None] = asyncio.Queue()
        for item in items:
            self.queue.put_nowait(item)

    async def items(self, until: float) -> AsyncGenerator[Item, None]:
        while (item := await self.queue.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item


@dataclass
class Stage:
    mouth: Mouth = field(default_factory=Mouth)
    clock: Clock = field(default_factory=Clock)
    events: list[Json] = field(default_factory=list)

    def message(self, seq: int, text: str = "Hello.", **changes: Any) -> Message:
        message = Message(
            id=f"m{seq}",
            kind=Kind.SAY,
            text=text,
            answers_seq=1,
            created_at=self.clock.utc(),
            seq=seq,
            run_id="r1",
            done_after_this=True,
        )
        return replace(message, **changes)

    def utterance(self, seq: int, **changes: Any) -> Utterance:
        utterance = Utterance(
            id=f"u{seq}",
            text="Hi",
            message_id=f"message-{seq}",
            created_at=self.clock.utc(),
            seq=seq,
            run_id="r1",
        )
        return replace(utterance, **changes)

    async def listen(self, log: Log, *, until: float | None = None, left_s: float = HOUR_S) -> None:
        expires = int(self.clock.utc().timestamp() + left_s)
        right = Right(Token(user_id="anna", text="", expires_at=expires), self.clock)
        spoken = SpokenLog(log.items, self.mouth, self.clock, format="mp3")
        end = self.clock.now() + HOUR_S if until is None else until
        async for event in spoken.events(right, end):
            self.events.append({"name": event.name, "id": event.id, **event.data})

    def said(self) -> list[tuple[int, str]]:
        return [(one["seq"], one["text"]) for one in self.events if one["name"] == "audio"]

    def names(self) -> list[str]:
        return [one["name"] for one in self.events]


@in_virtual_time
async def test_messages_are_spoken_in_the_order_of_the_log() -> None:
    stage = Stage()
    log = Log(stage.utterance(1), stage.message(2, "One. Two."), stage.message(3), None)
    await stage.listen(log)
    assert stage.said() == [(2, "One."), (2, "Two."), (3, "Hello.")]
    assert [one["id"] for one in stage.events] == [None, None, 2, None, 3]


@pytest.mark.parametrize(
    "changes",
    [
        {"withdrawn": True},
        {"speak": Speak.SILENT},
        {"text": "👍"},
        {"expires_at": datetime(2000, 1, 1, tzinfo=UTC)},
    ],
)
@in_virtual_time
async def test_some_messages_are_silent(changes: dict[str, Any]) -> None:
    stage = Stage()
    await stage.listen(Log(stage.message(2, **changes), stage.message(3), None))
    assert stage.said() == [(3, "Hello.")]


@in_virtual_time
async def test_old_messages_are_history() -> None:
    stage = Stage()
    old = stage.clock.utc() - FRESH
    young = old + timedelta(seconds=1)
    log = Log(stage.message(2, created_at=old), stage.message(3, created_at=young), None)
    await stage.listen(log)
    assert stage.said() == [(3, "Hello.")]


@in_virtual_time
async def test_a_message_that_is_taken_back_goes_silent_within_it() -> None:
    stage = Stage()
    second = stage.mouth.held["Two."] = asyncio.Event()
    log = Log(stage.message(2, "One. Two. Three. Four."))
    listening = asyncio.ensure_future(stage.listen(log))
    await asyncio.sleep(1)
    assert stage.said() == [(2, "One.")]
    log.queue.put_nowait(stage.utterance(3, withdraws=(1, 2)))
    log.queue.put_nowait(stage.message(4, "Whole."))
    await asyncio.sleep(1)
    second.set()
    log.queue.put_nowait(None)
    await listening
    assert stage.said() == [(2, "One."), (4, "Whole.")]
    assert [one["seq"] for one in stage.events if one["name"] == "spoken"] == [4]
    assert "Four." not in stage.mouth.asked


@in_virtual_time
async def test_what_is_replaced_or_decided_before_its_turn_is_not_spoken() -> None:
    stage = Stage()
    first = stage.mouth.held["Hello."] = asyncio.Event()
    decision = Decision(question_id="m3", verdict="reject", tool="send", arguments={})
    log = Log(
        stage.message(2),
        stage.message(3, "May I?"),
        stage.message(4, "It rains."),
        stage.utterance(5, decision=decision),
        stage.message(6, "The sun shines.", supersedes="m4"),
        None,
    )
    listening = asyncio.ensure_future(stage.listen(log))
    await asyncio.sleep(1)
    first.set()
    await listening
    assert [text for _, text in stage.said()] == ["Hello.", "The sun shines."]


@in_virtual_time
async def test_a_listener_is_told_what_could_not_be_spoken() -> None:
    stage = Stage()
    stage.mouth.failing |= {"One.", "Three."}
    await stage.listen(Log(stage.message(2, "One. Two. Three."), None))
    assert stage.said() == [(2, "Two.")]
    assert stage.events[-1] == {"name": "spoken", "id": 2, "seq": 2, "skipped": [0, 2]}


@in_virtual_time
async def test_a_log_that_was_reset_is_reported_and_runs_are_not() -> None:
    stage = Stage()
    run = RunChange(run_id="r1", state="done")
    await stage.listen(Log(LogReset(last_seq=0), run, stage.message(1), None))
    assert stage.names() == ["reset", "audio", "spoken"]


@in_virtual_time
async def test_nothing_is_spoken_after_the_end() -> None:
    stage = Stage()
    stage.mouth.held["Two."] = asyncio.Event()
    log = Log(stage.message(2, "One. Two."), stage.message(3), None)
    listening = asyncio.ensure_future(stage.listen(log, until=stage.clock.now() + 5))
    await asyncio.sleep(10)
    stage.mouth.held["Two."].set()
    await listening
    assert stage.said() == [(2, "One.")]
    assert stage.names() == ["audio"]


@in_virtual_time
async def test_a_listener_without_a_right_is_told_to_go() -> None:
    stage = Stage()
    await stage.listen(Log(None), left_s=-60)
    assert stage.events == [{"name": "bye", "id": None, "type": "bye", "reason": "token"}]


@in_virtual_time
async def test_a_log_that_cannot_be_read_is_an_error() -> None:
    stage = Stage()
    with pytest.raises(StoreUnreachable):
        await stage.listen(Log(stage.message(2), StoreUnreachable("gone")))
    assert stage.said() == [(2, "Hello.")]


@in_virtual_time
async def test_a_listener_who_leaves_ends_all_requests() -> None:
    stage = Stage()
    stage.mouth.held["One."] = asyncio.Event()
    listening = asyncio.ensure_future(stage.listen(Log(stage.message(2, "One. Two. Three."))))
    await asyncio.sleep(1)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert stage.mouth.asked == ["One.", "Two."]

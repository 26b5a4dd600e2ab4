"""Server-Sent Events: the bytes on the wire, in virtual time."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable

import pytest
from starlette.types import Message

from brain.codec import Json
from brain.errors import StoreUnreachable
from brain.http.stream import HEARTBEAT_S, EventStream, StreamEvent
from tests.fakes.loop import in_virtual_time

type Events = AsyncGenerator[StreamEvent, None]


async def streamed(events: Events, beside: Awaitable[None] | None = None) -> list[Json]:
    """Everything that the stream sends, with the virtual second of each piece."""
    loop = asyncio.get_running_loop()
    sent: list[Json] = []

    async def receive() -> Message:
        raise AssertionError("a stream does not read")

    async def send(message: Message) -> None:
        sent.append({**message, "at": loop.time()})

    task = asyncio.ensure_future(beside or asyncio.sleep(0))
    await EventStream(events, beside=task)({"type": "http"}, receive, send)
    assert task.done()
    return sent


def text(sent: list[Json]) -> str:
    return b"".join(message.get("body", b"") for message in sent).decode()


@in_virtual_time
async def test_events_are_sent_as_they_come_and_the_stream_ends() -> None:
    async def events() -> Events:
        yield StreamEvent(name="message", data={"text": "Grüße"}, id=7)
        await asyncio.sleep(5)
        yield StreamEvent(name="done", data={"state": "done"})

    sent = await streamed(events())
    assert sent[0]["status"] == 200
    headers = dict(sent[0]["headers"])
    assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert headers[b"cache-control"] == b"no-store"
    assert text(sent) == (
        'event: message\nid: 7\ndata: {"text":"Grüße"}\n\nevent: done\ndata: {"state":"done"}\n\n'
    )
    assert [message["at"] for message in sent] == pytest.approx([0, 0, 5, 5])
    assert [message.get("more_body") for message in sent] == [None, True, True, False]


@in_virtual_time
async def test_comments_are_sent_while_no_event_arrives() -> None:
    async def events() -> Events:
        await asyncio.sleep(HEARTBEAT_S * 2.5)
        yield StreamEvent(name="done", data={})

    sent = await streamed(events())
    beats = [message for message in sent if message.get("body", b"").startswith(b":")]
    assert [message["at"] for message in beats] == pytest.approx([HEARTBEAT_S, HEARTBEAT_S * 2])
    assert text(sent).endswith("event: done\ndata: {}\n\n")


@pytest.mark.parametrize(
    ("error", "status"), [(StoreUnreachable("x"), 503), (RuntimeError("private"), 500)]
)
@in_virtual_time
async def test_an_error_after_the_beginning_is_the_last_event(
    error: Exception, status: int
) -> None:
    async def events() -> Events:
        yield StreamEvent(name="content", data={"text": "So"})
        raise error

    sent = await streamed(events())
    assert f'"status":{status}' in text(sent)
    assert "event: error\n" in text(sent)
    assert "private" not in text(sent)
    assert sent[-1]["more_body"] is False


@in_virtual_time
async def test_the_function_waits_for_the_task_beside_the_stream() -> None:
    async def events() -> Events:
        yield StreamEvent(name="done", data={})

    async def work() -> None:
        await asyncio.sleep(60)

    await streamed(events(), work())
    assert asyncio.get_running_loop().time() == pytest.approx(60)


def test_a_line_break_in_a_text_does_not_end_its_event() -> None:
    event = StreamEvent(name="content", data={"text": "one\n\ntwo\r"})
    assert event.frame().count(b"\n") == 3


@in_virtual_time
async def test_a_read_only_stream_ends_with_its_reader_and_sends_a_retry_delay() -> None:
    ended: list[float] = []
    sent: list[Json] = []

    async def events() -> Events:
        try:
            yield StreamEvent(name="message", data={}, id=1)
            await asyncio.sleep(100)
        finally:
            ended.append(asyncio.get_running_loop().time())

    async def receive() -> Message:
        await asyncio.sleep(3)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(dict(message))

    await EventStream(events(), retry_s=1, while_read=True)({"type": "http"}, receive, send)
    assert text(sent).startswith("retry: 1000\n\nevent: message\nid: 1\n")
    assert ended == pytest.approx([3])

"""GET /api/stream in virtual time: its start, its events, its cost and its end."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from starlette.types import Message

from brain.codec import Json
from brain.events.model import Event
from brain.http.edge import endpoint
from brain.http.stream import HEARTBEAT_S
from brain.notices.deciding import notice_of
from brain.routes.stream import LONGEST_S, RETRY_S, stream
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.world import World
from tests.routes.virtual import ours, token, wired

HOUR_S = 3600.0


class Reader:
    """A client of the stream. Clear `reads` to make it stop reading."""

    def __init__(self, *, query: str = "", user: str = "anna", **headers: str) -> None:
        given = {"authorization": f"Bearer {token(user)}"} | headers
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/stream",
            "query_string": query.encode(),
            "headers": [
                (name.replace("_", "-").encode(), value.encode()) for name, value in given.items()
            ],
        }
        self.status = 0
        self.body = b""
        self.reads = asyncio.Event()
        self.reads.set()
        self._asked: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]
        self._gone = asyncio.Event()
        self._changed = asyncio.Event()

    async def receive(self) -> Message:
        if self._asked:
            return self._asked.pop()
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        await self.reads.wait()
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")
        self._changed.set()

    def leave(self) -> None:
        self._gone.set()

    def events(self, name: str) -> list[Json]:
        blocks = [block.split("\n") for block in self.body.decode().split("\n\n")]
        datas = [lines[-1] for lines in blocks if lines[0] == f"event: {name}"]
        return [json.loads(data.removeprefix("data: ")) for data in datas]

    def seqs(self) -> list[int]:
        return [entry["seq"] for entry in self.events("message")]

    def last_id(self) -> str | None:
        """The Last-Event-ID that a browser sends when it reconnects."""
        ids = [line[4:] for line in self.body.decode().split("\n") if line.startswith("id: ")]
        return ids[-1] if ids else None

    async def until(self, is_reached: Callable[["Reader"], bool]) -> None:
        while not is_reached(self):
            self._changed.clear()
            await self._changed.wait()


@asynccontextmanager
async def reading(world: World, reader: Reader, **env: str) -> AsyncIterator[asyncio.Future[None]]:
    """Run the function for a reader. It ends when the reader disconnects."""
    story = endpoint({"GET": stream}, wired(world, **env))(
        reader.scope, reader.receive, reader.send
    )
    call: asyncio.Future[None] = asyncio.ensure_future(story)
    try:
        yield call
    finally:
        reader.leave()
        await call


async def talk(world: World, turns: int = 1) -> None:
    """Create turns of two entries each, within the user's rate limit."""
    for _ in range(turns):
        await world.ask("Hi")
        await asyncio.sleep(3)


# ---- the start


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        ("", {}, [1, 2, 3, 4]),
        ("sinceSeq=1", {}, [2, 3, 4]),
        ("", {"last_event_id": "3"}, [4]),
        ("sinceSeq=1", {"last_event_id": "3"}, [4]),
        ("", {"last_event_id": "0003"}, [4]),
    ],
)
@in_virtual_time
async def test_a_stream_sends_later_entries_and_then_new_ones(
    query: str, headers: dict[str, str], expected: list[int]
) -> None:
    world, reader = World([words("Yes.")]), Reader(query=query, **headers)
    await talk(world, 2)
    async with reading(world, reader):
        await reader.until(lambda reader: reader.seqs() == expected)
        began = world.clock.now()
        await world.ask("And?")
        await reader.until(lambda reader: reader.seqs() == [*expected, 5, 6])
        assert world.clock.now() - began < 1
        await reader.until(lambda reader: "done" in [e["state"] for e in reader.events("run")])
    assert [entry["text"] for entry in reader.events("message")][-1] == "Yes."
    assert reader.last_id() == "6"


@pytest.mark.parametrize(
    ("query", "headers", "field"),
    [
        ("sinceSeq=-1", {}, "sinceSeq"),
        ("sinceSeq=x", {}, "sinceSeq"),
        ("sinceSeq=", {}, "sinceSeq"),
        (f"sinceSeq={2**53}", {}, "sinceSeq"),
        (f"sinceSeq={'9' * 5000}", {}, "sinceSeq"),
        ("", {"last_event_id": ""}, "Last-Event-ID"),
        ("", {"last_event_id": "-1"}, "Last-Event-ID"),
        ("", {"last_event_id": "1.5"}, "Last-Event-ID"),
        ("", {"last_event_id": "²"}, "Last-Event-ID"),
        ("", {"last_event_id": str(2**53)}, "Last-Event-ID"),
        ("", {"last_event_id": "0" * 17 + "9" * 17}, "Last-Event-ID"),
        ("", {"last_event_id": "0" * 17 + "9" * 5000}, "Last-Event-ID"),
        ("sinceSeq=1", {"last_event_id": "x"}, "Last-Event-ID"),
    ],
)
@in_virtual_time
async def test_an_invalid_seq_is_422_and_named(
    query: str, headers: dict[str, str], field: str
) -> None:
    world, reader = World(), Reader(query=query, **headers)
    async with reading(world, reader) as call:
        await call
    assert reader.status == 422
    assert [error["field"] for error in json.loads(reader.body)["errors"]] == [field]
    assert world.news.asked == 0


@pytest.mark.parametrize("authorization", ["", "Bearer x", f"Basic {token()}"])
@in_virtual_time
async def test_streaming_without_a_token_is_401(authorization: str) -> None:
    world = World()
    reader = Reader(authorization=authorization, query=f"token={token()}")
    async with reading(world, reader) as call:
        await call
    assert (reader.status, world.news.asked, world.redis.calls) == (401, 0, 0)


@in_virtual_time
async def test_a_reset_log_is_reported_with_its_last_seq() -> None:
    world, reader = World([words("Yes.")]), Reader(last_event_id="40")
    await talk(world)
    async with reading(world, reader):
        await reader.until(lambda reader: reader.seqs() == [1, 2])
    assert reader.events("reset") == [{"lastSeq": 2}]


@in_virtual_time
async def test_a_user_does_not_receive_the_entries_of_another() -> None:
    world, bert = World([words("Yes.")]), Reader(user="bert")
    async with reading(world, bert):
        await asyncio.sleep(1)
        await talk(world, 3)
        await asyncio.sleep(HEARTBEAT_S * 9)
    assert "event:" not in bert.body.decode()


@in_virtual_time
async def test_a_reader_receives_pending_notices_at_once() -> None:
    world, reader = World([words("Yes.")]), Reader()
    event = Event(id="door", kind="event", at=world.clock.utc(), text="The doorbell rings.")
    await world.ports.board.keep("anna", notice_of(event, urgent=False, words=""))
    async with reading(world, reader):
        await reader.until(lambda reader: reader.events("message") != [])
        assert world.clock.now() < 1
        assert [entry["kind"] for entry in reader.events("message")] == ["notification"]
        assert reader.events("run") == []  # the notification belongs to no run


# ---- heartbeats, cost and end


@in_virtual_time
async def test_a_stream_sets_its_retry_time_sends_heartbeats_and_ends_before_the_deadline() -> None:
    world, reader = World(), Reader()
    async with reading(world, reader) as call:
        await call
        assert world.clock.now() == pytest.approx(LONGEST_S)
    assert reader.body.decode().startswith(f"retry: {round(RETRY_S * 1000)}\n\n")
    beats = reader.body.decode().count(": still here\n\n")
    assert LONGEST_S / HEARTBEAT_S - 1 <= beats <= LONGEST_S / HEARTBEAT_S


@in_virtual_time
async def test_a_stream_ends_within_a_short_invocation() -> None:
    world, reader = World(), Reader()
    async with reading(world, reader, BRAIN_MAX_DURATION_S="20") as call:
        await call
        assert 14 < world.clock.now() < 20


@in_virtual_time
async def test_a_client_that_reconnects_with_the_last_id_gets_each_entry_once() -> None:
    world, heard = World([words("Yes.")]), []
    last: dict[str, str] = {}
    for leaves in (True, False, True, True):
        reader = Reader(**last)
        async with reading(world, reader, BRAIN_MAX_DURATION_S="20") as call:
            await talk(world, 2)
            if not leaves:
                await call
        await talk(world)
        heard += reader.seqs()
        last = {"last_event_id": reader.last_id() or "0"}
    reader = Reader(**last)
    async with reading(world, reader, BRAIN_MAX_DURATION_S="20") as call:
        await call
    assert heard + reader.seqs() == [entry.seq for entry in await world.log()]


@in_virtual_time
async def test_an_idle_hour_costs_at_most_one_command_per_ten_seconds() -> None:
    world = World()
    while world.clock.now() < HOUR_S:
        async with reading(world, Reader()) as call:
            await call
        await asyncio.sleep(RETRY_S)
    spent = world.redis.calls + world.redis.commands + world.news.asked
    assert spent <= HOUR_S / 10


@pytest.mark.parametrize("after_s", [0, 30])
@in_virtual_time
async def test_an_unreachable_store_is_the_last_event_before_the_reconnect(
    after_s: float,
) -> None:
    world, reader = World(), Reader()
    world.redis.refusing = not after_s
    async with reading(world, reader) as call:
        await asyncio.sleep(after_s)
        world.redis.refusing = True
        await call
    assert reader.status == 200
    assert [error["status"] for error in reader.events("error")] == [503]
    assert reader.body.decode().startswith("retry: ")
    assert (world.news.listeners("anna"), ours()) == (0, [])


@in_virtual_time
async def test_a_disconnected_reader_ends_the_stream_and_its_subscription() -> None:
    world, reader = World([words("Yes.")]), Reader()
    async with reading(world, reader) as call:
        await asyncio.sleep(5)
        assert world.news.listeners("anna") == 1
        reader.leave()
        await call
        assert (world.news.listeners("anna"), ours()) == (0, [])
        assert world.clock.now() == pytest.approx(5)


@in_virtual_time
async def test_a_reader_that_disconnects_early_ends_the_stream_too() -> None:
    world, reader = World([words("Yes.")]), Reader()
    await talk(world, 3)
    async with reading(world, reader) as call:
        await reader.until(lambda reader: reader.seqs() != [])
        reader.reads.clear()
        await world.ask("And?")
        await asyncio.sleep(30)
        reader.leave()
        reader.reads.set()
        await call
        assert (world.news.listeners("anna"), ours()) == (0, [])

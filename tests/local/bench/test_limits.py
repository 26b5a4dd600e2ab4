"""The benchmark of the limits: what its table says, and that its stand-ins do what they should."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.limits import wire
from bench.limits.byhand import QUIT, Call, Json
from bench.limits.rows import Goal, Row
from bench.limits.world import SUMMARY, World
from local.server import HOST, reserve
from local.upstash.scripts import RULE, checked, unchecked

SCRIPT = b"#!lua flags=allow-key-locking\nreturn redis.call('GET', KEYS[1])"
NAMES = ("limit", "floor", "ours", "ours with Postgres")


def met(values: tuple[float, ...], goal: Goal, own: tuple[float, ...] = ()) -> str:
    """What the table says of a row with these values."""
    row = Row(
        name="a figure",
        form=str,
        values=dict(zip(NAMES, values, strict=True)),
        goal=goal,
        own=dict(zip(NAMES, own, strict=True)) if own else None,
    )
    return row.cells()[-1]


@pytest.mark.parametrize(
    ("ours", "with_postgres", "told"),
    [(2, 1, "yes"), (2, 3, "not ours with Postgres"), (3, 2, "not ours"), (3, 3, "no")],
)
def test_a_goal_holds_with_postgres_and_without(
    ours: float, with_postgres: float, told: str
) -> None:
    assert met((1, 2, ours, with_postgres), Goal(most=1.0)) == told


def test_a_goal_can_be_a_value() -> None:
    assert met((1, 1, 14, 14), Goal(most=14, of="")) == "yes"
    assert met((1, 1, 15, 15), Goal(most=14, of="")) == "no"


def test_a_goal_can_be_a_multiple_of_the_candidates_own_turn() -> None:
    own = (1, 1, 10, 20)
    assert met((1, 9, 11, 22), Goal(most=1.1, of="own turn"), own) == "yes"
    assert met((1, 9, 11, 23), Goal(most=1.1, of="own turn"), own) == "not ours with Postgres"


def test_a_row_shows_both_ratios_to_the_floor_and_the_goal() -> None:
    values = dict(zip(NAMES, (1.0, 2.0, 3.0, 5.0), strict=True))
    row = Row(name="a figure", form=str, values=values, goal=Goal(most=0.6))
    shown = ("a figure", "1.0", "2.0", "3.0", "5.0", "1.50", "2.50", "0.60 x floor", "no")
    assert row.cells() == shown


@asynccontextmanager
async def served(handle: wire.Handler) -> AsyncIterator[tuple[wire.Client, str]]:
    place = reserve()
    host, port = place.getsockname()
    async with await wire.serve(handle, place):
        client = wire.Client(host, port)
        yield client, f"{host}:{port}"
        client.close()


async def test_a_request_that_arrives_in_parts_is_answered_once() -> None:
    seen: list[wire.Asked] = []

    def handle(asked: wire.Asked, send: wire.Send) -> None:
        seen.append(asked)
        send(wire.response(asked.body[::-1]))

    async with served(handle) as (_, host):
        reader, writer = await asyncio.open_connection(HOST, int(host.rpartition(":")[2]))
        for part in wire.request("POST", host, "/a", b"0123456789").partition(b"345"):
            writer.write(part)
            await writer.drain()
        assert (await reader.readuntil(b"9876543210")).startswith(b"HTTP/1.1 200")
        writer.close()
        await writer.wait_closed()
    assert [(asked.path, asked.body) for asked in seen] == [(b"/a", b"0123456789")]


async def test_an_answer_in_pieces_is_put_together() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def handle(asked: wire.Asked, send: wire.Send) -> None:
        for data in (head, wire.chunk(b"one "), wire.chunk(b"0\r\n\r\n"), wire.chunk(b"")):
            send(data[:3])
            await asyncio.sleep(0)
            send(data[3:])

    async with served(handle) as (client, host):
        for _ in range(2):  # the second over the kept connection
            answer = await client.ask(wire.request("GET", host, "/"))
            assert (answer.status, answer.body) == (200, b"one 0\r\n\r\n")


async def test_a_server_that_hangs_up_is_no_answer() -> None:
    place = reserve()
    place.listen()
    host, port = place.getsockname()
    client = wire.Client(host, port)
    asking = asyncio.create_task(client.ask(wire.request("GET", host, "/")))
    loop = asyncio.get_running_loop()
    place.setblocking(False)
    other, _ = await loop.sock_accept(place)
    other.close()
    place.close()
    with pytest.raises(wire.Closed):
        await asking


async def asked_model(client: wire.Client, host: str, text: str, **more: object) -> str:
    body = json.dumps({"messages": [{"role": "user", "content": text}], **more}).encode()
    answer = await client.ask(wire.request("POST", host, "/v1/chat/completions", body))
    return answer.body.decode()


def call_in(stream: str) -> Json:
    call = Call()
    for line in stream.split("\n"):
        call.add(line)
    return call.made()


@pytest.mark.parametrize(("kind", "argument"), [("failing", "n"), ("searching", "query")])
async def test_the_model_makes_as_many_different_calls_as_a_text_asks_for(
    kind: str, argument: str
) -> None:
    text = f"This is turn-a1 of 3 {kind} loops."
    async with served(World(Path("nowhere")).handle) as (client, host):
        for _ in range(2):  # and the next turn the same
            streams = [await asked_model(client, host, text, tools=[]) for _ in range(3)]
            first, second, last = map(call_in, streams)
            assert list(json.loads(first["arguments"])) == [argument]
            assert first["arguments"] != second["arguments"]
            assert last["name"] == QUIT


async def test_the_model_sums_up_where_it_has_no_tools() -> None:
    async with served(World(Path("nowhere")).handle) as (client, host):
        told = await asked_model(client, host, "This is turn-a1 of 3 failing loops.")
    assert SUMMARY in told
    assert call_in(told)["name"] == ""


def test_a_script_that_is_not_checked_loses_its_flag_and_nothing_else() -> None:
    assert unchecked(SCRIPT) == b"#!lua\nreturn redis.call('GET', KEYS[1])"
    assert RULE in checked(SCRIPT)
    assert unchecked(b"return 1") == b"return 1"

"""A connection ends with the token that opened it; the run goes on. In virtual time."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from starlette.types import Message

from brain.codec import Json
from brain.http.edge import endpoint
from brain.http.socket import NOT_ALLOWED
from brain.http.tokens import LEEWAY_S
from brain.routes.stream import LONGEST_S, stream
from brain.routes.voice import voice_to_brain
from brain.wiring import Wiring
from tests.fakes.clock import Clock
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.world import World
from tests.routes.virtual import Page, connected, token, wired

LASTS_S = 30
BYE = {"type": "bye", "reason": "token"}


class Today(Clock):
    """Virtual time that begins now: the library that reads tokens looks at the real clock."""

    def __init__(self) -> None:
        super().__init__()
        self._began = datetime.fromtimestamp(int(time.time()), UTC)

    def utc(self) -> datetime:
        return self._began + timedelta(seconds=self.now())


def today(world: World) -> Wiring:
    wiring = wired(world)
    vars(wiring)["clock"] = Today()
    return wiring


async def events(
    wiring: Wiring, method: str, lasts_s: int, text: str = ""
) -> list[tuple[str, Json]]:
    """All events of a stream, until the server ends it."""
    body = b""
    asked: list[Message] = [{"type": "http.request", "body": json.dumps({"text": text}).encode()}]
    headers = {
        "authorization": f"Bearer {token(lasts_s=lasts_s)}",
        "content-type": "application/json",
        "accept": "text/event-stream",
    }
    scope = {
        "type": "http",
        "method": method,
        "path": "/api",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    ended = asyncio.Event()

    async def receive() -> Message:
        return asked.pop() if asked else await asyncio.Future()

    async def send(message: Message) -> None:
        nonlocal body
        body += message.get("body", b"")
        if message["type"] == "http.response.body" and not message.get("more_body"):
            ended.set()

    handlers = {"GET": stream, "POST": voice_to_brain}
    call = asyncio.ensure_future(endpoint(handlers, wiring)(scope, receive, send))
    await ended.wait()
    blocks = [block.split("\n") for block in body.decode().split("\n\n")]
    found = [
        (lines[0][7:], json.loads(lines[-1][6:])) for lines in blocks if lines[0][:6] == "event:"
    ]
    await call
    return found


@in_virtual_time
async def test_a_stream_ends_with_its_token_and_says_why() -> None:
    world = World()
    told = await events(today(world), "GET", LASTS_S)
    assert told[-1] == ("bye", BYE)
    assert LASTS_S <= world.clock.now() <= LASTS_S + LEEWAY_S + 1


@in_virtual_time
async def test_a_stream_that_ends_for_another_reason_does_not_say_bye() -> None:
    world = World()
    told = await events(today(world), "GET", 3600)
    assert "bye" not in dict(told)
    assert world.clock.now() == pytest.approx(LONGEST_S, abs=1)


@in_virtual_time
async def test_the_answer_as_a_stream_ends_with_its_token_and_the_run_goes_on() -> None:
    world = World([words("Late.", delay_s=100)])
    told = await events(today(world), "POST", LASTS_S, "Hi")
    assert [name for name, _ in told[-2:]] == ["done", "bye"]
    assert told[-2][1]["state"] == "running"
    log = await world.ports.log.read("anna", since=0, limit=10)
    assert log.entries[-1].text == "Late."


@in_virtual_time
async def test_a_socket_ends_with_its_token() -> None:
    world, page = World(), Page("brain", f"token.{token(lasts_s=LASTS_S)}")
    async with connected(today(world), page) as call:
        page.say("pong")
        await asyncio.wait({call})
    assert page.closed == (NOT_ALLOWED, "the token has expired")
    assert LASTS_S <= world.clock.now() <= LASTS_S + LEEWAY_S + 1


@in_virtual_time
async def test_a_newer_token_of_the_same_user_extends_the_connection() -> None:
    world, page = World(), Page("brain", f"token.{token(lasts_s=LASTS_S)}")
    async with connected(today(world), page) as call:
        await page.answer("ready")
        page.say("token", token=token(lasts_s=LASTS_S + 8))
        until = (await page.answer("token"))["expiresAt"]
        assert datetime.fromisoformat(until).timestamp() == pytest.approx(
            time.time() + LASTS_S + 8, abs=5
        )
        page.say("token", token=token(lasts_s=1))  # an older one takes nothing away
        await asyncio.wait({call})
    assert page.closed == (NOT_ALLOWED, "the token has expired")
    assert LASTS_S + 8 <= world.clock.now() <= LASTS_S + 8 + LEEWAY_S + 1


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        ({"token": token("bert")}, "the token belongs to another user"),
        ({"token": token(lasts_s=-60)}, "the token has expired"),
        ({"token": "x"}, "the token is invalid"),
        ({}, "the token is invalid"),
    ],
)
@in_virtual_time
async def test_another_token_changes_nothing(sent: Json, detail: str) -> None:
    world, page = World(), Page("brain", f"token.{token(lasts_s=LASTS_S)}")
    async with connected(today(world), page) as call:
        await page.answer("ready")
        page.say("token", **sent)
        error = await page.answer("error")
        assert (error["of"], error["status"], error["detail"]) == ("token", 401, detail)
        await asyncio.wait({call})
    assert page.closed == (NOT_ALLOWED, "the token has expired")

"""Faults in front of a real server, as a real client sees them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from local.faults import Fault, FaultInjector
from tests.local.serving import served

CONTROL = "/_local/faults"


class Counter:
    """An app that counts its requests and echoes their bodies."""

    def __init__(self) -> None:
        self.executed = 0

    async def answer(self, request: Request) -> Response:
        self.executed += 1
        return PlainTextResponse(await request.body() or b"whole")

    async def talk(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        await socket.close()

    def app(self) -> Starlette:
        each = Route("/{path:path}", self.answer, methods=["GET", "POST"])
        return Starlette(routes=[WebSocketRoute("/live", self.talk), each])


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def injector(counter: Counter) -> FaultInjector:
    return FaultInjector(counter.app())


@pytest.fixture
async def client(injector: FaultInjector) -> AsyncIterator[httpx.AsyncClient]:
    async with served(injector) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


async def test_without_a_fault_nothing_changes(client: httpx.AsyncClient, counter: Counter) -> None:
    answer = await client.post("/a", content=b"text")

    assert (answer.status_code, answer.text, counter.executed) == (200, "text", 1)


async def test_a_refused_request_is_not_executed(
    client: httpx.AsyncClient, injector: FaultInjector, counter: Counter
) -> None:
    injector.add(Fault(kind="refuse", times=2))

    answers = [(await client.get("/a")).status_code for _ in range(3)]

    assert answers == [503, 503, 200]
    assert counter.executed == 1


@pytest.mark.parametrize(
    ("fault", "executed"),
    [(Fault(kind="refuse", status=0), 0), (Fault(kind="lose"), 1)],
    ids=["refused", "lost"],
)
async def test_a_broken_connection_is_a_protocol_error_for_the_client(
    client: httpx.AsyncClient,
    injector: FaultInjector,
    counter: Counter,
    fault: Fault,
    executed: int,
) -> None:
    injector.add(fault)

    with pytest.raises(httpx.RemoteProtocolError):
        await client.post("/a", content=b"text")

    assert counter.executed == executed
    assert (await client.get("/a")).text == "whole"


@pytest.mark.parametrize("after_execute", [False, True])
async def test_a_hanging_request_ends_when_its_client_disconnects(
    injector: FaultInjector, counter: Counter, after_execute: bool
) -> None:
    armed = injector.add(Fault(kind="hang", after_execute=after_execute))
    ended = asyncio.Event()

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        await injector(scope, receive, send)
        if scope["type"] == "http":
            ended.set()

    async with served(watched) as url, httpx.AsyncClient(base_url=url) as client:
        asking = asyncio.create_task(client.get("/a"))
        await armed.struck()
        asking.cancel()
        await ended.wait()

    assert counter.executed == int(after_execute)


async def test_clearing_the_faults_releases_hanging_requests(
    client: httpx.AsyncClient, injector: FaultInjector
) -> None:
    armed = injector.add(Fault(kind="hang", times=None))
    asking = asyncio.create_task(client.get("/a"))
    await armed.struck()

    await client.delete(CONTROL)

    with pytest.raises(httpx.RemoteProtocolError):
        await asking
    assert (await client.get("/a")).text == "whole"


@pytest.mark.parametrize("after_execute", [False, True])
async def test_a_delayed_answer_is_complete(
    client: httpx.AsyncClient, injector: FaultInjector, counter: Counter, after_execute: bool
) -> None:
    injector.add(Fault(kind="delay", seconds=0.01, after_execute=after_execute))

    assert (await client.post("/a", content=b"text")).text == "text"
    assert counter.executed == 1


async def test_a_client_with_a_shorter_time_limit_gives_up_on_a_delayed_answer(
    client: httpx.AsyncClient, injector: FaultInjector, counter: Counter
) -> None:
    injector.add(Fault(kind="delay", seconds=1.0, after_execute=True))

    with pytest.raises(httpx.ReadTimeout):
        await client.get("/a", timeout=0.1)

    assert counter.executed == 1


@pytest.mark.parametrize("after_execute", [False, True])
async def test_a_status_has_its_headers_and_text(
    client: httpx.AsyncClient, injector: FaultInjector, counter: Counter, after_execute: bool
) -> None:
    headers = {"Retry-After": "3"}
    injector.add(
        Fault(kind="status", status=429, headers=headers, text="slow", after_execute=after_execute)
    )

    answer = await client.get("/a")

    assert (answer.status_code, answer.headers["retry-after"], answer.text) == (429, "3", "slow")
    assert counter.executed == int(after_execute)


async def test_an_html_page_of_a_gateway_is_not_json(
    client: httpx.AsyncClient, injector: FaultInjector
) -> None:
    injector.add(Fault(kind="html"))

    answer = await client.get("/a")

    assert answer.status_code == 502
    assert answer.text.startswith("<html>")


async def test_a_fault_applies_only_to_the_requests_it_describes(
    client: httpx.AsyncClient, injector: FaultInjector
) -> None:
    fault = Fault(kind="refuse", times=None, path="pipe", body="EVAL", method="post")
    injector.add(fault)

    sent = [("/pipeline", b"[EVAL]"), ("/pipeline", b"[GET]"), ("/other", b"[EVAL]")]
    answers = [(await client.post(path, content=body)) for path, body in sent]

    assert [answer.status_code for answer in answers] == [503, 200, 200]
    assert answers[1].content == b"[GET]"
    assert (await client.request("GET", "/pipeline", content=b"[EVAL]")).status_code == 200
    assert injector.seen == [(fault, 1)]


async def test_faults_are_added_listed_and_cleared_over_http(client: httpx.AsyncClient) -> None:
    told = {"kind": "status", "times": None, "status": 500, "afterExecute": True}

    assert (await client.post(CONTROL, json=told)).status_code == 201
    assert (await client.get("/a")).status_code == 500
    [listed] = (await client.get(CONTROL)).json()["faults"]
    assert listed["fired"] == 1
    assert listed | told == listed
    assert (await client.delete(CONTROL)).status_code == 204
    assert (await client.get("/a")).status_code == 200
    assert (await client.get(CONTROL)).json() == {"faults": []}


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({}, "kind"),
        ({"kind": "explode"}, "kind"),
        ({"kind": "lose", "times": "often"}, "times"),
        ({"kind": "lose", "tims": 1}, "tims"),
        ({"kind": "status", "status": 1000}, "status"),
    ],
)
async def test_an_invalid_fault_is_refused_with_the_name_of_its_field(
    client: httpx.AsyncClient, told: dict[str, Any], where: str
) -> None:
    answer = await client.post(CONTROL, json=told)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == [where]


async def test_a_websocket_passes_unchanged(
    client: httpx.AsyncClient, injector: FaultInjector
) -> None:
    injector.add(Fault(kind="refuse", times=None))

    async with connect(str(client.base_url.copy_with(scheme="ws", path="/live"))) as socket:
        assert await socket.recv() == "hello"

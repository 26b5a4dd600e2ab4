"""Kept connections: what they keep of the SDKs' clients, and what a server may do to them."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from brain.cloud.http import QUIET_S, BodyTooLarge, HttpClient, proxy_for, trusted, whole
from tests.cloud.connections import CountConnections, client_at
from tests.local.serving import served

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def _echo(request: Request) -> Response:
    answer = PlainTextResponse(await request.body() + request.headers.get("cookie", "").encode())
    answer.set_cookie("remember", "me")
    return answer


async def _elsewhere(_: Request) -> Response:
    return RedirectResponse("/echo")


APP = Starlette(
    routes=[
        Route("/echo", _echo, methods=["POST"]),
        Route("/elsewhere", _elsewhere, methods=["POST"]),
    ]
)


async def sent(
    client: HttpClient, path: str = "/echo", body: bytes = b"hello"
) -> tuple[int, bytes]:
    async with client.post(path, body, {}) as response:
        return response.status, await whole(response, 1_000)


class HastyServer:
    """Answers one request of each connection, and closes the connection when it is told to."""

    def __init__(self) -> None:
        self.may_close, self.has_closed = threading.Event(), threading.Event()
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "HastyServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.may_close.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # no further connection is waited for
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        for _ in range(2):
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer:
                while b"hello" not in peer.recv(4096):
                    pass
                self.connections += 1
                peer.sendall(ANSWER)
                self.may_close.wait()
            self.has_closed.set()


@pytest.fixture
def hasty() -> Iterator[HastyServer]:
    with HastyServer() as server:
        yield server


async def test_a_connection_that_ended_while_the_instance_slept_costs_no_request(
    hasty: HastyServer,
) -> None:
    async with client_at(hasty.url) as client:
        assert await sent(client) == (200, b"ok")
        hasty.may_close.set()
        hasty.has_closed.wait()  # blocks the loop, as a platform that freezes an instance does
        time.sleep(QUIET_S)  # noqa: ASYNC251
        assert await sent(client) == (200, b"ok")
    assert hasty.connections == 2


async def test_a_connection_is_used_again() -> None:
    seen: list[object] = []
    async with served(CountConnections(APP, seen)) as url, client_at(url) as client:
        assert [await sent(client) for _ in range(3)] == [(200, b"hello")] * 3
    assert len(seen) == 3
    assert len(set(seen)) == 1


async def test_no_cookie_is_kept_and_no_redirect_followed() -> None:
    async with served(APP) as url, client_at(url) as client:
        await sent(client)
        assert await sent(client) == (200, b"hello")
        assert (await sent(client, "/elsewhere"))[0] == 307


async def test_a_response_is_read_up_to_a_bound() -> None:
    async with served(APP) as url, client_at(url) as client:
        with pytest.raises(BodyTooLarge):
            await sent(client, body=b"x" * 1_001)
        assert (await sent(client, body=b"x" * 1_000))[1] == b"x" * 1_000


def test_each_event_loop_has_its_own_connections() -> None:
    client = HttpClient("http://127.0.0.1:1", at_most=1)
    clients = []

    async def once() -> None:
        async with served(APP) as url:
            client._url = url
            assert await sent(client) == (200, b"hello")
            clients.append(client._kept[asyncio.get_running_loop()].connector)

    asyncio.run(once())
    asyncio.run(once())
    assert clients[0] is not clients[1]
    assert clients[0].closed
    asyncio.run(client.aclose())
    assert clients[1].closed


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "proxy.example:3128"}, "http://proxy.example:3128"),
        ({"HTTPS_PROXY": "http://u:p@proxy.example"}, "http://u:p@proxy.example"),
        ({"ALL_PROXY": "http://proxy.example"}, "http://proxy.example"),
        ({"HTTP_PROXY": "http://proxy.example"}, None),
        ({"HTTPS_PROXY": "http://proxy.example", "NO_PROXY": "store.example"}, None),
        ({"HTTPS_PROXY": "http://proxy.example", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://proxy.example", "NO_PROXY": "e.example"}, "http://proxy.example"),
    ],
)
def test_a_proxy_comes_from_the_environment(
    variables: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        for spelled in (name, name.lower()):
            monkeypatch.delenv(spelled, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for("https://store.example") == expected
    assert proxy_for("https://token@eu1.store.example:443/v1") == expected


def test_certificates_are_checked() -> None:
    tls = trusted()
    assert tls.check_hostname
    assert tls.get_ca_certs()

"""The doors of the local stack: which hosts are answered, and to which pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import websockets
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from local.gateway.doors import OwnDoor
from local.server import serving

FOREIGN = "https://evil.example"
MORE = {"BRAIN_DEV_HOSTS": "box.example:3000, tunnel.example"}


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 1000})
    elif scope["type"] == "http":
        await PlainTextResponse("inside")(scope, receive, send)


@asynccontextmanager
async def door(*, from_any_port: bool = False) -> AsyncIterator[int]:
    async with serving(OwnDoor(page, MORE, from_any_port=from_any_port)) as address:
        yield address.port


async def status(port: int, **headers: str) -> int:
    """The status of a request; `{port}` in a header is the listener's port."""
    sent = {
        name.replace("_", "-"): value.replace("{port}", str(port))
        for name, value in headers.items()
    }
    async with httpx.AsyncClient() as http:
        return (await http.get(f"http://127.0.0.1:{port}/", headers=sent)).status_code


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "127.0.0.1", "localhost:1"]
)
async def test_the_machines_own_addresses_are_answered(host: str) -> None:
    async with door() as port:
        assert await status(port, host=host) == 200


@pytest.mark.parametrize("host", ["box.example:3000", "tunnel.example"])
async def test_a_host_that_the_user_has_added_is_answered(host: str) -> None:
    async with door() as port:
        assert await status(port, host=host, origin=f"https://{host}") == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.",
        "localhost:x",
        "",
        "localhost.evil.example:{port}",
        "127.0.0.1:{port}.evil.example",
        "LOCALHOST:{port}x",
        "box.example",
    ],
)
async def test_another_host_is_not_answered(host: str) -> None:
    async with door() as port:
        assert await status(port, host=host) == 421


@pytest.mark.parametrize("origin", ["http://127.0.0.1:{port}", "http://localhost:{port}"])
async def test_its_own_pages_may_send_requests(origin: str) -> None:
    async with door() as port:
        assert await status(port, origin=origin, sec_fetch_site="cross-site") == 200


@pytest.mark.parametrize(
    "origin",
    [FOREIGN, "http://localhost:1", "http://localhost", "null", "", "file://", "localhost:{port}"],
)
async def test_pages_of_other_sites_may_not(origin: str) -> None:
    async with door() as port:
        assert await status(port, origin=origin) == 403


async def test_a_request_of_another_site_without_an_origin_is_refused() -> None:
    async with door() as port:
        assert await status(port, sec_fetch_site="cross-site", sec_fetch_mode="no-cors") == 403


async def test_a_link_from_another_site_leads_to_the_page() -> None:
    async with door() as port:
        link = {"sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
        assert await status(port, sec_fetch_site="cross-site", **link) == 200
        frame = {"sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"}
        assert await status(port, sec_fetch_site="cross-site", **frame) == 403


async def test_an_origin_that_is_hidden_is_its_own_only_if_the_browser_says_so() -> None:
    async with door() as port:
        assert await status(port, origin="null", sec_fetch_site="same-origin") == 200
        assert await status(port, origin="null", sec_fetch_site="cross-site") == 403


@pytest.mark.parametrize("origin", ["http://localhost:1", "http://[::1]", "http://127.0.0.1:80"])
async def test_a_service_is_open_to_pages_of_other_local_ports(origin: str) -> None:
    async with door(from_any_port=True) as port:
        assert await status(port, origin=origin) == 200
        assert await status(port, origin=FOREIGN) == 403


async def test_a_websocket_has_the_same_door() -> None:
    async with door() as port, asyncio.timeout(10):
        url = f"ws://127.0.0.1:{port}/"
        async with websockets.connect(url, origin=websockets.Origin(f"http://localhost:{port}")):
            pass
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(url, origin=websockets.Origin(FOREIGN))
        assert refused.value.response.status_code == 403

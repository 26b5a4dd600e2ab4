"""Requests and responses as they pass over a connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from brain.cloud.http import whole
from tests.cloud.connections import client_at

END = b"\r\n\r\n"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nok"
)
PASSES = 20
MUCH = b"x" * 64 * 1024 * 1024  # more than the buffers of a connection take

type Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[str]:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    async with await asyncio.start_server(once, "127.0.0.1", 0) as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


async def test_what_comes_before_the_response_is_skipped() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(END)
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ANSWER)
        await writer.drain()

    async with (
        server(serve) as url,
        client_at(url) as client,
        client.post("/", b"", {}) as response,
    ):
        assert (response.status, response.charset) == (200, "utf-16")
        assert await whole(response, 10) == b"ok"


async def test_what_nobody_asked_for_is_no_response_to_the_next_request() -> None:
    connections: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while await reader.readuntil(END):
            writer.write(ANSWER)

    async with server(serve) as url, client_at(url) as client:
        for number in range(1, 4):
            async with client.post("/", b"", {}) as response:
                assert (response.status, await whole(response, 10)) == (200, b"ok")
            assert len(connections) == number
            connections[-1].write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
            for _ in range(PASSES):  # of the event loop: the client reads it
                await asyncio.sleep(0)


async def test_a_server_that_speaks_no_http_is_an_error_and_is_left() -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(END)
        writer.write(b"220 mail.example ESMTP\r\n" if connections == 1 else ANSWER)
        await writer.drain()
        await reader.read()

    async with server(serve) as url, client_at(url) as client:
        with pytest.raises(aiohttp.ClientError):
            async with client.post("/", b"", {}):
                pass
        async with client.post("/", b"", {}) as response:
            assert await whole(response, 10) == b"ok"
    assert connections == 2


async def test_a_header_cannot_begin_another_one() -> None:
    requests = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(END))
        writer.write(ANSWER)
        await writer.drain()

    async with server(serve) as url, client_at(url) as client:
        for bad in ("a\r\nX-Other: b", "a\nb", "a\0b"):
            with pytest.raises(ValueError, match="end of a line"):
                async with client.post("/", b"", {"X-One": bad}):
                    pass
        async with client.post("/a b?c=ö", b"", {"X-One": "a"}) as response:
            await whole(response, 10)
    assert [request.partition(b"\r\n")[0] for request in requests] == [
        b"POST /a%20b?c=%C3%B6 HTTP/1.1"
    ]


async def test_a_connection_with_an_unsent_request_is_not_used_again() -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(END)
        writer.write(ANSWER)
        await writer.drain()
        await left.wait()

    left = asyncio.Event()
    async with server(serve) as url, client_at(url) as client:
        async with client.post("/", MUCH, {}) as response:
            assert await whole(response, 10) == b"ok"
        async with client.post("/", b"", {}) as response:
            assert await whole(response, 10) == b"ok"
        left.set()
    assert connections == 2


async def test_a_proxy_is_told_the_whole_address_and_its_own_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    requests = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(END))
        writer.write(ANSWER)
        await writer.drain()

    async with server(serve) as url, client_at("http://store.example/v1") as client:
        monkeypatch.setenv("http_proxy", url.replace("//", "//u:p@"))
        monkeypatch.setenv("no_proxy", "")
        async with client.post("/x", b"", {"Authorization": "Bearer ours"}) as response:
            assert await whole(response, 10) == b"ok"
    head, *lines = requests[0].decode().split("\r\n")
    assert head == "POST http://store.example/v1/x HTTP/1.1"
    assert "Host: store.example" in lines
    assert "Proxy-Authorization: Basic dTpw" in lines
    assert "Authorization: Bearer ours" in lines

"""Requests to a model: redirects, bodies that go wrong, and what is not imported."""

import asyncio
import gc
import socket
import struct
import subprocess
import sys
from collections.abc import Callable

import pytest

from brain.cloud.http import whole
from brain.cloud.model.post import ChatServer, followed
from brain.cloud.model.wire import Waits
from brain.errors import ModelFault, ModelUnavailable
from tests.contracts.model.chat_stage import KEY, PROMPT, asking, delta, http, sse, wire

END = b"\r\n\r\n"
ONE = sse(delta("stop", content="Yes."))


def redirect(place: str, status: int = 307) -> bytes:
    return http("", status=f"{status} Elsewhere", kind=f"text/plain\r\nlocation: {place}")


@pytest.mark.parametrize("status", [307, 308])
async def test_a_redirect_on_the_same_server_is_followed_with_body_and_key(status: int) -> None:
    async with wire(redirect("/v2/chat", status), ONE) as server, asking(server.url) as model:
        assert (await model.answer(PROMPT, limit_s=20)).text == "Yes."
        assert server.heads[1].startswith("post /v2/chat http/1.1")
        assert f"authorization: bearer {KEY}" in server.heads[1]
        assert server.requests[0] == server.requests[1]


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("https://models.example/v1/chat", "https://models.example/v1/chat"),
        ("https://models.example:8443/v1", "https://models.example:8443/v1"),
        ("//models.example/v2?a=b#there", "http://models.example/v2?a=b"),
        ("other", "http://models.example/v1/other"),
        ("https://me@models.example/v1", None),
        ("https://models.example.net/v1", None),
        ("http://models.example:81/v1", None),
    ],
)
def test_a_redirect_may_lead_to_the_secure_port_of_the_same_host(
    place: str, address: str | None
) -> None:
    assert followed("http://models.example/v1/chat", place) == address
    assert followed("https://models.example/v1/chat", "http://models.example/v1/chat") is None


REDIRECTS: dict[str, Callable[[str], bytes]] = {
    "another server": lambda url: redirect(f"{url}/chat/completions"),
    "another server, by a name": lambda url: redirect(url.replace("http:", "")),
    "no body": lambda url: redirect(url, 302),
    "no address": lambda url: redirect("http://[::1"),
    "another protocol": lambda url: redirect("file:///etc/passwd"),
}


@pytest.mark.parametrize("answer", REDIRECTS.values(), ids=REDIRECTS)
async def test_no_other_redirect_is_followed(answer: Callable[[str], bytes]) -> None:
    async with wire() as other, wire() as server, asking(server.url, tries=1) as model:
        server.answers.append(answer(other.url))
        with pytest.raises(ModelUnavailable, match="redirected with status 30"):
            await model.answer(PROMPT, limit_s=20)
        assert len(server.requests) == 1
        assert other.requests == []


async def test_a_server_that_redirects_without_end_is_unavailable() -> None:
    answers = [redirect("/v1/chat/completions")] * 4
    async with wire(*answers) as server, asking(server.url, tries=1) as model:
        with pytest.raises(ModelUnavailable, match="redirected with status 307"):
            await model.answer(PROMPT, limit_s=20)
        assert len(server.requests) == 4


async def test_a_body_that_goes_wrong_in_the_middle_ends_at_once() -> None:
    first_read = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(END)
        body = ONE.partition(END)[2].replace(b"stop", b"")
        chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n"
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunk)
        await first_read.wait()
        writer.write(b"no number\r\n")
        await reader.read()
        writer.close()

    patient = Waits(first_token_s=600.0, gap_s=600.0, tail_s=600.0)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server, asking(url, waits=patient, tries=1) as model:
        with pytest.raises(ModelFault, match="RemoteProtocolError"):
            await model.answer(PROMPT, limit_s=600, on_delta=lambda _: first_read.set())


async def test_a_kept_connection_that_is_reset_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    head_read, reset = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(END + b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2" + END)
        await head_read.wait()
        writer.write(b"ok")
        await writer.drain()
        await reset.wait()
        linger = struct.pack("ii", 1, 0)  # closes with a reset
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    asking = ChatServer(url, KEY, connect_s=5.0)
    async with server:
        async with asking.post({}) as response:
            connection = response.connection
            protocol = connection.protocol
            head_read.set()
            assert await whole(response, 2) == b"ok"
        assert protocol is not None
        closed = asyncio.Event()
        assert protocol.closed is not None
        protocol.closed.add_done_callback(lambda _: closed.set())
        reset.set()
        await closed.wait()
        del protocol, connection, response
        async with asking.post({}) as response:  # drops the connection
            assert await whole(response, 2) == b"ok"
        gc.collect()
        assert [record for record in caplog.records if record.name == "asyncio"] == []
        await asking.aclose()


TURN = """
import asyncio, sys
from brain.cloud.model.chat import ChatModel, ChatSettings
from brain.run.ports import Prompt
from brain.wiring import Wiring

async def turn(url):
    settings = ChatSettings(provider="openai", api_key="key", model="m", base_url=url)
    model = ChatModel(settings, random=lambda: 0.0)
    await model.warm()
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    print((await model.answer(Prompt(messages=messages, tools=[]), limit_s=20)).text)
    await model.aclose()

asyncio.run(turn(sys.argv[1]))
heavy = {"openai", "httpx2", "httpcore2"}
print(sorted(heavy & sys.modules.keys()))
"""


async def test_a_turn_imports_no_sdk_of_a_model() -> None:
    async with wire(ONE) as server:
        command = [sys.executable, "-c", TURN, server.url]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("Yes.\n[]\n", 0), done.stderr

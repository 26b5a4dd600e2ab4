"""Our requests to a model and our reading of refusals, held to the vendor's SDK."""

import gzip
import json
import zlib

import aiohttp
import httpx2
import openai
import pytest
from openai import AsyncStream

from brain.cloud.model.faults import Failure, refused
from brain.cloud.model.post import ChatServer, lost, refusal
from tests.contracts.model.chat_stage import KEY, SYSTEM, Json, Wire, http, sse, wire

BODY: Json = {
    "model": "m",
    "messages": [SYSTEM, {"role": "user", "content": "Grüße an Zoë 👋 \u2028"}],
    "stream": True,
    "temperature": 0.5,
    "stream_options": {"include_usage": True},
}
SAME_HEADERS = ("accept", "accept-encoding", "authorization", "content-length", "content-type")
OK = http("{}", kind="application/json")


async def judged(url: str) -> Failure | bytes:
    """The body that the SDK reads, or how its error is classified."""
    plain = openai.DefaultAsyncHttpx2Client(verify=False)  # certificates take long to load
    client = openai.AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0, http_client=plain)
    kind = AsyncStream[object]
    path = "/chat/completions"
    try:
        async with (
            client,
            await client.post(path, cast_to=object, body=BODY, stream=True, stream_cls=kind) as got,
        ):
            return b"".join([part async for part in got.response.aiter_bytes()])
    except openai.APIStatusError as error:
        return refused(error.status_code, error.body, error.message, error.response.headers)
    except openai.APIConnectionError as error:
        return Failure(reason=type(error.__cause__).__name__)
    except httpx2.HTTPError as error:
        return Failure(reason=type(error).__name__)


async def ours(url: str) -> Failure | bytes:
    """The same, as our client has it."""
    server = ChatServer(url, KEY, connect_s=5.0)
    try:
        async with server.post(BODY) as response:
            if response.status != 200:
                return await refusal(response)
            return b"".join([part async for part in response.content.iter_any()])
    except aiohttp.ClientError as error:
        return lost(error)
    finally:
        await server.aclose()


async def both(server: Wire, path: str | None = None) -> list[Failure | bytes]:
    url = server.url if path is None else server.url.removesuffix("/v1") + path
    return [await judged(url), await ours(url)]


def asked(server: Wire, number: int) -> tuple[str, dict[str, str]]:
    """The first line of a request, and of its headers those that have to be the same."""
    first, *lines = server.heads[number].strip().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return first, {name: headers.get(name, "") for name in SAME_HEADERS}


@pytest.mark.parametrize(
    "path", ["", "/", "/v1", "/v1/", "/v1//", "/openai/deployments/gpt-6", "/a/../b", "/ä b/%20"]
)
async def test_a_request_is_the_one_that_the_sdk_sends(path: str) -> None:
    async with wire(OK, OK) as server:
        assert await both(server, path) == [b"{}", b"{}"]
        assert server.requests == [BODY, BODY]
        assert asked(server, 0) == asked(server, 1)


async def test_a_user_and_a_password_in_the_address_count_as_with_the_sdk() -> None:
    async with wire(OK, OK) as server:
        server.url = server.url.replace("//", "//user:p%40ss@")
        await both(server)
        assert asked(server, 0) == asked(server, 1)
        assert asked(server, 1)[1]["authorization"].startswith("basic ")


async def test_a_query_of_the_base_address_stays_a_query() -> None:
    async with wire(OK) as server:
        await ours(f"{server.url}?api-version=7")
        assert asked(server, 0)[0] == "post /v1/chat/completions?api-version=7 http/1.1"


async def test_a_key_that_no_header_can_have_is_sent_without_it() -> None:
    async with wire(OK) as server:
        asking = ChatServer(server.url, f"{KEY}\r\n\x00", connect_s=5.0)
        async with asking.post(BODY):
            await asking.aclose()
        assert asked(server, 0)[1]["authorization"] == f"bearer {KEY}"


ERROR: Json = {"message": "Rate limit. Try again in 7s.", "type": "requests", "code": "rate"}
BUSY = json.dumps({"error": ERROR})
REFUSALS = {
    "an error": BUSY,
    "a text as error": json.dumps({"error": "no such model"}),
    "no error": json.dumps({"error": None}),
    "an error of its own": json.dumps({"message": "context length exceeded", "code": 400}),
    "a list": json.dumps([{"error": ERROR}]),
    "a detail": json.dumps({"detail": [{"loc": ["body", "seed"], "msg": "not permitted"}]}),
    "a text": '"overloaded"',
    "words": "  upstream connect error \n",
    "HTML": "<html><title>502</title></html>",
    "nothing": "",
    "deeply nested": "[" * 100_000,
    "a mark at the beginning": "\ufeff" + BUSY,
}


STATUSES = (401, 402, 403, 404, 409, 413, 422, 429, 500, 503, 529)
BODIES = [*((400, body) for body in REFUSALS.values()), *((one, BUSY) for one in STATUSES)]


@pytest.mark.parametrize(("status", "body"), BODIES, ids=[*REFUSALS, *map(str, STATUSES)])
async def test_a_refusal_is_read_as_the_sdk_reads_it(status: int, body: str) -> None:
    kind = "application/json\r\nretry-after: 3"
    answer = http(body, status=f"{status} No", kind=kind)
    async with wire(answer, answer) as server:
        expected, found = await both(server)
    assert isinstance(found, Failure)
    assert found == expected


@pytest.mark.parametrize("kind", ["text/plain; charset=latin-1", "text/plain; charset=none", "x"])
async def test_the_characters_of_a_refusal_are_read_as_the_sdk_reads_them(kind: str) -> None:
    body = '{"error": {"message": "Kontingent überschritten: réessayez"}}'
    head = f"HTTP/1.1 400 No\r\nconnection: close\r\ncontent-type: {kind}\r\n\r\n".encode()
    answer = head + body.encode("latin-1")
    async with wire(answer, answer) as server:
        expected, found = await both(server)
    assert found == expected


async def test_an_endless_refusal_is_read_up_to_a_limit() -> None:
    answer = http("x" * 5_000_000, status="500 No")
    async with wire(answer) as server:
        assert await ours(server.url) == refused(500, "xx", "Error code: 500", {})


def coded(name: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: {name}\r\n\r\n"
    return head.encode() + body


RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
ANSWERS = {
    "plain": sse({"choices": []}),
    "gzip": coded("gzip", gzip.compress(b"data: {}\n\n" * 9)),
    "gzip that is cut": coded("gzip", gzip.compress(b"data: {}\n\n" * 9)[:-12]),
    "deflate": coded("deflate", zlib.compress(b"data: {}\n\n")),
    "raw deflate": coded("deflate", RAW.compress(b"data: {}\n\n") + RAW.flush()),
    "no coding": coded("identity", b"data: {}\n\n"),
    "long header": b"HTTP/1.1 200 OK\r\nx: " + b"a" * 20_000 + b"\r\nconnection: close\r\n\r\nok",
    "an early hint": b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" + OK,
    "lines without returns": b"HTTP/1.1 200 OK\nconnection: close\n\nok",
    "more than announced": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok\r\n",
}
TROUBLES = {
    "no response": b"",
    "no HTTP": b"hello\r\n\r\n",
    "a wrong header": b"HTTP/1.1 200 OK\r\nwrong header\r\n\r\nok",
    "less than announced": b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok",
    "chunks that are cut": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n",
    "wrong chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n",
}


@pytest.mark.parametrize("answer", [*ANSWERS.values(), *TROUBLES.values()], ids=ANSWERS | TROUBLES)
async def test_a_body_is_the_one_that_the_sdk_reads(answer: bytes) -> None:
    async with wire(answer, answer) as server:
        expected, found = await both(server)
    assert found == expected


async def test_without_a_server_the_reason_is_that_of_the_sdk() -> None:
    async with wire() as gone:
        url = gone.url
    assert await ours(url) == await judged(url) == Failure(reason="ConnectError")
    unknown = "http://name.invalid/v1"
    assert await ours(unknown) == await judged(unknown) == Failure(reason="ConnectError")

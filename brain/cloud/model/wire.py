"""One chat request over the vendor's SDK, from the first byte to the end of the stream.

By itself the SDK waits 600 s, sends twice more, and takes a stream that broke off for a whole one;
all three are switched off or seen to here.

The request goes out through `client.post` and the chunks come back as plain objects. The typed way,
`client.chat.completions.create`, puts the same bytes on the wire for 2.6 times the processor's time
(2.6 instead of 1.0 ms for an answer of 20 pieces), and with many callers that time is the wait.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brain.cloud.model.faults import Failure, error_in_answer, refused
from brain.cloud.model.stream import Assembly
from brain.codec import Json
from brain.run.ports import Delta

if TYPE_CHECKING:
    from openai import APIError, AsyncOpenAI, AsyncStream

TAIL_S = 1.0  # seconds for the token count once the answer is complete
MAX_BODY_BYTES = 2 * 1024 * 1024  # of an answer that is not streamed: several times the longest


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """How long to wait for what, in seconds, within the limit of the call."""

    connect_s: float = 5.0  # a healthy server accepts in 0.3 s
    first_token_s: float = 60.0  # some models think long before they speak
    gap_s: float = 30.0  # between two pieces; healthy ones are 0.1 s apart


def make_client(url: str, api_key: str, waits: Waits) -> "AsyncOpenAI":
    """The SDK's client with our waits. Slow the first time: it imports the SDK."""
    import httpx2
    import openai

    from brain.cloud.model.lanes import Lanes

    timeout = httpx2.Timeout(waits.first_token_s, connect=waits.connect_s)
    trusted = httpx2.create_ssl_context()  # once: 50 ms that no further connection should cost
    return openai.AsyncOpenAI(
        api_key=api_key,
        base_url=url,
        timeout=timeout,
        max_retries=0,
        http_client=openai.DefaultAsyncHttpx2Client(
            timeout=timeout, transport=Lanes(lambda: httpx2.AsyncHTTPTransport(verify=trusted))
        ),
    )


async def listen(
    client: "AsyncOpenAI",
    body: Json,
    assembly: Assembly,
    tell: Callable[[Delta], None],
    waits: Waits,
    end: float,
) -> Failure | None:
    """Ask, and feed the answer into the assembly until it ends; what broke it off, if anything did.

    `end` is the loop's time at which to stop. The stream is closed however this ends.
    """
    import httpx2
    import openai

    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(min(end, loop.time() + waits.first_token_s)) as limit:
            async with await _post(client, body) as stream:
                if "json" in stream.response.headers.get("content-type", ""):
                    return _take_whole(await _whole(stream), assembly, tell)
                async for chunk in stream:  # the library raises what is an error among them
                    _take(chunk, assembly, tell)
                    if assembly.finish or assembly.begun:
                        gap_s = TAIL_S if assembly.finish else waits.gap_s
                        limit.reschedule(min(end, loop.time() + gap_s))
    except TimeoutError:
        return Failure(reason="no answer in time")
    except openai.APIError as error:
        return _failure(error)
    except httpx2.HTTPError as error:
        return Failure(reason=type(error).__name__)
    except (json.JSONDecodeError, UnicodeDecodeError):
        return Failure(reason="not JSON")
    return None


async def _post(client: "AsyncOpenAI", body: Json) -> "AsyncStream[object]":
    from openai import AsyncStream

    return await client.post(
        "/chat/completions", cast_to=object, body=body, stream=True, stream_cls=AsyncStream[object]
    )


async def _whole(stream: "AsyncStream[object]") -> object:
    """The answer of a server that does not stream, or that has an error to tell."""
    parts = bytearray()
    async for part in stream.response.aiter_bytes():
        parts += part
        if len(parts) > MAX_BODY_BYTES:
            break  # what is there is no JSON, and counts as such
    return json.loads(parts)


def _take_whole(body: object, assembly: Assembly, tell: Callable[[Delta], None]) -> Failure | None:
    if isinstance(body, dict) and (error := body.get("error")):
        return error_in_answer(error)
    _take(body, assembly, tell)
    return None


def _take(chunk: object, assembly: Assembly, tell: Callable[[Delta], None]) -> None:
    if isinstance(chunk, dict):
        for delta in assembly.feed(chunk):
            tell(delta)


def _failure(error: "APIError") -> Failure:
    import openai

    match error:
        case openai.APIStatusError(status_code=status, response=response):
            return refused(status, error.body, error.message, response.headers)
        case openai.APIConnectionError():
            return Failure(reason=type(error.__cause__ or error).__name__)
        case _:
            return error_in_answer(error.body)

"""The chat model: interrupted answers, limits, and callers who disconnect."""

import asyncio
import gc
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from brain.cloud.model.chat import ChatModel, ChatSettings
from brain.cloud.model.stream import MAX_ARGUMENT_CHARS, MAX_TEXT_CHARS
from brain.cloud.model.wire import Waits
from brain.errors import ModelCut, ModelUnavailable
from brain.run.ports import Model
from tests.contracts.model.chat_stage import (
    KEY,
    PROMPT,
    Directed,
    PendingNotices,
    asking,
    delta,
    model,
    part,
    server,
    sse,
    told,
    wire,
)

__all__ = ["model", "server"]  # fixtures

CALL = {"name": "find", "arguments": {"query": "bulbs and everything else that is in the garden"}}
ONE = sse(delta(content="one"), delta("stop"), "data: [DONE]")


@pytest.mark.parametrize("broken", [{"cut_after": 3}, {"finish_reason": None}])
async def test_an_interrupted_answer_is_cut_and_not_retried(
    server: Directed, model: Model, broken: dict[str, object]
) -> None:
    text = "The bulbs go in before "
    await server.direct({"text": text, **broken, "repeat": 9})
    heard, listen = told()
    with pytest.raises(ModelCut) as caught:
        await model.answer(PROMPT, limit_s=20, on_delta=listen)
    assert caught.value.text == text
    assert "".join(piece for _, piece in heard) == text
    assert len(await server.asked()) == 1


async def test_interrupted_tool_calls_are_not_run(server: Directed, model: Model) -> None:
    await server.direct({"calls": [CALL], "cut_after": 3})
    with pytest.raises(ModelCut) as caught:
        await model.answer(PROMPT, limit_s=20)
    assert caught.value.text == ""


async def test_a_text_at_its_length_limit_is_an_answer(server: Directed, model: Model) -> None:
    await server.direct({"text": "The bulbs", "finish_reason": "length"})
    assert (await model.answer(PROMPT, limit_s=20)).text == "The bulbs"


async def test_a_call_interrupted_by_the_length_limit_is_cut(
    server: Directed, model: Model
) -> None:
    half = {"name": "find", "arguments": '{"query": "bul'}
    await server.direct({"text": "I look", "calls": [half], "finish_reason": "length"})
    with pytest.raises(ModelCut) as caught:
        await model.answer(PROMPT, limit_s=20)
    assert caught.value.text == "I look"


async def test_a_complete_call_at_the_length_limit_is_an_answer(
    server: Directed, model: Model
) -> None:
    await server.direct({"calls": [CALL], "finish_reason": "length"})
    answer = await model.answer(PROMPT, limit_s=20)
    assert [call.name for call in answer.calls] == ["find"]


async def test_a_filtered_answer_is_an_error(server: Directed, model: Model) -> None:
    await server.direct({"text": "The", "finish_reason": "content_filter"})
    with pytest.raises(ModelUnavailable, match="filter"):
        await model.answer(PROMPT, limit_s=20)


async def test_an_error_during_the_stream_is_a_cut(server: Directed, model: Model) -> None:
    await server.direct({"text": "The bulbs", "finish_reason": "error"})
    with pytest.raises(ModelCut) as caught:
        await model.answer(PROMPT, limit_s=20)
    assert caught.value.text == "The bulbs"


async def test_the_limit_cuts_an_answer_that_has_begun(server: Directed, model: ChatModel) -> None:
    await model.warm()
    await server.direct({"text": "The bulbs go in before", "chunk_delay_s": 0.4, "repeat": 9})
    with pytest.raises(ModelCut) as caught:
        await model.answer(PROMPT, limit_s=1.0)
    assert caught.value.text
    assert "The bulbs go in before".startswith(caught.value.text)


async def test_the_limit_ends_the_wait_for_a_silent_model(
    server: Directed, model: ChatModel
) -> None:
    await model.warm()
    await server.direct({"hang": True, "repeat": 9})
    with pytest.raises(ModelUnavailable, match="in time"):
        await model.answer(PROMPT, limit_s=0.5)


async def test_a_model_that_hangs_is_asked_again_within_the_limit(server: Directed) -> None:
    await server.direct({"hang": True}, {"text": "one"})
    async with asking(server.url, waits=Waits(first_token_s=0.5)) as model:
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"


async def test_an_answer_is_complete_with_its_finish_reason_even_if_the_stream_stays_open() -> None:
    whole = PendingNotices(sse(delta(content="one"), delta("stop")))
    patient = Waits(first_token_s=300, gap_s=300)
    async with wire(whole) as server, asking(server.url, waits=patient) as model:
        assert (await model.answer(PROMPT, limit_s=300)).text == "one"
        await server.left.wait()


async def test_a_silence_between_two_pieces_is_a_cut_after_a_while() -> None:
    half = PendingNotices(sse(delta(content="The bulbs")))
    async with wire(half) as server, asking(server.url, waits=Waits(gap_s=0.2)) as model:
        with pytest.raises(ModelCut, match="in time") as caught:
            await model.answer(PROMPT, limit_s=60)
        assert caught.value.text == "The bulbs"
        await server.left.wait()


@pytest.mark.parametrize(
    ("piece", "times"),
    [
        (delta(content="x" * 10_000), MAX_TEXT_CHARS // 10_000 + 1),
        (part(0, id="a", name="find", arguments="x" * 10_000), MAX_ARGUMENT_CHARS // 10_000 + 1),
    ],
)
async def test_an_endless_answer_fails_and_its_stream_is_closed(
    piece: dict[str, object], times: int
) -> None:
    endless = PendingNotices(sse(*[piece] * times))
    async with wire(endless) as server, asking(server.url) as model:
        with pytest.raises(ModelUnavailable, match="more than"):
            await model.answer(PROMPT, limit_s=60)
        await server.left.wait()


@pytest.mark.parametrize("begun", [b"", sse(delta(content="The bulbs"))])
async def test_a_caller_who_leaves_closes_the_stream(begun: bytes) -> None:
    async with wire(PendingNotices(begun)) as server, asking(server.url) as model:
        asked = asyncio.create_task(model.answer(PROMPT, limit_s=60))
        await server.asked.wait()
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await server.left.wait()


async def test_a_cancelled_caller_does_not_affect_the_others() -> None:
    async with wire(ONE) as server, asking(server.url) as model:
        loop = asyncio.get_running_loop()
        # Started eagerly: it waits for the client already when it leaves.
        leaver = asyncio.Task(model.warm(), loop=loop, eager_start=True)
        stayer = asyncio.create_task(model.answer(PROMPT, limit_s=60))
        leaver.cancel()
        assert (await stayer).text == "one"


class KeepAlive(BaseHTTPRequestHandler):
    """Answers, and keeps the connection open for the next request."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = ONE.split(b"\r\n\r\n", 1)[1]
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Send nothing."""


# The first loop is gone before its connection is closed: that is what the test is about.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_connection_of_a_closed_loop_is_not_reused() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), KeepAlive) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = ChatSettings(
            provider="openai",
            base_url=f"http://127.0.0.1:{server.server_port}/v1",
            api_key=KEY,
            model="m",
        )
        model = ChatModel(settings, random=lambda: 0.0)
        answers = [asyncio.run(model.answer(PROMPT, limit_s=20)) for _ in range(2)]
        server.shutdown()
    del model
    gc.collect()  # here, where the warning about the old connection is expected
    assert [answer.text for answer in answers] == ["one", "one"]

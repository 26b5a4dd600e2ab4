"""The chat model: interrupted answers, limits, and callers who disconnect."""

import asyncio
import gc
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest

from brain.cloud.model.calls import MAX_ARGUMENT_CHARS
from brain.cloud.model.chat import ChatModel, ChatSettings
from brain.cloud.model.patience import TRIES
from brain.cloud.model.speech import MAX_TEXT_CHARS
from brain.cloud.model.wire import Waits
from brain.errors import FaultClass, ModelCut, ModelRefused, ModelUnavailable
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


async def test_an_interrupted_answer_is_asked_for_again(server: Directed, model: Model) -> None:
    text = "The bulbs go in before the first frost of the year."
    await server.direct({"text": text, "cut_after": 2}, {"text": "In autumn."})
    heard, listen = told()
    assert (await model.answer(PROMPT, limit_s=20, on_delta=listen)).text == "In autumn."
    # Shown pieces cannot be taken back: the later answer replaces them when it is complete.
    shown = "".join(piece for _, piece in heard)
    assert shown
    assert text.startswith(shown)


async def test_an_answer_that_is_interrupted_each_time_fails_after_pauses(server: Directed) -> None:
    await server.direct({"text": "The bulbs go in before ", "cut_after": 3, "repeat": 9})
    async with asking(server.url, fallback_models=("other",)) as model:
        with pytest.raises(ModelUnavailable) as caught:
            await model.answer(PROMPT, limit_s=20)
    assert caught.value.fault is FaultClass.MOMENT
    asked = await server.asked()
    assert [call["fields"]["model"] for call in asked] == ["m"] * TRIES + ["other"] * TRIES
    of_one = [call["at"] for call in asked[:TRIES]]
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(of_one))


async def test_interrupted_tool_calls_are_not_run(server: Directed, model: Model) -> None:
    await server.direct({"calls": [CALL], "cut_after": 3}, {"text": "In autumn."})
    answer = await model.answer(PROMPT, limit_s=20)
    assert (answer.text, answer.calls) == ("In autumn.", ())


@pytest.mark.parametrize(
    "reason", ["length", "max_tokens", "insufficient_system_resource", "abort", "unheard-of"]
)
async def test_a_text_that_ends_for_another_reason_is_cut(
    server: Directed, model: Model, reason: str
) -> None:
    await server.direct({"text": "The bulbs", "finish_reason": reason, "repeat": 9})
    with pytest.raises(ModelCut) as caught:
        await model.answer(PROMPT, limit_s=20)
    assert caught.value.text == "The bulbs"
    assert caught.value.tokens > 0
    assert len(await server.asked()) == 1


async def test_the_same_model_rests_after_a_cut(server: Directed, model: Model) -> None:
    await server.direct({"text": "The bulbs", "finish_reason": "length"}, {"text": "In autumn."})
    with pytest.raises(ModelCut):
        await model.answer(PROMPT, limit_s=20)
    assert (await model.answer(PROMPT, limit_s=20)).text == "In autumn."
    first, second = await server.asked()
    assert second["at"] - first["at"] >= 0.2


async def test_a_call_interrupted_by_the_length_limit_is_cut(
    server: Directed, model: Model
) -> None:
    half = {"name": "find", "arguments": '{"query": "bul'}
    await server.direct({"text": "I look", "calls": [half], "finish_reason": "length"})
    with pytest.raises(ModelCut) as caught:
        await model.answer(PROMPT, limit_s=20)
    # Text beside calls is not said, so the model must not go on with it.
    assert (caught.value.text, caught.value.at_limit) == ("", True)


async def test_a_complete_call_at_the_length_limit_is_cut(server: Directed, model: Model) -> None:
    await server.direct({"calls": [CALL], "finish_reason": "length"})
    with pytest.raises(ModelCut) as caught:
        await model.answer(PROMPT, limit_s=20)
    assert caught.value.text == ""


async def test_a_filtered_answer_is_refused_at_once(server: Directed) -> None:
    await server.direct({"text": "The", "finish_reason": "content_filter", "repeat": 9})
    async with asking(server.url, fallback_models=("other",)) as model:
        with pytest.raises(ModelRefused, match="filter") as caught:
            await model.answer(PROMPT, limit_s=20)
    assert caught.value.fault is FaultClass.FILTERED
    assert len(await server.asked()) == 1


async def test_an_error_during_the_stream_is_retried(server: Directed, model: Model) -> None:
    await server.direct({"text": "The bulbs", "finish_reason": "error"}, {"text": "In autumn."})
    assert (await model.answer(PROMPT, limit_s=20)).text == "In autumn."


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


@pytest.mark.parametrize(("limit_s", "asked"), [(30, ["m", "m", "other"]), (2.2, ["m", "other"])])
async def test_two_silent_waits_leave_time_for_the_next_model(
    limit_s: float, asked: list[str]
) -> None:
    silent = PendingNotices(b"")
    one = sse(delta(content="one"), delta("stop"), "data: [DONE]")
    waits = Waits(first_token_s=1)
    async with (
        wire(*[silent] * (len(asked) - 1), one) as server,
        asking(server.url, waits=waits, fallback_models=("other",)) as model,
    ):
        await model.warm()
        assert (await model.answer(PROMPT, limit_s=limit_s)).text == "one"
    assert [request["model"] for request in server.requests] == asked


async def test_an_answer_is_complete_with_its_finish_reason_even_if_the_stream_stays_open() -> None:
    whole = PendingNotices(sse(delta(content="one"), delta("stop")))
    patient = Waits(first_token_s=300, gap_s=300, tail_s=0.1)
    async with wire(whole) as server, asking(server.url, waits=patient) as model:
        assert (await model.answer(PROMPT, limit_s=300)).text == "one"
        await server.left.wait()


async def test_after_a_silence_between_two_pieces_the_model_is_asked_once_more() -> None:
    half = PendingNotices(sse(delta(content="The bulbs")))
    async with wire(half, half) as server, asking(server.url, waits=Waits(gap_s=0.2)) as model:
        with pytest.raises(ModelUnavailable, match="in time"):
            await model.answer(PROMPT, limit_s=60)
        await server.left.wait()
    assert server.answers == []


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


async def test_a_connection_is_used_again_after_an_answer() -> None:
    ports: set[int] = set()

    class Counting(KeepAlive):
        def setup(self) -> None:
            super().setup()
            ports.add(self.client_address[1])

    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        async with asking(f"http://127.0.0.1:{server.server_port}/v1") as model:
            for _ in range(3):
                assert (await model.answer(PROMPT, limit_s=20)).text == "one"
        server.shutdown()
    assert len(ports) == 1


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

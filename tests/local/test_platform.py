"""Functions under the real runtime: they behave as in a deployment."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.typing import Subprotocol

from local.platform import Functions
from local.platform.instance import Instance, Source
from tests.local.platform_stage import HERE, Lines, stage

SHORT_S = 1.0  # seconds; the time of an invocation where a test wants it exceeded


async def test_the_first_request_starts_a_function_and_the_process_keeps_serving() -> None:
    async with stage() as on:
        assert on.functions.pid("echo") is None

        answers = [await on.client.post("/api/echo?a=1", content="hello") for _ in range(2)]

        first, second = (answer.json() for answer in answers)
        assert first["pid"] == second["pid"] == on.functions.pid("echo")
        assert (first["method"], first["query"], first["body"]) == ("POST", "a=1", "hello")
        assert answers[0].status_code == 201
        assert on.functions.starts("echo") == 1


async def test_simultaneous_first_requests_share_one_start() -> None:
    async with stage() as on:
        answers = await asyncio.gather(*(on.client.get("/api/echo") for _ in range(5)))

        assert len({answer.json()["pid"] for answer in answers}) == 1
        assert on.functions.starts("echo") == 1


async def test_a_function_sees_its_given_environment_and_not_the_developers() -> None:
    async with stage(env={"GIVEN": "yes", "VERCEL_ENV": "preview"}) as on:
        env = (await on.client.get("/api/echo")).json()["env"]

        assert env["GIVEN"] == "yes"
        assert env["VERCEL_ENV"] == "preview"
        assert env["PATH"] == os.environ["PATH"]
        assert "PYTEST_CURRENT_TEST" in os.environ
        assert "PYTEST_CURRENT_TEST" not in env


async def test_the_output_of_a_function_is_printed_with_its_name() -> None:
    async with stage() as on:
        await on.client.get("/api/echo")

        await on.lines.until("echo | asked for /api/echo")


async def test_a_streamed_answer_arrives_in_pieces() -> None:
    async with stage() as on, on.client.stream("GET", "/api/steps?stream") as answer:
        pieces = answer.aiter_raw()
        first = await anext(pieces)
        await on.step("reach=second")

        assert first == b"first"
        assert [piece async for piece in pieces] == [b"second"]


async def test_a_request_body_reaches_the_function_in_pieces() -> None:
    async with stage() as on:

        async def pieces() -> AsyncIterator[bytes]:
            yield b"one,"
            await on.lines.until("echo | took b'one,'")
            yield b"two"

        answer = await on.client.post("/api/echo", content=pieces())

        assert answer.json()["body"] == "one,two"


async def test_one_process_serves_several_requests_at_once() -> None:
    async with stage() as on:
        waiting = [asyncio.create_task(on.step("wait_for=both")) for _ in range(3)]
        await on.step("reach=both")

        assert await asyncio.gather(*waiting) == ["both was reached"] * 3
        assert on.functions.starts("steps") == 1


async def test_work_continues_after_the_answer() -> None:
    async with stage() as on:
        assert await on.step("work_on") == "answered"

        await on.step("reach=work")

        assert await on.step("wait_for=done") == "done was reached"


async def test_an_invocation_is_told_its_deadline() -> None:
    async with stage(max_duration_s={"functions/s*.py": 7.0, "functions/*.py": 99.0}) as on:
        before = datetime.now(UTC)
        deadline = datetime.fromisoformat(await on.step("deadline"))

        # The runtime counts in whole milliseconds.
        assert before + timedelta(seconds=6.999) <= deadline
        assert deadline <= datetime.now(UTC) + timedelta(seconds=7)


async def test_an_invocation_that_exceeds_its_time_is_a_504_and_ends_its_process() -> None:
    async with stage(max_duration_s=SHORT_S) as on:
        pid = await on.step("pid")

        answer = await on.client.get("/api/steps?hang")

        assert answer.status_code == 504
        assert answer.headers["x-vercel-error"] == "FUNCTION_INVOCATION_TIMEOUT"
        assert await on.step("pid") != pid
        assert on.functions.starts("steps") == 2


async def test_work_after_the_answer_counts_toward_the_time_of_an_invocation() -> None:
    async with stage(max_duration_s=SHORT_S) as on:
        assert await on.step("answer_and_hang") == "answered"

        pid = on.functions.pid("steps")
        while psutil.pid_exists(pid):  # noqa: ASYNC110 - it is the platform's child, not ours
            await asyncio.sleep(0.01)
        assert on.functions.pid("steps") is None


async def test_an_invocation_that_exceeds_its_time_breaks_off_the_others(
    tmp_path: Path,
) -> None:
    source = Source(name="steps", root=HERE, file=Path("functions/steps.py"), env=os.environ)
    instance = await Instance.start(source, tmp_path / "socket", Lines(), guard=None)
    instance.begin(60.0)

    instance.begin(0.01)

    await instance.wait()


async def test_an_answer_that_has_begun_is_broken_off_when_the_time_is_over() -> None:
    async with stage(max_duration_s=SHORT_S) as on:
        with pytest.raises(httpx.RemoteProtocolError):
            await on.client.get("/api/steps?stream")


async def test_an_invocation_that_ends_in_time_does_not_end_its_process() -> None:
    async with stage(max_duration_s=SHORT_S) as on:
        pid = await on.step("pid")

        async with connect(_socket(on.client), proxy=None) as begun_later:
            await begun_later.wait_closed()

        assert await on.step("pid") == pid


async def test_waiting_requests_get_a_502_from_a_killed_process_and_later_ones_succeed() -> None:
    async with stage() as on:
        hanging = asyncio.create_task(on.client.get("/api/steps?hang"))
        await on.step("wait_for=hanging")

        pid = on.functions.pid("steps")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

        answer = await hanging
        assert answer.status_code == 502
        assert answer.headers["content-type"].startswith("text/plain")
        assert await on.step("pid") not in ("", str(pid))


async def test_after_a_kill_the_next_request_waits_for_a_new_process() -> None:
    async with stage() as on:
        pid = await on.step("pid")
        on.functions.kill("steps", signal.SIGKILL)

        assert on.functions.pid("steps") is None
        assert await on.step("pid") != pid


async def test_a_retired_process_takes_no_more_requests_and_ends_with_its_last() -> None:
    async with stage() as on:
        async with on.client.stream("GET", "/api/steps?until_left") as answer:
            pieces = answer.aiter_raw()
            assert await anext(pieces) == b"first"
            old = on.functions.retire("steps")

            assert await on.step("pid") != str(old)
            assert "steps | left" not in on.lines.all
        await on.lines.until("steps | left")

        while psutil.pid_exists(old):  # noqa: ASYNC110 - it is the platform's child, not ours
            await asyncio.sleep(0.01)


async def test_a_function_notices_that_its_client_has_disconnected() -> None:
    async with stage() as on:
        hanging = asyncio.create_task(on.client.get("/api/steps?hang"))
        await on.step("wait_for=hanging")
        hanging.cancel()

        assert await on.step("wait_for=disconnected") == "disconnected was reached"


async def test_only_the_developer_sees_why_a_function_cannot_be_imported(
    tmp_path: Path,
) -> None:
    async with stage(env={"REPAIRED": str(tmp_path / "repaired")}) as on:
        failed = await on.client.get("/api/broken")

        assert failed.status_code == 500
        assert failed.headers["content-type"] == "application/problem+json"
        assert failed.json()["title"]
        assert "needs" not in failed.text
        assert "broken | ImportError: what it needs is not there" in on.lines.all

        (tmp_path / "repaired").touch()
        assert (await on.client.get("/api/broken")).text == "repaired"


async def test_after_a_source_change_the_next_request_gets_a_new_process(tmp_path: Path) -> None:
    function = tmp_path / "api" / "greet.py"
    function.parent.mkdir()
    function.write_text(GREETING.replace("WORD", "hello"))
    async with stage(root=tmp_path, api_dir="api", watch=(tmp_path / "api",)) as on:
        before = [(await on.client.get("/api/greet")).text for _ in range(2)]
        function.write_text(GREETING.replace("WORD", "good day"))

        assert before == ["hello", "hello"]
        assert on.functions.starts("greet") == 1
        assert (await on.client.get("/api/greet")).text == "good day"


GREETING = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"WORD"})
"""


async def test_a_websocket_carries_text_and_bytes_in_both_directions() -> None:
    async with stage() as on:
        async with connect(
            _socket(on.client), subprotocols=[Subprotocol("chat")], proxy=None
        ) as socket:
            await socket.send("hello")
            await socket.send(b"\x00\xff")

            assert [await socket.recv(), await socket.recv()] == ["hello", b"\x00\xff"]
            assert socket.subprotocol == "chat"
            await socket.close(4002)
        await on.lines.until("chat | closed with 4002")


async def test_a_websocket_is_closed_with_the_functions_own_code() -> None:
    async with stage() as on, connect(_socket(on.client), proxy=None) as socket:
        await socket.send("bye")
        await socket.wait_closed()

        assert (socket.close_code, socket.close_reason) == (4001, "bye")


async def test_a_websocket_that_the_function_refuses_does_not_open() -> None:
    async with stage() as on:
        with pytest.raises(InvalidStatus) as refusal:
            await connect(_socket(on.client) + "?refuse", proxy=None)

        assert refusal.value.response.status_code == 403


async def test_a_websocket_that_does_not_open_in_time_is_a_504() -> None:
    async with stage(max_duration_s=SHORT_S) as on:
        with pytest.raises(InvalidStatus) as refusal:
            await connect(_socket(on.client) + "?hang", proxy=None)

        assert refusal.value.response.status_code == 504


async def test_a_websocket_ends_when_the_time_of_its_invocation_is_over() -> None:
    async with (
        stage(max_duration_s=SHORT_S) as on,
        connect(_socket(on.client), proxy=None) as socket,
    ):
        with pytest.raises(ConnectionClosedError):
            await socket.recv()

        assert on.functions.pid("chat") is None


async def test_stopping_ends_every_process_in_any_state() -> None:
    async with stage() as on:
        hanging = asyncio.create_task(on.client.get("/api/steps?hang"))
        await on.step("wait_for=hanging")
        pid = on.functions.pid("steps")
        assert pid is not None

        await on.functions.stop()

        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert (await hanging).status_code == 502


async def test_files_that_begin_with_an_underscore_have_no_route() -> None:
    async with Functions(HERE, env={}, api_dir="functions") as functions:
        assert functions.names() == {"broken", "chat", "echo", "steps"}


def _socket(client: httpx.AsyncClient) -> str:
    return f"ws://{client.base_url.netloc.decode()}/api/chat"

"""`make dev` and related commands as processes: their output, and that no process is left
behind.
"""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from local.command import STATE
from local.dev import addresses
from local.services import ROOT

UP = "Second Brain is on "
PORTS = 8  # the page's and its services'
LIMIT_S = 30.0  # seconds for anything that a test waits for
LOWEST, HIGHEST = 20_000, 30_000  # below the range from which the system assigns ports

NO_FILE = {"BRAIN_LOCAL_ENV": ""}  # the .env of whoever runs the tests

type Json = dict[str, Any]


@pytest.fixture
def port() -> int:
    """Return the first of eight free ports in a row."""
    return next(first for first in range(LOWEST, HIGHEST, 2 * PORTS) if are_free(first))


def are_free(first: int) -> bool:
    with ExitStack() as exits:
        try:
            for port in range(first, first + PORTS):
                exits.enter_context(taken(port))
        except OSError:
            return False
    return True


@contextmanager
def taken(port: int) -> Iterator[None]:
    with socket.socket() as place:
        place.bind(("127.0.0.1", port))
        place.listen()
        yield


async def begin(
    module: str, *arguments: str, state: Path, port: int | str = "", **more: str
) -> Process:
    """Start a command of local/, as make does."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        env={
            **os.environ,
            "PORT": str(port),
            STATE: str(state),
            "BRAIN_LEASE_S": "5",
            **NO_FILE,
            **more,
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )


@asynccontextmanager
async def dev(state: Path, port: int, **more: str) -> AsyncIterator[Process]:
    """Run `make dev` until it serves."""
    process = await begin("local.dev", state=state, port=port, **more)
    try:
        assert await printed(process, UP) == f"{UP}http://127.0.0.1:{port}"
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def printed(process: Process, words: str) -> str:
    """Return the first line with these words."""
    assert process.stdout
    async with asyncio.timeout(LIMIT_S):
        async for line in process.stdout:
            if words in line.decode():
                return line.decode().strip()
    _, complaint = await process.communicate()
    raise AssertionError(f"it ended without these words: {words}\n{complaint.decode()}")


async def ended(process: Process) -> tuple[int | None, str]:
    """Return the exit code, and the error output."""
    try:
        async with asyncio.timeout(LIMIT_S):
            _, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, complaint.decode()


async def ask(client: httpx.AsyncClient, text: str) -> Json:
    """Start a session as the page does, ask, and return the outcome."""
    client.headers["Authorization"] = f"Bearer {(await post(client, 'session'))['token']}"
    return await post(client, "voiceToBrain", text=text)


async def post(client: httpx.AsyncClient, route: str, **body: object) -> Json:
    answer = await client.post(f"/api/{route}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def at(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=LIMIT_S)


def family(process: Process) -> list[psutil.Process]:
    """Return all processes that it started, and those that they started."""
    found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return found


async def until_gone(family: list[psutil.Process]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while any(map(lives, family)):  # noqa: ASYNC110 - we get no notification of a grandchild's end
            await asyncio.sleep(0.02)


def lives(process: psutil.Process) -> bool:
    """Return whether it runs; a zombie that no process reaps does not count."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_every_child_ends_with_it_no_matter_how_it_ends(
    tmp_path: Path, port: int, number: signal.Signals
) -> None:
    async with dev(tmp_path, port) as process, at(port) as client:
        page = await client.get("/")
        assert "<title>Second Brain</title>" in page.text
        outcome = await ask(client, "Hello")
        assert "script" in outcome["message"]["text"]
        children = family(process)
        commands = " ".join(" ".join(child.cmdline()) for child in children)
        for name in ("valkey", "postgres", "guard.py", "vc_init session", "vc_init voiceToBrain"):
            assert name in commands

        process.send_signal(number)

        code, complaint = await ended(process)
        await until_gone(children)
        assert code == (-number if number == signal.SIGKILL else 0)
        assert "Traceback" not in complaint


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
async def test_what_was_said_is_still_there_after_a_restart(
    tmp_path: Path, port: int, number: signal.Signals
) -> None:
    async with dev(tmp_path, port) as process, at(port) as client:
        await ask(client, "Remember: the key is under the stone")
        before = (await client.get("/api/messages")).json()["messages"]
        assert len(before) == 2
        children = family(process)
        process.send_signal(number)
        await ended(process)
        await until_gone(children)

    async with dev(tmp_path, port), at(port) as client:
        outcome = await ask(client, "Where is the key?")
        after = (await client.get("/api/messages")).json()["messages"]
    assert after[:2] == before
    assert "under the stone" in outcome["message"]["text"]


@pytest.mark.parametrize("beside", [0, 4, 7])
async def test_a_port_in_use_is_reported_in_one_line(
    tmp_path: Path, port: int, beside: int
) -> None:
    with taken(port + beside):
        code, complaint = await ended(await begin("local.dev", state=tmp_path, port=port))

    assert code == 1
    assert complaint.splitlines() == [
        f"cannot listen on 127.0.0.1:{port + beside}: Address already in use. "
        f"Choose another port: PORT={port + 10}"
    ]


@pytest.mark.parametrize("command", ["local.dev", "local.services"])
@pytest.mark.parametrize("wrong", ["abc", "0", "65536", "-1", "3000.5", "²"])
async def test_an_invalid_port_is_reported_in_one_line(
    tmp_path: Path, command: str, wrong: str
) -> None:
    code, complaint = await ended(await begin(command, state=tmp_path, port=wrong))

    assert code == 1
    assert complaint.splitlines() == [f"PORT must be a number from 1 to 64999, not {wrong!r}"]


async def test_a_second_stack_on_the_same_state_is_refused_in_one_line(
    tmp_path: Path, port: int
) -> None:
    async with dev(tmp_path, port):
        second = await begin("local.dev", state=tmp_path, port=port + PORTS)
        code, complaint = await ended(second)

    assert code == 1
    assert len(complaint.splitlines()) == 1
    assert "is in use by another process" in complaint


async def test_a_folder_is_imported_into_the_running_stack(tmp_path: Path, port: int) -> None:
    texts = tmp_path / "my texts"
    texts.mkdir()
    (texts / "boat.md").write_text("# The boat\n\nIts key hangs behind the barometer.\n")
    state = tmp_path / "state"
    async with dev(state, port), at(port) as client:
        done = await begin("local.imports", str(texts), state=state)
        assert "1 created" in await printed(done, "created,")
        assert await ended(done) == (0, "")
        outcome = await ask(client, "Where is the key of the boat?")
    assert "behind the barometer" in outcome["message"]["text"]


@pytest.mark.parametrize("was_up", [False, True])
async def test_an_import_without_a_running_stack_says_what_to_start(
    tmp_path: Path, port: int, was_up: bool
) -> None:
    if was_up:
        async with dev(tmp_path, port):
            pass
    code, complaint = await ended(await begin("local.imports", str(ROOT), state=tmp_path))

    assert code == 1
    assert complaint.splitlines() == [
        "No local stack is running. Start `make dev` in another terminal first."
    ]


async def test_an_open_stack_warns_and_lets_in_who_comes_by_its_addresses_only(
    tmp_path: Path, port: int
) -> None:
    own = [one for one in addresses(port) if reaches(one)]
    async with dev(tmp_path, port, HOST="0.0.0.0") as process:
        assert await printed(process, "WARNING: 0.0.0.0 lets every device in your network in")
        assert await printed(process, "Set BRAIN_ACCESS_KEY, and the page asks for it.")
        async with httpx.AsyncClient(timeout=LIMIT_S) as http:
            for address in [*own, f"127.0.0.1:{port}"]:
                assert (await http.get(f"http://{address}/")).status_code == 200
            named = {"Host": f"rebound.example:{port}"}
            assert (await http.get(f"http://127.0.0.1:{port}/", headers=named)).status_code == 421


def reaches(address: str) -> bool:
    """Whether this machine can connect to one of its own addresses: in a sandbox it may not."""
    host, _, _ = address.rpartition(":")
    with socket.socket() as probe, socket.socket() as listener:
        try:
            listener.bind((host, 0))
            listener.listen()
            probe.settimeout(1)
            probe.connect(listener.getsockname())
        except OSError:
            return False
    return True

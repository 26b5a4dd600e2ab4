"""The functions under `vercel dev --local`, for those who work with the vendor's own tool."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import async_playwright

from local.command import STATE
from local.toolchain import find_browser
from tests.vercel.copies import CLI, ROOT, copy_tree, environment

READY = "Ready!"  # what the tool prints once it serves
START_S = 60.0  # seconds; 2 on two idle cores
FIRST_ANSWER_S = 80.0  # seconds; the tool installs the packages anew for each function it starts
ALL_ANSWERS_S = 180.0  # seconds for the first answers of three functions at once; 55 on two cores
USED = ("session", "voiceToBrain", "messages")  # the functions of the main job
BARE = "/icon.svg"  # a document of the page's origin that no client is in yet
BY_POLLING = """async (text) => {
    const { connect } = await import('/brain.js');
    const brain = await connect();
    const list = [];
    const isWhole = new Promise((resolve) => {
        brain.onMessage(({ role, text }) => list.push(text) && role === 'brain' && resolve());
    });
    const state = await new Promise((resolve) => {
        brain.onState((state) => state.connection === 'polling' && resolve(state));
    });
    const { message } = await brain.askBrain(text);
    await isWhole;
    return { connection: state.connection, road: state.road, answer: message.text, list };
}"""
STOP_S = 10.0  # seconds between asking the tool to end and ending it


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def five_free_ports() -> int:
    """The first of them: the page's, with those of its services behind it."""
    for first in range(30_000, 32_000, 10):
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for port in range(first, first + 5):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise AssertionError("no five free ports in a row")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a copy of the tree, served with no service set up."""
    copy = copy_tree(tmp_path_factory.mktemp("dev"))
    with served(copy, free_port(), tmp_path_factory.mktemp("t")) as address:
        yield address


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same for one that stands where `make services` points it at the local services."""
    copy = copy_tree(tmp_path_factory.mktemp("home"))
    for name in (".env", ".env.local"):
        (copy / name).unlink()
    port = five_free_ports()
    unpacked = tmp_path_factory.mktemp("u")
    with services(copy, port, tmp_path_factory.mktemp("state")), served(copy, port, unpacked) as at:
        with ThreadPoolExecutor() as threads:  # what they install takes its time: all at once
            list(
                threads.map(lambda name: httpx.get(f"{at}/api/{name}", timeout=ALL_ANSWERS_S), USED)
            )
        yield at


@contextlib.contextmanager
def services(copy: Path, port: int, state: Path) -> Iterator[None]:
    """`make services` for this copy."""
    main = "import asyncio, sys, pathlib; from local.services import main"
    run = "asyncio.run(main(int(sys.argv[1]), pathlib.Path(sys.argv[2])))"
    with subprocess.Popen(
        [sys.executable, "-c", f"{main}; {run}", str(port), str(copy)],
        cwd=ROOT,
        env={**os.environ, STATE: str(state)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline().startswith("Services are up.")
            yield
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(timeout=STOP_S)
    assert not (copy / ".env").exists()


@contextlib.contextmanager
def served(copy: Path, port: int, unpacked: Path) -> Iterator[str]:
    """`vercel dev` in this copy; it unpacks each function into `unpacked` and leaves it there."""
    (copy / "node_modules").symlink_to(ROOT / "node_modules")  # the tool builds, but installs not
    address = f"127.0.0.1:{port}"
    with subprocess.Popen(
        [CLI, "dev", "--local", "-A", "vercel.dev.json", "--listen", address, "--yes"],
        cwd=copy,
        env=environment({"TMPDIR": str(unpacked)}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # its children are ended with it, as one group
    ) as server:
        try:
            wait_until_ready(server)
            yield f"http://{address}"
        finally:
            end(server)


def wait_until_ready(server: subprocess.Popen[str]) -> None:
    """Returns once it serves. Its output is read to the end, or a full pipe would stop it."""
    told: list[str] = []
    ready_or_gone = threading.Event()

    def read() -> None:
        assert server.stdout is not None
        for line in server.stdout:
            told.append(line)
            if READY in line:
                ready_or_gone.set()
        ready_or_gone.set()

    threading.Thread(target=read, daemon=True).start()
    assert ready_or_gone.wait(START_S), "vercel dev does not get ready"
    assert READY in "".join(told), "vercel dev ended before it served:\n" + "".join(told)


def end(server: subprocess.Popen[str]) -> None:
    # The tool alone is asked first: it ends its functions, which stand in groups of their own.
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=STOP_S)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


def test_the_page_is_served(site: str) -> None:
    page = httpx.get(site, timeout=FIRST_ANSWER_S)

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


def test_health_names_what_is_missing_through_its_rewrite(site: str) -> None:
    health = httpx.get(f"{site}/api/health", timeout=FIRST_ANSWER_S)

    report = health.json()
    assert report["ok"] is False
    assert set(report["checks"]) >= {"redis", "queue", "channel", "database", "model"}
    assert "UPSTASH_REDIS_REST_URL" in health.text


@pytest.mark.timeout(ALL_ANSWERS_S + 60)  # seconds; on a busy machine the set-up alone may take 120
def test_the_main_job_is_done_on_the_local_services(home: str) -> None:
    with httpx.Client(base_url=home, timeout=FIRST_ANSWER_S) as client:
        session = answer_of(client.post("/api/session", json={}))
        client.headers["Authorization"] = f"Bearer {session['token']}"

        outcome = answer_of(client.post("/api/voiceToBrain", json={"text": "What can you do?"}))

        log = answer_of(client.get("/api/messages"))["messages"]
    assert outcome["state"] == "done"
    assert "I am a script" in outcome["message"]["text"]
    assert [entry["text"] for entry in log] == ["What can you do?", outcome["message"]["text"]]
    assert log[1] == outcome["message"]


@pytest.mark.timeout(ALL_ANSWERS_S + 60)
async def test_without_streams_and_sockets_the_client_in_a_browser_works_by_polling(
    home: str,
) -> None:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        page = await browser.new_page()
        # The channel is no function: the tool's lack of sockets would not keep it away.
        await page.route_web_socket("**", lambda socket: socket.close())
        await page.goto(f"{home}{BARE}")
        found = await page.evaluate(BY_POLLING, "What can you do?")
        await browser.close()

    assert found["connection"] == "polling"
    assert found["road"] == "polling"
    assert "I am a script" in found["answer"]
    assert found["list"] == ["What can you do?", found["answer"]]


def answer_of(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    content: dict[str, Any] = response.json()
    return content

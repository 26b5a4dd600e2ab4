"""The functions under `vercel dev --local`, for those who work with the vendor's own tool."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.vercel.copies import CLI, ROOT, copy_tree, environment

READY = "Ready!"  # what the tool prints once it serves
START_S = 60.0  # seconds; 2 on two idle cores
FIRST_ANSWER_S = 80.0  # seconds; the tool installs the packages anew for each function it starts
STOP_S = 10.0  # seconds between asking the tool to end and ending it


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a copy of the tree, served with no service set up."""
    copy = copy_tree(tmp_path_factory.mktemp("dev"))
    unpacked = tmp_path_factory.mktemp("t")  # the tool unpacks each function and leaves it there
    (copy / "node_modules").symlink_to(ROOT / "node_modules")  # the tool builds, but installs not
    address = f"127.0.0.1:{free_port()}"
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

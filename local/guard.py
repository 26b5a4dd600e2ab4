"""A separate process that ends our children when we cannot, for example after kill -9.

    async with guard() as watch:
        watch.watch(pid, signal.SIGTERM)
        watch.forget(pid)

The guard reads lines from a pipe: `+pid signal group` and `-pid`. The pipe closes when the parent
ends, for any reason. Then every process still on the list gets its signal, and SIGKILL if it does
not end. The guard needs only the standard library and runs on Linux and macOS.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

GRACE_S = 3.0  # seconds between a child's signal and SIGKILL; Postgres shuts down in under one
POLL_S = 0.02  # seconds between two checks of processes that are not our children
SCRIPT = str(Path(__file__).resolve())
EXIT_LIMIT_S = GRACE_S + 2.0  # seconds for the guard itself when the parent ends normally


class Guard:
    """The parent's end of the pipe."""

    def __init__(self, pipe: asyncio.StreamWriter, pid: int) -> None:
        self._pipe = pipe
        self.pid = pid

    def watch(self, pid: int, end_signal: signal.Signals, *, group: bool = False) -> None:
        """End this process when we end; with `group`, end the whole group that it leads."""
        self._write(f"+{pid} {end_signal.value} {int(group)}\n")

    def forget(self, pid: int) -> None:
        """Stop watching a process that has ended: the system may soon reuse its number."""
        self._write(f"-{pid}\n")

    def _write(self, line: str) -> None:
        # No drain: a line is far shorter than the pipe's buffer.
        self._pipe.write(line.encode())


@asynccontextmanager
async def guard() -> AsyncIterator[Guard]:
    """Run a guard. When the block ends, it also ends every process still watched."""
    process = await asyncio.create_subprocess_exec(
        # -I keeps the script's folder from coming before the standard library on the path.
        *(sys.executable, "-I", "-S", SCRIPT),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in the terminal is not for the guard
    )
    assert process.stdin is not None  # asked for above, as is stdout
    assert process.stdout is not None
    try:
        await process.stdout.readline()  # from here on, only SIGKILL ends the guard
        yield Guard(process.stdin, process.pid)
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(EXIT_LIMIT_S):
                await process.stdout.read()
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Watched:
    pid: int
    end_signal: int
    group: bool
    start_time: str

    def signal(self, number: int) -> None:
        if not self.lives():
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self.group:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    def lives(self) -> bool:
        """Return whether this same process still runs: the system reuses process numbers."""
        return _start_time(self.pid) == self.start_time


def _start_time(pid: int) -> str:
    """Return when the process began, in the system's format; empty if it has ended or is a
    zombie.
    """
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if state == "Z" else fields[18]  # field 22 of proc(5), counted after the name
    except FileNotFoundError:
        return "" if Path("/proc/self").exists() else _start_time_by_ps(pid)
    except ProcessLookupError:  # the process ended between open and read
        return ""


def _start_time_by_ps(pid: int) -> str:
    command = ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    state, _, began = found.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else began.strip()


def _listen(lines: Iterable[str]) -> dict[int, _Watched]:
    """Return the processes to end once the parent has ended."""
    watched: dict[int, _Watched] = {}
    for line in lines:
        if line.startswith("-"):
            watched.pop(int(line[1:]), None)
            continue
        pid, number, group = (int(word) for word in line[1:].split())
        start_time = _start_time(pid)
        if start_time:
            watched[pid] = _Watched(
                pid=pid, end_signal=number, group=bool(group), start_time=start_time
            )
    return watched


def _end(watched: Iterable[_Watched]) -> None:
    left = list(watched)
    for process in left:
        process.signal(process.end_signal)
    give_up = time.monotonic() + GRACE_S
    while (left := [process for process in left if process.lives()]) and time.monotonic() < give_up:
        time.sleep(POLL_S)
    for process in left:
        process.signal(signal.SIGKILL)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    print("ready", flush=True)
    _end(_listen(sys.stdin).values())


if __name__ == "__main__":
    main()

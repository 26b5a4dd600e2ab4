"""One process of one function under the platform's runtime, with its open invocations.

An invocation lasts from the request until the app returns, including work after the response. If it
exceeds its time, the process gets SIGTERM, and SIGKILL half a second later.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, assert_never

from local.guard import Guard
from local.platform.ipc import HandlerReturned, IpcProtocol, Printed, RuntimeMessage, ServerStarted
from local.platform.wire import Headers, Wires

log = logging.getLogger(__name__)

GRACE_S = 0.5  # seconds from SIGTERM to SIGKILL, as on the platform
START_LIMIT_S = 30.0  # seconds; the slowest function takes one or two on a busy machine
LAST_WORDS_S = 1.0  # seconds to read what an ended process printed; it is in the pipe already
READ_BYTES = 65536  # bytes; the size of a pipe

type OnLine = Callable[[str, str], None]  # the function's name, and one line that it printed


class FunctionDidNotStart(Exception):
    """Its process ended or took no requests in time. The printed lines contain the reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A function and the environment of its process. `file` is relative to `root`."""

    name: str
    root: Path
    file: Path
    env: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """`expires_at` is in the event loop's time, `deadline` the same moment in UTC."""

    id: str
    number: int
    expires_at: float
    deadline: datetime
    is_socket: bool

    def headers(self) -> Headers:
        """Headers that the platform adds for the runtime; the app does not see them."""
        deadline = self.deadline.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return [
            (b"x-vercel-internal-invocation-id", self.id.encode()),
            (b"x-vercel-internal-request-id", str(self.number).encode()),
            (b"x-vercel-internal-deadline", deadline.encode()),
        ]


class Instance:
    """One process, created by `Instance.start`. It is over when the process has ended."""

    def __init__(self, name: str, on_line: OnLine, guard: Guard | None) -> None:
        self.name = name
        self.is_serving = True
        self.wires = Wires()
        self._on_line = on_line
        self._guard = guard
        self._started: asyncio.Future[ServerStarted] = asyncio.get_running_loop().create_future()
        self._open: dict[str, tuple[Invocation, asyncio.TimerHandle]] = {}
        self._count = 0
        self._process: asyncio.subprocess.Process
        self._life: asyncio.Task[None]
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, source: Source, path: Path, on_line: OnLine, guard: Guard | None) -> Self:
        """Start the process; return once it takes requests. Raises FunctionDidNotStart."""
        instance = cls(source.name, on_line, guard)
        await instance._launch(source, path)
        try:
            either: list[asyncio.Future[Any]] = [instance._started, instance._life]
            await asyncio.wait(either, timeout=START_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not instance._started.done():
                await instance.end()
        if not instance._started.done():
            raise FunctionDidNotStart(source.name)
        return instance

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_over(self) -> bool:
        return self._life.done()

    @property
    def started(self) -> ServerStarted:
        return self._started.result()

    async def _launch(self, source: Source, socket: Path) -> None:
        loop = asyncio.get_running_loop()
        listener = await loop.create_unix_server(lambda: IpcProtocol(self._on_message), socket)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "vercel_runtime.vc_init", source.name),  # the name: for pkill
            cwd=source.root,
            env={**source.env, **_entry(source), "VERCEL_IPC_PATH": str(socket)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is for the owner, which ends us
        )
        if self._guard:
            self._guard.watch(self.pid, signal.SIGTERM, group=True)
        self._life = asyncio.create_task(self._live(listener))

    async def _live(self, listener: asyncio.Server) -> None:
        """Pass on what the process prints, until it ends."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        streams = (self._process.stdout, self._process.stderr)
        printed = [asyncio.create_task(self._pass_on(stream)) for stream in streams]
        status = await self._process.wait()
        self._close()
        await asyncio.wait(printed, timeout=LAST_WORDS_S)
        listener.close()
        if self._guard:
            self._guard.forget(self.pid)
        log.info("function ended: name=%s pid=%d status=%d", self.name, self.pid, status)

    async def _pass_on(self, stream: asyncio.StreamReader) -> None:
        while printed := await stream.read(READ_BYTES):
            self._print(printed.decode(errors="replace"))

    def _print(self, text: str) -> None:
        for line in text.splitlines():
            if line.strip():
                self._on_line(self.name, line)

    def _on_message(self, message: RuntimeMessage) -> None:
        match message:
            case ServerStarted():
                if not self._started.done():
                    self._started.set_result(message)
            case HandlerReturned():
                self._returned(message.invocation)
            case Printed():
                self._print(message.text)
            case _:
                assert_never(message)

    def begin(self, max_duration_s: float, *, is_socket: bool = False) -> Invocation:
        """Open an invocation; its time begins now."""
        loop = asyncio.get_running_loop()
        self._count += 1
        invocation = Invocation(
            id=uuid.uuid4().hex,
            number=self._count,
            expires_at=loop.time() + max_duration_s,
            deadline=datetime.now(UTC) + timedelta(seconds=max_duration_s),
            is_socket=is_socket,
        )
        timer = loop.call_at(invocation.expires_at, self._expire, invocation)
        self._open[invocation.id] = (invocation, timer)
        return invocation

    def _returned(self, invocation_id: str) -> None:
        found = self._open.get(invocation_id)
        # A WebSocket's handler "returns" when it accepts; its time runs until the socket closes.
        if found and not found[0].is_socket:
            self.finish(found[0])

    def finish(self, invocation: Invocation) -> None:
        """Close the invocation. The last one of a retired instance also ends the process."""
        _, timer = self._open.pop(invocation.id, (None, None))
        if timer:
            timer.cancel()
        if not self.is_serving and not self._open:
            self._end_soon()

    def _expire(self, invocation: Invocation) -> None:
        log.warning("function exceeded its time: name=%s pid=%d", self.name, self.pid)
        self.is_serving = False
        self.finish(invocation)
        self._end_soon()

    def retire(self) -> None:
        """Take no more requests, and end after the last invocation."""
        self.is_serving = False
        if not self._open:
            self._end_soon()

    def kill(self, number: signal.Signals) -> None:
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.is_serving = False
        self._signal(number)

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _end_soon(self) -> None:
        if self._ending is None:
            self._ending = asyncio.create_task(self.end())

    async def wait(self) -> None:
        """Wait until the process has ended."""
        await asyncio.shield(self._life)

    async def end(self) -> None:
        """Send SIGTERM, then SIGKILL to the rest of the process group; wait for the end."""
        self.is_serving = False
        if self.is_over:
            return
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wait(), GRACE_S)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self.wait()

    def _close(self) -> None:
        self.is_serving = False
        self.wires.close()
        for _, timer in self._open.values():
            timer.cancel()
        self._open.clear()


def _entry(source: Source) -> dict[str, str]:
    """Return the variables that tell the runtime which function it runs."""
    return {
        "__VC_HANDLER_ENTRYPOINT": source.file.as_posix(),
        "__VC_HANDLER_ENTRYPOINT_ABS": str(source.root / source.file),
        "__VC_HANDLER_MODULE_NAME": ".".join(source.file.with_suffix("").parts),
        "__VC_HANDLER_VARIABLE_NAME": "app",
    }

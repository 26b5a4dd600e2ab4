"""Runs the functions in `api/`, each under the real runtime in its own process.

    async with Functions(root, env=env, max_duration_s=300.0) as functions:
        await functions.serve("session", scope, receive, send)

As on the platform, the first request starts a process. It serves several requests at once, may keep
working after an answer, is told its deadline, and is killed when an invocation exceeds it. Unlike
the platform, each function has one process; a busy one never gets a second.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Self

from starlette.types import Message, Receive, Scope, Send

from local.guard import Guard
from local.platform.answers import died, overran, problem
from local.platform.instance import FunctionDidNotStart, Instance, OnLine, Source
from local.platform.ipc import ServerStarted
from local.platform.socket import converse
from local.platform.sources import Sources, sources_in
from local.platform.wire import FunctionDied, Wire, exchange

log = logging.getLogger(__name__)

DEFAULT_MAX_DURATION_S = 300.0  # seconds; the platform's default, used if vercel.json sets none
INHERITED = ("PATH", "HOME", "TMPDIR")  # of the developer's shell, functions see only these
REACH_TRIES = 2  # processes; the first may have died unnoticed, a second death is not a coincidence
PLATFORM_ENV = {
    "VERCEL": "1",
    "VERCEL_ENV": "development",
    "VERCEL_REGION": "dev1",
    "LANG": "C.UTF-8",
    "TZ": ":UTC",
}

type Durations = float | Mapping[str, float]  # seconds: for all, or by patterns like "api/*.py"


def print_line(name: str, line: str) -> None:
    """Print a line of a function's output to the developer's log."""
    print(f"{name} | {line}", file=sys.stderr, flush=True)


class Functions:
    """The functions of one deployment. A change in a `watch` folder leads to a new process."""

    def __init__(
        self,
        root: Path,
        *,
        env: Mapping[str, str],
        max_duration_s: Durations = DEFAULT_MAX_DURATION_S,
        api_dir: str = "api",
        watch: Sequence[Path] = (),
        guard: Guard | None = None,
        on_line: OnLine = print_line,
    ) -> None:
        """Functions see only `env`, INHERITED and PLATFORM_ENV; `env` comes first.

        If several patterns in `max_duration_s` match, the first one is used.
        """
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self._root = root.resolve()
        self._api_dir = api_dir
        self._env = {**inherited, **PLATFORM_ENV, **env}
        self._max_duration_s = max_duration_s
        self._watch = watch
        self._guard = guard
        self._on_line = on_line
        # Short: the path of a unix socket has about a hundred bytes, and the system's temporary
        # folder may be deep.
        self._sockets = tempfile.TemporaryDirectory(prefix="functions-", dir="/tmp")
        self._current: dict[str, Instance] = {}
        self._starting: dict[str, asyncio.Task[Instance]] = {}
        self._living: set[Instance] = set()
        self._starts: Counter[str] = Counter()
        self._seen: dict[str, Sources] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def names(self) -> frozenset[str]:
        """Return the functions as their routes spell them; files in folders that begin with `_`
        have no route.
        """
        files = os.listdir(self._root / self._api_dir)  # read each time: a new file is a new route
        return frozenset(
            file.removesuffix(".py")
            for file in files
            if file.endswith(".py") and not file.startswith("_")
        )

    def pid(self, name: str) -> int | None:
        """Return the process that takes the function's next request; None before it is started."""
        instance = self._serving(name)
        return instance.pid if instance else None

    def started(self, name: str) -> ServerStarted | None:
        """Return what the runtime reported about that process's start, with durations."""
        instance = self._serving(name)
        return instance.started if instance else None

    def starts(self, name: str) -> int:
        """Return how many processes the function has had, including those that did not come up."""
        return self._starts[name]

    def kill(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the function's process. If it ends, the next request starts another."""
        if instance := self._serving(name):
            instance.kill(number)

    def retire(self, name: str) -> int | None:
        """Have the next request start a new process; the current one ends with its last invocation.

        Returns the pid of the current process.
        """
        instance = self._serving(name)
        if instance:
            instance.retire()
        return instance.pid if instance else None

    async def stop(self) -> None:
        """End every process immediately. No request may come after this."""
        starting = list(self._starting.values())
        for task in starting:
            task.cancel()
        await asyncio.gather(*starting, return_exceptions=True)
        await asyncio.gather(*(instance.end() for instance in self._living))
        self._living.clear()
        self._sockets.cleanup()

    async def serve(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or WebSocket with the function. Like an ASGI app, with a name."""
        try:
            if scope["type"] == "websocket":
                await self._socket(await self._instance(name), scope, receive, send)
            else:
                await self._http(*await self._reached(name), scope, receive, send)
        except FunctionDidNotStart:
            log.warning("function did not start: name=%s", name)
            await problem(scope, send, 500, "The function did not start. Its log has the reason.")

    async def _http(
        self, instance: Instance, wire: Wire, scope: Scope, receive: Receive, send: Send
    ) -> None:
        has_begun = False

        async def note_and_send(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        invocation = instance.begin(self._seconds_for(instance.name))
        try:
            async with asyncio.timeout_at(invocation.expires_at):
                await exchange(wire, scope, invocation.headers(), receive, note_and_send)
        except TimeoutError:
            if not has_begun:
                await overran(scope, send)
        except FunctionDied:
            instance.retire()  # before we know whether its process has ended
            # Once an answer has begun, returning is the only way to break it off.
            if not has_begun:
                await died(scope, send)
        finally:
            instance.wires.give_back(wire)

    async def _socket(self, instance: Instance, scope: Scope, receive: Receive, send: Send) -> None:
        invocation = instance.begin(self._seconds_for(instance.name), is_socket=True)
        try:
            await converse(instance.started.port, invocation, scope, receive, send)
        except TimeoutError:
            await overran(scope, send)
        except FunctionDied:
            instance.retire()
            await died(scope, send)
        finally:
            instance.finish(invocation)

    def _serving(self, name: str) -> Instance | None:
        instance = self._current.get(name)
        return instance if instance and instance.is_serving else None

    async def _reached(self, name: str) -> tuple[Instance, Wire]:
        """Return the running process and a connection to it. Raises FunctionDidNotStart."""
        for _ in range(REACH_TRIES):
            instance = await self._instance(name)
            try:
                return instance, await instance.wires.take(instance.started.port)
            except FunctionDied:  # just killed: we have not asked it for anything yet
                instance.retire()
        raise FunctionDidNotStart(name)

    async def _instance(self, name: str) -> Instance:
        """Return the running process, or start one. Raises FunctionDidNotStart."""
        instance = self._serving(name)
        if instance and self._watch and self._seen[name] != sources_in(self._watch):
            log.info("function has changed: name=%s", name)
            instance.retire()
            instance = None
        if instance:
            return instance
        if name not in self._starting:
            self._starting[name] = asyncio.create_task(self._start(name))
        # Shielded: several requests share the start, so one that is cancelled must not cancel it.
        return await asyncio.shield(self._starting[name])

    async def _start(self, name: str) -> Instance:
        self._living = {instance for instance in self._living if not instance.is_over}
        self._starts[name] += 1
        self._seen[name] = sources_in(self._watch)
        file = Path(self._api_dir) / f"{name}.py"
        source = Source(name=name, root=self._root, file=file, env=self._env)
        socket = Path(self._sockets.name) / f"{self._starts.total()}.sock"
        try:
            instance = await Instance.start(source, socket, self._on_line, self._guard)
        finally:
            del self._starting[name]
        self._current[name] = instance
        self._living.add(instance)
        log.info("function started: name=%s ms=%d", name, instance.started.init_ms)
        return instance

    def _seconds_for(self, name: str) -> float:
        if not isinstance(self._max_duration_s, Mapping):
            return self._max_duration_s
        path = f"{self._api_dir}/{name}.py"
        fitting = (s for pattern, s in self._max_duration_s.items() if fnmatchcase(path, pattern))
        return next(fitting, DEFAULT_MAX_DURATION_S)

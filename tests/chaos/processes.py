"""Processes in virtual time: each can be killed or frozen between any two of its steps.

A process is everything that runs in the context it was started in, tasks and timers alike. A frozen
one runs nothing until it thaws, and then sees how late it is; a dead one runs nothing ever again,
not even a `finally`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any

from tests.fakes.loop import VirtualLoop

PROCESS: ContextVar["Process | None"] = ContextVar("process", default=None)


class Process:
    """One invocation's process, which serves `user`. `name` is its invocation's id."""

    def __init__(self, loop: "ProcessLoop", name: str, *, user: str) -> None:
        self.name = name
        self.user = user
        self.is_dead = False
        self.is_frozen = False
        self.was_frozen = False
        self.is_deserted = False  # its caller has hung up
        self.connection: asyncio.Future[Any] = loop.create_future()
        self.finished: asyncio.Future[None] = loop.create_future()
        self._halted: asyncio.Future[None] | None = None
        self._loop = loop
        self._parked: list[_Step] = []
        loop.processes.append(self)

    def start(self, story: Coroutine[Any, Any, Any]) -> None:
        """Run the story as this process; what it gives is what its caller hears."""
        context = copy_context()
        context.run(PROCESS.set, self)
        task = self._loop.create_task(story, context=context)
        task.add_done_callback(self._answer, context=context)

    def kill(self) -> None:
        """End it here. Its caller sees a broken connection."""
        self.is_dead = True
        self.finish()
        if not self.connection.done():
            self.connection.set_exception(ConnectionResetError("the process died"))
            self.connection.exception()  # a caller who has hung up is no warning

    async def halt(self) -> None:
        """Never return: the process has been killed."""
        # Kept, or nobody would hold the task that waits, and it would be collected.
        self._halted = self._loop.create_future()
        await self._halted

    def finish(self) -> None:
        """Its work is over, whatever it had to do."""
        if not self.finished.done():
            self.finished.set_result(None)

    def freeze(self, seconds: float) -> None:
        """Stop it for a while. What falls due meanwhile happens when it thaws, in its order."""
        self.is_frozen = self.was_frozen = True
        self._loop.call_later(seconds, self.thaw, context=Context())

    def thaw(self) -> None:
        """Go on, unless it has been killed."""
        self.is_frozen = False
        if not self.is_dead:
            self.release()

    def release(self) -> None:
        """Let the parked steps run."""
        parked, self._parked = self._parked, []
        for step in parked:
            self._loop.call_soon(step, context=step.context)

    def park(self, step: "_Step") -> None:
        """Keep a step that may not run now."""
        self._parked.append(step)

    def _answer(self, task: asyncio.Task[Any]) -> None:
        if self.connection.done() or task.cancelled():
            return
        if error := task.exception():
            self.connection.set_exception(error)
            self.connection.exception()  # as above
        else:
            self.connection.set_result(task.result())


class _Step:
    """A callback of a process, which runs only while the process does."""

    __slots__ = ("_args", "_callback", "_process", "context", "handle")

    def __init__(
        self,
        process: Process,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context,
    ) -> None:
        self._process = process
        self._callback = callback
        self._args = args
        self.context = context
        self.handle: asyncio.Handle | None = None

    def __call__(self) -> None:
        process = self._process
        if self.handle is not None and self.handle.cancelled():
            return
        if (process.is_dead or process.is_frozen) and not process_loop().is_ending:
            process.park(self)
        else:
            self._callback(*self._args)


class ProcessLoop(VirtualLoop):
    """A loop in virtual time that knows which process each callback belongs to."""

    def __init__(self) -> None:
        super().__init__()
        self.processes: list[Process] = []
        self.is_ending = False

    def call_soon[*Ts](
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        step = _step(callback, args, context)
        if step is None:
            return super().call_soon(callback, *args, context=context)
        step.handle = super().call_soon(step, context=step.context)
        return step.handle

    def call_at[*Ts](
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        step = _step(callback, args, context)
        if step is None:
            return super().call_at(when, callback, *args, context=context)
        handle = super().call_at(when, step, context=step.context)
        step.handle = handle
        return handle

    def end(self) -> None:
        """Let everything that was stopped run into its cancellation: the history is over."""
        self.is_ending = True
        self.set_exception_handler(lambda _loop, _about: None)
        for process in self.processes:
            process.release()


def process_loop() -> ProcessLoop:
    """The running loop."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, ProcessLoop)
    return loop


def run_processes[T](story: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a story to its end in virtual time; what it left running is ended without effect."""

    async def whole() -> T:
        try:
            return await story()
        finally:
            process_loop().end()

    with asyncio.Runner(loop_factory=ProcessLoop) as runner:
        return runner.run(whole())


def _step(
    callback: Callable[..., object], args: tuple[Any, ...], context: Context | None
) -> _Step | None:
    if isinstance(callback, _Step):
        return None
    context = copy_context() if context is None else context
    process = context.get(PROCESS)
    return None if process is None else _Step(process, callback, args, context)


class Underway:
    """What is under way in a simulated world. What fails in the world itself is a finding."""

    def __init__(self, crashes: list[str]) -> None:
        self._crashes = crashes
        self.pending: set[asyncio.Future[Any]] = set()

    def later(self, seconds: float, story: Callable[[], Awaitable[Any]]) -> None:
        """Let something happen after a while, whatever becomes of the processes."""

        async def wait_and_happen() -> None:
            await asyncio.sleep(seconds)
            await story()

        self.add(asyncio.get_running_loop().create_task(wait_and_happen(), context=Context()))

    def add(self, future: "asyncio.Future[Any]") -> None:
        """The history is not over before this is."""

        def settled(future: "asyncio.Future[Any]") -> None:
            self.pending.discard(future)
            if not future.cancelled() and (error := future.exception()):
                self._crashes.append(f"the world: {error!r}")

        self.pending.add(future)
        future.add_done_callback(settled, context=Context())

    async def end(self, *, now: Callable[[], float], by: float) -> None:
        """Wait until nothing is under way any more, at most until `by`."""
        while self.pending and now() < by:
            await asyncio.wait(set(self.pending), timeout=by - now())

"""The ports of one invocation, each behind a gate at which its process can die or be held up."""

import asyncio
import inspect
import math
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from brain.cloud.redis.scripts import BatchRedis, script_text
from brain.codec import Json
from brain.errors import (
    DatabaseUnreachable,
    ModelRefused,
    ModelUnavailable,
    QueueUnreachable,
    StoreUnreachable,
    Unreachable,
)
from brain.events.model import Event
from brain.events.ports import Announcer
from brain.run.journal import Answered
from brain.run.moves import WakeCall
from brain.run.ports import Delta, Prompt
from brain.tools.invocations import Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect, ToolSpec
from tests.chaos.faults import FREEZE_S, PAUSE_S
from tests.chaos.jobs.faults import SLOW_S, SLOWEST_S
from tests.chaos.jobs.stories import READ, answer_of, asked_for
from tests.chaos.processes import Process, process_loop
from tests.fakes.requests import check_prompt

if TYPE_CHECKING:
    from tests.chaos.jobs.world import JobWorld

HERE_S = 0.005  # seconds from here to a store or the database, and the same back
NETWORK_S = 0.02  # seconds until the queue has answered
DEDUP_S = 600.0  # seconds in which the queue knows a deduplication id
LOOKS = ("HMGET", "commit", "admit", "resume")
LATER_S = 1.0  # seconds after which a message that is delivered twice comes again


class Gate:
    """The place where a process can be stopped.

    `held_s` is for how long it has been since it last looked whether it may go on, at its lease or
    (`row`) at its row: between that look and what follows nobody can stop it.
    """

    def __init__(self, world: "JobWorld", process: Process) -> None:
        self.world = world
        self.process = process
        self.held_s = {"lease": 0.0, "row": 0.0}

    async def call(
        self, port: str, name: str, send: Callable[[], Awaitable[Any]], error: type[Unreachable]
    ) -> Any:
        """One call of a port, with everything that may happen to it."""
        kinds = await self.enter(port, name)
        await asyncio.sleep(HERE_S)
        if self.world.refused_until(port) > self.world.now:
            raise error("refused")
        if "double" in kinds:
            await send()
        answer = await send()
        if "lost" in kinds:
            raise error("the answer was lost")
        await asyncio.sleep(HERE_S)
        await self.suffer(kinds, "after")
        return answer

    async def enter(self, port: str, name: str) -> tuple[str, ...]:
        """Before a call has any effect."""
        if process_loop().is_ending:
            raise asyncio.CancelledError
        if port == "store" and name in LOOKS:
            self.held_s["lease"] = 0.0
        if port == "jobs" and name == "mind":
            self.held_s["row"] = self.held_s["lease"] = 0.0
        kinds = self.world.arrive(self.process, port, name)
        await self.suffer(kinds, "before")
        return kinds

    async def suffer(self, kinds: tuple[str, ...], when: str) -> None:
        """Let happen to the process what happens to it now."""
        if f"kill.{when}" in kinds:
            self.process.kill()
            await self.process.halt()
        if f"freeze.{when}" in kinds:
            self._hold(FREEZE_S)
            self.process.freeze(FREEZE_S)
            await asyncio.sleep(0)
        if f"pause.{when}" in kinds:
            self._hold(PAUSE_S)
            await asyncio.sleep(PAUSE_S)

    def _hold(self, seconds: float) -> None:
        self.held_s = {look: held_s + seconds for look, held_s in self.held_s.items()}


@cache
def _names() -> dict[str, str]:
    """The name of each script, by its text."""
    found: dict[str, str] = {}
    root: Any = files("brain")
    parts = ["", *(path.stem for path in (root / "cloud" / "redis").glob("*.lua"))]
    for path in root.rglob("*.lua"):
        package = ".".join(("brain", *path.relative_to(root).parts[:-1]))
        for part in parts:
            found[script_text(package, path.stem, part)] = path.stem
    return found


class RedisHere:
    """The state store's server."""

    def __init__(self, gate: Gate, redis: BatchRedis) -> None:
        self._gate = gate
        self._redis = redis

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        return await self._gate.call(
            "store",
            _names()[script],
            lambda: self._redis.evaluate(script, keys, args, limit_s=limit_s),
            StoreUnreachable,
        )

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        return await self._gate.call(
            "store",
            command[0],
            lambda: self._redis.execute(command, limit_s=limit_s),
            StoreUnreachable,
        )

    async def execute_all(self, commands: Sequence[Sequence[str]], *, limit_s: float) -> list[Any]:
        found: list[Any] = await self._gate.call(
            "store",
            "status",
            lambda: self._redis.execute_all(commands, limit_s=limit_s),
            StoreUnreachable,
        )
        return found


class JobsHere:
    """The store of jobs. What must hold at every moment is checked after each transaction."""

    def __init__(self, gate: Gate, jobs: Any) -> None:
        self._gate = gate
        self._jobs = jobs

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._jobs, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def call(*args: Any, **named: Any) -> Any:
            async def send() -> Any:
                try:
                    return await found(*args, **named)
                finally:
                    self._gate.world.look()

            return await self._gate.call("jobs", name, send, DatabaseUnreachable)

        return call


class QueueHere:
    """The queue, as `QStashQueue` reaches it."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def publish(self, wake_call: WakeCall, *, delay_s: float, dedup_id: str) -> None:
        await self._take(wake_call, wake_call.reason, delay_s, dedup_id)

    async def call_mind(
        self, body: Json, *, delay_s: float, dedup_id: str, limit: object = None
    ) -> None:
        await self._take(body, str(body["reason"]), delay_s, dedup_id)

    async def tell(self, event: Json, *, delay_s: float, dedup_id: str) -> None:
        return None

    async def _take(self, what: Json | WakeCall, name: str, delay_s: float, dedup_id: str) -> None:
        world = self._gate.world
        kinds = await self._gate.enter("queue", name)
        await asyncio.sleep(NETWORK_S)
        if world.refused_until("queue") > world.now:
            raise QueueUnreachable("refused")
        if world.now >= world.known.get(dedup_id, 0):
            world.known[dedup_id] = world.now + DEDUP_S
            wait_s = float(math.ceil(delay_s))
            wait_s += SLOW_S * ("slow" in kinds) + SLOWEST_S * ("slowest" in kinds)
            if "dropped" not in kinds:
                world.later(wait_s, lambda: world.deliver(what))
            if "twice" in kinds:
                world.later(wait_s, lambda: world.deliver(what))
                world.later(wait_s + LATER_S, lambda: world.deliver(what))
        if "lost" in kinds:
            raise QueueUnreachable("the answer was lost")
        await self._gate.suffer(kinds, "after")


class ModelHere:
    """The model of all minds: it is told apart who asks by what it is shown."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        check_prompt(prompt)
        world, who = self._gate.world, asked_for(prompt)
        shown = "\n".join(str(line.get("content") or "") for line in prompt.messages)
        held_s = dict(self._gate.held_s)
        kinds = await self._gate.enter("model", who)
        world.begin(who, "model", held_s, shown)
        world.ledger.calls += 1
        mark = f"m{world.ledger.calls}"
        if "hang" in kinds:
            await asyncio.sleep(limit_s)
        if "fail" in kinds or "hang" in kinds:
            raise ModelUnavailable("down")
        if "decline" in kinds:
            raise ModelRefused("no")
        await asyncio.sleep(world.story.delay_s)
        answer = answer_of(world.story, prompt, mark)
        world.ledger.tokens += answer.tokens
        await self._gate.suffer(kinds, "after")
        return answer


def tool_here(gate: Gate) -> Tool:
    """A tool of the owner's that reads. In some minds what it finds is text by others."""

    async def run(invocation: ToolInvocation) -> ToolResult:
        world = gate.world
        who = str(invocation.arguments["query"])  # as the model was told
        held_s = dict(gate.held_s)
        kinds = await gate.enter("tool", READ)
        world.begin(who, "tool", held_s)
        if "break" in kinds:
            raise RuntimeError("the tool's own")
        await asyncio.sleep(world.story.tool_s)
        await gate.suffer(kinds, "after")
        if who in world.story.foreign:
            world.ledger.tainted.add(who)
        return ToolResult(text="Found.", foreign=who in world.story.foreign)

    spec = ToolSpec(
        name=READ,
        description="Search.",
        parameters={
            "type": "object",
            "properties": {"query": {"type": "string"}},
            "required": ["query"],
            "additionalProperties": False,
        },
        effect=Effect.READS,
    )
    return Tool(spec=spec, run=run)


class AnnouncerHere:
    """The announcer. What is announced must be stored by then."""

    def __init__(self, gate: Gate, announcer: Announcer) -> None:
        self._gate = gate
        self._announcer = announcer

    async def take_events(self, user_id: str, events: Sequence[Event]) -> None:
        self._gate.world.check_announced(events)
        await self._announcer.take_events(user_id, events)

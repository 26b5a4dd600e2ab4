"""The far sides of the queue, the channel, the model and the tools, each as a process reaches it.

They do what the real ones promise and no more: the queue delivers at least once, the channel at
most once, the model and the tools give what the story has them give.
"""

import asyncio
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from brain.codec import Json
from brain.errors import (
    ChannelUnreachable,
    ModelCut,
    ModelRefused,
    ModelUnavailable,
    QueueUnreachable,
    ToolFault,
)
from brain.run.journal import Answered
from brain.run.moves import WakeCall
from brain.run.ports import Delta, Prompt
from brain.tools.invocations import Proposal, ToolInvocation
from brain.tools.spec import Effect, ToolCall, ToolSpec
from tests.chaos.calls import deliver
from tests.chaos.faults import SLOW_S, SLOWEST_S
from tests.chaos.gates import Gate
from tests.chaos.ledger import Deed, Published
from tests.chaos.stories import PARTIAL, Beat, FarTool
from tests.fakes.requests import check_prompt

if TYPE_CHECKING:
    from tests.chaos.world import World

NETWORK_S = 0.02  # seconds until a service has answered
DEDUP_S = 600.0  # seconds in which the queue knows a deduplication id
SUMMARY = "They spoke of animals."
LATER_S = 1.0  # seconds after which a message that is delivered twice comes again
OWN_LIMIT_LATE_S = 5.0  # seconds by which a model that hangs passes the limit it was given


class QueueHere:
    """The queue."""

    def __init__(self, gate: Gate, world: "World") -> None:
        self._gate = gate
        self._world = world

    async def publish(self, wake_call: WakeCall, *, delay_s: float, dedup_id: str) -> None:
        world = self._world
        point = await self._gate.enter("queue", wake_call.reason)
        await asyncio.sleep(NETWORK_S)
        if world.refused_until("queue") > world.now:
            raise QueueUnreachable("refused")
        if world.now >= world.known.get(dedup_id, 0):
            world.known[dedup_id] = world.now + DEDUP_S
            world.ledger.queued.append(wake_call)
            wait_s = float(math.ceil(delay_s))
            wait_s += SLOW_S * ("slow" in point.kinds) + SLOWEST_S * ("slowest" in point.kinds)
            world.later(wait_s, lambda: deliver(world, wake_call))
            if "twice" in point.kinds:
                world.later(wait_s + LATER_S, lambda: deliver(world, wake_call))
        await self._gate.leave(point)

    async def tell(self, event: Json, *, delay_s: float, dedup_id: str) -> None:
        raise AssertionError("no story tells of an event")

    async def keep_schedule(self, name: str, *, cron: str, event: Json) -> None:
        raise AssertionError("no story keeps a schedule")


class ChannelHere:
    """The channel. An event is shown at once, or not at all; the answer takes its time."""

    def __init__(self, gate: Gate, world: "World") -> None:
        self._gate = gate
        self._world = world

    async def publish(self, user_id: str, event: str, data: Json) -> None:
        world, process = self._world, self._gate.process
        point = await self._gate.enter("channel", event)
        what = f"{event} {data.get('seq', data.get('state'))}"
        # Notifications are not the brain's alone, nor what tells of a text that was taken back.
        if data.get("kind") != "notification" and data.get("role") != "user":
            world.ledger.check_standing(process, what, at=world.now, strictly=False)
        world.ledger.published.append(
            Published(process=process.name, user=user_id, event=event, data=data)
        )
        await asyncio.sleep(NETWORK_S)
        if world.refused_until("channel") > world.now:
            raise ChannelUnreachable("refused")
        await self._gate.leave(point)


class ModelHere:
    """The model: it goes by what it is shown and by nothing else."""

    def __init__(self, gate: Gate, world: "World") -> None:
        self._gate = gate
        self._world = world

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        check_prompt(prompt)
        world = self._world
        if not prompt.tools:  # no loop of a run's: a summary of older ones
            await self._gate.leave(await self._gate.enter("model", "summary"))
            return Answered(text=SUMMARY, calls=(), tokens=0)
        point = await self._gate.enter("model", "answer")
        world.ledger.thought(self._gate.process, shown(prompt), at=world.now)
        beat = world.story.beat(prompt.messages)
        mark = f"m{len(world.ledger.thoughts)}."
        if "hang" in point.kinds:
            await asyncio.sleep(limit_s + OWN_LIMIT_LATE_S)
        if "fail" in point.kinds:
            raise ModelUnavailable("down")
        if "decline" in point.kinds:
            raise ModelRefused("no")
        await asyncio.sleep(min(beat.delay_s, limit_s))
        if "cut" in point.kinds or beat.delay_s > limit_s:
            raise ModelCut("cut", text=PARTIAL)
        await self._gate.leave(point)
        return _answer(beat, mark)


class ToolHere:
    """A tool of the story. What it does is done as soon as it is called."""

    def __init__(self, gate: Gate, world: "World", tool: FarTool) -> None:
        self._gate = gate
        self._world = world
        self._tool = tool

    @property
    def spec(self) -> ToolSpec:
        return self._tool.spec

    async def run(self, invocation: ToolInvocation) -> str:
        world, tool = self._world, self._tool
        point = await self._gate.enter("tool", tool.spec.name)
        key = invocation.idempotency_key
        deed = Deed(
            user=invocation.user_id,
            tool=tool.spec.name,
            key=key,
            call_id=invocation.call.id,
            at_ms=world.store_ms(),
        )
        world.ledger.begun.append(deed)
        if "break" in point.kinds:
            raise RuntimeError("the tool's own")
        acts = tool.spec.effect is Effect.ACTS
        world.ledger.did(self._gate.process, deed, at=world.now, acts=acts)
        seconds = tool.spec.limit_s + 1 if "hang" in point.kinds else tool.seconds
        await asyncio.sleep(seconds)
        await self._gate.leave(point)
        return done(key) + "." * tool.chars

    async def prepare(self, invocation: ToolInvocation) -> Proposal:
        point = await self._gate.enter("tool", "prepare")
        await asyncio.sleep(NETWORK_S)
        await self._gate.leave(point)
        return Proposal(question="Shall I?", recipients=("anna",))

    async def outcome(self, invocation: ToolInvocation) -> str | None:
        point = await self._gate.enter("tool", "outcome")
        await asyncio.sleep(NETWORK_S)
        await self._gate.leave(point)
        if not self._tool.knows:
            return None
        if invocation.idempotency_key not in {deed.key for deed in self._world.ledger.deeds}:
            raise ToolFault(NOT_DONE)
        return done(invocation.idempotency_key)


NOT_DONE = "It was not done."


def done(key: str) -> str:
    """What a tool gives that has done what was asked."""
    return f"Done: {key}"


def shown(prompt: Prompt) -> str:
    """All that a prompt holds, as one text: contents and the marks of answers."""
    parts: list[str] = []
    for message in prompt.messages:
        parts.append(message["content"] or "")
        parts.append(message.get("carried", {}).get("message", {}).get("mark", ""))
    return "\n".join(parts)


def _answer(beat: Beat, mark: str) -> Answered:
    """The beat as an answer that can be told from every other one."""
    calls = tuple(
        ToolCall(id=f"{mark}{i}", name=name, arguments=arguments)
        for i, (name, arguments) in enumerate(beat.calls)
    )
    text = beat.text and f"{beat.text} ({mark})"
    carried = {"model": "m", "message": {"mark": mark}, "calls": [{} for _ in calls]}
    return Answered(text=text, calls=calls, tokens=beat.tokens, carried=carried)

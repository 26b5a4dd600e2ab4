"""The environment of the brain, in memory and in virtual time.

Invocations are tasks. Each has a gate through which all its calls of ports go. A closed gate stands
for a dead process, which can no longer have any effect.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from brain.cloud.redis.store import RedisStore
from brain.codec import Json
from brain.errors import (
    BrainError,
    QueueUnreachable,
    StoreUnreachable,
    Unreachable,
)
from brain.events.bodies import OwnBody
from brain.http.bodies import parse
from brain.http.stopping import stop_run
from brain.http.waiting import wait_for
from brain.preferences.flow import language_setting
from brain.routes.delivered import note_returned
from brain.run.deliver import Outcome, Reply
from brain.run.go import brain_again, brain_go
from brain.run.limits import Limits
from brain.run.messages import Decision, LogEntry, Message, Remark
from brain.run.moves import Settled, Stopped, WakeCall
from brain.run.requests import UserRequest
from brain.run.turn import Invocation
from brain.says.choice import Languages
from brain.tools.invocations import Tool
from brain.tools.spec import ClientTool
from tests.fakes.channel import MemoryChannel
from tests.fakes.clock import Clock
from tests.fakes.features import kept
from tests.fakes.gate import Gate, Gated
from tests.fakes.house import OWN_READERS, Ports
from tests.fakes.model import Saying, ScriptedModel
from tests.fakes.news import MemoryNews
from tests.fakes.preferences import FakePreferences
from tests.fakes.redis import MemoryRedis
from tests.fakes.schemas import MemorySchemas
from tests.fakes.tools import FakeTool, as_tool


@dataclass
class MemoryQueue:
    """Delivers wake calls to the world after their delay, and again after a failure.

    `asked` counts its calls. Names are ASCII, as on the wire.
    """

    world: "World"
    refusing: bool = False
    asked: int = 0
    published: list[tuple[WakeCall, float, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    told: list[tuple[Json, float, str]] = field(default_factory=list)
    schedules: dict[str, tuple[str, Json]] = field(default_factory=dict)

    async def publish(self, wake_call: WakeCall, *, delay_s: float, dedup_id: str) -> None:
        await self._reach(dedup_id)
        if dedup_id in self.seen:
            return
        self.seen.add(dedup_id)
        self.published.append((wake_call, delay_s, dedup_id))
        self.world.spawn(self._deliver(wake_call, delay_s))

    async def tell(self, event: Json, *, delay_s: float, dedup_id: str) -> None:
        await self._reach(dedup_id)
        if dedup_id not in self.seen:
            self.seen.add(dedup_id)
            self.told.append((event, delay_s, dedup_id))
            word = parse(OwnBody, event)
            self.world.spawn(self._bring(word.user_id, word.word(OWN_READERS), delay_s))

    async def keep_schedule(self, name: str, *, cron: str, event: Json) -> None:
        await self._reach(name)
        self.schedules[name] = (cron, event)

    async def _reach(self, name: str) -> None:
        await asyncio.sleep(0.02)
        if self.refusing:
            raise QueueUnreachable("refused")
        name.encode("ascii")
        self.asked += 1

    async def _bring(self, user_id: str, word: object, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await self.world.happen(word, user=user_id)

    async def _deliver(self, wake_call: WakeCall, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        for _ in range(3):
            try:
                await self.world.call_again(wake_call)
            except BrainError:
                await asyncio.sleep(1)
            else:
                return


class World:
    """One deployment with its users."""

    def __init__(
        self,
        sayings: Sequence[Saying] = (),
        *,
        tools: Sequence[Tool | FakeTool] = (),
        wishes: FakePreferences | None = None,
        memory: Any = None,
        archive: Any = None,
        account: Any = None,
        limits: Limits | None = None,
        news: MemoryNews | None = None,
        language: str | None = None,
        max_duration_s: float = 300.0,
        reserve_s: float = 5.0,
    ) -> None:
        self.clock = Clock()
        self.news = news or MemoryNews()
        self.redis = MemoryRedis(self._ms, publish=self.news.publish)
        self.limits = limits or Limits()
        self.queue = MemoryQueue(self)
        self.channel = MemoryChannel()
        self.model = ScriptedModel(sayings)
        self.max_duration_s = max_duration_s
        self.reserve_s = reserve_s
        self.invocations: list[Invocation] = []
        self.ports = self._ports(
            tools={tool.spec.name: as_tool(tool) for tool in tools},
            languages=Languages(language, language_setting(wishes) if wishes else None),
            preferences=wishes,
            facts=memory,
            archive=archive,
            emails=account.emails if account else None,
            account=account,
            **kept(self.redis, wishes=wishes),
        )
        self.lives: list[int] = []  # the steps of the next processes; all others have no limit
        self.failures: list[BaseException] = []  # the errors with which brains have ended
        self.tasks: set[asyncio.Task[Any]] = set()
        self.alive: list[tuple[Gate, asyncio.Task[Any]]] = []

    def _ms(self) -> int:
        """Return the time in milliseconds since 1970."""
        return round(self.clock.utc().timestamp() * 1000)

    def _ports(self, **others: Any) -> Ports:
        """Return the engine's ports to this world, and the others as they are given."""
        return Ports(
            store=RedisStore(self.redis, self.limits),
            schemas=MemorySchemas(),
            queue=self.queue,
            channel=self.channel,
            model=self.model,
            clock=self.clock,
            limits=self.limits,
            **others,
        )

    def spawn(self, story: Any) -> asyncio.Task[Any]:
        """Start a task in the background."""
        task: asyncio.Task[Any] = asyncio.ensure_future(story)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def invocation(self) -> Invocation:
        """Start an invocation of a function."""
        now = self.clock.now()
        invocation = Invocation(
            id=self.clock.new_id(),
            started=now,
            cut=now + self.max_duration_s - self.reserve_s,
            deadline=now + self.max_duration_s,
        )
        self.invocations.append(invocation)
        return invocation

    async def ask(
        self,
        text: str,
        *,
        user: str = "anna",
        message_id: str | None = None,
        patience_s: float = 0,
        recent_context: Sequence[Remark] = (),
        agent_call_id: str | None = None,
        client_tools: Sequence[ClientTool] = (),
        decision: Decision | None = None,
        language: str | None = None,
        zone: str | None = None,
    ) -> Outcome:
        """Do what /api/voiceToBrain does; returns the outcome for the caller."""
        reply = Reply()
        request = UserRequest(
            user_id=user,
            text=text,
            message_id=message_id or self.clock.new_id(),
            agent_call_id=agent_call_id,
            recent_context=tuple(recent_context),
            client_tools=tuple(client_tools),
            decision=decision,
            language=language,
            zone=zone,
        )
        brain = self._process(
            lambda ports: brain_go(ports.services(), request, self.invocation(), reply)
        )
        brain.add_done_callback(self._ended)
        outcome = await wait_for(reply, patience_s=patience_s)
        await note_returned(self.ports.store, request, outcome)
        return outcome

    def _ended(self, brain: asyncio.Task[Any]) -> None:
        if not brain.cancelled() and (error := brain.exception()) is not None:
            self.failures.append(error)

    async def happen(self, word: object, *, user: str = "anna") -> None:
        """Do what /api/eventToBrain does; the sender repeats until the event is accepted."""
        while True:
            taking = self._process(lambda ports: ports.take_word(user, word))
            await asyncio.wait({taking})
            if not taking.cancelled() and not isinstance(taking.exception(), Unreachable):
                taking.result()
                return
            await asyncio.sleep(1)

    async def stop(self, *, user: str = "anna", run_id: str | None = None) -> Stopped | Settled:
        """Do what /api/control does with a stop."""
        ports = self.ports
        device = (await ports.store.status(user)).language
        texts = await ports.languages.texts(user, device)
        return await stop_run(
            ports.store, ports.channel, ports.clock, user, run_id=run_id, texts=texts
        )

    async def call_again(self, wake_call: WakeCall) -> None:
        """Do what /api/brainToBrain does."""
        again = self._process(
            lambda ports: brain_again(ports.services(), wake_call, self.invocation())
        )
        await asyncio.wait({again})
        if again.cancelled():
            raise StoreUnreachable("the process died")  # for the queue, a broken connection
        again.result()

    def kill(self) -> None:
        """Kill all processes, as with kill -9."""
        for gate, task in self.alive:
            gate.is_open = False
            task.cancel()
        self.alive.clear()

    async def until_said(self, text: str) -> None:
        """Wait for a message on the channel."""
        while text not in [message["text"] for message in self.channel.messages()]:
            self.channel.heard.clear()
            await self.channel.heard.wait()

    def _process(self, story: Callable[[Ports], Any]) -> asyncio.Task[Any]:
        gate = Gate(steps_left=self.lives.pop(0) if self.lives else None)
        task: asyncio.Task[Any] = self.spawn(story(self._behind(gate)))
        self.alive.append((gate, task))
        return task

    def _behind(self, gate: Gate) -> Ports:
        ports, account = self.ports, self.ports.account
        return replace(
            ports,
            preferences=ports.preferences and Gated(ports.preferences, gate),
            rules=ports.rules and Gated(ports.rules, gate),
            push_book=ports.push_book and Gated(ports.push_book, gate),
            push_service=ports.push_service and Gated(ports.push_service, gate),
            facts=ports.facts,
            emails=ports.emails and Gated(ports.emails, gate),
            account=account
            and replace(
                account,
                emails=Gated(account.emails, gate),
                mailbox=Gated(account.mailbox, gate),
                post=Gated(account.post, gate),
            ),
            store=Gated(ports.store, gate),
            board=ports.board and Gated(ports.board, gate),
            block=ports.block and Gated(ports.block, gate),
            reminders=ports.reminders and Gated(ports.reminders, gate),
            queue=Gated(ports.queue, gate),
            channel=Gated(ports.channel, gate),
            model=Gated(ports.model, gate),
            tools={name: as_tool(Gated(tool, gate)) for name, tool in ports.tools.items()},
            clock=Gated(ports.clock, gate),
        )

    async def settle(self, seconds: float = 600) -> None:
        """Wait until everything in progress has ended."""
        end = self.clock.now() + seconds
        while self.tasks and self.clock.now() < end:
            await asyncio.wait(set(self.tasks), timeout=end - self.clock.now())

    async def log(self, user: str = "anna") -> tuple[LogEntry, ...]:
        """Return the user's log."""
        return (await self.ports.store.read(user, since=0, limit=10_000)).entries

    async def said(self, user: str = "anna") -> list[Message]:
        """Return the brain's messages in the log."""
        return [entry for entry in await self.log(user) if isinstance(entry, Message)]

    def with_limits(self, **changed: Any) -> Limits:
        """Return this world's limits with some changed."""
        return replace(self.limits, **changed)

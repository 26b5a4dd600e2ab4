"""Jobs as they are wired, on real stores, with a queue and a model that the test controls."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, cast

from brain.chat.choice import ModelChoice
from brain.cloud.clock import SystemClock
from brain.cloud.model.chat import ChatModel
from brain.cloud.pusher import PusherChannel
from brain.cloud.qstash import QStashQueue
from brain.codec import Json, dumps
from brain.errors import ModelRefused, QueueUnreachable, Unreachable
from brain.http.bodies import MindCallBody, parse
from brain.jobs.model import Job, JobStart, Mind, NewJob, NewMind
from brain.jobs.services import JobServices
from brain.jobs.wired import job_services
from brain.run.journal import Answered
from brain.run.messages import Message
from brain.run.moves import WakeCall
from brain.run.ports import Delta, Prompt
from brain.run.turn import Invocation
from brain.tools.spec import ToolCall
from brain.wiring import Wiring
from tests.fakes.channel import MemoryChannel
from tests.fakes.requests import check_prompt

type Script = Callable[["Asked"], Answered | BaseException]
SOON_S = 10.0  # calls with a shorter delay are delivered; wake-ups and sweeps are not


@dataclass(frozen=True)
class Asked:
    """A request to the model: who is asked, by the tools it is offered, and for the how-manieth
    time this one is.
    """

    prompt: Prompt
    number: int

    @property
    def tools(self) -> list[str]:
        return [tool["function"]["name"] for tool in self.prompt.tools]

    @property
    def is_reporter(self) -> bool:
        return "fileReport" in self.tools

    @property
    def texts(self) -> list[str]:
        return [str(line.get("content") or "") for line in self.prompt.messages]

    @property
    def task(self) -> str:
        """The first line of the mind's first user text that names a task."""
        users = [str(m["content"]) for m in self.prompt.messages if m["role"] == "user"]
        return next((text.split("\n")[0] for text in users if text.startswith("Task")), "")


def call(name: str, tokens: int = 10, **arguments: Any) -> Answered:
    """An answer that calls a tool."""
    made = ToolCall(id=f"c-{name}", name=name, arguments=dumps(arguments))
    return Answered(text="", calls=(made,), tokens=tokens)


def done(result: str = "Found.", **more: Any) -> Answered:
    """An answer that ends a helper's task."""
    return call("finish", **{"result": result, "complete": True, **more})


def filed(headline: str = "Headline X.") -> Answered:
    """An answer that files the report."""
    return call("fileReport", headline=headline, summary="All of it.")


REFUSED = ModelRefused("400")


@dataclass
class ScriptedMinds:
    """Answers each mind by the script of the test, and remembers who was asked."""

    script: Script
    asked: list[Asked] = field(default_factory=list)
    delay_s: float = 0.0
    busy: asyncio.Event = field(default_factory=asyncio.Event)
    going: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.going.set()

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        check_prompt(prompt)
        task = Asked(prompt, 0).task
        number = sum(one.task == task for one in self.asked)
        asked = Asked(prompt, number)
        self.asked.append(asked)
        self.busy.set()
        await self.going.wait()
        await asyncio.sleep(self.delay_s)
        answer = self.script(asked)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def counts(self) -> Mapping[str, int]:
        """How often each task was asked for."""
        return Counter(one.task for one in self.asked if not one.is_reporter)

    async def aclose(self) -> None:
        return None


@dataclass
class TestQueue:
    """Keeps what was published until the test delivers it."""

    __test__ = False

    waiting: list[tuple[Json | WakeCall, float]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    refusing: Callable[[str], bool] = lambda name: False

    async def publish(self, wake_call: WakeCall, *, delay_s: float, dedup_id: str) -> None:
        self._take(wake_call, delay_s, dedup_id)

    async def call_mind(
        self, body: Json, *, delay_s: float, dedup_id: str, limit: object = None
    ) -> None:
        self._take(body, delay_s, dedup_id)

    async def tell(self, event: Json, *, delay_s: float, dedup_id: str) -> None:
        return None

    def _take(self, what: Json | WakeCall, delay_s: float, dedup_id: str) -> None:
        if self.refusing(dedup_id):
            raise QueueUnreachable("refused")
        if dedup_id not in self.seen:
            self.seen.append(dedup_id)
            self.waiting.append((what, delay_s))

    async def aclose(self) -> None:
        return None


class TestChannel(MemoryChannel):
    """The channel in memory, closed as the real one is."""

    __test__ = False

    async def aclose(self) -> None:
        return None


class LateClock(SystemClock):
    """The real time, later by what the test says."""

    ahead = timedelta()

    def utc(self) -> datetime:
        return super().utc() + self.ahead


class TestWiring(Wiring):
    """The whole brain with a queue, a channel and a model of the test."""

    __test__ = False

    def __init__(self, env: Mapping[str, str], model: ScriptedMinds) -> None:
        super().__init__(env)
        self.clock = self.late = LateClock()
        self.minds = model
        self.test_queue = TestQueue()
        self.test_channel = TestChannel(delay_s=0)

    @cached_property
    def queue(self) -> QStashQueue:
        return cast("QStashQueue", self.test_queue)

    @cached_property
    def channel(self) -> PusherChannel:
        return cast("PusherChannel", self.test_channel)

    @property
    def model(self) -> ChatModel:
        return cast("ChatModel", self.minds)

    def model_of(
        self, choice: ModelChoice, *, is_mind: bool = True, tries: int | None = None
    ) -> ChatModel:
        return self.model


@dataclass
class JobStage:
    """A user with jobs."""

    wiring: TestWiring
    user: str
    env: Mapping[str, str]

    @cached_property
    def services(self) -> JobServices:
        return job_services(self.wiring)

    @property
    def queue(self) -> TestQueue:
        return self.wiring.test_queue

    @property
    def model(self) -> ScriptedMinds:
        return self.wiring.minds

    def another(self) -> "JobStage":
        """Another instance with the same stores, queue and model: what a new process would be."""
        wiring = TestWiring(self.env, self.model)
        wiring.test_queue, wiring.test_channel = self.queue, self.wiring.test_channel
        return JobStage(wiring, self.user, self.env)

    def new_job(self, minds: int = 3, **given: Any) -> NewJob:
        """A job whose helpers have the briefs `Task 0.`, `Task 1.` and so on."""
        helpers = tuple(
            NewMind(number=n, label=f"Hotel {n}", profile={}, brief=f"Task {n}.")
            for n in range(minds)
        )
        plain = {"title": "Three hotels", "request": {}, "budget": 30_000 * minds}
        return NewJob(kind="helpers", minds=helpers, **{**plain, **given})

    async def deliver(self, *, twice: bool = False) -> None:
        """Deliver all calls that are due soon, and those that follow from them."""
        while due := [what for what, delay_s in self.queue.waiting if delay_s < SOON_S]:
            self.queue.waiting = [one for one in self.queue.waiting if one[1] >= SOON_S]
            await asyncio.gather(*(self.take(what) for what in due * (2 if twice else 1)))

    async def take(self, what: Json | WakeCall, *, seconds: float = 60.0) -> bool:
        """Take one call as the route does. Whether it was done; otherwise the queue calls again."""
        called = self.wiring.called
        assert called is not None
        invocation = self.wiring.begin_invocation(seconds)
        try:
            if isinstance(what, WakeCall):
                await called.wake(what, invocation)
            else:
                await called.take(parse(MindCallBody, what), invocation)
        except Unreachable:
            return False
        return True

    async def call(
        self, start: JobStart, reason: str, mind: int | str | None = None, n: int = 0
    ) -> bool:
        """Take a call that the queue may deliver at any time."""
        body = {"userId": self.user, "job": start.job_id, "mind": mind, "reason": reason, "try": n}
        return await self.take(body)

    async def sweep(self, start: JobStart, *, after_s: float, n: int = 0) -> None:
        """Sweep as it would be done that much later, then deliver what follows."""
        self.wiring.late.ahead += timedelta(seconds=after_s)
        assert await self.call(start, "sweep", n=n)
        await self.deliver()

    async def job(self, start: JobStart) -> Job:
        found = await self.services.jobs.job(self.user, start.job_id)
        assert found is not None
        return found

    async def minds(self, start: JobStart) -> list[Mind]:
        return list(await self.services.jobs.minds(self.user, start.job_id))

    async def notifications(self) -> list[Message]:
        """What the user was told."""
        page = await self.wiring.store.read(self.user, since=0, limit=100)
        return [e for e in page.entries if isinstance(e, Message) and e.kind == "notification"]

    def invocation(self, seconds: float = 60.0) -> Invocation:
        return self.wiring.begin_invocation(seconds)

"""A deployment for rehearsals: real Redis, real Postgres, a scripted model, a queue in memory."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from brain.chat.choice import ModelChoice
from brain.codec import Json
from brain.errors import BrainError
from brain.feature import Platform
from brain.jobs.flow import start_job
from brain.jobs.life.taking import take_call
from brain.jobs.model import Job, Mind, MindCall, NewJob, NewMind
from brain.jobs.rehearsals.scenario import digest, from_wire
from brain.jobs.services import JobServices
from brain.jobs.wired import job_services
from brain.run.journal import Answered
from brain.run.moves import WakeCall
from brain.run.ports import Delta, Prompt
from brain.run.turn import Invocation
from brain.tools.spec import ToolCall
from brain.wiring import Wiring
from tests.fakes.channel import MemoryChannel
from tests.fakes.requests import check_prompt

type Plays = Callable[[Prompt], Answered | BrainError]


def call(name: str, **arguments: Any) -> Answered:
    """An answer that calls one tool."""
    made = ToolCall(id="c1", name=name, arguments=json.dumps(arguments))
    return Answered(text="", calls=(made,), tokens=100, prompt_tokens=80, answer_tokens=20)


def quit_with(text: str) -> Answered:
    """The brain's last words."""
    return call("sayToUserAndQuit", message=text)


def ends(prompt: Prompt) -> Answered:
    """A player that ends at once."""
    return call("next", done=True)


def says_yes(prompt: Prompt) -> Answered:
    """A player that says yes once, and then ends."""
    said_yes = any(m["role"] == "assistant" and m["content"] == "yes" for m in prompt.messages)
    return call("next", done=True) if said_yes else call("next", text="yes")


def approves(prompt: Prompt) -> Answered:
    """A judge that says yes to everything, with a quote."""
    text = prompt.messages[-1]["content"]
    lines = text.split("The lines:\n")[1].splitlines()
    seq, quote = text.split("[", 1)[1].split("] user: ", 1)
    votes = [
        {"item": n, "verdict": "yes", "seq": int(seq), "quote": quote.splitlines()[0]}
        for n in range(1, len(lines) + 1)
    ]
    return call("judge", votes=votes)


def reports(prompt: Prompt) -> Answered:
    """A reporter that suggests a line."""
    edits = [{"find": None, "replace": "Never narrate your steps.", "because": [0]}]
    finding = {"what": "It narrates.", "runs": [0], "severity": "low"}
    return call(
        "fileReport",
        headline="They are played.",
        summary="All is well.",
        findings=[finding],
        suggestion={"edits": edits},
    )


@dataclass
class Cast:
    """A model that plays all parts. It tells them apart by the tools that it is offered."""

    brain: Plays
    player: Plays = ends
    judge: Plays = approves
    reporter: Plays = reports
    prompts: dict[str, list[Prompt]] = field(default_factory=dict)

    async def answer(
        self,
        prompt: Prompt,
        *,
        limit_s: float,
        on_delta: Callable[[Delta], None] | None = None,
    ) -> Answered:
        check_prompt(prompt)
        offered = {tool["function"]["name"] for tool in prompt.tools}
        parts = {"next": "player", "judge": "judge", "fileReport": "reporter"}
        part = next((parts[name] for name in parts if name in offered), "brain")
        self.prompts.setdefault(part, []).append(prompt)
        await asyncio.sleep(0)
        answer: Answered | BrainError = getattr(self, part)(prompt)
        if isinstance(answer, BrainError):
            raise answer
        return answer

    async def warm(self) -> None:
        return None


@dataclass
class MemoryQueue:
    """Keeps calls until the test delivers them."""

    calls: list[MindCall] = field(default_factory=list)
    wakes: list[tuple[WakeCall, float]] = field(default_factory=list)
    told: list[Json] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    async def publish(self, wake_call: WakeCall, *, delay_s: float, dedup_id: str) -> None:
        self.wakes.append((wake_call, delay_s))

    async def tell(self, event: Json, *, delay_s: float, dedup_id: str) -> None:
        self.told.append(event)

    async def keep_schedule(self, name: str, *, cron: str, event: Json) -> None:
        self.told.append(event)

    async def call_mind(
        self, body: Json, *, delay_s: float, dedup_id: str, limit: Any = None
    ) -> None:
        if dedup_id not in self.seen:
            self.seen.add(dedup_id)
            self.calls.append(
                MindCall(
                    user_id=body["userId"],
                    job=body["job"],
                    mind=body["mind"],
                    reason=body["reason"],
                    attempt=body.get("try", 0),
                )
            )


class House(Wiring):
    """The wiring of a deployment, with the outside that a test hands in."""

    queue: Any
    channel: Any

    def __init__(self, env: Mapping[str, str], cast: Cast) -> None:
        super().__init__(env)
        self.cast = cast
        self.choices: list[ModelChoice] = []
        self.__dict__.update(queue=MemoryQueue(), channel=MemoryChannel(delay_s=0))

    @property
    def model(self) -> Any:
        return self.cast

    def model_of(
        self, choice: ModelChoice, *, is_mind: bool = True, tries: int | None = None
    ) -> Any:
        self.choices.append(choice)
        return self.cast


@dataclass
class Stage:
    """A deployment and one user."""

    house: House
    cast: Cast
    user: str
    services: JobServices

    @classmethod
    def of(
        cls, env: Mapping[str, str], cast: Cast, user: str, kind: type[House] = House
    ) -> "Stage":
        house = kind(env, cast)
        platform: Platform = house
        return cls(house=house, cast=cast, user=user, services=job_services(platform))

    @property
    def queue(self) -> MemoryQueue:
        queue: MemoryQueue = self.house.queue
        return queue

    def new(
        self, *scenarios: Json, runs: int = 0, seed: int = 1, budget: int = 0, **fields: Any
    ) -> NewJob:
        """A job that plays these scenarios in turn."""
        runs = runs or len(scenarios)
        minds = tuple(
            self._mind(n, scenarios[n % len(scenarios)], seed, fields) for n in range(runs)
        )
        return NewJob(
            kind="rehearsal",
            title="Rehearsals",
            request={},
            minds=minds,
            budget=budget or 60_000 * runs,
            compared_with=fields.get("compared_with"),
            key=fields.get("key"),
        )

    def _mind(self, number: int, wire: Json, seed: int, fields: Json) -> NewMind:
        scenario = from_wire(wire)
        return NewMind(
            number=number,
            label=scenario.name,
            profile={"instructions": fields.get("instructions")},
            scenario=wire,
            scenario_digest=digest(scenario),
            seed=seed + number,
        )

    async def play(self, new: NewJob) -> Job:
        """Start the job, and deliver the queue's calls until it has ended."""
        started = await start_job(self.services, self.user, new)
        await self.deliver()
        job = await self.services.jobs.job(self.user, started.job_id)
        assert job is not None
        return job

    async def deliver(self) -> None:
        """Deliver all calls that are not sweeps, and those that come of them."""
        while calls := [call for call in self.queue.calls if call.reason != "sweep"]:
            for each in calls:
                self.queue.calls.remove(each)
                await take_call(self.services, each, self.invocation())

    def invocation(self) -> Invocation:
        clock = self.house.clock
        now = clock.now()
        return Invocation(id=clock.new_id(), started=now, cut=now + 250, deadline=now + 300)

    async def minds(self, job: Job) -> Sequence[Mind]:
        return await self.services.jobs.minds(self.user, job.id)

    async def texts(self, mind: Mind) -> list[tuple[str, str]]:
        """Message id and text of everything that the player said."""
        page = await self.house.store.read(mind.id, since=0, limit=500)
        return [(e.message_id, e.text) for e in page.entries if hasattr(e, "message_id")]

    async def effects(self, mind: Mind) -> list[tuple[str, Json, str]]:
        """What the brain did in its world."""
        from brain.jobs.rehearsals.postgres import PostgresRehearsals

        assert self.house.database is not None
        found = await PostgresRehearsals(self.house.database).effects([mind.id])
        return [(one.tool, one.arguments, one.result) for _, one in found]

    async def aclose(self) -> None:
        for task in list(self.services.beside):
            await task
        await self.house.redis.aclose()
        await self.house.schemas.aclose()
        if self.house.database is not None:
            await self.house.database.close()

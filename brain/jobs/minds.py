"""What the minds of a deployment run with: the owner's tools, stores and model, made safe.

A kind of job is one module with a function `kind(base: Base) -> KindOfJob`. `KINDS` lists
them; each is imported when it is first asked for.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from importlib import import_module

from msgspec.structs import replace

from brain.cloud.redis.store import RedisStore
from brain.cloud.traces.loops import LoopBounds
from brain.codec import Json
from brain.documents.editing import Author
from brain.feature import AskAlways, AtOnce, Platform
from brain.jobs.dollars import WithinBudget
from brain.jobs.gate import Gate
from brain.jobs.model import Job, JobKind, Mind, ModelChoice, ProgressNote
from brain.jobs.ports import JobStore, KindOfJob, MindRuns
from brain.jobs.quiet import LateWakeUps, NobodyListens
from brain.jobs.rules import tokens_each
from brain.run.limits import Limits
from brain.run.ports import Model
from brain.run.services import Around, Services
from brain.settings.budgets import daily_budget
from brain.tools.invocations import Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect

LEASE_MOST_S = 10.0  # seconds; a mind that died is continued soon
LOOPS = 25  # model calls in one run of a mind

KINDS: Mapping[JobKind, str] = {
    "helpers": "brain.jobs.helpers.kind",
    "talk": "brain.jobs.talks.kind",
    "room": "brain.jobs.helpers.kind",
    "rehearsal": "brain.jobs.rehearsals.kind",
}


async def nobody(job: Job, mind: Mind, progress: ProgressNote, at: str) -> None:
    """Tell nobody of a mind's progress."""


class Kinds(Mapping[JobKind, KindOfJob]):
    """The kinds of jobs. Each is imported and made when it is first asked for."""

    def __init__(self, base: "Base") -> None:
        self._base = base
        self._made: dict[JobKind, KindOfJob] = {}

    def __getitem__(self, name: JobKind) -> KindOfJob:
        if name not in self._made:
            module = import_module(KINDS[name])
            self._made[name] = module.kind(self._base)
        return self._made[name]

    def __iter__(self) -> Iterator[JobKind]:
        return iter(KINDS)

    def __len__(self) -> int:
        return len(KINDS)


class Base:
    """The parts of which a kind makes the services of its minds."""

    def __init__(
        self,
        platform: Platform,
        jobs: JobStore,
        runs: MindRuns,
        *,
        tell_progress: Callable[[Job, Mind, ProgressNote, str], Awaitable[None]] = nobody,
    ) -> None:
        """`tell_progress` tells the owner how far a mind is; its last argument tells apart two such
        notes.
        """
        self.platform = platform
        self.jobs = jobs
        self.runs = runs
        self.tell_progress = tell_progress

    @cached_property
    def store(self) -> RedisStore:
        """The state store with the short lease of minds. It bounds their logs by itself."""
        return RedisStore(self.platform.redis, self._limits)

    @cached_property
    def _limits(self) -> Limits:
        limits = self.platform.limits
        return replace(limits, lease_s=min(limits.lease_s, LEASE_MOST_S), loops=LOOPS)

    def limits(self, job: Job, *, wall_s: float) -> Limits:
        """Return the limits of a mind: its share of the job's tokens, decided before it began."""
        tokens = tokens_each(job.token_budget, job.total_count)
        return replace(self._limits, wall_s=wall_s, tokens=tokens)

    def model(self, profile: Json, job: Job, mind_id: str | None = None) -> Model:
        """Return the model that a frozen profile asks for; the deployment's if it names none.

        The calls of minds take turns, so that the owner's own brain does not wait for them. They
        end when the day's dollars are used up. A reporter has no `mind_id`.
        """
        model, most = self.platform.model_of(choice_of(profile)), self._daily_usd
        if most is None or self.platform.database is None:
            return model
        from brain.jobs.stored.dollars import PostgresDollars

        dollars = PostgresDollars(self.platform.database)
        spend = partial(dollars.add, job.user_id, job.id, mind_id)
        return WithinBudget(model, spend, most=most)

    @cached_property
    def _daily_usd(self) -> float | None:
        return daily_budget(self.platform.env).usd

    def owners_tools(self, names: Iterable[str], owner: str) -> dict[str, Tool]:
        """Return those of the owner's tools that exist and only read, by name.

        They run for the owner, not for the mind: the tool sees the owner's user id.
        """
        tools = self.platform.services.tools
        found = {name: tools[name] for name in names if name in tools}
        return {
            name: for_owner(tool, owner)
            for name, tool in found.items()
            if tool.spec.effect is Effect.READS
        }

    def editing(self, job: Job, mind: Mind) -> dict[str, Tool]:
        """Return the tool that edits the job's document; none if it has no document."""
        database = self.platform.database
        if job.document_id is None or database is None:
            return {}
        from brain.documents.edit_tool import edit_document_tool
        from brain.documents.edits import PostgresEdits
        from brain.documents.feature import everywhere
        from brain.documents.told import tell_edit

        tool = edit_document_tool(
            PostgresEdits(database),
            job.document_id,
            Author(label=mind.label, mind_id=mind.id),
            partial(tell_edit, everywhere(self.platform)),
        )
        return {tool.spec.name: for_owner(tool, job.user_id)}

    def services(
        self,
        job: Job,
        mind: Mind,
        *,
        model: Model,
        tools: Mapping[str, Tool],
        limits: Limits,
        instructions: str,
        around: tuple[Around, ...] = (),
    ) -> Services:
        """Return services for a mind: its own store, a channel that drops everything, wake-ups
        that are delayed, no features around it but the gate and `around`.
        """
        return self.alone(
            model=model,
            tools=tools,
            limits=limits,
            instructions=instructions,
            around=(Gate(jobs=self.jobs, runs=self.runs), *around),
        )

    def alone(
        self,
        *,
        model: Model,
        tools: Mapping[str, Tool],
        limits: Limits,
        instructions: str,
        around: tuple[Around, ...],
    ) -> Services:
        """Return the same with these hooks only: the first of them has to be a gate."""
        ours = self.platform.services
        return Services(
            store=self.store,
            queue=LateWakeUps(ours.queue),
            channel=NobodyListens(),
            model=model,
            schemas=ours.schemas,
            clock=ours.clock,
            languages=ours.languages,
            limits=limits,
            tools=tools,
            consent=AskAlways(),
            settling=AtOnce(),
            intake=(),
            around=(*around, LoopBounds()),
            instructions=instructions,
        )


def choice_of(profile: Json) -> ModelChoice:
    """Return which model a frozen profile asks for, and how."""
    return ModelChoice(
        provider=profile.get("provider"),
        model=profile.get("model"),
        temperature=profile.get("temperature"),
        max_tokens=profile.get("maxTokens"),
        stop=tuple(profile.get("stop") or ()),
        seed=profile.get("seed"),
    )


def for_owner(tool: Tool, owner: str) -> Tool:
    """Return the tool as it runs for the owner of a mind."""

    async def run(invocation: ToolInvocation) -> ToolResult:
        return await tool.run(replace(invocation, user_id=owner))

    return replace(tool, run=run)

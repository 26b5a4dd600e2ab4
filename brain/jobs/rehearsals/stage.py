"""The parts of one rehearsal: its world, the brain in it, and the player."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace
from pydantic import ValidationError

from brain.cloud.postgres.database import Postgres
from brain.cloud.redis import entries
from brain.cloud.redis.journals import journal_lines
from brain.cloud.redis.scripts import Keys
from brain.cloud.world import Inside, NotInThisWorld, Within, World
from brain.codec import Json
from brain.documents.postgres import PostgresDocuments
from brain.errors import DatabaseUnreachable
from brain.jobs.gate import Gate
from brain.jobs.minds import Base
from brain.jobs.model import Job, Mind, MindRun, MindStatus
from brain.jobs.quiet import LateWakeUps, NobodyListens
from brain.jobs.rehearsals.fences import (
    OwnDatabase,
    OwnRedis,
    WorldClock,
    WorldQueue,
    WorldStore,
)
from brain.jobs.rehearsals.playing import Cost, Playing, TalksOver, cost_of_steps, new_entries
from brain.jobs.rehearsals.ports import RehearsalStore
from brain.jobs.rehearsals.postgres import PostgresRehearsals
from brain.jobs.rehearsals.scenario import Scenario, from_wire
from brain.jobs.rehearsals.verdict import folded
from brain.jobs.rehearsals.world import Doings, front_end_tools, world_of
from brain.jobs.rules import mind_id, tokens_each
from brain.run.limits import Limits
from brain.run.messages import LogEntry, Message
from brain.run.ports import Model
from brain.run.services import Services
from brain.tools.spec import ClientTool

KEPT_VARIABLES = ("BRAIN_LANGUAGE",)  # of the environment: it has no address and no secret
MAIL_TOOL = "sendEmail"  # an owner who has it has an account
SEARCH_TOOL = "searchWeb"
DOCUMENTS = 100  # titles of a world that are compared at its end


class Stage(Struct, frozen=True, dict=True):
    """One rehearsal in this invocation. Its parts are made when they are first used."""

    base: Base
    job: Job
    mind: Mind
    wall_s: float

    @cached_property
    def scenario(self) -> Scenario:
        """Raises NotInThisWorld for one that another version of this code has stored."""
        try:
            return from_wire(self.mind.scenario or {})
        except ValidationError:  # without the cause, which quotes the scenario
            raise NotInThisWorld("a scenario of this form") from None

    @property
    def is_readable(self) -> bool:
        """Whether the scenario can be read, without which nothing can be played."""
        try:
            return self.scenario is not None
        except NotInThisWorld:
            return False

    @property
    def seed(self) -> int:
        return self.mind.seed or 0

    @cached_property
    def kept(self) -> RehearsalStore:
        return PostgresRehearsals(self._database)

    @property
    def _database(self) -> Postgres:
        database = self.base.platform.database
        if database is None:
            raise DatabaseUnreachable("rehearsals need a database")
        return database

    @property
    def begun(self) -> datetime:
        """When it began, in real time: the same in every invocation."""
        return self.mind.started_at or self.job.created_at

    @cached_property
    def world(self) -> World:
        tools = self.base.platform.services.tools
        return world_of(
            self.scenario,
            self.mind.id,
            begun=self.begun,
            instructions=self.mind.profile.get("instructions") or "",
            has_email=MAIL_TOOL in tools,
            has_search=SEARCH_TOOL in tools,
        )

    @property
    def _shift(self) -> timedelta:
        return self.world.now - self.begun

    @cached_property
    def store(self) -> WorldStore:
        redis = OwnRedis(self.base.platform.redis, self.mind.id)
        return WorldStore(redis, self._limits, self._shift)

    @cached_property
    def _limits(self) -> Limits:
        return self.base.limits(self.job, wall_s=self.wall_s)

    @cached_property
    def playing(self) -> Playing:
        return Playing(
            mind_id=self.mind.id,
            scenario=self.scenario,
            seed=self.seed,
            store=self.store,
            kept=self.kept,
            model=self.model({}),
            clock=self.base.platform.clock,
        )

    @cached_property
    def doings(self) -> Doings:
        return Doings(
            mind_id=self.mind.id, scenario=self.scenario, kept=self.kept, store=self.store
        )

    def model(self, profile: Json) -> Model:
        """Return a model for this rehearsal, with its seed."""
        return self.base.model({**profile, "seed": self.seed}, self.job, self.mind.id)

    async def keep(self, run: MindRun, log: Sequence[LogEntry]) -> None:
        """Keep the journal of a run that has ended. One that rests with a question stands apart."""
        asked = next((e for e in reversed(log) if isinstance(e, Message) and e.question), None)
        if not run.journal and asked is not None:
            key = Keys.of(self.mind.id).key(f"rest:{asked.id}")
            redis = OwnRedis(self.base.platform.redis, self.mind.id)
            lines = await journal_lines(redis, key)
            journal, _ = entries.journal(lines, run_id=run.run_id)
            run = replace(run, journal=journal)
        await self.kept.keep_steps(self.mind.id, run.run_id, new_entries(run, log))

    async def cost(self) -> Cost:
        """Return what the brain and the player have used, in both tries."""
        steps = [*await self.kept.steps(self.mind.id)]
        if self.mind.attempt:
            steps += await self.kept.steps(mind_id(self.job.id, self.mind.number))
        return cost_of_steps(steps)

    def tokens_left(self, cost: Cost) -> int:
        """Return how many tokens this rehearsal may still use; 0 or less for none."""
        return tokens_each(self.job.token_budget, self.job.total_count) - cost.tokens

    async def is_in(self, *statuses: MindStatus) -> bool:
        """Whether its row has one of these statuses now. A stop writes the row first."""
        now = await self.base.jobs.mind(self.mind.id)
        return now is not None and now.status in statuses

    async def has_tokens(self) -> bool:
        """Whether another call of a model may begin."""
        return self.tokens_left(await self.cost()) > 0

    @property
    def client_tools(self) -> tuple[ClientTool, ...]:
        """The tools of the world's front end."""
        return front_end_tools(self.scenario, self.base.platform.services.tools)

    def within(self, *, tokens: int) -> Within:
        """Return the brain in its world. Raises NotInThisWorld."""
        platform = self.base.platform
        env = {name: platform.env[name] for name in KEPT_VARIABLES if name in platform.env}
        return platform.within(
            Inside(
                world=self.world,
                env=env,
                clock=WorldClock(platform.clock, self._shift),
                limits=replace(self._limits, tokens=max(tokens, 1)),
                redis=OwnRedis(platform.redis, self.mind.id),
                store=self.store,
                queue=WorldQueue(LateWakeUps(platform.services.queue), self.mind.id),
                channel=NobodyListens(),
                model=self.model(self.mind.profile),
                schemas=platform.services.schemas,
                database=OwnDatabase(self._database, self.mind.id),
            )
        )

    async def services(self) -> Services:
        """Return what the rehearsed brain runs with: all that the owner's has, in the world."""
        inner = self.within(tokens=self.tokens_left(await self.cost())).services
        gate = Gate(jobs=self.base.jobs, runs=self.base.runs)
        return replace(
            inner,
            tools={name: self.doings.noting(tool) for name, tool in inner.tools.items()},
            around=(gate, *inner.around, TalksOver(playing=self.playing)),
        )

    async def mark_heard(self, log: Sequence[LogEntry]) -> None:
        """Report how much the player has heard since its last text, as a front end does."""
        within = self.within(tokens=1)
        for text in await self.playing.mark_heard(log):
            await within.played(self.mind.id, text)

    async def documents(self, titles: set[str]) -> list[tuple[str, str]]:
        """Return title and body of the documents in the world that have one of these titles,
        whatever their case.
        """
        names = set(map(folded, titles))
        documents = PostgresDocuments(OwnDatabase(self._database, self.mind.id))
        found = await documents.newest(self.mind.id, limit=DOCUMENTS) if names else ()
        wanted = [one for one in found if folded(one.title) in names]
        read = [await documents.read(self.mind.id, one.document_id) for one in wanted]
        return [(one.title, one.body) for one in read if one is not None]

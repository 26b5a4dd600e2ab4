"""The product's parts of jobs as one process has them, over its gates."""

from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from brain.cloud.redis.store import RedisStore
from brain.errors import DatabaseUnreachable
from brain.feature import AskAlways, AtOnce, Platform
from brain.jobs.queue import QueuedMindCalls
from brain.jobs.quiet import LateWakeUps, NobodyListens
from brain.jobs.services import JobServices
from brain.notices.flow import Notices
from brain.notices.redis import RedisNoticeBoard
from brain.notices.services import NoticeServices
from brain.run.limits import Limits
from brain.run.services import Services
from brain.says.choice import Languages
from tests.chaos.jobs.gates import (
    AnnouncerHere,
    Gate,
    JobsHere,
    ModelHere,
    QueueHere,
    RedisHere,
    tool_here,
)
from tests.chaos.jobs.rehearsed import act_tool, stage_here
from tests.fakes.channel import MemoryChannel
from tests.fakes.schemas import MemorySchemas

if TYPE_CHECKING:
    from tests.chaos.jobs.world import JobWorld


@dataclass
class House:
    """What a process has: the flows of jobs, wired as `brain.jobs.wired` does."""

    world: "JobWorld"
    gate: Gate

    @cached_property
    def queue(self) -> QueueHere:
        return QueueHere(self.gate)

    @cached_property
    def redis(self) -> RedisHere:
        return RedisHere(self.gate, self.world.redis)

    @cached_property
    def platform(self) -> Platform:
        """The platform, as far as jobs use it: without a database of documents and facts."""
        tool = tool_here(self.gate)
        limits, channel = Limits(), MemoryChannel()
        store = RedisStore(self.redis, limits)
        ours = Services(
            store=store,
            queue=cast("Any", self.queue),
            channel=channel,
            model=ModelHere(self.gate),
            schemas=MemorySchemas(),
            clock=self.world.clock,
            languages=Languages(),
            limits=limits,
            tools={tool.spec.name: tool},
            consent=AskAlways(),
            settling=AtOnce(),
            intake=(),
            around=(),
        )
        made = SimpleNamespace(
            services=ours,
            clock=self.world.clock,
            languages=Languages(),
            redis=self.redis,
            limits=limits,
            channel=channel,
            database=None,
            env={},
            preferences=None,
            store=store,
            log=store,
            model_of=lambda choice: ModelHere(self.gate),
            known=self._known,
        )
        return cast("Platform", made)

    async def _known(self, user_id: str) -> str:
        """What is known of the user, from the database."""

        async def send() -> str:
            return "They like cats."

        return str(await self.gate.call("jobs", "known", send, DatabaseUnreachable))

    @cached_property
    def services(self) -> JobServices:
        """What the flows need."""
        part, platform, world = self.world.product.part, self.platform, self.world
        jobs = JobsHere(self.gate, world.jobs)
        runs = part("brain.jobs.stored.redis", "RedisMindRuns")(
            self.redis, platform.store, world.clock
        )

        async def tell(*about: Any) -> None:
            await part("brain.jobs.life.telling", "tell_progress")(services, *about)

        async def reporter(*about: Any) -> Services:
            made: Services = part("brain.jobs.helpers.reporter", "reporter")(base, *about)
            return made

        base = part("brain.jobs.minds", "Base")(platform, jobs, runs, tell_progress=tell)
        services = JobServices(
            jobs=cast("Any", jobs),
            runs=runs,
            calls=QueuedMindCalls(cast("Any", self.queue)),
            kinds=self._kinds(base),
            reporter=reporter,
            announcer=AnnouncerHere(self.gate, self._notices()),
            channel=platform.channel,
            store=platform.store,
            clock=world.clock,
            languages=Languages(),
            daily_tokens=world.story.daily,
        )
        return services

    def _kinds(self, base: Any) -> Any:
        """The kinds of jobs; rehearsals without a database."""
        part = self.world.product.part

        kept = JobsHere(self.gate, self.world.played)
        stage = part("brain.jobs.rehearsals.stage", "Stage")
        here = stage_here(stage, self.gate, kept, self._rehearsed)
        made = part("brain.jobs.rehearsals.kind", "Rehearsals")(base, stage=here)
        others = part("brain.jobs.minds", "Kinds")(base)
        return {name: made if name == "rehearsal" else others[name] for name in others}

    def _rehearsed(self, store: RedisStore) -> Services:
        """A rehearsed brain's services, before the product wraps its tools."""
        tool = act_tool(self.gate)
        return replace(
            self.platform.services,
            store=store,
            queue=cast("Any", LateWakeUps(cast("Any", self.queue))),
            channel=NobodyListens(),
            tools={tool.spec.name: tool},
        )

    def _notices(self) -> Notices:
        ours = self.platform.services
        return Notices(
            services=NoticeServices(
                board=RedisNoticeBoard(self.redis),
                preferences=None,
                rules=None,
                channel=ours.channel,
                queue=ours.queue,
                model=ours.model,
                clock=ours.clock,
                languages=ours.languages,
            )
        )

    @cached_property
    def called(self) -> Any:
        """Who takes the queue's calls."""
        made = self.world.product.part("brain.jobs.called", "CalledMinds")
        return made(True, lambda: self.services)

"""Facts, the summary of earlier conversation, and the archive of the log."""

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from brain.cloud.redis.numbering import Outlasting
from brain.cloud.world import World
from brain.feature import Feature, Platform, Resources
from brain.memory.flow import Memory, built
from brain.memory.ports import NOTHING, Archive, Facts
from brain.memory.redis import RedisShownBlock, stored
from brain.memory.services import MemoryServices
from brain.tools.invocations import Tool

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from brain.memory.whole_log import WholeLog


def feature(platform: Platform) -> Feature:
    """Memory's steps around each run, its tools and routes, and the whole log."""
    parts = _Parts(platform)
    return Feature(
        tools=parts.tools,
        around=lambda: (parts.memory,),
        log=lambda: parts.log,
        search_log=parts.search_log,
        outlasting=lambda: parts.outlasting,
        resources=parts.resources,
        preferences_changed=lambda: parts.block.drop_block,
        session=lambda _: {"memory": platform.database is not None},
        known=parts.known,
        seed=parts.seed,
    )


class _Parts:
    """The parts of the feature. Each is made when it is first used."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @cached_property
    def block(self) -> RedisShownBlock:
        return RedisShownBlock(self._platform.redis)

    @cached_property
    def archive(self) -> Archive | None:
        """The archive of logs; None without a database."""
        if self._platform.database is None:
            return None
        from brain.memory.archive import PostgresArchive

        return PostgresArchive(self._platform.database)

    @cached_property
    def facts(self) -> Facts | None:
        """The facts; None without a database."""
        if self._platform.database is None:
            return None
        from brain.memory.postgres import PostgresFacts
        from brain.memory.shown import ShownFacts

        return ShownFacts(PostgresFacts(self._platform.database), self.block)

    @cached_property
    def memory(self) -> Memory:
        platform = self._platform
        return Memory(
            services=MemoryServices(
                facts=self.facts,
                archive=self.archive,
                preferences=platform.preferences,
                block=self.block,
                store=platform.store,
                log=platform.log,
                model=platform.model,
                clock=platform.clock,
                limits=platform.limits,
                addition=platform.addition,
            )
        )

    @cached_property
    def log(self) -> "WholeLog | None":
        if self.archive is None:
            return None
        from brain.memory.whole_log import WholeLog

        return WholeLog(store=self._platform.store, archive=self.archive)

    def tools(self) -> tuple[Tool, ...]:
        if self.facts is None or self.archive is None:
            return ()
        from brain.memory.tools import memory_tools

        return memory_tools(self.facts, self.archive, zone_of=self._platform.zone_of)

    async def outlasting(self, user_id: str) -> Outlasting:
        """Return the end of the archived log, and what the model is shown. Raises Unreachable."""
        if self._platform.database is None or self.archive is None:
            return Outlasting()
        if await self._platform.database.is_new(user_id):
            return Outlasting(memory=stored("", NOTHING))
        last_seq, shown = await asyncio.gather(
            self.archive.last_seq(user_id),
            built(self.memory.services, user_id, has_summary=False),
            return_exceptions=True,
        )
        if isinstance(last_seq, BaseException):
            raise last_seq
        # What cannot be shown here is tried again by the run, which can do without it.
        memory = () if isinstance(shown, BaseException) else stored(*shown)
        return Outlasting(last_seq=last_seq, memory=memory)

    async def known(self, user_id: str) -> str:
        """Return the user's facts as the memory block has them, without a summary."""
        if self.facts is None:
            return ""
        from brain.memory.rules import SHOWN_FACTS, memory_block

        facts = await self.facts.facts(user_id, limit=SHOWN_FACTS)
        return memory_block(facts, "")

    async def seed(self, world: World) -> None:
        """Store the facts of a world, the first one last: it is the newest."""
        if self.facts is not None:
            for place, text in reversed([*enumerate(world.facts)]):
                key = f"seed-{place}"
                await self.facts.remember(
                    world.user_id, text=text, source=text, foreign=False, key=key
                )

    async def search_log(self, request: "Request", user_id: str) -> "ASGIApp":
        """Answer a search of the log."""
        from brain.memory.http import log_search

        return await log_search(lambda: self.log)(request, user_id)

    def resources(self) -> Resources:
        from brain.memory.http import fact_routes

        return fact_routes(lambda: self.facts)

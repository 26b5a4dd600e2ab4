"""Which adapter stands behind which port. Made when first used, and kept by the warm instance."""

from functools import cached_property
from random import random
from typing import TYPE_CHECKING

from brain import settings
from brain.adapters.board import RedisBoard, RedisMemoryBlock
from brain.adapters.chat import ChatModel, ChatSettings
from brain.adapters.clock import SystemClock
from brain.adapters.news import UpstashNews
from brain.adapters.pusher import PusherChannel
from brain.adapters.qstash import QStashQueue, SignatureCheck
from brain.adapters.store import RedisStore
from brain.adapters.upstash import Upstash
from brain.adapters.webhooks import WebhookReader
from brain.core.limits import Limits
from brain.flows.feed import Feed
from brain.flows.notices import release
from brain.flows.turn import Invocation, Services
from brain.http.tokens import Tokens
from brain.ports import Archive, Documents, Memory, Tool, Wishes
from brain.settings import Env

if TYPE_CHECKING:
    from brain.adapters.postgres import Postgres


class Wiring:
    """The services of one instance, from one environment.

    Each property raises SettingMissing when first used, if its settings are not there: a function
    works as far as it is set up.
    """

    def __init__(self, env: Env) -> None:
        self.env = env
        self.clock = SystemClock()

    @cached_property
    def times(self) -> settings.TimeSettings:
        return settings.times(self.env)

    @cached_property
    def limits(self) -> Limits:
        return Limits(lease_s=self.times.lease_s)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(settings.tokens(self.env))

    @cached_property
    def redis(self) -> Upstash:
        at = settings.store(self.env)
        return Upstash(at.url, at.token)

    @cached_property
    def store(self) -> RedisStore:
        return RedisStore(self.redis, self.limits, has_archive=self.database is not None)

    @cached_property
    def board(self) -> RedisBoard:
        return RedisBoard(self.redis, log_bound=self.store.log_bound)

    @cached_property
    def block(self) -> RedisMemoryBlock:
        return RedisMemoryBlock(self.redis)

    @cached_property
    def queue(self) -> QStashQueue:
        return QStashQueue(settings.queue(self.env))

    @cached_property
    def channel(self) -> PusherChannel:
        return PusherChannel(settings.channel(self.env))

    @cached_property
    def signature(self) -> SignatureCheck:
        return SignatureCheck(settings.queue(self.env))

    @cached_property
    def services(self) -> Services:
        """All that the brain needs."""
        return Services(
            store=self.store,
            board=self.board,
            block=self.block,
            queue=self.queue,
            channel=self.channel,
            model=self.model,
            tools={tool.spec.name: tool for tool in self._tools},
            clock=self.clock,
            limits=self.limits,
            archive=self.archive,
            wishes=self.wishes,
            memory=self.memory,
        )

    @cached_property
    def archive(self) -> Archive | None:
        """The archive of logs; None where there is no database."""
        if self.database is None:
            return None
        from brain.adapters.archive import PostgresArchive

        return PostgresArchive(self.database)

    @cached_property
    def news(self) -> UpstashNews:
        at = settings.store(self.env)
        return UpstashNews(at.url, at.token)

    @cached_property
    def webhooks(self) -> WebhookReader:
        return WebhookReader(settings.channel(self.env))

    def feed(self, user_id: str, *, since: int) -> Feed:
        """The user's sequence after `since`, for one listener."""
        return Feed(
            self.store,
            self.archive,
            self.news,
            self.clock,
            user_id,
            since=since,
            release=lambda: release(self.services, user_id),
        )

    def begin_invocation(self, seconds: float | None) -> Invocation:
        """A call of a function that lasts `seconds` at most, None where the platform does not
        tell.
        """
        times = self.times
        seconds = times.max_duration_s if seconds is None else seconds
        reserve_s = min(times.reserve_s, seconds * settings.RESERVE_SHARE)
        now = self.clock.now()
        return Invocation(
            id=self.clock.new_id(),
            started=now,
            cut=now + seconds - reserve_s,
            deadline=now + seconds,
        )

    async def warm(self) -> None:
        """Import what a model call needs, half a second, beside whatever else is under way."""
        await self.model.warm()

    async def aclose(self) -> None:
        """Close the connections of what was used."""
        used = vars(self)  # a cached property stands there once it was used
        for name in ("redis", "queue", "channel", "model", "news"):
            if name in used:
                await used[name].aclose()
        if (database := used.get("database")) is not None:
            await database.close()

    @cached_property
    def model(self) -> ChatModel:
        at = settings.model(self.env)
        return ChatModel(
            ChatSettings(
                provider=at.provider,
                base_url=at.base_url,
                api_key=at.api_key,
                model=at.model,
                fallback_models=at.fallback_models,
            ),
            random=random,
        )

    @cached_property
    def database(self) -> "Postgres | None":
        url = settings.database(self.env)
        if url is None:
            return None
        from brain.adapters.postgres import Postgres

        return Postgres(url)

    @cached_property
    def documents(self) -> Documents | None:
        if self.database is None:
            return None
        from brain.adapters.documents import PostgresDocuments

        return PostgresDocuments(self.database)

    @cached_property
    def memory(self) -> Memory | None:
        if self.database is None:
            return None
        from brain.adapters.memory import PostgresMemory
        from brain.adapters.shown import ShownMemory

        return ShownMemory(PostgresMemory(self.database), self.block)

    @cached_property
    def wishes(self) -> Wishes | None:
        if self.database is None:
            return None
        from brain.adapters.wishes import PostgresWishes

        return PostgresWishes(self.database)

    @cached_property
    def web_tools(self) -> tuple[Tool, ...]:
        """Pages of the web, for everybody: they need no setting."""
        from brain.adapters.web import HttpWeb
        from brain.tools.web import web_tools

        return web_tools(HttpWeb())

    @property
    def _tools(self) -> tuple[Tool, ...]:
        if not (self.documents and self.memory and self.archive and self.wishes):
            return self.web_tools
        from brain.tools.documents import document_tools
        from brain.tools.memory import memory_tools
        from brain.tools.rules import rule_tools

        return (
            *document_tools(self.documents),
            *memory_tools(self.memory, self.archive),
            *rule_tools(self.wishes),
            *self.web_tools,
        )

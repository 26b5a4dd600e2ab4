"""Which adapter stands behind which port. Made when first used, and kept by the warm instance."""

from functools import cached_property
from random import random

from brain import settings
from brain.adapters.chat import ChatModel, ChatSettings
from brain.adapters.clock import SystemClock
from brain.adapters.pusher import PusherChannel
from brain.adapters.qstash import QStashQueue, SignatureCheck
from brain.adapters.store import RedisStore
from brain.adapters.upstash import Upstash
from brain.core.limits import Limits
from brain.flows.turn import Invocation, Services
from brain.http.tokens import Tokens
from brain.ports import Archive, StateStore, Tool
from brain.settings import Env


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
    def store(self) -> StateStore:
        at = settings.store(self.env)
        return RedisStore(Upstash(at.url, at.token), self.limits)

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
            queue=QStashQueue(settings.queue(self.env)),
            channel=self.channel,
            model=self._model,
            tools={tool.spec.name: tool for tool in self._tools},
            clock=self.clock,
            limits=self.limits,
            archive=self.archive,
        )

    @cached_property
    def archive(self) -> Archive | None:
        """The archive of logs; None where there is no database."""
        return self._database[1]

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
        await self._model.warm()

    @cached_property
    def _model(self) -> ChatModel:
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

    @property
    def _tools(self) -> tuple[Tool, ...]:
        return self._database[0]

    @cached_property
    def _database(self) -> tuple[tuple[Tool, ...], Archive | None]:
        url = settings.database(self.env)
        if url is None:
            return (), None
        from brain.adapters.archive import PostgresArchive
        from brain.adapters.documents import PostgresDocuments
        from brain.adapters.postgres import Postgres
        from brain.tools.documents import document_tools

        postgres = Postgres(url)
        return document_tools(PostgresDocuments(postgres)), PostgresArchive(postgres)

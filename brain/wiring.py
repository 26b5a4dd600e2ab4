"""Which adapter stands behind which port. Made when first used, and kept by the warm instance."""

from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import import_module
from random import random
from typing import TYPE_CHECKING

from brain import settings
from brain.cloud.clock import SystemClock
from brain.cloud.model.chat import ChatModel, ChatSettings
from brain.cloud.pusher import PusherChannel
from brain.cloud.qstash import QStashQueue, SignatureCheck
from brain.cloud.redis.news import UpstashNews
from brain.cloud.redis.store import RedisStore
from brain.cloud.redis.upstash import Upstash
from brain.cloud.schemas import SchemaWorker
from brain.cloud.webhooks import WebhookReader
from brain.events.flow import NobodyAnnounces, take_word
from brain.events.ports import Announcer, Takers
from brain.feature import Feature, Resources
from brain.http.tokens import Tokens
from brain.preferences.flow import language_setting
from brain.preferences.ports import PreferenceStore
from brain.preferences.watched import WatchedPreferences
from brain.run.feed import Feed
from brain.run.limits import Limits
from brain.run.ports import Log
from brain.run.services import Around, AskAlways, Services
from brain.run.turn import Invocation
from brain.says.choice import Languages
from brain.variables import Env

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Postgres
    from brain.events.signed import EventSignature

# What the brain can do. A feature that is not listed is not there. The order is the order in which
# features act around a run and read a text, and in which the model is shown their tools.
FEATURES = (
    "questions",
    "aside",
    "preferences",
    "documents",
    "notices",
    "memory",
    "email",
    "reminders",
    "web",
)


class Wiring:
    """The services of one instance, from one environment.

    Each property raises SettingMissing when first used, if its settings are not there: a function
    works as far as it is set up. `features` are names of packages of `brain`.
    """

    def __init__(self, env: Env, *, features: Sequence[str] = FEATURES) -> None:
        self.env = env
        self._features = tuple(features)
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
    def queue(self) -> QStashQueue:
        return QStashQueue(settings.queue(self.env))

    @cached_property
    def languages(self) -> Languages:
        """The choice of the language in which a user is spoken to."""
        setting = language_setting(self.preferences) if self.preferences is not None else None
        return Languages(settings.language(self.env), setting)

    @cached_property
    def schemas(self) -> SchemaWorker:
        return SchemaWorker()

    @cached_property
    def channel(self) -> PusherChannel:
        return PusherChannel(settings.channel(self.env))

    @cached_property
    def signature(self) -> SignatureCheck:
        return SignatureCheck(settings.queue(self.env))

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The features by name, in the order of the names."""
        modules = (import_module(f"brain.{name}.feature") for name in self._features)
        return tuple(module.feature(self) for module in modules)

    @cached_property
    def services(self) -> Services:
        """All that the brain needs."""
        return Services(
            store=self.store,
            queue=self.queue,
            channel=self.channel,
            model=self.model,
            schemas=self.schemas,
            clock=self.clock,
            languages=self.languages,
            limits=self.limits,
            tools={tool.spec.name: tool for each in self.features for tool in each.tools()},
            consent=self._first("consent", AskAlways),
            intake=tuple(intake for each in self.features for intake in each.intake()),
            around=self.around,
        )

    @cached_property
    def around(self) -> tuple[Around, ...]:
        """What features do around each run."""
        return tuple(around for each in self.features for around in each.around())

    @cached_property
    def announcer(self) -> Announcer:
        """Who announces events."""
        return self._first("announcer", NobodyAnnounces)

    @cached_property
    def preferences(self) -> PreferenceStore | None:
        """The users' settings; None where there is no database."""
        if self.database is None:
            return None
        from brain.preferences.postgres import PostgresPreferences

        changed = [each.preferences_changed for each in self.features]
        return WatchedPreferences(
            PostgresPreferences(self.database), [make() for make in changed if make is not None]
        )

    @cached_property
    def log(self) -> Log:
        """The whole log, as far as it is kept."""
        logs = (each.log() for each in self.features)
        return next((log for log in logs if log is not None), self.store)

    @cached_property
    def resources(self) -> Resources:
        """The routes of the user's own things, by name and method."""
        return {
            name: handlers for each in self.features for name, handlers in each.resources().items()
        }

    @cached_property
    def takers(self) -> Takers:
        """Who takes which words of events."""
        return {kind: taker for each in self.features for kind, taker in each.takers().items()}

    async def take_word(self, user_id: str, word: object) -> None:
        """Bring a word from outside where it belongs. Raises what `take_word` of events raises."""
        await take_word(self.takers, self.announcer, user_id, word)

    async def wake(self, user_id: str) -> None:
        """Let features act for a user who has come. Raises Unreachable."""
        for each in self.around:
            await each.wake(user_id)

    async def on_session(self, user_id: str) -> None:
        """Let features act when a page has begun a session."""
        for each in self.features:
            if each.on_session is not None:
                await each.on_session(user_id)

    @cached_property
    def news(self) -> UpstashNews:
        at = settings.store(self.env)
        return UpstashNews(at.url, at.token)

    @cached_property
    def webhooks(self) -> WebhookReader:
        return WebhookReader(settings.channel(self.env))

    @cached_property
    def events(self) -> settings.EventSettings:
        return settings.events(self.env)

    @cached_property
    def event_signature(self) -> "EventSignature | None":
        """The check of what programs sign; None where no secret is set."""
        if self.events.secret is None:
            return None
        from brain.events.signed import EventSignature

        return EventSignature(self.events.secret)

    def feed(self, user_id: str, *, since: int) -> Feed:
        """The user's sequence after `since`, for one listener."""
        return Feed(
            self.store,
            self.log,
            self.news,
            self.clock,
            user_id,
            since=since,
            announce=lambda: self.wake(user_id),
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
        for name in ("redis", "queue", "channel", "model", "news", "schemas"):
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
        from brain.cloud.postgres.database import Postgres

        return Postgres(url)

    def _first[T](self, name: str, otherwise: Callable[[], T]) -> T:
        """What the first feature that has it gives."""
        made = (getattr(each, name) for each in self.features)
        return next((make for make in made if make is not None), otherwise)()

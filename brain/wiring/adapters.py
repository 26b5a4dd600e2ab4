"""The adapters of one instance: the clients of the services, each made from its settings.

An adapter is created when it is first used and kept while the instance lives. Its settings are read
only then, so a function works if the settings that it needs are there. `brain.wiring` adds the
features.
"""

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from brain import settings
from brain.chat.choice import ModelChoice
from brain.cloud.clock import SystemClock
from brain.cloud.model.chat import ChatModel
from brain.cloud.model.models import Models
from brain.cloud.pusher import AbsentChannel, PusherChannel
from brain.cloud.qstash import QStashQueue, SignatureCheck
from brain.cloud.redis.eviction import EvictionCheck
from brain.cloud.redis.model_faults import ModelFaults
from brain.cloud.redis.news import UpstashNews
from brain.cloud.redis.queued import QueuedMessages
from brain.cloud.redis.upstash import Upstash
from brain.cloud.redis.wrong_tries import WrongTries
from brain.cloud.schemas import SchemaWorker
from brain.cloud.traces.collector import Collector
from brain.cloud.webhooks import WebhookReader
from brain.cloud.world import Inside, NotInThisWorld, World
from brain.errors import FaultClass, SettingMissing
from brain.http.edge import not_set_up
from brain.http.looks import SharedLook
from brain.http.origins import AllowedOrigins, origins_of
from brain.http.tokens import Tokens
from brain.http.version import VERSION
from brain.run.limits import Limits
from brain.run.turn import Invocation
from brain.settings.variables import Env

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Postgres


USED = ("model_faults", "redis", "queue", "channel", "models", "news", "schemas", "audio", "traces")


class Adapters:
    """The clients of the services, from one environment.

    Each property raises SettingMissing on first use if its settings are missing.
    """

    world: World | None = None
    is_warm = False  # whether what a model call needs is imported

    def __init__(self, env: Env) -> None:
        self.env = env
        self.clock = SystemClock()

    @cached_property
    def origins(self) -> AllowedOrigins:
        """The other origins whose pages may call."""
        return origins_of(self.env)

    @cached_property
    def times(self) -> settings.TimeSettings:
        return settings.times(self.env)

    @cached_property
    def limits(self) -> Limits:
        found = Limits()
        with suppress(SettingMissing):  # the model reports it, and the rest works
            found = replace(found, model_s=max(found.model_s, settings.first_waits_s(self.env)))
        with suppress(SettingMissing):  # `begin_invocation` reports it, and the rest works
            at = self.times
            found = replace(found, lease_s=at.lease_s, settle_s=at.settle_s)
            found = replace(found, spoken_yes_s=at.spoken_yes_s)
        return found

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(settings.tokens(self.env))

    @cached_property
    def events(self) -> settings.EventSettings:
        return settings.events(self.env)

    @cached_property
    def redis(self) -> Upstash:
        at = settings.store(self.env)
        return Upstash(at.url, at.token)

    @cached_property
    def eviction(self) -> EvictionCheck:
        return EvictionCheck(self.redis, self.clock.now)

    @cached_property
    def deep_look(self) -> SharedLook:
        """What the services have answered to /api/health?deep=1."""
        return SharedLook(self.clock.now)

    @cached_property
    def news(self) -> UpstashNews:
        at = settings.store(self.env)
        return UpstashNews(at.url, at.token)

    @cached_property
    def key_tries(self) -> WrongTries:
        """Counts wrong access keys."""
        return WrongTries(self.redis, "access")

    @cached_property
    def password_tries(self) -> WrongTries:
        """Counts wrong passwords of webhooks."""
        return WrongTries(self.redis, "webhook")

    @cached_property
    def queue(self) -> QStashQueue:
        return QStashQueue(settings.queue(self.env), note=self._note_queued)

    async def _note_queued(self, user_id: str, message_id: str, delay_s: float) -> None:
        await QueuedMessages(self.redis).note(user_id, message_id, delay_s)

    @cached_property
    def signature(self) -> SignatureCheck:
        return SignatureCheck(settings.queue(self.env))

    @cached_property
    def channel(self) -> PusherChannel | AbsentChannel:
        """The channel; one that takes nothing if its settings are wrong: pages have other roads."""
        try:
            return PusherChannel(settings.channel(self.env))
        except SettingMissing as error:
            return AbsentChannel(error)

    @cached_property
    def webhooks(self) -> WebhookReader:
        return WebhookReader(settings.channel(self.env))

    @cached_property
    def schemas(self) -> SchemaWorker:
        return SchemaWorker()

    @cached_property
    def models(self) -> Models:
        return Models(self.env, self._note_fault)

    @property
    def model(self) -> ChatModel:
        """The model of the user's own brain."""
        return self.models.of(ModelChoice(), takes_turns=False)

    def model_of(
        self, choice: ModelChoice, *, is_mind: bool = True, tries: int | None = None
    ) -> ChatModel:
        """Return the model of a choice, each time the same one.

        The calls of all minds at one provider take turns (`BRAIN_MODEL_AT_ONCE`); the user, who
        waits for an answer, waits for none of them. With `tries` an answer has at most so many
        requests, and only one once a listener has had words of it. Raises SettingMissing if the
        provider has no key.
        """
        return self.models.of(choice, takes_turns=is_mind, tries=tries)

    @cached_property
    def model_faults(self) -> ModelFaults:
        """Why models failed lately, as all instances know."""
        return ModelFaults(self.redis, lambda: self.clock.utc().timestamp())

    def _note_fault(self, model: str, fault: FaultClass | None) -> None:
        with suppress(SettingMissing):  # without a store
            self.model_faults.note(model, fault)

    @cached_property
    def traces(self) -> Collector | None:
        """Sends what runs did to a collector; None without one, or if its settings are wrong."""
        try:
            at = settings.traces(self.env)
        except SettingMissing as error:
            not_set_up(error)
            return None
        return None if at is None else Collector(at, version=VERSION)

    @cached_property
    def database(self) -> "Postgres | None":
        url = settings.database(self.env)
        if url is None:
            return None
        from brain.cloud.postgres.database import Postgres

        return Postgres(url)

    def begin_invocation(self, seconds: float | None) -> Invocation:
        """Return this call of a function, with its time limits.

        `seconds` is how long the platform lets the call run; None if the platform does not report
        it. The loops must end earlier: the reserve is for the hand-over and for delivery.
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
        """Do early what the first model call would do before it connects; it takes 0.1 s."""
        await self.model.warm()
        self.is_warm = True

    async def aclose(self) -> None:
        """Close the connections of all adapters that were used."""
        used = vars(self)  # a cached property is in here once it was used
        for name in USED:
            if (adapter := used.get(name)) is not None:
                await adapter.aclose()
        if (database := used.get("database")) is not None:
            await database.close()


class WorldAdapters(Adapters):
    """The adapters of a rehearsed brain: those that its world has.

    Everything that `Adapters` has is either given with the world or absent. What is added there
    later is absent, until `Inside` names it. So nothing falls through to what the owner's brain
    uses: NotInThisWorld is raised.
    """

    def __init__(self, inside: Inside) -> None:
        self.inside = inside
        self.env = inside.env

    def __getattribute__(self, name: str) -> object:
        """Return what the world gives. Adapters and their settings are looked up nowhere else."""
        if name in IN_A_WORLD:
            return getattr(object.__getattribute__(self, "inside"), name)
        if name in IN_NO_WORLD:
            raise NotInThisWorld(name)
        return object.__getattribute__(self, name)


IN_A_WORLD = frozenset(Inside.__struct_fields__)
IN_NO_WORLD = frozenset(name for name in vars(Adapters) if not name.startswith("__")) - IN_A_WORLD

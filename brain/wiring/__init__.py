"""Connects features and adapters: the only module that knows which features there are.

Everything is created when it is first used and kept while the instance lives.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING

from brain import settings
from brain.cloud.counted import counted_tools
from brain.cloud.redis.numbering import Outlasting
from brain.cloud.redis.store import RedisStore
from brain.cloud.traces.loops import LoopBounds
from brain.cloud.world import Inside
from brain.errors import SettingMissing
from brain.events.flow import NobodyAnnounces, take_word
from brain.events.ports import Announcer, Takers
from brain.feature import AskAlways, AtOnce
from brain.http.edge import not_set_up
from brain.http.feed import Feed
from brain.http.minds import CallTaker, Minds, NoMinds
from brain.preferences.flow import language_setting, zone_setting
from brain.preferences.ports import PreferenceStore
from brain.preferences.watched import WatchedPreferences
from brain.run.ports import Log, Queue
from brain.run.services import Around, Services
from brain.says.choice import Languages
from brain.settings.variables import Env
from brain.texts.moments import ZoneOf, none_set
from brain.wiring.adapters import Adapters, WorldAdapters
from brain.wiring.together import Together, offered

if TYPE_CHECKING:
    from brain.events.signed import EventSignature
    from brain.voice.audio.services import AudioServices
    from brain.voice.sessions.flow import VoiceSessions

# The features of the brain. A package that is not listed here is not used. The order decides in
# which order features act around a run, read a text and offer their tools to the model.
FEATURES = (
    "questions",
    "preferences",
    "documents",
    "notices",
    "memory",
    "email",
    "reminders",
    "web",
    "voice",
    "jobs",
    "usage",
    "user",
)


class Wiring(Adapters, Together):
    """The adapters and features (names of packages in `brain`) of one instance.

    Each property raises SettingMissing on first use if its settings are missing.
    """

    def __init__(self, env: Env, *, features: Sequence[str] = FEATURES) -> None:
        super().__init__(env)
        self._features = tuple(features)

    @cached_property
    def store(self) -> RedisStore:
        has_archive = self.database is not None
        return RedisStore(
            self.redis,
            self.limits,
            has_archive=has_archive,
            ask=self._outlasting if has_archive else None,
        )

    @cached_property
    def languages(self) -> Languages:
        """Chooses the language in which the brain speaks to a user."""
        setting = language_setting(self.preferences) if self.preferences is not None else None
        try:
            default = settings.language(self.env)
        except SettingMissing as error:  # all else works without it
            not_set_up(error)
            default = None
        return Languages(default, setting)

    @cached_property
    def zone_of(self) -> ZoneOf:
        """Returns the time zone that a user has set."""
        return none_set if self.preferences is None else zone_setting(self.preferences)

    @property
    def needed_queue(self) -> Queue:
        """The queue. Raises Problem 503 without one: no text may be accepted then."""
        try:
            return self.queue
        except SettingMissing as error:
            raise not_set_up(error, status=503) from None

    @cached_property
    def services(self) -> Services:
        """Everything that the engine needs."""
        return Services(
            store=self.store,
            queue=self.needed_queue,
            channel=self.channel,
            model=self.model,
            schemas=self.schemas,
            clock=self.clock,
            languages=self.languages,
            limits=self.limits,
            tools=counted_tools((offered(each.tools) for each in self.features), self.clock.now),
            consent=self._first("consent", AskAlways),
            settling=self._first("settling", AtOnce),
            intake=tuple(one for each in self.features for one in offered(each.intake)),
            around=self.around,
            holding=self._first("holding", lambda: None),
            instructions=settings.instructions(self.env),
            operators=settings.operators(self.env),
        )

    def within(self, inside: Inside) -> "RehearsedWiring":
        """Return the same features over the adapters of a world, and no others."""
        return RehearsedWiring(inside, self._features)

    @cached_property
    def around(self) -> tuple[Around, ...]:
        """The features' hooks around each run, and what its trace needs."""
        return (*(one for each in self.features for one in offered(each.around)), LoopBounds())

    @cached_property
    def announcer(self) -> Announcer:
        """Announces events to the user."""
        return self._first("announcer", NobodyAnnounces)

    @cached_property
    def called(self) -> CallTaker | None:
        """Takes the queue's calls for minds; None if no feature has minds."""
        made = (each.called for each in self.features)
        return next((make() for make in made if make is not None), None)

    @cached_property
    def preferences(self) -> PreferenceStore | None:
        """The users' settings; None if no database is configured."""
        if self.database is None:
            return None
        from brain.preferences.postgres import PostgresPreferences

        changed = [each.preferences_changed for each in self.features]
        return WatchedPreferences(
            PostgresPreferences(self.database), [make() for make in changed if make is not None]
        )

    @cached_property
    def log(self) -> Log:
        """The users' whole log, including archived entries."""
        return next(filter(None, (each.log() for each in self.features)), self.store)

    @cached_property
    def background_minds(self) -> Minds:
        """The agents that work for users in the background."""
        return self._first("minds", NoMinds)

    @cached_property
    def takers(self) -> Takers:
        """The handlers of events, by the type of the parsed event."""
        return {kind: taker for each in self.features for kind, taker in each.takers().items()}

    async def take_word(self, user_id: str, word: object) -> None:
        """Pass a parsed event to its handler. Raises the same errors as `events.flow.take_word`."""
        await take_word(self.takers, self.announcer, user_id, word)

    async def wake(self, user_id: str) -> None:
        """Let features act when a page of the user has connected. Raises Unreachable."""
        for each in self.around:
            await each.wake(user_id)

    @cached_property
    def event_signature(self) -> "EventSignature | None":
        """Checks the signatures of programs; None if no secret is configured."""
        if not self.events.secrets:
            return None
        from brain.events.signed import EventSignature

        return EventSignature(self.events.secrets)

    @cached_property
    def audio(self) -> "AudioServices":
        """Hears recordings and speaks messages."""
        from brain.voice.audio.services import AudioServices

        return AudioServices(self, self._names)

    @cached_property
    def voice_sessions(self) -> "VoiceSessions":
        """Begins and ends voice sessions with vendors of speech models."""
        from brain.voice.sessions.wired import voice_sessions

        return voice_sessions(self.env, self.redis, self.queue, self.clock)

    def feed(self, user_id: str, *, since: int, device: str = "") -> Feed:
        """Return the user's log after `since` as a feed for one listener, the page `device`."""
        return Feed(
            self.store.read_by(device),
            self.log,
            self.news,
            self.clock,
            user_id,
            since=since,
            announce=lambda: self.wake(user_id),
        )

    async def _names(self, user_id: str) -> Sequence[str]:
        """Return the names that all features know, one feature after the other."""
        asked = [each.names(user_id) for each in self.features if each.names is not None]
        found = await asyncio.gather(*asked)
        return [name for some in zip_longest(*found) for name in some if name]

    async def _outlasting(self, user_id: str) -> Outlasting:
        """Return what the features have of a user whom the store does not know."""
        asked = (each.outlasting() for each in self.features)
        ask = next((ask for ask in asked if ask is not None), None)
        return await ask(user_id) if ask is not None else Outlasting()

    def _first[T](self, name: str, otherwise: Callable[[], T]) -> T:
        """Create the value of the first feature that has the field `name`, or the default."""
        made = (getattr(each, name) for each in self.features)
        return next((make for make in made if make is not None), otherwise)()


class RehearsedWiring(WorldAdapters, Wiring):
    """The features of a brain that is rehearsed."""

    def __init__(self, inside: Inside, features: Sequence[str]) -> None:
        WorldAdapters.__init__(self, inside)
        self._features = tuple(features)

    async def addition(self, user_id: str) -> str:
        """Return the instructions that are tried."""
        return self.inside.world.instructions

    async def seed(self) -> None:
        """Fill the user's things from the world. May be repeated. Raises Unreachable."""
        for each in self.features:
            if each.seed is not None:
                await each.seed(self.inside.world)

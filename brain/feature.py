"""What a feature adds to the brain, and what it gets to work with.

Each feature has a module `feature.py` with a function `feature(platform) -> Feature`. The brain has
the features that `brain.wiring.FEATURES` lists, and no others.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from brain.cloud.model.chat import ChatModel
    from brain.cloud.postgres.database import Postgres
    from brain.cloud.redis.scripts import Redis
    from brain.cloud.redis.store import RedisStore
    from brain.events.ports import Announcer, Takers
    from brain.preferences.ports import PreferenceStore
    from brain.preferences.watched import Changed
    from brain.run.limits import Limits
    from brain.run.ports import Channel, Clock, Log, Queue
    from brain.run.services import Around, Consent, Intake
    from brain.says.choice import Languages
    from brain.tools.invocations import Tool
    from brain.variables import Env


type ResourceHandler = Callable[[Request, str], Awaitable[ASGIApp]]
type Resources = Mapping[str, Mapping[str, ResourceHandler]]
type Readers = Mapping[str, Callable[[Any], object]]
type Webhook = Callable[[Request], Awaitable[tuple[str, object]]]


class Platform(Protocol):
    """What features may use. Each property raises SettingMissing if its settings are not there."""

    @property
    def env(self) -> "Env": ...
    @property
    def clock(self) -> "Clock": ...
    @property
    def limits(self) -> "Limits": ...
    @property
    def redis(self) -> "Redis": ...
    @property
    def store(self) -> "RedisStore": ...
    @property
    def log(self) -> "Log":
        """The whole log, as far as it is kept."""

    @property
    def queue(self) -> "Queue": ...
    @property
    def channel(self) -> "Channel": ...
    @property
    def model(self) -> "ChatModel": ...
    @property
    def database(self) -> "Postgres | None":
        """None where none is set."""

    @property
    def preferences(self) -> "PreferenceStore | None":
        """The users' settings. None where there is no database."""

    @property
    def languages(self) -> "Languages":
        """The choice of the language in which a user is spoken to."""

    @property
    def announcer(self) -> "Announcer":
        """Who announces events."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """What a feature adds. All of it may be left out, and is made when it is first needed."""

    tools: "Callable[[], tuple[Tool, ...]]" = tuple
    around: "Callable[[], tuple[Around, ...]]" = tuple
    """What it does before, between and after the loops of a run."""
    intake: "Callable[[], tuple[Intake, ...]]" = tuple
    """What reads a text before it is admitted."""
    consent: "Callable[[], Consent] | None" = None
    announcer: "Callable[[], Announcer] | None" = None
    log: "Callable[[], Log | None]" = lambda: None
    """The whole log, where the feature keeps more of it than the state store."""
    takers: "Callable[[], Takers]" = dict
    """Who takes which words of /api/eventToBrain."""
    readers: "Callable[[], Readers]" = dict
    """How the body of an event becomes a word, by the event's type."""
    own_readers: "Callable[[], Readers]" = dict
    """The same of events that we have asked the queue to send."""
    webhook: "Callable[[], Webhook] | None" = None
    """Reads a webhook of a vendor that authenticates by name and password."""
    resources: "Callable[[], Resources]" = dict
    """Routes of the user's own things: name, method, handler of a request and the user's id."""
    preferences_changed: "Callable[[], Changed] | None" = None
    session: "Callable[[str], Mapping[str, bool]]" = lambda user_id: {}
    """Which abilities a page of this user is told about."""
    on_session: "Callable[[str], Awaitable[None]] | None" = None
    """Called with the user's id when a page has begun a session."""
    settings: "Mapping[str, Callable[[Env], object]]" = field(default_factory=dict)
    """Groups of settings for /api/health: each raises SettingMissing for what is wrong."""

"""The interface between the brain and its features.

Each feature is a package with a module `feature.py` and a function `feature(platform) -> Feature`.
`Platform` is what the feature may use; `Feature` is what it adds. `brain.wiring.FEATURES` lists the
features. A package that is not listed is never imported, and the rest works without it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from msgspec import Struct, field

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from brain.chat.choice import ModelChoice
    from brain.cloud.checks import Fine
    from brain.cloud.model.chat import ChatModel
    from brain.cloud.postgres.database import Postgres
    from brain.cloud.qstash import QStashQueue
    from brain.cloud.redis.numbering import AskOutlasting
    from brain.cloud.redis.scripts import BatchRedis
    from brain.cloud.redis.store import RedisStore
    from brain.cloud.world import Inside, Within, World
    from brain.events.ports import Announcer, Takers
    from brain.http.minds import CallTaker, Minds
    from brain.preferences.ports import PersonaStore, PreferenceStore
    from brain.preferences.watched import Changed
    from brain.run.limits import Limits
    from brain.run.ports import Channel, Clock, Log
    from brain.run.services import Around, Consent, Holding, Intake, Services, Settling
    from brain.run.turn import Turn
    from brain.says.choice import Languages
    from brain.settings.variables import Env
    from brain.texts.moments import ZoneOf
    from brain.tools.invocations import Proposal, Tool, ToolInvocation


type ResourceHandler = Callable[[Request, str], Awaitable[ASGIApp]]
type Resources = Mapping[str, Mapping[str, ResourceHandler]]
type Readers = Mapping[str, Callable[[Any], object]]
type Webhook = Callable[[Request], Awaitable[tuple[str, object]]]


class AskAlways:
    """Consent without the user's own rules: every call needs approval."""

    async def needs_yes(self, user_id: str, proposal: "Proposal", *, tainted: bool) -> bool:
        return True


class Platform(Protocol):
    """What features may use. Each property raises SettingMissing if its settings are missing."""

    @property
    def env(self) -> "Env": ...
    @property
    def world(self) -> "World | None":
        """What stands in for everything outside while the brain is rehearsed. None: it is not."""

    @property
    def clock(self) -> "Clock": ...
    @property
    def limits(self) -> "Limits": ...
    @property
    def redis(self) -> "BatchRedis": ...
    @property
    def store(self) -> "RedisStore": ...
    @property
    def log(self) -> "Log":
        """The user's whole log, including archived entries."""

    @property
    def queue(self) -> "QStashQueue": ...
    @property
    def channel(self) -> "Channel": ...
    @property
    def model(self) -> "ChatModel":
        """The model of the user's own brain."""

    def model_of(
        self, choice: "ModelChoice", *, is_mind: bool = True, tries: int | None = None
    ) -> "ChatModel":
        """Return the model of a mind. Raises SettingMissing if its provider has no key."""

    @property
    def database(self) -> "Postgres | None":
        """None if no database is configured."""

    @property
    def preferences(self) -> "PreferenceStore | None":
        """The users' settings. None if no database is configured."""

    @property
    def languages(self) -> "Languages":
        """Chooses the language in which the brain speaks to a user."""

    @property
    def zone_of(self) -> "ZoneOf":
        """Returns the time zone that a user has set."""

    @property
    def announcer(self) -> "Announcer":
        """Announces events to the user."""

    async def addition(self, user_id: str) -> str:
        """Return what the user adds to the brain's instructions. Raises DatabaseUnreachable."""

    async def addition_changed(self, user_id: str) -> None:
        """Tell the features that this user's addition has changed. Raises StoreUnreachable."""

    @property
    def personas(self) -> "PersonaStore | None":
        """Where users keep the name and the manner of their brain. None without a database."""

    async def known(self, user_id: str) -> str:
        """Return what is known about the user, as text for a model. Raises DatabaseUnreachable."""

    async def stand_ins(self, user_id: str) -> Sequence[str]:
        """Return the ids that take the place of this user's id in the stores."""

    async def erasing(self, user_id: str) -> Collection[str]:
        """Tell the features that everything of this user will be erased. Raises StoreUnreachable.

        Return the words after the ids of those queue messages that must not be cancelled.
        """

    async def erased(self, user_id: str) -> None:
        """Tell the features that everything of this user is erased. Raises Unreachable."""

    @property
    def services(self) -> "Services":
        """What the user's own brain runs with; not before all features are made."""

    def within(self, inside: "Inside") -> "Within":
        """Return the brain in a world."""


class AtOnce:
    """Settling for front ends that send whole texts only."""

    def is_settled(self, turn: "Turn") -> bool:
        return True

    async def wait(self, turn: "Turn") -> Literal["settled", "abandoned", "corrected"]:
        return "settled"

    async def proposal(self, invocation: "ToolInvocation") -> "Proposal":
        raise AssertionError("nobody is asked: `wait` never returns abandoned")


class Feature(Struct, frozen=True, kw_only=True):
    """What a feature adds. Every field is optional; its value is created when first needed."""

    tools: "Callable[[], tuple[Tool, ...]]" = tuple
    around: "Callable[[], tuple[Around, ...]]" = tuple
    """Hooks that act before, between and after the loops of a run."""
    intake: "Callable[[], tuple[Intake, ...]]" = tuple
    """Hooks that read a text before it is admitted."""
    consent: "Callable[[], Consent] | None" = None
    settling: "Callable[[], Settling] | None" = None
    holding: "Callable[[], Holding] | None" = None
    announcer: "Callable[[], Announcer] | None" = None
    called: "Callable[[], CallTaker] | None" = None
    """Takes the queue's calls for minds."""
    log: "Callable[[], Log | None]" = lambda: None
    """A log that keeps more entries than the state store."""
    search_log: ResourceHandler | None = None  # /api/messages?query=, over the whole log
    outlasting: "Callable[[], AskOutlasting | None]" = lambda: None
    """Asks for what the database has of a user whom the state store does not know."""
    takers: "Callable[[], Takers]" = dict
    """Handlers of events of /api/eventToBrain, by the type of the parsed event."""
    readers: "Callable[[], Readers]" = dict
    """Parsers of the bodies of events, by the event's type."""
    own_readers: "Callable[[], Readers]" = dict
    """Parsers of events that the brain itself has scheduled on the queue."""
    webhook: "Callable[[], Webhook] | None" = None
    """Reads a webhook of a vendor that authenticates with user name and password."""
    resources: "Callable[[], Resources]" = dict
    """Routes of the user's own things: name, also `jobs/:id/stop`; method; handler."""
    polled: "Callable[[], Resources]" = dict
    """The same for routes that pages poll. Their functions import little else."""
    minds: "Callable[[], Minds] | None" = None
    """The agents that work for a user and have logs of their own."""
    preferences_changed: "Callable[[], Changed] | None" = None
    """Called when a user changes their settings, or what they add to the instructions."""
    addition: "Callable[[str], Awaitable[str]] | None" = None
    personas: "Callable[[], PersonaStore | None] | None" = None
    """Returns what a user adds to the brain's instructions. Raises DatabaseUnreachable."""
    known: "Callable[[str], Awaitable[str]] | None" = None
    """Returns what is known about a user, as text for a model. Raises DatabaseUnreachable."""
    session: "Callable[[str], Mapping[str, object]]" = lambda user_id: {}
    """The abilities of the brain that the page of this user shows."""
    on_session: "Callable[[str], Awaitable[None]] | None" = None
    """Called with the user's id when a page begins a session."""
    played: "Callable[[str, str], Awaitable[None]] | None" = None
    """Called with the user's id and the text of a message that they have heard to its end."""
    names: "Callable[[str], Awaitable[Sequence[str]]] | None" = None
    """Names that the user with this id is likely to say, for speech recognition. Never fails."""
    seed: "Callable[[World], Awaitable[None]] | None" = None
    """Fills the user's things from a world, before a rehearsal. Repeating it changes nothing."""
    settings: "Mapping[str, Callable[[Env], object]]" = field(default_factory=dict)
    """Groups of settings for /api/health. Each function raises SettingMissing."""
    absent: "Callable[[Env], Mapping[str, str]]" = lambda env: {}
    """What is not offered, and the optional variable that is missing. For /api/health."""
    checks: "Mapping[str, Callable[[], Awaitable[Fine]]]" = field(default_factory=dict)
    """Asks the feature's own services, for /api/health?deep=1. Raises Faulty, SettingMissing."""
    faults: "Callable[[], Awaitable[Mapping[str, Sequence[str]]]] | None" = None
    """What failed lately, for /api/health: sentences, by the group of settings."""
    stand_ins: "Callable[[str], Awaitable[Sequence[str]]] | None" = None
    """Returns ids that take the place of a user's id in the stores, such as those of minds."""
    erasing: "Callable[[str], Awaitable[Collection[str]]] | None" = None
    """Called with the user's id before everything of the user is erased: ends what would go on
    elsewhere. Returns which messages of the queue must stay. Raises StoreUnreachable."""
    erased: "Callable[[str], Awaitable[None]] | None" = None
    """Called with the user's id once everything of the user is erased. Raises Unreachable."""

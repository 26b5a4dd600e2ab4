"""The brain as it is wired, over ports that a test hands in."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from brain.events.flow import NobodyAnnounces, take_word
from brain.events.ports import Announcer, Takers
from brain.feature import AskAlways, AtOnce, Feature
from brain.preferences.ports import PreferenceStore
from brain.run.limits import Limits
from brain.run.ports import Channel, Clock, Log, Model, Queue, Schemas
from brain.run.services import Holding, Services
from brain.run.store import StateStore
from brain.says.choice import Languages
from brain.tools.invocations import Tool
from brain.wiring import Wiring
from tests.fakes.features import adapted

_WIRED = Wiring({}).features
READERS = {kind: read for each in _WIRED for kind, read in each.readers().items()}
OWN_READERS = {kind: read for each in _WIRED for kind, read in each.own_readers().items()}

type Parts = Mapping[str, Any]


class Ports(Struct, frozen=True, kw_only=True):
    """All ports of the brain and its features. None: the feature is not there, or there is no
    database, or no account.

    Ports of features have no types here: a feature that is not there has none.
    """

    store: StateStore
    schemas: Schemas
    queue: Queue
    channel: Channel
    model: Model
    tools: Mapping[str, Tool]
    clock: Clock
    limits: Limits
    languages: Languages = field(default_factory=Languages)
    preferences: PreferenceStore | None = None
    board: Any = None
    block: Any = None
    reminders: Any = None
    rules: Any = None
    push_book: Any = None
    push_service: Any = None
    facts: Any = None
    archive: Any = None
    emails: Any = None
    account: Any = None
    holding: Holding | None = None
    parts: Parts = field(default_factory=dict)
    """Classes that stand in for the real ones of the same name."""

    def part(self, real: type) -> Any:
        """The class itself, unless the test hands in another."""
        return self.parts.get(real.__name__, real)

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features over these ports."""
        return adapted(self)

    @property
    def log(self) -> Log:
        """The whole log, as far as it is kept."""
        logs = (each.log() for each in self.features)
        return next((log for log in logs if log is not None), self.store)

    @property
    def announcer(self) -> Announcer:
        """Who announces events."""
        made: Announcer = self._first("announcer", NobodyAnnounces)
        return made

    def services(self) -> Services:
        """What a run needs."""
        made: Services = self.part(Services)(
            store=self.store,
            queue=self.queue,
            channel=self.channel,
            model=self.model,
            schemas=self.schemas,
            clock=self.clock,
            languages=self.languages,
            limits=self.limits,
            tools=self.tools,
            consent=self._first("consent", AskAlways),
            settling=self._first("settling", AtOnce),
            intake=tuple(intake for each in self.features for intake in each.intake()),
            around=tuple(around for each in self.features for around in each.around()),
            holding=self.holding,
        )
        return made

    def takers(self) -> Takers:
        """Who takes which words of events."""
        return {kind: taker for each in self.features for kind, taker in each.takers().items()}

    async def take_word(self, user_id: str, word: object) -> None:
        """What /api/eventToBrain does."""
        await take_word(self.takers(), self.announcer, user_id, word)

    def _first(self, name: str, otherwise: Callable[[], Any]) -> Any:
        """What the first feature that has it gives."""
        made = (getattr(each, name) for each in self.features)
        return next((make for make in made if make is not None), otherwise)()

"""The world of a brain that is rehearsed: what it finds in place of the user's things."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from brain.codec import Json
from brain.errors import BrainError

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Postgres
    from brain.cloud.redis.scripts import BatchRedis
    from brain.cloud.redis.store import RedisStore
    from brain.run.limits import Limits
    from brain.run.ports import Channel, Clock, Model, Queue, Schemas
    from brain.run.services import Services
    from brain.settings.variables import Env


class NotInThisWorld(BrainError):
    """A rehearsed brain has used something that its world does not have. The text names it."""


class World(Struct, frozen=True, kw_only=True):
    """What a rehearsed brain finds in place of the user's things.

    Documents have title, body and foreign; emails have from, to (a text or a list), subject and
    text, the newest first, and are None without an account; pages are texts by address; a search
    has a list of title, url and snippet by query. `now` is the time at which it begins.
    """

    user_id: str  # of the rehearsed brain, never the owner's
    now: datetime
    instructions: str = ""  # that are tried, in addition to the brain's own
    documents: Sequence[Json] = ()
    emails: Sequence[Json] | None = None
    facts: Sequence[str] = ()
    preferences: Json = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    search: Mapping[str, Sequence[Json]] = field(default_factory=dict)
    has_search: bool = False  # whether there is a search engine


class Inside(Struct, frozen=True, kw_only=True):
    """All adapters of a rehearsed brain. There are no others: see
    `brain.wiring.adapters.WorldAdapters`.

    `env` has no address and no secret.
    """

    world: World
    env: "Env"
    clock: "Clock"
    limits: "Limits"
    redis: "BatchRedis"
    store: "RedisStore"
    queue: "Queue"
    channel: "Channel"
    model: "Model"
    schemas: "Schemas"
    database: "Postgres | None"


class Within(Protocol):
    """A brain in a world: the same features over other adapters."""

    @property
    def services(self) -> "Services":
        """What the rehearsed brain runs with. Raises NotInThisWorld."""

    async def seed(self) -> None:
        """Fill the user's things from the world. May be repeated. Raises Unreachable."""

    async def played(self, user_id: str, text: str) -> None:
        """Tell the features that the user has heard a message to its end."""

"""What the engine works with: the ports of the outside, and what features add to a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from brain.run.deliver import Reply
from brain.run.limits import Limits
from brain.run.moves import Arrival
from brain.run.ports import Channel, Clock, Model, Queue, Schemas
from brain.run.store import StateStore
from brain.says.choice import Languages
from brain.tools.invocations import Proposal, Tool

if TYPE_CHECKING:
    from brain.run.turn import Turn


class Around(Protocol):
    """A feature's part in every run. Each method may do nothing."""

    async def before(self, turn: "Turn") -> None:
        """Prepare what the first loop of this invocation needs."""

    async def between(self, turn: "Turn") -> None:
        """Act after a loop that is followed by another one. Raises Unreachable."""

    async def after(self, turn: "Turn") -> None:
        """Act after the end of the run. The user has the answer. Raises Unreachable."""

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        """Act where no run goes on: the user's page came, or the queue called for the user.

        Raises Unreachable.
        """


class Intake(Protocol):
    """Reads a text before it is admitted."""

    async def read(self, arrival: Arrival, reply: Reply) -> Arrival | None:
        """Return the text, with what was found in it. None: it was answered, and the reply is
        settled. Raises StoreUnreachable, TooManyTexts.
        """


class Consent(Protocol):
    """Decides which acts need the user's yes."""

    async def needs_yes(self, user_id: str, proposal: Proposal, *, tainted: bool) -> bool:
        """Whether the user has to be asked. Raises DatabaseUnreachable."""


class AskAlways:
    """Consent without any rule of the user: every act needs a yes."""

    async def needs_yes(self, user_id: str, proposal: Proposal, *, tainted: bool) -> bool:
        return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """All that a run needs. `around` act in this order, `intake` read in this order."""

    store: StateStore
    queue: Queue
    channel: Channel
    model: Model
    schemas: Schemas
    clock: Clock
    languages: Languages
    limits: Limits
    tools: Mapping[str, Tool]
    consent: Consent
    intake: tuple[Intake, ...]
    around: tuple[Around, ...]

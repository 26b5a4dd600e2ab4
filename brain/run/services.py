"""Everything that the engine needs: its ports, and the hooks through which features take part.

The engine knows no feature. A feature adds tools and implements hooks: `Intake` reads a text before
it is admitted, `Around` acts before, between and after the loops, `Consent` decides what needs the
user's approval, `Settling` when a text is whole.
"""

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from brain.chat.notes import INSTRUCTIONS
from brain.run.deliver import Reply
from brain.run.limits import Limits
from brain.run.moves import Arrival
from brain.run.ports import Channel, Clock, Model, Queue, Schemas
from brain.run.store import StateStore
from brain.says.choice import Languages
from brain.tools.invocations import Proposal, Tool, ToolInvocation

if TYPE_CHECKING:
    from brain.run.step import Verdict
    from brain.run.turn import Turn


class Around(Protocol):
    """A feature's hook around every run. Each method may do nothing."""

    async def before(self, turn: "Turn") -> None:
        """Prepare for the first loop of this invocation."""

    async def between(self, turn: "Turn") -> None:
        """Act between two loops. Raises Unreachable."""

    async def after(self, turn: "Turn") -> None:
        """Act after the end of the run, when the user has the answer. Raises Unreachable."""

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        """Act outside a run: a page of the user has connected, or the queue has called.

        Raises Unreachable.
        """


class Intake(Protocol):
    """Reads a text before it is admitted."""

    async def read(self, arrival: Arrival, reply: Reply) -> Arrival | None:
        """Return the text, possibly changed. Return None if the text was answered; then the reply
        is settled. Raises StoreUnreachable, TooManyTexts.
        """


class Consent(Protocol):
    """Decides which calls need the user's approval."""

    async def needs_yes(self, user_id: str, proposal: Proposal, *, tainted: bool) -> bool:
        """Whether the user has to be asked. Raises DatabaseUnreachable."""


class Holding(Protocol):
    """Says something while tools run for long."""

    async def during[T](self, turn: "Turn", verdict: "Verdict", work: Awaitable[T]) -> T:
        """Return the result of `work`, which runs the verdict's tools. Raises what `work` raises
        and what `Turn.commit` raises.
        """


class Settling(Protocol):
    """Decides whether what a speaker has said so far may have effects."""

    def is_settled(self, turn: "Turn") -> bool:
        """Whether the run has no text that its speaker may still be saying."""

    async def wait(self, turn: "Turn") -> Literal["settled", "abandoned", "corrected"]:
        """Wait until the speaker has finished, gone, or said it otherwise.

        Raises OutOfTime, LeaseLost, StoreUnreachable.
        """

    async def proposal(self, invocation: ToolInvocation) -> Proposal:
        """Return the question for a call of a speaker who has gone."""


class Services(Struct, frozen=True, kw_only=True):
    """Everything that a run needs. `around` and `intake` are called in their order.

    `operators` are the users who run the deployment: only they are told what is wrong with it.
    """

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
    settling: Settling
    intake: tuple[Intake, ...]
    around: tuple[Around, ...]
    holding: Holding | None = None
    instructions: str = INSTRUCTIONS
    operators: frozenset[str] = frozenset()

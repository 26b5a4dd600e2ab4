"""What waits for the user in the state store, and what the model is shown of memory.

Every method may be sent twice by the adapter: the second sending changes nothing and gives the
first one's answer. All raise StoreUnreachable.
"""

from collections.abc import Sequence
from typing import Protocol

from brain.domain.events import Held, Notice
from brain.domain.memory import Summary
from brain.domain.messages import Draft, Message
from brain.domain.moves import Hold


class Board(Protocol):
    """Notices that are held until somebody is there to hear them."""

    async def hold(self, user_id: str, notice: Notice) -> Held:
        """Keep a notice, once however often its event is told; what is held now."""

    async def held(self, user_id: str) -> Held:
        """What is held, and what is known of the user."""

    async def say(
        self,
        user_id: str,
        draft: Draft | None,
        *,
        forms: Sequence[str],
        noted: Sequence[Notice] = (),
        hold: Hold | None = None,
    ) -> Message | None:
        """Take these forms off the board, and put the message that tells of them into the log.

        `draft` None only takes them off. None: a brain is at work, or another was quicker. With
        `hold` it is that brain which says it, between two of its sentences.
        """


class MemoryBlock(Protocol):
    """What the model is shown of memory, ready made, and the rolling summary in it."""

    async def summary(self, user_id: str) -> Summary:
        """The summary as it is."""

    async def keep_summary(self, user_id: str, summary: Summary, *, instead_of: Summary) -> None:
        """Put it in the place of the one it was made from; the block is made anew."""

    async def keep_block(self, user_id: str, block: str) -> None:
        """What is shown from the next run on."""

    async def drop_block(self, user_id: str) -> None:
        """The facts have changed: the next run makes the block anew."""

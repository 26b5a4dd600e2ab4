"""What waits for the user in the state store, and what the model is shown of memory.

Every method may be sent twice by the adapter: the second sending changes nothing and gives the
first one's answer. All raise StoreUnreachable.
"""

from collections.abc import Sequence
from typing import Protocol

from brain.notices.model import Notice, PendingNotices
from brain.run.messages import Draft, Message
from brain.run.moves import LeaseToken


class NoticeBoard(Protocol):
    """Notices that are held until somebody is there to hear them."""

    async def keep(self, user_id: str, notice: Notice) -> PendingNotices:
        """Keep a notice, once however often its event is told; what is held now."""

    async def pending(self, user_id: str) -> PendingNotices:
        """What is held, and what is known of the user."""

    async def announce(
        self,
        user_id: str,
        draft: Draft | None,
        *,
        forms: Sequence[str],
        noted: Sequence[Notice] = (),
        token: LeaseToken | None = None,
    ) -> Message | None:
        """Take these forms off the board, and put the message that tells of them into the log.

        `draft` None only takes them off. None: a brain is at work, or another was quicker. With
        `hold` it is that brain which says it, between two of its sentences.
        """

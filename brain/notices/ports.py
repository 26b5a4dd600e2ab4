"""What waits for the user in the state store, and what the model is shown of memory.

Every method may be sent twice by the adapter: the second sending changes nothing and gives the
first one's answer. All raise StoreUnreachable.
"""

from collections.abc import Sequence
from typing import Protocol

from brain.events.model import EventKind
from brain.notices.model import Notice, PendingNotices, Rule
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
        """Take these forms off the board, and put the message that announces them into the log.

        `draft` None only takes them off. None: a brain is at work, or another was quicker. With
        `token` it is that brain which says it, between two of its sentences.
        """


class RuleStore(Protocol):
    """A user's rules of what to announce. Nobody sees another user's.

    All methods raise DatabaseUnreachable.
    """

    async def add_rule(
        self,
        user_id: str,
        *,
        about: str,
        sender: str | None = None,
        words: Sequence[str] = (),
        kinds: Sequence[EventKind] = (),
        judge: bool = False,
        urgent: bool = False,
        key: str,
    ) -> Rule:
        """Keep a rule, once per idempotency `key`.

        Raises ToolFault for a rule that cannot be kept, and once there are too many.
        """

    async def rules(self, user_id: str) -> Sequence[Rule]:
        """All of them, newest first."""

    async def remove_rule(self, user_id: str, rule_id: str) -> Rule | None:
        """Keep the rule no longer; None if this user has none of that id."""

"""The stores of pending notices and of rules, and the way to a user who is away."""

from collections.abc import Sequence
from typing import Protocol

from brain.events.model import EventKind
from brain.notices.model import Notice, PendingNotices, Rule
from brain.run.messages import Draft, Message
from brain.run.moves import LeaseToken


class NoticeBoard(Protocol):
    """The pending notices of each user.

    An adapter may send any call twice: the second one changes nothing and returns the answer of the
    first. All methods raise StoreUnreachable.
    """

    async def keep(self, user_id: str, notice: Notice) -> PendingNotices:
        """Store a notice, unless it is already known. Return all pending notices."""

    async def pending(self, user_id: str) -> PendingNotices:
        """Return the pending notices and the user's state."""

    async def announce(
        self,
        user_id: str,
        draft: Draft | None,
        *,
        forms: Sequence[str],
        noted: Sequence[Notice] = (),
        token: LeaseToken | None = None,
    ) -> Message | None:
        """Remove these forms from the board, and append the message that announces them to the log.

        If `draft` is None, only remove the forms. Return the message. Return None without any
        change if a run is going on, or if another process has removed one of the forms. With
        `token` the run with this lease token is allowed to go on: it announces the notices itself.
        """


class Pushes(Protocol):
    """Pushes notices to the devices of users who are away."""

    async def consider(self, user_id: str) -> None:
        """Push what is to be pushed now, and plan the rest.

        Raises StoreUnreachable, DatabaseUnreachable.
        """


class RuleStore(Protocol):
    """The rules of each user. No user can see the rules of another user.

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
        foreign: bool = False,
        key: str,
    ) -> Rule:
        """Add a rule. The same idempotency `key` adds only one rule.

        Raises ToolFault if the rule is invalid or if the user has too many rules.
        """

    async def rules(self, user_id: str) -> Sequence[Rule]:
        """Return all rules of the user, newest first."""

    async def edit_rule(
        self,
        user_id: str,
        rule_id: str,
        *,
        about: str,
        sender: str | None = None,
        words: Sequence[str] = (),
        kinds: Sequence[EventKind] = (),
        judge: bool = False,
        urgent: bool = False,
    ) -> Rule | None:
        """Replace all of the rule by what the user has typed; then it is not foreign any more.

        Return None if this user has no rule with this id. Raises ToolFault if it is invalid.
        """

    async def remove_rule(self, user_id: str, rule_id: str) -> Rule | None:
        """Delete the rule and return it; None if this user has no rule with this id."""

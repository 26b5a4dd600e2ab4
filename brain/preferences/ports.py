"""What the user wishes for."""

from collections.abc import Sequence
from typing import Protocol

from brain.events.model import EventKind
from brain.notices.model import Rule
from brain.preferences.model import Preferences


class Wishes(Protocol):
    """A user's preferences and rules. Nobody sees another user's.

    All methods raise DatabaseUnreachable; `preferences` raises EntryUnreadable for what newer code
    wrote; `add_rule` raises ToolFault for a rule that cannot be kept and once there are too many.
    """

    async def preferences(self, user_id: str) -> Preferences:
        """The user's settings; the default ones of somebody who never saved any."""

    async def save(self, user_id: str, preferences: Preferences) -> None:
        """Let these be the user's settings, all of them."""

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
        """Keep a rule, once per idempotency `key`."""

    async def rules(self, user_id: str) -> Sequence[Rule]:
        """All of them, newest first."""

    async def remove_rule(self, user_id: str, rule_id: str) -> Rule | None:
        """Keep the rule no longer; None if this user has none of that id."""

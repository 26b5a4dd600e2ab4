"""Preferences and rules kept in memory: all that a user wishes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from brain.errors import ToolFault
from brain.events.model import EventKind
from brain.notices.model import Rule
from brain.notices.rules import MAX_RULES, full, rule_objection
from tests.fakes.preferences import FakePreferences


class FakeWishes(FakePreferences):
    """Passes the contract of the real ones."""

    def __init__(self, *, most: int = MAX_RULES) -> None:
        super().__init__()
        self._most = most
        self._rules: dict[str, dict[str, Rule]] = {}
        self._ids: dict[tuple[str, str], str] = {}

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
        """Ids are numbers in order of creation."""
        if reason := rule_objection(about, sender=sender, words=words, kinds=kinds, judge=judge):
            raise ToolFault(f"Not noted: {reason}.")
        mine = self._rules.setdefault(user_id, {})
        id = self._ids.setdefault((user_id, key), f"rule{len(self._ids) + 1}")
        if id not in mine and len(mine) >= self._most:
            raise ToolFault(f"Not noted: {full(self._most)}.")
        rule = Rule(
            id=id,
            about=about,
            sender=sender,
            words=tuple(words),
            kinds=tuple(kinds),
            judge=judge,
            urgent=urgent,
            created_at=datetime.now(UTC),
            foreign=foreign,
        )
        return mine.setdefault(id, rule)

    async def edit_rule(
        self, user_id: str, rule_id: str, *, about: str, sender: str | None = None,
        words: Sequence[str] = (), kinds: Sequence[EventKind] = (), judge: bool = False,
        urgent: bool = False,
    ) -> Rule | None:  # fmt: skip
        """In the dictionary, in the same place."""
        if reason := rule_objection(about, sender=sender, words=words, kinds=kinds, judge=judge):
            raise ToolFault(f"Not changed: {reason}.")
        mine = self._rules.get(user_id, {})
        if rule_id not in mine:
            return None
        mine[rule_id] = Rule(
            id=rule_id, about=about, sender=sender, words=tuple(words), kinds=tuple(kinds),
            judge=judge, urgent=urgent, created_at=mine[rule_id].created_at,
        )  # fmt: skip
        return mine[rule_id]

    async def rules(self, user_id: str) -> Sequence[Rule]:
        """The list of them, backwards."""
        return list(self._rules.get(user_id, {}).values())[::-1]

    async def remove_rule(self, user_id: str, rule_id: str) -> Rule | None:
        """Out of the dictionary."""
        return self._rules.get(user_id, {}).pop(rule_id, None)

    def lose_marks(self, user_id: str) -> None:
        """Make the rules as older code has left them."""
        mine = self._rules[user_id]
        for id, rule in mine.items():
            mine[id] = replace(rule, foreign=False, unmarked=True)

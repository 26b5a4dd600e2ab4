"""Preferences and rules whose every change shows in what the model is shown."""

from collections.abc import Sequence

from brain.events.model import EventKind
from brain.memory.ports import ShownBlock
from brain.notices.model import Rule
from brain.preferences.model import Preferences
from brain.preferences.ports import Wishes


class ShownWishes:
    """`Wishes` in front of others: the model is shown the user's time zone."""

    def __init__(self, wishes: Wishes, block: ShownBlock) -> None:
        self._wishes = wishes
        self._block = block

    async def preferences(self, user_id: str) -> Preferences:
        return await self._wishes.preferences(user_id)

    async def save(self, user_id: str, preferences: Preferences) -> None:
        await self._block.drop_block(user_id)
        await self._wishes.save(user_id, preferences)
        await self._block.drop_block(user_id)

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
        return await self._wishes.add_rule(
            user_id,
            about=about,
            sender=sender,
            words=words,
            kinds=kinds,
            judge=judge,
            urgent=urgent,
            key=key,
        )

    async def rules(self, user_id: str) -> Sequence[Rule]:
        return await self._wishes.rules(user_id)

    async def remove_rule(self, user_id: str, rule_id: str) -> Rule | None:
        return await self._wishes.remove_rule(user_id, rule_id)

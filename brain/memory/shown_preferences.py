"""Preferences whose every change shows in what the model is shown."""

from brain.memory.ports import ShownBlock
from brain.preferences.model import Preferences
from brain.preferences.ports import PreferenceStore


class ShownPreferences:
    """`PreferenceStore` in front of another: the model is shown the user's time zone."""

    def __init__(self, store: PreferenceStore, block: ShownBlock) -> None:
        self._store = store
        self._block = block

    async def preferences(self, user_id: str) -> Preferences:
        return await self._store.preferences(user_id)

    async def save(self, user_id: str, preferences: Preferences) -> None:
        await self._block.drop_block(user_id)
        await self._store.save(user_id, preferences)
        await self._block.drop_block(user_id)

"""Preferences whose every change is reported to other features."""

from collections.abc import Awaitable, Callable, Sequence

from brain.preferences.model import Preferences
from brain.preferences.ports import PreferenceStore

type Changed = Callable[[str], Awaitable[None]]


class WatchedPreferences:
    """`PreferenceStore` in front of another.

    Each of `changed` is called with the user's id before a change and after it: a death in between
    leaves nothing that was made of the old preferences, and neither does a run that reads them
    meanwhile.
    """

    def __init__(self, store: PreferenceStore, changed: Sequence[Changed]) -> None:
        self._store = store
        self._changed = changed

    async def preferences(self, user_id: str) -> Preferences:
        return await self._store.preferences(user_id)

    async def save(self, user_id: str, preferences: Preferences) -> None:
        await self._report(user_id)
        await self._store.save(user_id, preferences)
        await self._report(user_id)

    async def _report(self, user_id: str) -> None:
        for changed in self._changed:
            await changed(user_id)

"""Preferences whose changes are reported to other features."""

from collections.abc import Awaitable, Callable, Sequence

from brain.preferences.model import Preferences
from brain.preferences.ports import PreferenceStore

type Changed = Callable[[str], Awaitable[None]]


class WatchedPreferences:
    """`PreferenceStore` that wraps another one and reports each change.

    Each function in `changed` is called with the user's id before and after a change, and drops
    whatever was made of the old preferences. The first call covers a crash after the change. The
    second covers a run that reads the old preferences during the change.
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

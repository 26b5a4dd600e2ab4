"""The store of the users' settings."""

from typing import Protocol

from brain.preferences.model import Preferences


class PreferenceStore(Protocol):
    """The preferences of each user. No user can see those of another user.

    All methods raise DatabaseUnreachable.
    """

    async def preferences(self, user_id: str) -> Preferences:
        """Return the user's settings; the default settings if none were saved.

        Raises EntryUnreadable if newer code wrote them.
        """

    async def save(self, user_id: str, preferences: Preferences) -> None:
        """Replace all settings of the user."""

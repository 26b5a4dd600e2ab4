"""Where a user's settings are kept."""

from typing import Protocol

from brain.preferences.model import Preferences


class PreferenceStore(Protocol):
    """A user's preferences. Nobody sees another user's. All methods raise DatabaseUnreachable."""

    async def preferences(self, user_id: str) -> Preferences:
        """The user's settings; the default ones of somebody who never saved any.

        Raises EntryUnreadable for what newer code wrote.
        """

    async def save(self, user_id: str, preferences: Preferences) -> None:
        """Let these be the user's settings, all of them."""

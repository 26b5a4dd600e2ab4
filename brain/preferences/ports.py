"""The store of the users' settings."""

from typing import Protocol

from brain.preferences.model import Persona, Preferences


class PersonaStore(Protocol):
    """The persona of each user's brain. Methods raise DatabaseUnreachable."""

    async def persona(self, user_id: str) -> Persona:
        """Return what the user has set."""

    async def keep_persona(self, user_id: str, persona: Persona) -> bool:
        """Replace it. False: there is no room for it."""


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

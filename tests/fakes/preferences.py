"""`PreferenceStore` kept in memory."""

from brain.preferences.model import Preferences


class FakePreferences:
    """Passes the contract of the real one."""

    def __init__(self) -> None:
        self._preferences: dict[str, Preferences] = {}

    async def preferences(self, user_id: str) -> Preferences:
        """A look into the dictionary."""
        return self._preferences.get(user_id, Preferences())

    async def save(self, user_id: str, preferences: Preferences) -> None:
        """The last ones count."""
        self._preferences[user_id] = preferences

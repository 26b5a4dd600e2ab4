"""The user's own settings."""

from brain.cloud.world import World
from brain.feature import Feature, Platform, Resources
from brain.preferences.model import Preferences
from brain.preferences.rules import preferences_from_wire


def feature(platform: Platform) -> Feature:
    """The routes for preferences. Other features read preferences through the platform."""

    def resources() -> Resources:
        from brain.preferences.http import preference_routes

        return preference_routes(platform)

    async def seed(world: World) -> None:
        """Save the preferences of a world, which were checked when it was written."""
        preferences = preferences_from_wire(world.preferences)
        if platform.preferences is not None and isinstance(preferences, Preferences):
            await platform.preferences.save(world.user_id, preferences)

    return Feature(resources=resources, seed=seed)

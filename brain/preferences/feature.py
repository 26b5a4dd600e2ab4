"""The user's own settings."""

from brain.feature import Feature, Platform, Resources


def feature(platform: Platform) -> Feature:
    """The routes for preferences. Other features read preferences through the platform."""

    def resources() -> Resources:
        from brain.preferences.http import preference_routes

        return preference_routes(platform)

    return Feature(resources=resources)

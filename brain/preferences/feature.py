"""The user's own settings."""

from brain.feature import Feature, Platform, Resources


def feature(platform: Platform) -> Feature:
    """Their routes. Other features read them through the platform."""

    def resources() -> Resources:
        from brain.preferences.http import preference_routes

        return preference_routes(platform)

    return Feature(resources=resources)

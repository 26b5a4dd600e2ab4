"""GET and PUT /api/preferences: the user's own settings."""

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Json
from brain.feature import Platform, Resources
from brain.http.bodies import INVALID_BODY
from brain.http.edge import Answer, Problem, read_json, tagged
from brain.http.resources import there
from brain.preferences.flow import preferences_of
from brain.preferences.model import Preferences
from brain.preferences.rules import in_use, preferences_from_wire, preferences_to_wire


def preference_routes(platform: Platform) -> Resources:
    """The routes for preferences."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return all settings; the default ones if newer code wrote them."""
        store = there(platform.preferences, "preferences")
        return tagged(request, await _wire(platform, user_id, await preferences_of(store, user_id)))

    async def save(request: Request, user_id: str) -> ASGIApp:
        """Replace all settings. A setting that is left out gets its default value."""
        store = there(platform.preferences, "preferences")
        preferences = preferences_from_wire(await read_json(request))
        if not isinstance(preferences, Preferences):
            faults: list[Json] = [
                {"field": complaint.field, "message": complaint.message}
                for complaint in preferences
            ]
            raise Problem(422, INVALID_BODY, errors=faults)
        await store.save(user_id, preferences)
        return Answer(await _wire(platform, user_id, preferences))

    return {"preferences": {"GET": show, "PUT": save}}


async def _wire(platform: Platform, user_id: str, preferences: Preferences) -> Json:
    """Return the settings with what is in use. Raises StoreUnreachable."""
    device = await platform.store.status(user_id)
    default = platform.languages.default
    used = in_use(preferences, zone=device.zone, language=device.language, default=default)
    return preferences_to_wire(preferences, used)

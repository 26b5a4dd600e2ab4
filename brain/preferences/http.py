"""GET and PUT /api/preferences: the user's own settings."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Json
from brain.feature import Platform, Resources
from brain.http.bodies import INVALID_BODY
from brain.http.edge import Answer, Problem, read_json, tagged
from brain.http.resources import there
from brain.preferences.flow import preferences_of
from brain.preferences.model import Persona, Preferences
from brain.preferences.persona import PERSONA, persona_from_wire
from brain.preferences.rules import (
    Complaint,
    in_use,
    preferences_from_wire,
    preferences_to_wire,
)


def preference_routes(platform: Platform) -> Resources:
    """The routes for preferences."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return all settings; the default ones if newer code wrote them."""
        store = there(platform.preferences, "preferences")
        kept = await preferences_of(store, user_id)
        return tagged(request, await _wire(platform, user_id, kept))

    async def save(request: Request, user_id: str) -> ASGIApp:
        """Replace all settings. A setting that is left out gets its default value, but for the
        persona, which stays.
        """
        store = there(platform.preferences, "preferences")
        body = await read_json(request)
        preferences, persona = preferences_from_wire(body), persona_from_wire(body)
        if not isinstance(preferences, Preferences):
            raise _refused(preferences)
        if isinstance(persona, Complaint):
            raise _refused((persona,))
        if persona is not None:
            await _keep(platform, user_id, persona)
        await store.save(user_id, preferences)
        return Answer(await _wire(platform, user_id, preferences))

    return {"preferences": {"GET": show, "PUT": save}}


def _refused(complaints: Sequence[Complaint]) -> Problem:
    faults: list[Json] = [{"field": one.field, "message": one.message} for one in complaints]
    return Problem(422, INVALID_BODY, errors=faults)


async def _keep(platform: Platform, user_id: str, persona: Persona) -> None:
    """Replace the persona. What was made of the old one is dropped before and after: before
    because of a crash in between, after because of a run meanwhile.
    """
    personas = there(platform.personas, "persona")
    await platform.addition_changed(user_id)
    if not await personas.keep_persona(user_id, persona):
        raise Problem(409, "There is no room for a persona. Delete a profile of an agent first.")
    await platform.addition_changed(user_id)


async def _wire(platform: Platform, user_id: str, preferences: Preferences) -> Json:
    """Return the settings with what is in use. Raises StoreUnreachable."""
    device = await platform.store.status(user_id)
    default = platform.languages.default
    used = in_use(preferences, zone=device.zone, language=device.language, default=default)
    personas = platform.personas
    persona = Persona() if personas is None else await personas.persona(user_id)
    return {**preferences_to_wire(preferences, used), "persona": PERSONA.encode(persona)}

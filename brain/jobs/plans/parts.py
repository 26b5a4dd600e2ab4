"""What the plans of all kinds of jobs share."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from brain.codec import Json
from brain.errors import BrainError
from brain.jobs.plans.limits import MAX_TITLE_CHARS
from brain.jobs.plans.things import Profile, Profiles

JOINED_CHARS = 100  # of a title that is made of several names
NO_KEY = "there is no key for this provider here"


class ThingUnknown(BrainError):
    """The user has no such profile, document, scenario or job. The text names the kind of thing."""


class Unfit(BrainError):
    """A field that cannot be as it is. The text says how it has to be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Parts(Struct, frozen=True, kw_only=True):
    """What is needed to plan jobs.

    `has_provider` says whether a provider can be asked; None is the deployment's own.
    `has_document` says whether the user has the document with this id.
    """

    profiles: Profiles
    has_provider: Callable[[str | None], bool]
    has_document: Callable[[str, str], Awaitable[bool]]

    async def profile(self, user_id: str, id: str | None) -> Profile | None:
        """Return the profile with this id; None if none is asked for. Raises ThingUnknown."""
        if id is None:
            return None
        found = await self.profiles.profile(user_id, id)
        if found is None:
            raise ThingUnknown("profile")
        return found

    def check(self, frozen_profile: Json, field: str) -> None:
        """Raise Unfit if the provider of a profile cannot be asked."""
        if not self.has_provider(frozen_profile.get("provider")):
            raise Unfit(field, NO_KEY)


def frozen(profile: Profile | None) -> Json:
    """Return what a mind keeps of a profile: later changes of the profile do not reach it.

    What is not set is left out.
    """
    if profile is None:
        return {"instructions": ""}
    wire: Json = {
        "instructions": profile.instructions,
        "provider": profile.provider,
        "model": profile.model,
        "temperature": profile.temperature,
        "maxTokens": profile.max_tokens,
        "stop": None if profile.stop is None else list(profile.stop),
        "tools": None if profile.tools is None else list(profile.tools),
    }
    return given(wire)


def given(wire: Json) -> Json:
    """Return the fields that are set."""
    return {name: value for name, value in wire.items() if value is not None}


def joined(names: Sequence[str]) -> str:
    """Return a title for several things: their names, as many as fit."""
    title = names[0][:MAX_TITLE_CHARS]
    for number, name in enumerate(names[1:], 1):
        if len(title) + len(name) > JOINED_CHARS:
            more = f" (+{len(names) - number})"
            return title[: MAX_TITLE_CHARS - len(more)] + more
        title = f"{title}, {name}"
    return title

"""GET, PUT and DELETE /api/agents: profiles of agents. `main` is of the user's own brain."""

import re
from collections.abc import Awaitable, Callable

from msgspec import Struct
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec.places import NO_TIME, ListPlace, page_of_all
from brain.feature import Resources
from brain.http.bodies import parse
from brain.http.edge import INVALID_QUERY, Answer, Problem, read_json, tagged
from brain.http.resources import (
    after_of,
    deleted,
    given_id,
    id_of,
    known,
    limit_of,
    page_to_wire,
    there,
)
from brain.jobs.http.bodies import MAX_NAME_CHARS, ProfileBody
from brain.jobs.plans.things import ANY, MAIN, MOST_PROFILES, PROFILE, Profile, Profiles

STALE = "The profile has been changed since it was read."
FULL = f"There are {MOST_PROFILES} profiles, which is the most. Delete one first."
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
VERSION = re.compile(r'(?:W/)?"?(\d{1,9})"?')

type ProfileChanged = Callable[[str], Awaitable[None]]


def agent_routes(profiles: Callable[[], Profiles | None], changed: ProfileChanged) -> Resources:
    """Return the route. `changed` is called with the user's id around a change of `main`."""
    do = _Agents(make_profiles=profiles, changed=changed)
    return {"agents": {"GET": do.show, "PUT": do.keep, "DELETE": do.delete}}


class _Agents(Struct, frozen=True, kw_only=True):
    """The methods of the route."""

    make_profiles: Callable[[], Profiles | None]
    changed: ProfileChanged

    @property
    def kept(self) -> Profiles:
        """Raises Problem 404 without a database."""
        return there(self.make_profiles(), "agents")

    async def show(self, request: Request, user_id: str) -> ASGIApp:
        """Return the profile with `id`, or a page of them."""
        if (id := given_id(request)) is not None:
            found = known(await self.kept.profile(user_id, id), "agent")
            return tagged(request, PROFILE.encode(found))
        limit, after = limit_of(request), after_of(request)
        every = await self.kept.profiles(user_id)
        page = page_of_all(every, _place, limit=limit, after=after, newest_first=False)
        return tagged(request, page_to_wire("agents", page, PROFILE.encode))

    async def keep(self, request: Request, user_id: str) -> ASGIApp:
        """Replace a profile, or make it. With If-Match it must have that version."""
        kept, id = self.kept, _new_id(request)
        profile = _profile(id, parse(ProfileBody, await read_json(request)))
        await self._tell(user_id, id)
        found = await kept.keep(user_id, profile, version=_version(request))
        if found == "stale":
            raise Problem(412, STALE)
        if found == "full":
            raise Problem(409, FULL)
        await self._tell(user_id, id)
        return Answer(PROFILE.encode(found))

    async def delete(self, request: Request, user_id: str) -> ASGIApp:
        """Delete a profile. Minds keep the copy with which they began."""
        kept, id = self.kept, id_of(request)
        await self._tell(user_id, id)
        was_there = await kept.drop(user_id, id)
        await self._tell(user_id, id)
        return deleted(id, "agent", was_there=was_there)

    async def _tell(self, user_id: str, id: str) -> None:
        """Drop what was made of the addition to the brain's instructions.

        Called before a change, because of a crash after it, and after it, because of a run
        meanwhile.
        """
        if id == MAIN:
            await self.changed(user_id)


def _place(profile: Profile) -> ListPlace:
    return ListPlace(at=NO_TIME, id=profile.id)


def _profile(id: str, body: ProfileBody) -> Profile:
    return Profile(
        id=id,
        name=body.name or id[:MAX_NAME_CHARS],
        instructions=body.instructions,
        provider=body.provider,
        model=body.model,
        temperature=body.temperature,
        max_tokens=body.max_tokens,
        stop=None if body.stop is None else tuple(body.stop),
        tools=None if body.tools is None else tuple(body.tools),
    )


def _new_id(request: Request) -> str:
    """Read the id. Raises Problem 422."""
    id = id_of(request)
    if not ID.fullmatch(id):
        fault = {"field": "id", "message": "must have 1 to 64 of A-Z, a-z, 0-9, _ and -"}
        raise Problem(422, INVALID_QUERY, errors=[fault])
    return id


def _version(request: Request) -> int | None:
    """Return the version that the stored profile must have, as `Profiles.keep` takes it.

    -1, which none has, for a text that is no version.
    """
    text = request.headers.get("if-match")
    if text is None:
        return None
    if text.strip() == "*":
        return ANY
    found = VERSION.fullmatch(text.strip())
    return int(found[1]) if found else -1

"""GET, POST, PUT and DELETE /api/scenarios: what rehearsals play."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from pydantic import ValidationError
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.cloud.postgres.rows import id_from_key
from brain.codec import Json
from brain.codec.places import NO_TIME, ListPlace, page_of_all
from brain.feature import Resources
from brain.http.bodies import parse
from brain.http.edge import Answer, Problem, read_json, tagged
from brain.http.minds import unknown
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
from brain.jobs.http.bodies import DraftBody
from brain.jobs.plans.parts import ThingUnknown, Unfit
from brain.jobs.plans.rehearsals import PlayedScenario
from brain.jobs.plans.things import KEPT_SCENARIO, MOST_SCENARIOS, KeptScenario, Scenarios
from brain.jobs.rehearsals.builtin import PREFIX, builtin_scenarios
from brain.jobs.rehearsals.drafting import AROUND, BEFORE, draft
from brain.jobs.rehearsals.scenario import Scenario, digest, from_wire, to_wire
from brain.run.ports import Clock, Log

UNREADABLE = "name a scenario of a newer version; write it again"
BUILT_IN = "This scenario is built in and cannot be changed."
FULL = f"There are {MOST_SCENARIOS} scenarios, which is the most. Delete one first."


class KnownScenarios(Struct, frozen=True, kw_only=True):
    """The scenarios that a user can name: their own, and the built-in ones."""

    make_scenarios: Callable[[], Scenarios | None]

    @property
    def own(self) -> Scenarios:
        """Raises Problem 404 without a database."""
        return there(self.make_scenarios(), "scenarios")

    async def find(self, user_id: str, id: str) -> KeptScenario | None:
        """Return the scenario with this id."""
        if id.startswith(PREFIX):
            found = builtin_scenarios().get(id)
            return None if found is None else _kept(id, found, "builtin")
        return await self.own.scenario(user_id, id)

    async def played(
        self, user_id: str, given: Sequence[Scenario | str] | None
    ) -> Sequence[PlayedScenario]:
        """Return these scenarios to be played; None: all built-in ones.

        Raises ThingUnknown, Unfit.
        """
        if given is None:
            given = list(builtin_scenarios().values())
        return [await self._played(user_id, one) for one in given]

    async def _played(self, user_id: str, given: Scenario | str) -> PlayedScenario:
        if isinstance(given, Scenario):
            return PlayedScenario(wire=to_wire(given), digest=digest(given))
        found = await self.find(user_id, given)
        if found is None:
            raise ThingUnknown("scenario")
        try:
            from_wire(found.scenario)
        except ValidationError:
            raise Unfit("scenarios", UNREADABLE) from None
        return PlayedScenario(wire=found.scenario, digest=found.digest)


def scenario_routes(kept: KnownScenarios, log: Callable[[], Log], clock: Clock) -> Resources:
    """Return the route."""
    do = _Scenarios(kept=kept, log=log, clock=clock)
    return {"scenarios": {"GET": do.show, "POST": do.add, "PUT": do.change, "DELETE": do.delete}}


class _Scenarios(Struct, frozen=True, kw_only=True):
    """The methods of the route. `log` is the users' whole log."""

    kept: KnownScenarios
    log: Callable[[], Log]
    clock: Clock

    async def show(self, request: Request, user_id: str) -> ASGIApp:
        """Return the scenario with `id`, or a page: the user's, newest first, then the others."""
        own = self.kept.own
        if (id := given_id(request)) is not None:
            found = known(await self.kept.find(user_id, id), "scenario")
            return tagged(request, KEPT_SCENARIO.encode(found))
        limit, after = limit_of(request), after_of(request)
        every = [*await own.scenarios(user_id), *_built_in()]
        page = page_of_all(every, _place, limit=limit, after=after, newest_first=True)
        return tagged(request, page_to_wire("scenarios", page, KEPT_SCENARIO.encode))

    async def add(self, request: Request, user_id: str) -> ASGIApp:
        """Keep a new scenario, or draft one from the talk around a message."""
        own, content = self.kept.own, await read_json(request)
        if isinstance(content, dict) and "fromSeq" in content:
            seq = parse(DraftBody, content).from_seq
            new = _kept("", await _drafted(self.log(), user_id, seq), "talk")
        else:
            new = _kept("", parse(Scenario, content), "written")
        new = replace(new, id=id_from_key(user_id, self.clock.new_id()))
        return Answer(await _keep(own, user_id, new, is_new=True), 201)

    async def change(self, request: Request, user_id: str) -> ASGIApp:
        """Replace a scenario."""
        own, id = self.kept.own, _changeable(request)
        found = parse(Scenario, await read_json(request))
        return Answer(await _keep(own, user_id, _kept(id, found, "written"), is_new=False))

    async def delete(self, request: Request, user_id: str) -> ASGIApp:
        """Delete a scenario. Jobs keep the copy with which they began."""
        own, id = self.kept.own, _changeable(request)
        return deleted(id, "scenario", was_there=await own.drop(user_id, id))


def _kept(
    id: str, scenario: Scenario, source: Literal["written", "talk", "builtin"]
) -> KeptScenario:
    return KeptScenario(
        id=id,
        name=scenario.name,
        scenario=to_wire(scenario),
        digest=digest(scenario),
        source=source,
        updated_at=None,
    )


def _built_in() -> list[KeptScenario]:
    return [_kept(id, scenario, "builtin") for id, scenario in builtin_scenarios().items()]


async def _keep(own: Scenarios, user_id: str, scenario: KeptScenario, *, is_new: bool) -> Json:
    """Store a scenario. Raises Problem 404, 409."""
    found = await own.keep(user_id, scenario, is_new=is_new)
    if found == "unknown":
        raise unknown("scenario")
    if found == "full":
        raise Problem(409, FULL)
    return KEPT_SCENARIO.encode(found)


def _changeable(request: Request) -> str:
    """Read the id. Raises Problem 422, and 409 for a built-in scenario."""
    id = id_of(request)
    if id in builtin_scenarios():
        raise Problem(409, BUILT_IN)
    return id


async def _drafted(log: Log, user_id: str, seq: int) -> Scenario:
    """Draft a scenario from the user's own log. Raises Problem 404."""
    page = await log.read(user_id, since=max(0, seq - BEFORE - 1), limit=AROUND)
    found = draft(page.entries, seq)
    if found is None:
        raise unknown("message")
    return Scenario.model_validate(found, by_alias=True)


def _place(kept: KeptScenario) -> ListPlace:
    """Those of every user have no time: they come last, in the order in which they are played."""
    later = [*reversed([*builtin_scenarios()]), kept.id].index(kept.id)
    return ListPlace(at=kept.updated_at or NO_TIME + timedelta(seconds=later), id=kept.id)

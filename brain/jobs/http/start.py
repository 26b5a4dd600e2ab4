"""POST /api/jobs, /api/battles/start, /api/scale/start: begin a job. Routes never ask first."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Json
from brain.feature import ResourceHandler, Resources
from brain.http.bodies import Body, ClientId, parse
from brain.http.edge import Answer, Problem, read_json
from brain.jobs.flow import start_job
from brain.jobs.http.answers import problem_of
from brain.jobs.http.bodies import AgentBody, BattleBody, HelpersBody, ScaleBody
from brain.jobs.http.parts import Jobs
from brain.jobs.http.scenarios import KnownScenarios
from brain.jobs.http.wire import started_to_wire
from brain.jobs.model import NewJob, NewMind
from brain.jobs.plans.helpers import HelpersWanted, Task, plan_helpers
from brain.jobs.plans.parts import Parts, ThingUnknown, Unfit, given
from brain.jobs.plans.rehearsals import SEED, RehearsalWanted, plan_again, plan_rehearsal
from brain.jobs.plans.talks import Agent, TalksWanted, plan_talks
from brain.jobs.ports import JobRefused
from brain.jobs.rules import job_id

AGAIN_PLAYS = "may not be given with again, which plays the same"
SAME_AGAIN = ("scenarios", "run_count", "profile", "provider", "model", "temperature", "seed")

KEY: TypeAdapter[str] = TypeAdapter(ClientId)

type Plans[B] = Callable[[str, B], Awaitable[NewJob]]


class Planning(Struct, frozen=True, kw_only=True):
    """What the bodies of starts become jobs with."""

    jobs: Jobs
    make_parts: Callable[[], Parts]
    kept: KnownScenarios

    async def helpers(self, user_id: str, body: HelpersBody) -> NewJob:
        """Plan helpers."""
        wanted = HelpersWanted(
            tasks=[Task(title=t.title, brief=t.brief, profile=t.profile) for t in body.tasks],
            request=_request(body),
            kind=body.kind,
            title=body.title,
            join=body.join,
            document=body.document,
            tokens_each=body.tokens_each,
            budget=body.token_budget,
            key=body.key,
        )
        return await plan_helpers(self.make_parts(), user_id, wanted)

    async def talks(self, user_id: str, body: BattleBody) -> NewJob:
        """Plan talks."""
        wanted = TalksWanted(
            agents=[_agent(agent) for agent in body.agents],
            request=_request(body),
            goal=body.goal,
            opening=body.opening or None,
            max_messages=body.max_messages,
            count=body.count,
            title=body.title,
            budget=body.token_budget,
            key=body.key,
        )
        return await plan_talks(self.make_parts(), user_id, wanted)

    async def rehearsal(self, user_id: str, body: ScaleBody) -> NewJob:
        """Plan rehearsals, or the same again with other instructions."""
        own = body.model_dump(by_alias=True, include={"provider", "model", "temperature"})
        wanted = RehearsalWanted(
            scenarios=(),
            request=_request(body, without={"scenarios"}),
            run_count=body.run_count,
            profile=body.profile,
            instructions=body.instructions,
            model=given(own),
            seed=SEED if body.seed is None else body.seed,
            title=body.title,
            budget=body.token_budget,
            key=body.key,
        )
        if body.again is not None:
            return await self._again(user_id, body, wanted)
        scenarios = await self.kept.played(user_id, body.scenarios)
        return await plan_rehearsal(self.make_parts(), user_id, wanted.playing(scenarios))

    async def _again(self, user_id: str, body: ScaleBody, wanted: RehearsalWanted) -> NewJob:
        if body.instructions is None:
            raise Unfit("instructions", "are missing: again plays the same with others")
        for name in SAME_AGAIN:
            if getattr(body, name) is not None:
                alias = type(body).model_fields[name].alias or name
                raise Unfit(alias, AGAIN_PLAYS)
        store = self.jobs.services.jobs
        earlier = await store.job(user_id, str(body.again))
        if earlier is None or earlier.kind != "rehearsal":
            raise ThingUnknown("rehearsal")
        return plan_again(earlier, await store.minds(user_id, earlier.id), wanted)


def start_routes(planning: Planning) -> Resources:
    """Return the routes that begin jobs."""
    return {
        "jobs": {"POST": _starting(planning.jobs, HelpersBody, planning.helpers)},
        "battles/start": {"POST": _starting(planning.jobs, BattleBody, planning.talks)},
        "scale/start": {"POST": _starting(planning.jobs, ScaleBody, planning.rehearsal)},
    }


def _starting[B: Body](jobs: Jobs, kind: type[B], plan: Plans[B]) -> ResourceHandler:
    async def start(request: Request, user_id: str) -> ASGIApp:
        """Begin a job. The same key gives the same job, whatever the rest of the body says."""
        jobs.check()
        content = await read_json(request)
        try:
            new = await plan(user_id, parse(kind, content))
        except (Problem, ThingUnknown, Unfit) as refused:
            earlier = await _earlier(jobs, user_id, content)
            if earlier is None:
                raise _problem(refused) from None
            new = earlier
        try:
            started = await start_job(jobs.services, user_id, new)
        except JobRefused as refused:
            raise problem_of(refused) from None
        return Answer(started_to_wire(started), 202)

    return start


def _problem(refused: Problem | ThingUnknown | Unfit) -> Problem:
    return refused if isinstance(refused, Problem) else problem_of(refused)


async def _earlier(jobs: Jobs, user_id: str, content: Any) -> NewJob | None:
    """Return the job that an earlier start with this key has made, as it was asked for."""
    key = content.get("key") if isinstance(content, dict) else None
    try:
        id = job_id(user_id, KEY.validate_python(key, strict=True))
    except ValidationError:
        return None
    store = jobs.services.jobs
    job = await store.job(user_id, id)
    if job is None:
        return None
    minds = await store.minds(user_id, id)
    return NewJob(
        kind=job.kind,
        title=job.title,
        request=job.request,
        minds=tuple(NewMind(number=m.number, label=m.label, profile=m.profile) for m in minds),
        budget=job.token_budget,
        key=key,
    )


def _agent(body: AgentBody) -> Agent:
    own = body.model_dump(by_alias=True, exclude={"profile"}, exclude_none=True)
    return Agent(profile=body.profile, own=own)


def _request(body: Body, *, without: set[str] | None = None) -> Json:
    """Return what was asked for, as it is kept: "try it again" shows it."""
    return body.model_dump(by_alias=True, mode="json", exclude_unset=True, exclude=without)

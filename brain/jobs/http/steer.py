"""POST …/:id/stop, …/pause, …/resume, /api/jobs/:id/labels; DELETE /api/jobs: steer a job."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Json
from brain.feature import ResourceHandler, Resources
from brain.http.bodies import parse
from brain.http.edge import Answer, Problem, parse_json, read_body, read_json
from brain.http.minds import unknown
from brain.http.resources import id_of
from brain.jobs.flow import delete_job, pause_job
from brain.jobs.http.answers import ALWAYS_ON, ENDED, OPEN, unfit
from brain.jobs.http.bodies import LabelBody, StopJobBody
from brain.jobs.http.minds import MindsOfUsers
from brain.jobs.http.parts import Jobs, in_families, in_path
from brain.jobs.model import Mind
from brain.jobs.plans.things import Label

UNJUDGED = "This run has no verdict yet."


def steer_routes(jobs: Jobs) -> Resources:
    """Return the routes that steer and delete jobs."""
    minds = MindsOfUsers(jobs)

    async def stop(request: Request, user_id: str) -> ASGIApp:
        """Stop a job, or one of its minds. The answer says what the store said."""
        jobs.check()
        body = parse(StopJobBody, await _optional_json(request))
        return Answer(await minds.stop(user_id, in_path(request), body.mind))

    return {
        **in_families("stop", {"POST": stop}),
        **in_families("pause", {"POST": _pausing(jobs, is_paused=True)}),
        **in_families("resume", {"POST": _pausing(jobs, is_paused=False)}),
        "jobs": {"DELETE": _deleting(jobs)},
        "jobs/:id/labels": {"POST": _labelling(jobs)},
    }


def _deleting(jobs: Jobs) -> ResourceHandler:
    async def delete(request: Request, user_id: str) -> ASGIApp:
        """Delete an ended job and all that its minds own."""
        jobs.check()
        id = id_of(request)
        done = await delete_job(jobs.services, user_id, id)
        if done is None:
            raise unknown("job")
        if done == "open":
            raise Problem(409, OPEN)
        return Answer({"deleted": id})

    return delete


def _pausing(jobs: Jobs, *, is_paused: bool) -> ResourceHandler:
    async def pause(request: Request, user_id: str) -> ASGIApp:
        """Pause or resume a talk or a rehearsal."""
        found = await pause_job(jobs.services, user_id, in_path(request), is_paused=is_paused)
        if found is None:
            raise unknown("job")
        if isinstance(found, str):
            raise Problem(409, ENDED if found == "ended" else ALWAYS_ON)
        return Answer({"jobId": found.id, "status": found.status})

    return pause


def _labelling(jobs: Jobs) -> ResourceHandler:
    async def label(request: Request, user_id: str) -> ASGIApp:
        """Note what the user says about a judge's verdict."""
        job = await jobs.job(user_id, in_path(request))
        body = parse(LabelBody, await read_json(request))
        minds = await jobs.services.jobs.minds(user_id, job.id)
        judged = _judged(minds, body)
        said = Label(number=body.run, item=body.item, judge=judged, person=body.verdict)
        await jobs.findings.label(user_id, job.id, said)
        return Answer({"run": body.run, "item": body.item, "label": body.verdict})

    return label


def _judged(minds: Sequence[Mind], body: LabelBody) -> str:
    """Return what the judge said about this line. Raises Problem 422, 409."""
    mind = next((mind for mind in minds if mind.number == body.run), None)
    if mind is None:
        raise unfit("run", "must be the number of a run of this job")
    if mind.verdict is None:
        raise Problem(409, UNJUDGED)
    rubric: list[Json] = mind.verdict.get("rubric") or []
    line = next((line for line in rubric if line.get("item") == body.item), None)
    if line is None:
        raise unfit("item", "must be a line of the rubric")
    return str(line.get("verdict"))


async def _optional_json(request: Request) -> Any:
    """Read the body; a request without one asks for everything. Raises Problem."""
    body = await read_body(request)
    return parse_json(body) if body else {}

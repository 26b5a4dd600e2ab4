"""GET …/:id/status, …/report, …/messages, /api/jobs/:id/steps and /api/jobs: how jobs are doing."""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec import Struct
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Json
from brain.codec.places import ListPlace, page_of_all
from brain.errors import StoreUnreachable
from brain.feature import Resources
from brain.http.edge import INVALID_QUERY, MAX_SEQ, Problem, tagged
from brain.http.minds import unknown
from brain.http.resources import after_of, limit_of, page_to_wire, whole_number
from brain.jobs.flow import job_state
from brain.jobs.http.parts import Jobs, in_families, in_path
from brain.jobs.http.wire import job_to_wire, log_to_wire, report_to_wire, state_to_wire
from brain.jobs.model import Job
from brain.jobs.rules import KEPT_JOBS, MINDS_MOST
from brain.run.ports import Log

MOST_READ = 2 * KEPT_JOBS  # those that are too many go with the next job that begins
MESSAGES = 100  # of a page
MOST_MESSAGES = 500
NOT_READY = "The report is not ready yet."


def polled_routes(
    jobs: Jobs, log: Callable[[], Log], wake: Callable[[str], Awaitable[None]]
) -> Resources:
    """Return the routes that pages poll. `log` is the whole log of minds.

    `wake` is called if notices wait for the user who polls.
    """
    do = _Polled(jobs=jobs, log=log, wake=wake)
    return {
        **in_families("status", {"GET": do.status}),
        **in_families("report", {"GET": do.report}),
        **in_families("messages", {"GET": do.messages}),
    }


class _Polled(Struct, frozen=True, kw_only=True):
    """The routes that pages poll."""

    jobs: Jobs
    log: Callable[[], Log]
    wake: Callable[[str], Awaitable[None]]

    async def status(self, request: Request, user_id: str) -> ASGIApp:
        """Show a job and its minds, without a word of what is said in them.

        Who polls is there: what waits for the user is told now.
        """
        services = self.jobs.services
        found, held = await asyncio.gather(
            job_state(services, user_id, in_path(request)), self._held(user_id)
        )
        if found is None:
            raise unknown("job")
        beside = BackgroundTask(self.wake, user_id) if held else None
        return tagged(request, state_to_wire(found), beside=beside)

    async def _held(self, user_id: str) -> int:
        """Note that the user is there, and return how many notices wait for them."""
        try:
            return (await self.jobs.services.store.here(user_id)).held
        except StoreUnreachable:
            return 0

    async def report(self, request: Request, user_id: str) -> ASGIApp:
        """Show what came of a job, once that is known."""
        jobs = self.jobs
        job = await jobs.job(user_id, in_path(request))
        if job.report is None:
            raise Problem(404, NOT_READY)
        minds = await jobs.services.jobs.minds(user_id, job.id)
        is_rehearsal = job.kind == "rehearsal"
        effects = await jobs.findings.effects([mind.id for mind in minds]) if is_rehearsal else ()
        labels = await jobs.findings.labels(user_id, job.id) if is_rehearsal else ()
        return tagged(request, report_to_wire(job, job.report, minds, effects, labels))

    async def messages(self, request: Request, user_id: str) -> ASGIApp:
        """Read the log of one mind in order."""
        mind = await self.jobs.services.jobs.mind(in_path(request), user_id=user_id)
        if mind is None:
            raise unknown("mind")
        since = whole_number(request, "sinceSeq", default=0, low=0, high=MAX_SEQ)
        limit = whole_number(request, "limit", default=MESSAGES, low=1, high=MOST_MESSAGES)
        page = await self.log().read(mind.id, since=since, limit=limit)
        return tagged(request, log_to_wire(page, mind, since=since))


def listing_routes(jobs: Jobs) -> Resources:
    """Return the routes that list jobs, and the steps of a rehearsal."""

    async def newest(request: Request, user_id: str) -> ASGIApp:
        """List jobs, the newest first."""
        limit, after, store = limit_of(request), after_of(request), jobs.services.jobs
        every = await store.recent(user_id, limit=MOST_READ)
        page = page_of_all(every, _place, limit=limit, after=after, newest_first=True)
        minds = await store.mind_ids(user_id, [job.id for job in page.rows])

        def wired(job: Job) -> Json:
            return job_to_wire(job, mind_ids=minds.get(job.id, ()))

        return tagged(request, page_to_wire("jobs", page, wired))

    async def steps(request: Request, user_id: str) -> ASGIApp:
        """Show the journal of one rehearsed brain."""
        job = await jobs.job(user_id, in_path(request))
        number = whole_number(request, "run", default=-1, low=0, high=MINDS_MOST - 1)
        if number < 0:
            raise Problem(422, INVALID_QUERY, errors=[{"field": "run", "message": "is missing"}])
        minds = await jobs.services.jobs.minds(user_id, job.id)
        mind = next((mind for mind in minds if mind.number == number), None)
        if mind is None:
            raise unknown("run")
        return tagged(request, {"steps": list(await jobs.findings.steps(mind.id))})

    return {"jobs": {"GET": newest}, "jobs/:id/steps": {"GET": steps}}


def _place(job: Job) -> ListPlace:
    return ListPlace(at=job.created_at, id=job.id)

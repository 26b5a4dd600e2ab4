"""The sweep: a delayed call that brings a job to its end if anything else was lost.

It comes every minute until the job is finished. It looks at what there is and does what is missing;
whatever it does, others may do at the same time.
"""

import logging
from datetime import timedelta

from brain.errors import Unreachable
from brain.jobs.life.concluding import conclude, failed_attempt, report_now
from brain.jobs.life.living import cut
from brain.jobs.life.telling import announce
from brain.jobs.model import UNSETTLED, Job, Mind, MindCall
from brain.jobs.rules import OPEN_MOST, REPORTER, all_ids, mind_id
from brain.jobs.services import JobServices

EVERY_S = 60.0  # seconds between two sweeps of a job, and until the first
QUEUED_S = 30.0  # seconds after which a mind that has not begun is called again
SILENT_S = 180.0  # seconds without a change after which a job may have no sweep
REVIVED = (
    100_000  # the number of a first sweep of that kind: it differs from all in the other chain
)
REPORT_S = 60.0  # seconds after which a report that is not there is written again

log = logging.getLogger(__name__)


async def publish_sweep(services: JobServices, user_id: str, job_id: str, number: int) -> None:
    """Put the sweep with this number on the queue. Raises QueueUnreachable."""
    call = MindCall(user_id=user_id, job=job_id, mind=None, reason="sweep", attempt=number)
    await services.calls.call(call, delay_s=EVERY_S, dedup_id=f"{job_id}-sweep-{number}")


async def publish_start(
    services: JobServices, user_id: str, job_id: str, number: int, attempt: int
) -> None:
    """Put the start of a mind on the queue. Raises QueueUnreachable."""
    call = MindCall(user_id=user_id, job=job_id, mind=number, reason="start", attempt=attempt)
    await services.calls.call(call, delay_s=0, dedup_id=f"{job_id}-{number}-start-{attempt}")


async def sweep(services: JobServices, user_id: str, job_id: str, number: int) -> None:
    """Do what is missing for a job. Raises Unreachable: then the queue calls again.

    The next sweep is published first: a crash of this one must not be the last anybody looks.
    """
    found = await services.jobs.whole(user_id, job_id)
    if found is None:
        return
    job, minds = found
    if job.finished_at is None:
        await publish_sweep(services, user_id, job_id, number + 1)
        for mind in minds:
            if mind.status in UNSETTLED:
                await _look_after(services, job, mind, number + 1)
        await _end(services, user_id, job_id)
    await tidy(services, user_id)


async def _look_after(services: JobServices, job: Job, mind: Mind, number: int) -> None:
    """Call a mind again that nobody works on, or end it if it has lived too long."""
    now = services.clock.utc()
    age_s = (now - (mind.started_at or job.created_at)).total_seconds()
    if mind.status == "paused":
        return
    if age_s > services.kinds[job.kind].wall_s:
        await cut(services, job, mind)
        return
    if age_s <= QUEUED_S:
        return
    if mind.status == "queued":
        await publish_start(services, job.user_id, job.id, mind.number, number)
        return
    run = await services.runs.last(mind.id)
    if run is None or not run.is_open or run.lease_left_s <= 0:
        # Ended in the store and not in the row, or without a brain: the mind is called, because
        # what follows may take long.
        call = MindCall(user_id=job.user_id, job=job.id, mind=mind.number, reason="say")
        name = f"{job.id}-{mind.number}-sweep-{number}"
        await services.calls.call(call, delay_s=0, dedup_id=name)


async def _end(services: JobServices, user_id: str, job_id: str) -> None:
    """Complete the end of a job whose minds have all ended."""
    job = await services.jobs.job(user_id, job_id)
    if job is None or job.finished_at is not None:
        return
    if job.report is not None:
        await announce(services, job)
    elif job.status == "stopped":
        await report_now(services, job)
    elif job.status == "summarising" and _is_late(services, job):
        run = await services.runs.last(mind_id(job.id, REPORTER))
        if run is None or not run.is_open or run.lease_left_s <= 0:
            tried = await services.jobs.try_report(
                user_id, job_id, before=job.report_tries, outcome=failed_attempt(job, run)
            )
            if tried is not None:
                await conclude(services, tried)


def _is_late(services: JobServices, job: Job) -> bool:
    """Whether the report should be there, unless somebody is writing it."""
    since = job.last_event_at or job.created_at
    return services.clock.utc() - since > timedelta(seconds=REPORT_S)


async def revive(services: JobServices, user_id: str, *, begun: bool) -> None:
    """Put a sweep on the queue for each open job of which nothing was heard for long.

    A start that died before its first sweep was acknowledged leaves such a job. Nobody was told
    that it runs, but it counts as open. `begun`: also for jobs that have begun, whose sweeps may
    be on their way.
    """
    now = services.clock.utc()
    try:
        for job in await services.jobs.recent(user_id, limit=OPEN_MOST, is_open=True):
            is_its = begun or job.status == "queued"
            if is_its and (now - job.updated_at).total_seconds() > SILENT_S:
                minutes = int((now - job.created_at).total_seconds() // 60)
                await publish_sweep(services, user_id, job.id, REVIVED + minutes)
    except Unreachable as error:
        log.warning("job: not revived, reason=%s", type(error).__name__)


async def tidy(services: JobServices, user_id: str) -> None:
    """Delete the jobs that are not kept any more.

    First what is in the state store, then the rows: the rows say what is left to delete after a
    crash. What cannot be done now is done by the next sweep.
    """
    try:
        for job_id in await services.jobs.outdated(user_id):
            await forget(services, user_id, job_id)
    except Unreachable as error:
        log.warning("job: not tidied, reason=%s", type(error).__name__)


async def forget(services: JobServices, user_id: str, job_id: str) -> bool | None:
    """Delete an ended job and all that its minds own. As `JobStore.delete`, also in its answer."""
    await services.runs.forget(all_ids(job_id))
    return await services.jobs.delete(user_id, job_id)

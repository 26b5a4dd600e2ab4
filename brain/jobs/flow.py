"""What a user can do with jobs: start, look, steer, stop, pause, delete.

The owner's tools and the routes call these. No user reaches the jobs of another: a job or a mind
of somebody else is answered like one that never existed (None).
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Literal

from brain.errors import StoreUnreachable, Unreachable
from brain.jobs.life.concluding import conclude, report_now
from brain.jobs.life.outcomes import outcome_of
from brain.jobs.life.steering import say
from brain.jobs.life.sweeping import forget, publish_start, publish_sweep, revive
from brain.jobs.life.telling import tell_pages
from brain.jobs.model import (
    UNSETTLED,
    Job,
    JobStart,
    JobState,
    Mind,
    MindCall,
    NewJob,
    ProgressNote,
    StoppedMinds,
)
from brain.jobs.ports import JobRefused
from brain.jobs.rules import IN_UTC, REPORTER, mind_id
from brain.jobs.services import JobServices

log = logging.getLogger(__name__)

type SaidToMind = Literal["recorded", "running", "ended"]


async def start_job(services: JobServices, user_id: str, new: NewJob) -> JobStart:
    """Reserve the tokens, store the job, and put its sweep and its starts on the queue.

    The same key (`NewJob.key`) gives the same job again, whatever the rest says, and publishes
    again; `duplicate` says so. Returns once the sweep is acknowledged: from then on the job ends.

    Raises JobRefused (two open jobs; the day's tokens), DatabaseUnreachable, QueueUnreachable.
    """
    try:
        begun = await _stored(services, user_id, new)
    except JobRefused:
        await revive(services, user_id, begun=True)
        raise
    if begun.status not in ("queued", "running"):
        return begun
    # Commit first, publish second. After a crash in between nobody was told that the job runs, and
    # the same key publishes again.
    await publish_sweep(services, user_id, begun.job_id, 0)
    starts = (
        publish_start(services, user_id, begun.job_id, number, 0)
        for number in range(len(begun.mind_ids))
    )
    for failed in await asyncio.gather(*starts, return_exceptions=True):
        if isinstance(failed, Unreachable):  # the sweep will start it
            log.warning("job: start not queued, job=%s", begun.job_id)
        elif isinstance(failed, BaseException):
            raise failed
    if not begun.duplicate:
        await revive(services, user_id, begun=False)
    return begun


async def _stored(services: JobServices, user_id: str, new: NewJob) -> JobStart:
    """Reserve the tokens of the user's day and store the job. Raises JobRefused."""
    now = services.clock.utc().astimezone(await services.zone_of(user_id))
    offset = now.utcoffset() or IN_UTC
    return await services.jobs.start(
        user_id,
        new,
        daily_tokens=services.daily_tokens,
        daily_usd=services.daily_usd,
        offset=offset,
    )


async def job_state(services: JobServices, user_id: str, job_id: str) -> JobState | None:
    """Return a job, its minds, and what the running ones do: one round trip to each store.

    The texts of the job and its minds are left out. Without the state store, `now` is empty.
    Raises DatabaseUnreachable.
    """
    found = await services.jobs.state(user_id, job_id)
    if found is None:
        return None
    job, minds = found
    running = [mind.id for mind in minds if mind.status == "running"]
    try:
        now = await services.runs.statuses(running) if running else {}
    except StoreUnreachable as error:
        log.warning("job: state without the store, reason=%s", type(error).__name__)
        now = {}
    return JobState(job=job, minds=tuple(minds), now=now)


async def stop_job(
    services: JobServices, user_id: str, job_id: str, *, number: int | None = None
) -> StoppedMinds | None:
    """Stop one mind, or the whole job. The answer says what the store said.

    After it no model call begins and no tool runs in what was stopped. A whole job is then told
    once as stopped; if one mind is stopped, the others go on and the report comes.

    None: there is no such job or mind of this user. Raises DatabaseUnreachable, StoreUnreachable:
    then the same stop again completes it.
    """
    stopped = await services.jobs.stop(user_id, job_id, number=number)
    if stopped is None:
        return None
    # Rows first, runs second: what is queued never begins, and what begins meanwhile sees its row.
    minds = await services.jobs.minds(user_id, job_id)
    silenced = [
        mind for mind in minds if mind.status == "stopped" and number in (None, mind.number)
    ]
    after = await _silence(services, user_id, job_id, silenced, is_whole=number is None)
    job = await services.jobs.job(user_id, job_id)
    if job is None:
        return None
    if stopped.stopped or number is None:
        tell_pages(services, job)
    await _conclude_stopped(services, job, after)
    return stopped


async def _conclude_stopped(services: JobServices, job: Job, after: ProgressNote | None) -> None:
    """Let a job that was stopped, or whose last mind was, end now. The sweep does it otherwise."""
    try:
        if job.report is None and job.status == "stopped":
            await report_now(services, job, after=after)
        elif job.report is None and job.status == "summarising":
            await conclude(services, job)
    except Unreachable as error:
        log.warning("job: end left to the sweep, reason=%s", type(error).__name__)


async def _silence(
    services: JobServices, user_id: str, job_id: str, minds: Sequence[Mind], *, is_whole: bool
) -> ProgressNote | None:
    """End the runs of these minds, and count what they had used. Raises StoreUnreachable.

    Return how far the only one was, in its own words; None if it did not say.
    """
    texts = await services.languages.texts(user_id)
    begun = [mind.id for mind in minds if mind.started_at is not None]
    reporter = [mind_id(job_id, REPORTER)] if is_whole else []
    await asyncio.gather(*(services.runs.stop(id, texts=texts) for id in (*begun, *reporter)))
    for id in begun:
        run = await services.runs.last(id)
        if run is not None:
            await services.jobs.note_spent(id, outcome_of(run))
    if len(minds) != 1 or not is_whole:
        return None
    notes = await services.runs.progress(job_id)
    return notes[-1] if notes else None


async def say_to_mind(
    services: JobServices, user_id: str, mind_id: str, text: str, *, message_id: str
) -> SaidToMind | None:
    """Say something to one mind: it joins at the mind's next loop, once per message id.

    `recorded`: its brain has it in its log. `running`: a call of the queue begins with it. `ended`:
    the mind has its outcome, and nothing was said. None: this user has no such mind.
    Raises Unreachable, TooManyTexts.
    """
    mind = await services.jobs.mind(mind_id, user_id=user_id)
    if mind is None:
        return None
    job = await services.jobs.job(user_id, mind.job_id)
    if job is None or mind.status not in UNSETTLED:
        return "ended"
    return await say(services, job, mind, text, message_id)


async def say_to_job(
    services: JobServices, user_id: str, job_id: str, text: str, *, message_id: str
) -> SaidToMind | None:
    """Say something to all minds of a job that are not settled. `ended`: all are settled."""
    found = await services.jobs.whole(user_id, job_id)
    if found is None:
        return None
    job, minds = found
    open_minds = [mind for mind in minds if mind.status in UNSETTLED]
    told = [await say(services, job, mind, text, message_id) for mind in open_minds]
    if "recorded" in told:
        return "recorded"
    return "running" if "running" in told else "ended"


async def pause_job(
    services: JobServices, user_id: str, job_id: str, *, is_paused: bool
) -> Job | Literal["ended", "never"] | None:
    """Pause or resume a talk or a rehearsal. A resume lets the queue call each mind again.

    `ended`: the job has ended. `never`: jobs of this kind are not paused. None: no such job.
    """
    before = await services.jobs.job(user_id, job_id)
    if before is None:
        return None
    if not services.kinds[before.kind].can_pause:
        return "never"
    job = await services.jobs.pause(user_id, job_id, is_paused=is_paused)
    if job is None:
        return None
    if job.status not in ("queued", "running", "paused"):
        return "ended"
    if job.event_sequence != before.event_sequence:
        tell_pages(services, job)
    if not is_paused:
        await _call_all(services, job)
    return job


async def _call_all(services: JobServices, job: Job) -> None:
    """Let the queue call each mind that runs. The name of a call says which resume it follows."""
    minds = await services.jobs.minds(job.user_id, job.id)
    for mind in minds:
        if mind.status == "running":
            call = MindCall(user_id=job.user_id, job=job.id, mind=mind.number, reason="say")
            name = f"{job.id}-{mind.number}-resume-{job.event_sequence}"
            await services.calls.call(call, delay_s=0, dedup_id=name)


async def delete_job(
    services: JobServices, user_id: str, job_id: str
) -> Literal["deleted", "open"] | None:
    """Delete an ended job and all that its minds own. `open`: it has not ended. None: no such.

    Raises StoreUnreachable, DatabaseUnreachable: then the same again completes it.
    """
    job = await services.jobs.job(user_id, job_id)
    if job is None:
        return None
    if job.report is None:
        return "open"
    await forget(services, user_id, job_id)
    return "deleted"

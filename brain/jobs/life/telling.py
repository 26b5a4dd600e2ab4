"""Tells the owner how a job goes: by the notice board, once, and on the channel, beside."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from brain.codec import Json
from brain.errors import ChannelUnreachable, Unreachable
from brain.events.model import Event
from brain.jobs.model import Job, Mind, ProgressNote
from brain.jobs.services import JobServices
from brain.says.texts import Texts

HEADLINE_CHARS = 300
PROGRESS_LIFE = timedelta(minutes=2)  # after which nobody needs to hear how far it was

log = logging.getLogger(__name__)


def tell_pages(services: JobServices, job: Job) -> None:
    """Send the event `job` to the owner's pages, without waiting for it. They poll as well."""
    data: Json = {
        "jobId": job.id,
        "eventSequence": job.event_sequence,
        "status": job.status,
        "completed": job.completed_count,
        "failed": job.failed_count,
        "total": job.total_count,
    }
    task = asyncio.ensure_future(_publish(services, job.user_id, data))
    services.beside.add(task)
    task.add_done_callback(services.beside.discard)


async def _publish(services: JobServices, user_id: str, data: Json) -> None:
    with suppress(ChannelUnreachable):
        await services.channel.publish(user_id, "job", data)


async def announce(services: JobServices, job: Job) -> None:
    """Announce a job that has its report, then note that this is done.

    Announced first, closed second: after a crash in between the sweep announces again, and the
    board knows the event's id. Raises StoreUnreachable, DatabaseUnreachable.
    """
    report = job.report or {}
    if job.join_mode == "each" and job.status != "stopped":
        for mind in await services.jobs.minds(job.user_id, job.id):
            await announce_mind(services, job, mind)
    else:
        text = str(report.get("headline") or job.title)
        await _announce(services, job, f"job-{job.id}", text, foreign=job.foreign)
    await services.jobs.finish(job.user_id, job.id)
    log.info("job: announced, job=%s status=%s", job.id, job.status)
    ended = await services.jobs.job(job.user_id, job.id)
    if ended is not None:
        tell_pages(services, ended)


async def announce_mind(services: JobServices, job: Job, mind: Mind) -> None:
    """Announce the end of one mind, for a job that reports each mind separately."""
    texts = await services.languages.texts(job.user_id)
    text = mind_headline(mind, texts)
    await _announce(services, job, f"job-{job.id}-{mind.number}", text, foreign=mind.foreign)


def mind_headline(mind: Mind, texts: Texts) -> str:
    """Return what a mind came to, in a sentence or two."""
    if mind.status == "complete" and mind.result:
        return f"{mind.label}: {mind.result}"[:HEADLINE_CHARS]
    return f"{mind.label}: {texts.failed_because(mind.ended_reason or '')}."


async def tell_progress(
    services: JobServices, job: Job, mind: Mind, progress: ProgressNote, at: str
) -> None:
    """Tell the owner how far a mind is, if they are present. `at` tells apart two such notes.

    Nothing depends on it, so a failure is only logged.
    """
    try:
        if not (await services.store.status(job.user_id)).is_listening:
            return
        id = f"job-{job.id}-progress-{at}"
        text = f"{mind.label}: {progress.text}"
        foreign = job.foreign or progress.foreign
        await _announce(services, job, id, text, foreign=foreign, life=PROGRESS_LIFE)
    except Unreachable as error:
        log.warning("job: progress not told, reason=%s", type(error).__name__)


async def _announce(
    services: JobServices,
    job: Job,
    id: str,
    text: str,
    *,
    foreign: bool,
    life: timedelta | None = None,
) -> None:
    now = services.clock.utc()
    event = Event(
        id=id,
        kind="job",
        at=now,
        text=text,
        subject=job.title,
        expires_at=now + life if life else None,
        foreign=foreign,
    )
    await services.announcer.take_events(job.user_id, [event])

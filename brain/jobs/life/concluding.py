"""The end of a job: its report, once, and its announcement, once.

A report is written by a mind of its own, which has the results as text. Where nothing was done, or
the job was stopped, or the reporter has failed twice, code writes it.
"""

import logging
from collections.abc import Sequence
from typing import Literal

from brain.codec import Json
from brain.jobs.life.outcomes import outcome_of
from brain.jobs.life.reports import (
    REPORT_TRIES,
    document_of,
    false_count,
    filed_in,
    missing,
    report_by_code,
    report_request,
    tidied,
    tokens_for_report,
)
from brain.jobs.life.telling import announce, tell_pages
from brain.jobs.model import Job, Mind, MindCall, MindOutcome, MindRun, ProgressNote
from brain.jobs.ports import Filed
from brain.jobs.rules import REPORTER, mind_id
from brain.jobs.services import JobServices
from brain.run.deliver import Reply
from brain.run.go import brain_again, brain_go
from brain.run.journal import Joined
from brain.run.moves import WakeCall
from brain.run.requests import UserRequest
from brain.run.turn import Invocation

AFTER_LEASE_S = 0.5  # seconds after the end of a lease until a run is looked after

log = logging.getLogger(__name__)


async def conclude(services: JobServices, job: Job) -> None:
    """Let the report of a job be written whose minds have all ended. Raises Unreachable."""
    if is_by_code(job):
        await report_now(services, job)
        return
    call = MindCall(user_id=job.user_id, job=job.id, mind="report", reason="report")
    name = f"{job.id}-report" + (f"-{job.report_tries}" if job.report_tries else "")
    await services.calls.call(call, delay_s=0, dedup_id=name)


def is_by_code(job: Job) -> bool:
    """Whether code writes the report: no model is asked about nothing, or three times."""
    return (
        job.status == "stopped" or job.completed_count == 0 or job.report_tries >= REPORT_TRIES - 1
    )


async def report_now(services: JobServices, job: Job, *, after: ProgressNote | None = None) -> None:
    """Write the report by code and announce it. `after` is how far a stopped job was, in its own
    words. Raises Unreachable.
    """
    minds = await services.jobs.minds(job.user_id, job.id)
    texts = await services.languages.texts(job.user_id)
    filed = report_by_code(job, minds, texts, after=after.text if after else "")
    await _file(services, job, minds, filed, None, foreign=after is not None and after.foreign)


async def report(services: JobServices, user_id: str, job_id: str, invocation: Invocation) -> None:
    """Let the reporter write the report, continue it, or file what it has written.

    Raises Unreachable: then the queue calls again.
    """
    resumes, resumed = True, False
    for _ in range(2 * REPORT_TRIES):  # each attempt is asked for, and then looked at
        found = await services.jobs.whole(user_id, job_id)
        if found is None or found[0].status != "summarising":
            return
        job, minds = found
        if is_by_code(job) or tokens_for_report(job, minds) <= 0:
            await report_now(services, job)
            return
        run = await services.runs.last(mind_id(job_id, REPORTER))
        if run is None or not run.is_open:
            if run is not None and await _take(services, job, minds, run):
                return
            if run is not None and (resumed or _is_of(run, job)):
                await _count(services, job, run)
                resumed = False
                continue
            await _ask(services, job, minds, invocation)
        elif not (resumes and await _resume(services, job, minds, run, invocation)):
            return
        else:
            resumed = True
        resumes = False


async def _count(services: JobServices, job: Job, run: MindRun) -> None:
    """Count an attempt that has ended without a report, and what it has used."""
    await services.jobs.try_report(
        job.user_id, job.id, before=job.report_tries, outcome=outcome_of(run)
    )


async def look_later(
    services: JobServices, job: Job, mind: int | Literal["report"], run: MindRun
) -> None:
    """Let the queue call again when the lease of a run is over: its brain may have died before it
    had a wake-up. This is done once for each wake-up that the run may have.
    """
    reason: Literal["report", "say"] = "report" if mind == "report" else "say"
    call = MindCall(user_id=job.user_id, job=job.id, mind=mind, reason=reason)
    name = f"{job.id}-{mind}-alive-{run.run_id}-{run.wake}"
    await services.calls.call(call, delay_s=run.lease_left_s + AFTER_LEASE_S, dedup_id=name)


async def wake_reporter(
    services: JobServices, job_id: str, wake_call: WakeCall, invocation: Invocation
) -> None:
    """Continue the reporter after a hand-over or a wake-up. Raises Unreachable."""
    user_id = await services.jobs.owner(job_id)
    found = None if user_id is None else await services.jobs.whole(user_id, job_id)
    if found is None or found[0].status != "summarising":
        return
    job, minds = found
    its = await services.reporter(job, minds, await _counts(services, job, minds))
    await brain_again(its, wake_call, invocation)
    await report(services, job.user_id, job_id, invocation)


async def _ask(
    services: JobServices, job: Job, minds: Sequence[Mind], invocation: Invocation
) -> None:
    task = services.kinds[job.kind].report_task(job, minds)
    request = UserRequest(
        user_id=mind_id(job.id, REPORTER),
        text=report_request(job, minds, task),
        message_id=_attempt(job),
    )
    its = await services.reporter(job, minds, await _counts(services, job, minds))
    await brain_go(its, request, invocation, Reply())


async def _resume(
    services: JobServices,
    job: Job,
    minds: Sequence[Mind],
    run: MindRun,
    invocation: Invocation,
) -> bool:
    """Continue a reporter whose brain has gone. Return False if it is alive: look later then."""
    if run.lease_left_s > 0:
        await look_later(services, job, "report", run)
        return False
    its = await services.reporter(job, minds, await _counts(services, job, minds))
    wake_call = WakeCall(
        user_id=mind_id(job.id, REPORTER), run_id=run.run_id, reason="wakeup", wake=run.wake
    )
    await brain_again(its, wake_call, invocation)
    return True


def _attempt(job: Job) -> str:
    """Return the message id of the current attempt: asked twice, it is one attempt."""
    return f"report-{job.report_tries}"


def failed_attempt(job: Job, run: MindRun | None) -> MindOutcome | None:
    """Return what the current attempt has used, if it has ended without a report."""
    is_its = run is not None and not run.is_open and _is_of(run, job)
    return outcome_of(run) if run is not None and is_its and filed_in(run) is None else None


def _is_of(run: MindRun, job: Job) -> bool:
    """Whether a run was the current attempt. Of a lost journal that is assumed."""
    asked = [e.utterance.message_id for e in run.journal if isinstance(e, Joined)]
    return not asked or asked[0] == _attempt(job)


async def _take(services: JobServices, job: Job, minds: Sequence[Mind], run: MindRun) -> bool:
    """File what the reporter has written. Return False if it has written nothing."""
    written = filed_in(run)
    if written is None:
        return False
    filed = tidied(written, minds)
    known = await _counts(services, job, minds)
    if false_count([filed["headline"]], job, known):
        texts = await services.languages.texts(job.user_id)
        filed = {**filed, "headline": report_by_code(job, minds, texts)["headline"]}
    await _file(services, job, minds, filed, run)
    return True


async def _counts(services: JobServices, job: Job, minds: Sequence[Mind]) -> frozenset[int]:
    """Return the counts that a report may state: outcomes, and the figures of the kind."""
    figures = await services.kinds[job.kind].figures(job, minds, {})
    metrics = figures.get("metrics") or {}
    counts = [value for value in metrics.values() if type(value) is int]
    return frozenset((job.completed_count, job.failed_count, *counts))


async def _file(
    services: JobServices,
    job: Job,
    minds: Sequence[Mind],
    filed: Json,
    run: MindRun | None,
    *,
    foreign: bool = False,
) -> None:
    """Store the report, once, then announce it."""
    figures = await services.kinds[job.kind].figures(job, minds, filed)
    whole = {**filed, "missing": missing(minds), **figures}
    has_results = any(mind.result for mind in minds) and job.status != "stopped"
    given = Filed(
        report=whole,
        by="code" if run is None else "model",
        foreign=foreign or any(mind.foreign for mind in minds) or _is_foreign(run),
        document=document_of(job, whole) if has_results else None,
        outcome=outcome_of(run) if run else None,
    )
    ended = await services.jobs.file_report(job.user_id, job.id, given)
    if ended is not None:
        log.info("job: reported, job=%s status=%s by=%s", job.id, ended.status, given.by)
        tell_pages(services, ended)
        await announce(services, ended)


def _is_foreign(run: MindRun | None) -> bool:
    return run is not None and run.is_tainted

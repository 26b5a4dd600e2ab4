"""The life of one mind: it begins, it goes on, and it gets its one outcome.

Every step may come twice, late, or after a crash. So each begins by reading what there is: the row
says whether the mind may go on, and the state store what it has done. A row that is not running
means that there is nothing to do.
"""

import logging
from contextlib import suppress

from msgspec.structs import replace

from brain.cloud.world import NotInThisWorld
from brain.errors import LeaseLost
from brain.jobs.life.concluding import conclude, look_later
from brain.jobs.life.telling import announce_mind, tell_pages
from brain.jobs.model import Job, Mind, MindCall, MindOutcome, MindRun, Next, Say
from brain.jobs.services import JobServices
from brain.run.deliver import Reply
from brain.run.go import brain_again, brain_go
from brain.run.moves import LeaseToken, WakeCall
from brain.run.requests import UserRequest
from brain.run.services import Services
from brain.run.turn import Invocation

LEAST_S = 5.0  # seconds that must be left of an invocation to begin another run in it

log = logging.getLogger(__name__)


async def begin(
    services: JobServices, user_id: str, job_id: str, number: int, invocation: Invocation
) -> None:
    """Let a mind begin, if it is queued, and work on it as long as this invocation can.

    A mind that runs already is continued where nobody works on it. Raises Unreachable: then the
    queue calls again.
    """
    found = await _find(services, user_id, job_id, number)
    if found is None:
        return
    job, mind = found
    if mind.status == "queued" and await services.jobs.begin(mind.id) is not None:
        log.info("job: mind begun, job=%s mind=%d", job.id, number)
        changed = await services.jobs.job(user_id, job_id)
        if changed is not None:
            tell_pages(services, changed)
    await carry_on(services, user_id, job_id, number, invocation)


async def wake(services: JobServices, wake_call: WakeCall, invocation: Invocation) -> None:
    """Continue a mind's run after a hand-over or a wake-up, and what follows it.

    Raises Unreachable.
    """
    mind = await services.jobs.mind(wake_call.user_id)
    if mind is None or mind.status not in ("running", "paused"):
        return
    job = await services.jobs.job(mind.user_id, mind.job_id)
    if job is None:
        return
    if mind.status == "paused":
        if wake_call.reason == "handoff":
            await _let_go(await services.kinds[job.kind].services(job, mind), wake_call)
        return
    await _continue(services, job, mind, wake_call, invocation)
    await carry_on(services, job.user_id, job.id, mind.number, invocation, resumes=False)


async def _let_go(its: Services, wake_call: WakeCall) -> None:
    """Give back the lease that was handed over to a paused mind: then a resume goes on at once."""
    token = LeaseToken(user_id=wake_call.user_id, run_id=wake_call.run_id, fence=wake_call.fence)
    with suppress(LeaseLost):
        await its.store.release(token)


async def carry_on(
    services: JobServices,
    user_id: str,
    job_id: str,
    number: int,
    invocation: Invocation,
    *,
    resumes: bool = True,
) -> None:
    """Do what follows for a running mind until it is settled, paused, or goes on elsewhere.

    `resumes`: a run that nobody works on is continued. Raises Unreachable.
    """
    said: set[str] = set()
    while (found := await _find(services, user_id, job_id, number)) is not None:
        job, mind = found
        if mind.status != "running":
            return
        run = await services.runs.last(mind.id)
        if run is not None and run.is_open:
            if not resumes:
                return
            if run.lease_left_s > 0:
                await look_later(services, job, mind.number, run)
                return
            await _resume(services, job, mind, run, invocation)
        else:
            step = await _next(services, job, mind, run)
            if not await _do(services, job, mind, step, invocation, said):
                return
        resumes = False


async def _resume(
    services: JobServices, job: Job, mind: Mind, run: MindRun, invocation: Invocation
) -> None:
    """Continue a run whose brain has gone."""
    wake_call = WakeCall(user_id=mind.id, run_id=run.run_id, reason="wakeup", wake=run.wake)
    await _continue(services, job, mind, wake_call, invocation)


async def _do(
    services: JobServices,
    job: Job,
    mind: Mind,
    step: Next,
    invocation: Invocation,
    said: set[str],
) -> bool:
    """Do one step. Return whether the mind was told something here, so that more may follow.

    `said` are the texts of this invocation by their message ids.
    """
    if step == "again":
        said.clear()
        return True
    if not isinstance(step, Say):
        if step is not None:
            await settle(services, job, mind, step)
        return False
    if step.message_id in said:
        log.error("job: nothing follows, job=%s mind=%d", job.id, mind.number)
        return False
    if said and invocation.cut - services.clock.now() < LEAST_S:
        await _call_again(services, job, mind, step)
        return False
    said.add(step.message_id)
    await _say(services, job, mind, step, invocation)
    return True


async def _find(
    services: JobServices, user_id: str, job_id: str, number: int
) -> tuple[Job, Mind] | None:
    found = await services.jobs.whole(user_id, job_id)
    if found is None:
        return None
    job, minds = found
    return next(((job, mind) for mind in minds if mind.number == number), None)


async def _next(services: JobServices, job: Job, mind: Mind, run: MindRun | None) -> Next:
    kind = services.kinds[job.kind]
    return await (kind.first(job, mind) if run is None else kind.ended(job, mind, run))


async def _say(
    services: JobServices, job: Job, mind: Mind, step: Say, invocation: Invocation
) -> None:
    try:
        its = await services.kinds[job.kind].services(job, mind)
        await brain_go(its, request_of(mind.id, step), invocation, Reply())
    except NotInThisWorld as missing:
        await _break_off(services, job, mind, missing)


async def _continue(
    services: JobServices, job: Job, mind: Mind, wake_call: WakeCall, invocation: Invocation
) -> None:
    try:
        its = await services.kinds[job.kind].services(job, mind)
        await brain_again(its, wake_call, invocation)
    except NotInThisWorld as missing:
        await _break_off(services, job, mind, missing)


async def _break_off(services: JobServices, job: Job, mind: Mind, missing: NotInThisWorld) -> None:
    """Settle a rehearsal whose brain has used something that its world does not have."""
    log.error("job: not in this world, job=%s mind=%d what=%s", job.id, mind.number, missing)
    await settle(services, job, mind, MindOutcome(status="invalid", reason="world"))


def request_of(mind_id: str, step: Say) -> UserRequest:
    """Return what is said to a mind, as a request to its brain."""
    return UserRequest(
        user_id=mind_id,
        text=step.text,
        message_id=step.message_id,
        recent_context=step.context,
        client_tools=step.client_tools,
        decision=step.decision,
    )


async def _call_again(services: JobServices, job: Job, mind: Mind, step: Say) -> None:
    """Let another invocation say this, because the time of this one runs out."""
    call = MindCall(user_id=job.user_id, job=job.id, mind=mind.number, reason="say")
    name = f"{job.id}-{mind.number}-{mind.attempt}-{step.message_id}"
    await services.calls.call(call, delay_s=0, dedup_id=name)


async def settle(services: JobServices, job: Job, mind: Mind, outcome: MindOutcome) -> None:
    """Give a mind its outcome, count it, and let the report be written if it was the last one.

    After a crash in between, the sweep does what is missing. Raises Unreachable.
    """
    counted = await services.jobs.settle(mind.id, outcome)
    if counted is None:
        return
    log.info(
        "job: mind settled, job=%s mind=%d status=%s reason=%s",
        job.id,
        mind.number,
        outcome.status,
        outcome.reason,
    )
    tell_pages(services, counted.job)
    if job.join_mode == "each":
        settled = await services.jobs.mind(mind.id)
        await announce_mind(services, counted.job, settled or mind)
    if counted.is_last:
        await conclude(services, counted.job)


async def cut(services: JobServices, job: Job, mind: Mind) -> None:
    """Settle a mind that has lived too long, with what it had found.

    Row first, run second: no outcome may come from the run that is being ended. Raises Unreachable.
    """
    run = await services.runs.last(mind.id)
    kept = await services.kinds[job.kind].cut(job, mind, run)
    await settle(services, job, mind, replace(kept, status="failed", reason="time"))
    texts = await services.languages.texts(job.user_id)
    await services.runs.stop(mind.id, texts=texts)

"""Says something to a mind: an ordinary text to its log, which joins at its next loop.

The caller does not become the mind's brain. Where nobody is, the text is handed over to the queue.
"""

from typing import Literal

from msgspec.structs import replace

from brain.cloud.redis.moves.admit import Joins, RunEnded
from brain.cloud.redis.store import RedisStore
from brain.errors import LeaseLost
from brain.jobs.life.living import request_of, settle
from brain.jobs.model import UNSETTLED, Job, JobKind, Mind, MindCall, MindOutcome, Say
from brain.jobs.services import JobServices
from brain.run.admit import admit
from brain.run.deliver import Reply
from brain.run.reinvoke import reinvoke_on_timeout
from brain.run.turn import Invocation

MOST_S = 20.0  # seconds for the few calls of a store and the queue
MANY_RUNS: tuple[JobKind, ...] = ("rehearsal",)  # in all other kinds a mind's task is one run


async def say(
    services: JobServices, job: Job, mind: Mind, text: str, message_id: str
) -> Literal["recorded", "running", "ended"]:
    """Say this to a mind that is not settled. Raises Unreachable, TooManyTexts.

    A mind that has not begun gets its first text before it. A mind whose run has ended gets its
    outcome instead: another run would lose the result of that one. Whether it has ended is decided
    where the text is admitted, so that no text begins a run that nobody continues.
    """
    if mind.status == "queued":
        mind = await services.jobs.begin(mind.id) or mind
    if await services.runs.last(mind.id) is None:
        first = await services.kinds[job.kind].first(job, mind)
        if isinstance(first, Say):
            await _hand_in(services, job, mind, first, joins="")
    joins: Joins = "live" if job.kind in MANY_RUNS else "open"
    text_of_user = Say(text=text, message_id=message_id)
    try:
        said = await _hand_in(services, job, mind, text_of_user, joins=joins)
    except RunEnded:
        await _end(services, job, mind)
        return "ended"
    if said == "running":  # nobody was at work: the mind may have been stopped since
        now = await services.jobs.mind(mind.id)
        return said if now is not None and now.status in UNSETTLED else "ended"
    return said


async def _end(services: JobServices, job: Job, mind: Mind) -> None:
    """Give a mind the outcome of its only run. A paused one gets it when it is resumed."""
    run = await services.runs.last(mind.id)
    if run is None or job.kind in MANY_RUNS:
        return
    outcome = await services.kinds[job.kind].ended(job, mind, run)
    if isinstance(outcome, MindOutcome):
        await settle(services, job, mind, outcome)


async def _hand_in(
    services: JobServices, job: Job, mind: Mind, what: Say, *, joins: Joins
) -> Literal["recorded", "running"]:
    """Put a text into the mind's log. Hand the run over to the queue if this call got its lease.

    Raises RunEnded.
    """
    its = await services.kinds[job.kind].services(job, mind)
    assert isinstance(its.store, RedisStore), "as `Base` and the worlds of rehearsals make it"
    its = replace(its, store=its.store.joining(joins))
    now = services.clock.now()
    invocation = Invocation(
        id=services.clock.new_id(), started=now, cut=now + MOST_S, deadline=now + MOST_S
    )
    turn = await admit(its, request_of(mind.id, what), invocation, Reply())
    if turn is None:
        return "recorded"
    try:
        await reinvoke_on_timeout(turn)
    except LeaseLost:
        # Held up for longer than the lease: another call may have the run, or none.
        call = MindCall(user_id=job.user_id, job=job.id, mind=mind.number, reason="say")
        name = f"{job.id}-{mind.number}-said-{invocation.id}"
        await services.calls.call(call, delay_s=0, dedup_id=name)
    return "running"

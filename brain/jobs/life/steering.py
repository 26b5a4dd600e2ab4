"""Says something to a mind: an ordinary text to its log, which joins at its next loop.

The caller does not become the mind's brain. Where nobody is, the text is handed over to the queue.
"""

from typing import Literal

from brain.jobs.life.living import request_of
from brain.jobs.model import Job, Mind, Say
from brain.jobs.services import JobServices
from brain.run.admit import admit
from brain.run.deliver import Reply
from brain.run.reinvoke import reinvoke_on_timeout
from brain.run.turn import Invocation

MOST_S = 20.0  # seconds for the few calls of a store and the queue


async def say(
    services: JobServices, job: Job, mind: Mind, text: str, message_id: str
) -> Literal["recorded", "running", "ended"]:
    """Say this to a mind that is not settled. Raises Unreachable, TooManyTexts.

    A mind that has not begun gets its first text before it.
    """
    if mind.status == "queued":
        mind = await services.jobs.begin(mind.id) or mind
    if await services.runs.last(mind.id) is None:
        first = await services.kinds[job.kind].first(job, mind)
        if isinstance(first, Say):
            await _hand_in(services, job, mind, first)
    return await _hand_in(services, job, mind, Say(text=text, message_id=message_id))


async def _hand_in(
    services: JobServices, job: Job, mind: Mind, what: Say
) -> Literal["recorded", "running"]:
    """Put a text into the mind's log. Hand the run over to the queue if this call got its lease."""
    its = await services.kinds[job.kind].services(job, mind)
    now = services.clock.now()
    invocation = Invocation(
        id=services.clock.new_id(), started=now, cut=now + MOST_S, deadline=now + MOST_S
    )
    turn = await admit(its, request_of(mind.id, what), invocation, Reply())
    if turn is None:
        return "recorded"
    await reinvoke_on_timeout(turn)
    return "running"

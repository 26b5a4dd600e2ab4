"""How long a caller waits for the outcome of its call."""

import asyncio

from brain.run.deliver import Outcome, Reply


async def wait_for(reply: Reply, *, patience_s: float) -> Outcome:
    """Return the outcome of a call. `patience_s` 0 waits without a limit.

    After `patience_s` seconds the caller is told "running", but only once the queue has
    acknowledged a wake-up for the run. Until then the caller waits. Raises the brain's error if
    it failed before it settled the reply.
    """
    outcome = await reply.outcome(within_s=patience_s or None)
    if outcome is not None:
        return outcome
    arming = asyncio.ensure_future(reply.secure())
    settling = asyncio.ensure_future(reply.outcome())
    try:
        await asyncio.wait({arming, settling}, return_when=asyncio.FIRST_COMPLETED)
        if arming.done() and not arming.cancelled():  # a brain that fails cancels the arming
            reply.give("running")
        outcome = await settling
    finally:
        arming.cancel()
    assert outcome is not None  # without a limit there is always an outcome
    return outcome

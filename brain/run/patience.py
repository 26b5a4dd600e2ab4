"""How long a caller waits: for the outcome, or until the run is sure to go on without it."""

import asyncio

from brain.run.deliver import Outcome, Reply


async def wait_for(reply: Reply, *, patience_s: float) -> Outcome:
    """The outcome of a call. `patience_s` 0 waits until there is one.

    No caller is told "running" before the queue has acknowledged a wake-up for the run: while that
    fails, the caller waits on. Raises what the brain raised before it could settle the reply.
    """
    outcome = await reply.outcome(within_s=patience_s or None)
    if outcome is not None:
        return outcome
    arming = asyncio.ensure_future(reply.secure())
    settling = asyncio.ensure_future(reply.outcome())
    try:
        await asyncio.wait({arming, settling}, return_when=asyncio.FIRST_COMPLETED)
        if arming.done() and not arming.cancelled():  # a brain that gave up ends the arming too
            reply.give("running")
        outcome = await settling
    finally:
        arming.cancel()
    assert outcome is not None  # without a limit there is one
    return outcome

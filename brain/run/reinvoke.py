"""From one invocation to the next: handing over before the time is up."""

import logging

from brain.errors import QueueUnreachable
from brain.run.journal import Interrupted
from brain.run.moves import CommitKind, LeaseToken, WakeCall
from brain.run.turn import Turn

log = logging.getLogger(__name__)


async def reinvoke_on_timeout(turn: Turn, *, partial: str | None = None) -> None:
    """Hand the run over to a new invocation and tell the caller, if any, that the answer comes
    later.

    `partial` is what the model had said when the time ran out in mid-loop, None when it ran out
    between loops. Raises QueueUnreachable when nothing is on the queue that would go on with the
    run: then no caller may be told that it is accepted, and whoever comes next takes over at once.
    """
    spent = turn.run.spent
    if partial is not None:
        turn.spend(attempts=spent.attempts + 1)
    if partial:
        turn.note(Interrupted(text=partial))
    turn.spend(handoffs=spent.handoffs + 1)
    committed = await turn.commit(CommitKind.HAND_OVER)
    successor = LeaseToken(
        user_id=turn.lease.token.user_id, run_id=turn.run.run_id, fence=committed.fence
    )
    try:
        # Commit first, publish second: a death in between costs a wake-up's delay; the other way
        # round a successor
        # could find the run still held.
        await turn.services.queue.publish(
            WakeCall(
                user_id=successor.user_id,
                run_id=successor.run_id,
                reason="handoff",
                fence=successor.fence,
            ),
            delay_s=0,
            dedup_id=f"{successor.run_id}-handoff-{successor.fence}",
        )
    except QueueUnreachable:
        log.warning(
            "hand-over: not queued, run=%s armed=%s", successor.run_id, turn.wake_up.is_armed
        )
        await turn.services.store.release(successor)
        if not turn.wake_up.is_armed:
            raise
    turn.reply.give("running")

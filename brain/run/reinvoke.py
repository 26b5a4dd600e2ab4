"""Hands a run over to a new invocation before this one runs out of time.

The platform limits how long an invocation may run; a run may take longer. So the brain commits its
state, reserves the next fence for its successor, and lets the queue call the successor.
"""

import logging

from brain.errors import QueueUnreachable
from brain.run.journal import Interrupted
from brain.run.moves import CommitKind, LeaseToken, WakeCall
from brain.run.turn import Turn

log = logging.getLogger(__name__)


async def reinvoke_on_timeout(turn: Turn, *, partial: str | None = None) -> None:
    """Hand the run over to a new invocation and tell the caller that the answer comes later.

    `partial` is the text that the model had written when the time ran out within a loop; None
    between loops. Raises QueueUnreachable if neither the hand-over nor a wake-up is on the queue.
    Then no caller is told that the run continues, and the next invocation takes over at once.
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
        # Commit first, publish second. After a crash in between, the run waits for its wake-up. In
        # the other order the successor could arrive while this invocation still holds the lease.
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

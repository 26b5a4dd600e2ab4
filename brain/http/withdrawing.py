"""Takes back a text at the request of the front end that sent it."""

from brain.codec import Json
from brain.errors import QueueUnreachable
from brain.http.edge import Problem
from brain.run.deliver import tell_withdrawn
from brain.run.messages import UtteranceDraft
from brain.run.moves import LeaseToken, WakeCall
from brain.run.requests import Withdraw
from brain.run.services import Services


async def withdraw_text(services: Services, user_id: str, message_id: str) -> Json:
    """Take the text back if nothing has come of it, and return the body of the response.

    Raises Problem 404, StoreUnreachable, and QueueUnreachable if its run cannot go on without it.
    The same request again then tries again.
    """
    clock = services.clock
    entry = UtteranceDraft(
        id=clock.new_id(), text="", message_id=message_id, created_at=clock.utc()
    )
    found = await services.store.withdraw(Withdraw(user_id=user_id, entry=entry))
    if found is None:
        raise Problem(404, "Text not found.")
    if found.successor is not None:
        await _go_on(services, found.successor)
    if found.entry is not None:
        await tell_withdrawn(services.channel, user_id, found.entry)
    return {"state": found.state, "messageId": message_id, "seq": found.seq}


async def _go_on(services: Services, successor: LeaseToken) -> None:
    """Let the queue call an invocation that goes on with the run's other texts."""
    call = WakeCall(
        user_id=successor.user_id,
        run_id=successor.run_id,
        reason="handoff",
        fence=successor.fence,
    )
    dedup_id = f"{successor.run_id}-handoff-{successor.fence}"
    try:
        await services.queue.publish(call, delay_s=0, dedup_id=dedup_id)
    except QueueUnreachable:
        await services.store.release(successor)
        raise

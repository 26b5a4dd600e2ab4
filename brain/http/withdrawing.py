"""Takes back a text at the request of the front end that sent it."""

from brain.codec import Json
from brain.http.edge import Problem
from brain.run.messages import UtteranceDraft
from brain.run.requests import Withdraw
from brain.run.services import Services


async def withdraw_text(services: Services, user_id: str, message_id: str) -> Json:
    """Take the text back if nothing has come of it, and return the body of the response.

    Raises Problem 404, StoreUnreachable.
    """
    clock = services.clock
    entry = UtteranceDraft(
        id=clock.new_id(), text="", message_id=message_id, created_at=clock.utc()
    )
    found = await services.store.withdraw(Withdraw(user_id=user_id, entry=entry))
    if found is None:
        raise Problem(404, "Text not found.")
    return {"state": found.state, "messageId": message_id, "seq": found.seq}

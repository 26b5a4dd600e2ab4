"""Notes when a response with a question was sent.

The question counts as presented to the user once the response was sent completely. The store keeps
that time: a spoken yes is compared with it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from brain.codec import Json
from brain.errors import StoreUnreachable
from brain.http.edge import Answer, where
from brain.run.deliver import Outcome
from brain.run.messages import Heard, How, Message
from brain.run.requests import UserRequest
from brain.run.store import StateStore

log = logging.getLogger("brain")


class Delivered(Answer):
    """A JSON response. Afterwards `sent` is called, unless the caller was gone before, and then the
    function continues until `beside` has ended.
    """

    def __init__(
        self,
        content: Json,
        *,
        sent: Callable[[], Awaitable[None]] | None,
        beside: asyncio.Task[None],
    ) -> None:
        super().__init__(content)
        self._sent = sent
        self._beside = beside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_there = self._sent is not None and not await Request(scope, receive).is_disconnected()
        await super().__call__(scope, receive, send)
        if self._sent is not None and is_there:
            await self._sent()
        await asyncio.wait({self._beside})


def question_of(request: UserRequest, outcome: Outcome) -> Message | None:
    """Return the question that the caller can now put to the user, if the outcome has one.

    A caller that asked to wait without a limit (patience 0) is not in the middle of a spoken turn.
    It has to report by itself what the user has heard or seen.
    """
    if request.patience_s == 0:
        return None
    message = outcome.message
    asked = message.question if message is not None else None
    return message if asked is not None and asked.whom == "user" else None


async def note_returned(store: StateStore, request: UserRequest, outcome: Outcome) -> None:
    """Record that the caller has the question of this outcome, if there is one.

    Costs a round trip, after the response. If it fails, a spoken yes goes to the model.
    """
    if (question := question_of(request, outcome)) is None:
        return
    try:
        await store.heard(request.user_id, Heard(seq=question.seq, how=How.RETURNED))
    except StoreUnreachable as error:
        log.warning("answer: not noted as returned, error=%s", where(error))

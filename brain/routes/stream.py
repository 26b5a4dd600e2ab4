"""GET /api/stream: the user's log as server-sent events, until the invocation ends."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import assert_never

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.chat.pieces import EDIT_PIECE, EditPiece
from brain.cloud.redis.devices.claims import note_gone
from brain.codec import Form
from brain.errors import StoreUnreachable
from brain.http.devices import named_in
from brain.http.edge import MAX_SEQ, Problem, invocation_seconds
from brain.http.feed import Feed, Item, LogReset, RunChange, UnloggedEvent
from brain.http.resources import whole_number
from brain.http.right import BYE, Bye, Right
from brain.http.stream import EventStream, StreamEvent
from brain.routes.calls import entry_event
from brain.routes.whose import log_of
from brain.run.messages import Message, Utterance
from brain.wiring import Wiring

RETRY_S = 1.0  # seconds until a client reconnects
LONGEST_S = 240.0  # seconds; then the client has to reconnect, perhaps to another instance

RUN_CHANGE = Form(RunChange)
RESET = Form(LogReset)


async def stream(request: Request, wiring: Wiring) -> ASGIApp:
    """Send the log after `Last-Event-ID` or `sinceSeq`, and then new entries as they arrive."""
    invocation = wiring.begin_invocation(invocation_seconds())
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    user_id = await log_of(request, wiring, caller.user_id)
    device = named_in(request.query_params) if user_id == caller.user_id else ""
    feed = wiring.feed(user_id, since=since(request), device=device)
    right = Right(caller, wiring.clock)
    until = min(invocation.cut, invocation.started + LONGEST_S)
    events = noting_end(_events(feed, right, until), wiring, user_id, device)
    return EventStream(events, retry_s=RETRY_S, while_read=True)


async def _events(feed: Feed, right: Right, until: float) -> AsyncGenerator[StreamEvent, None]:
    async with aclosing(feed.items(until=min(until, right.until))) as items:
        async for item in items:
            yield event_of(item)
    if right.left_s <= 0:
        yield bye()


async def noting_end(
    events: AsyncGenerator[StreamEvent, None], wiring: Wiring, user_id: str, device: str
) -> AsyncGenerator[StreamEvent, None]:
    """Yield the events. If the page closes the stream before they end, note that it has gone."""
    has_ended = False
    try:
        async with aclosing(events):
            async for event in events:
                yield event
        has_ended = True  # the page comes back at once
    finally:
        if device and not has_ended:
            with suppress(StoreUnreachable):  # then it counts as there until its time is over
                await note_gone(wiring.redis, user_id, device)


def event_of(item: Item) -> StreamEvent:
    """Convert an item of the feed to an event."""
    match item:
        case Message() | Utterance():
            return entry_event(item)
        case RunChange():
            return StreamEvent(name="run", data=RUN_CHANGE.encode(item))
        case LogReset():
            return StreamEvent(name="reset", data=RESET.encode(item))
        case UnloggedEvent():
            return StreamEvent(name=item.name, data=item.data)
        case EditPiece():
            return StreamEvent(name="edit", data=EDIT_PIECE.encode(item))
        case _:
            assert_never(item)


def bye() -> StreamEvent:
    """Return the last event for a listener whose right has ended."""
    return StreamEvent(name="bye", data=BYE.encode(Bye("token")))


def since(request: Request) -> int:
    """Return the last seq that the client has. Raises Problem 422."""
    last = request.headers.get("last-event-id")
    if last is None:
        return whole_number(request, "sinceSeq", default=0, low=0, high=MAX_SEQ)
    if last.isascii() and last.isdigit() and len(last) < 18 and int(last) <= MAX_SEQ:
        return int(last)
    fault = {"field": "Last-Event-ID", "message": "must be a seq: a whole number from 0"}
    raise Problem(422, "Invalid request headers.", errors=[fault])

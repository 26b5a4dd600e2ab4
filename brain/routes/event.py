"""POST /api/eventToBrain: reports of events from other programs and from the queue."""

from contextlib import suppress

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.cloud.qstash import EVENT_ROUTE, RETRIES, retry_after_s
from brain.errors import (
    DatabaseRefused,
    EntryUnreadable,
    QueueUnreachable,
    SettingMissing,
    SignatureRefused,
    StoreRefused,
    Unreachable,
)
from brain.events.bodies import EventBody, OwnBody, word_of
from brain.feature import Readers
from brain.http.addresses import caller_address
from brain.http.bodies import parse
from brain.http.edge import Answer, Problem, parse_json, read_body
from brain.routes.again import OUTAGE_S, retried
from brain.wiring import Wiring


async def event_to_brain(request: Request, wiring: Wiring) -> ASGIApp:
    """Take an event from the queue, from Postmark, or from a program that signs its calls
    (Standard Webhooks). An event that is reported twice is taken once.
    """
    if request.headers.get("upstash-signature") is not None:
        return await _from_queue(request, wiring)
    if request.headers.get("authorization", "").lower().startswith("basic "):
        user_id, word = await _from_vendor(request, wiring)
    else:
        user_id, word = await _from_program(request, wiring)
    await wiring.take_word(user_id, word)
    return Answer({"ok": True})


async def _from_program(request: Request, wiring: Wiring) -> tuple[str, object]:
    raw = await read_body(request)
    if wiring.event_signature is None:
        raise SettingMissing("BRAIN_EVENT_SECRET is missing")
    event_id = wiring.event_signature.check(request.headers, raw)
    body = parse(EventBody, parse_json(raw))
    readers = {kind: read for each in wiring.features for kind, read in each.readers().items()}
    now = wiring.clock.utc()
    return body.user_id, word_of(body, event_id=event_id, now=now, readers=readers)


async def _from_vendor(request: Request, wiring: Wiring) -> tuple[str, object]:
    for each in wiring.features:
        if each.webhook is not None:
            async with wiring.password_tries.attempt(caller_address(request)):
                return await each.webhook()(request)
    raise SignatureRefused("no password is set for Postmark")


async def _from_queue(request: Request, wiring: Wiring) -> ASGIApp:
    raw = await read_body(request)
    wiring.signature.check(request.headers["upstash-signature"], raw, route=EVENT_ROUTE)
    body = parse(OwnBody, parse_json(raw))
    try:
        await wiring.take_word(body.user_id, body.word(_own_readers(wiring)))
    except (Unreachable, EntryUnreadable) as error:
        if retried(request) >= RETRIES:
            await _publish_again(request, wiring, body)
        if isinstance(error, StoreRefused | DatabaseRefused):
            raise
        headers = {"Retry-After": str(retry_after_s(retried(request)))}
        title = "A service cannot be reached. Try again."
        raise Problem(503, title, detail=str(error), headers=headers) from error
    return Answer({"ok": True})


async def _publish_again(request: Request, wiring: Wiring, body: OwnBody) -> None:
    """Replace a queue message whose last retry has failed by a new one. Otherwise a long outage
    would lose the reminder. A mailbox check needs no replacement, because it is scheduled.
    """
    if body.type != "reminder.due":
        return
    name = request.headers.get("upstash-message-id") or wiring.clock.new_id()
    event = body.model_dump(by_alias=True)
    with suppress(QueueUnreachable):
        await wiring.services.queue.tell(event, delay_s=OUTAGE_S, dedup_id=f"after-{name}")


def _own_readers(wiring: Wiring) -> Readers:
    return {kind: read for each in wiring.features for kind, read in each.own_readers().items()}

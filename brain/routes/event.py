"""POST /api/eventToBrain: something has happened outside."""

from contextlib import suppress

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.cloud.qstash import EVENT_ROUTE, RETRIES, retry_after_s
from brain.events.bodies import EventBody, OwnBody, Query, word_of
from brain.events.flow import take_word
from brain.events.model import EmailBrought, Word
from brain.http.bodies import parse
from brain.http.edge import Answer, Problem, parse_json, read_body
from brain.routes.again import OUTAGE_S, retried
from brain.run.errors import (
    EntryUnreadable,
    QueueUnreachable,
    SettingMissing,
    SignatureRefused,
    Unreachable,
)
from brain.wiring import Wiring

MAX_POSTMARK_BYTES = 4 * 1024 * 1024  # with attachments in it; the platform takes 4.5 MB


async def event_to_brain(request: Request, wiring: Wiring) -> ASGIApp:
    """From the queue, from Postmark, or from any program that signs per Standard Webhooks. Told
    twice, it is taken once.
    """
    if request.headers.get("upstash-signature") is not None:
        return await _from_queue(request, wiring)
    if request.headers.get("authorization", "").lower().startswith("basic "):
        user_id, word = await _from_postmark(request, wiring)
    else:
        user_id, word = await _from_program(request, wiring)
    await take_word(wiring.services, user_id, word)
    return Answer({"ok": True})


async def _from_program(request: Request, wiring: Wiring) -> tuple[str, Word]:
    raw = await read_body(request)
    if wiring.event_signature is None:
        raise SettingMissing("BRAIN_EVENT_SECRET is missing")
    event_id = wiring.event_signature.check(request.headers, raw)
    body = parse(EventBody, parse_json(raw))
    return body.user_id, word_of(body, event_id=event_id, now=wiring.clock.utc())


async def _from_postmark(request: Request, wiring: Wiring) -> tuple[str, Word]:
    """Checked before it is read: a stranger may not make us read megabytes."""
    if wiring.postmark is None:
        raise SignatureRefused("no password is set for Postmark")
    wiring.postmark.check(request.headers.get("authorization"))
    raw = await read_body(request, limit=MAX_POSTMARK_BYTES)
    user_id = parse(Query, dict(request.query_params)).user_id or wiring.events.email_user
    return user_id, EmailBrought(email=wiring.postmark.read(raw, now=wiring.clock.utc()))


async def _from_queue(request: Request, wiring: Wiring) -> ASGIApp:
    raw = await read_body(request)
    wiring.signature.check(request.headers["upstash-signature"], raw, route=EVENT_ROUTE)
    body = parse(OwnBody, parse_json(raw))
    try:
        await take_word(wiring.services, body.user_id, body.word())
    except (Unreachable, EntryUnreadable) as error:
        if retried(request) >= RETRIES:
            await _come_again(request, wiring, body)
        headers = {"Retry-After": str(retry_after_s(retried(request)))}
        title = "A service cannot be reached. Try again."
        raise Problem(503, title, detail=str(error), headers=headers) from error
    return Answer({"ok": True})


async def _come_again(request: Request, wiring: Wiring, body: OwnBody) -> None:
    """The queue's last retry has failed: a new message takes its place, or a long outage would
    lose the reminder. A look into the mailbox comes again by itself.
    """
    if body.type != "reminder.due":
        return
    name = request.headers.get("upstash-message-id") or wiring.clock.new_id()
    event = body.model_dump(by_alias=True)
    with suppress(QueueUnreachable):
        await wiring.services.queue.tell(event, delay_s=OUTAGE_S, dedup_id=f"after-{name}")

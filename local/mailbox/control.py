"""Routes for the page of `make dev` to use the mailbox, at `/_local/email`.

POST {"sender"?, "subject"?, "body"?}    deliver an email and notify the brain
GET                                      list the sent emails, newest first
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.mailbox.seeds import ARRIVALS
from local.mailbox.server import LocalMailbox

PATH = "/_local/email"
TELL_LIMIT_S = 10.0  # seconds for the brain to accept an event; a cold function needs two
MAX_CHARS = {"sender": 200, "subject": 300, "body": 20_000}

log = logging.getLogger(__name__)


def mailbox_app(mailbox: LocalMailbox) -> Starlette:
    """Return the routes, for the gateway to mount."""
    arrivals = itertools.cycle(ARRIVALS)

    async def arrive(request: Request) -> Response:
        _refuse_other_sites(request)
        given = await _texts(request)
        seed = ARRIVALS[0] if given else next(arrivals)
        message_id = await mailbox.arrive(
            sender=given.get("sender") or seed.sender,
            subject=given.get("subject") or seed.subject,
            body=given.get("body") or seed.body,
        )
        return JSONResponse({"messageId": message_id}, status_code=201)

    async def sent(request: Request) -> Response:
        _refuse_other_sites(request)
        return JSONResponse(
            {
                "sent": [
                    {
                        "recipients": list(each.recipients),
                        "to": each.to,
                        "subject": each.subject,
                        "text": each.text,
                        "messageId": each.message_id,
                    }
                    for each in reversed(mailbox.sent())
                ]
            }
        )

    return Starlette(
        routes=[Route(PATH, arrive, methods=["POST"]), Route(PATH, sent, methods=["GET"])]
    )


def signed_event(url: str, secret: str, *, user_id: str, at: datetime) -> httpx.Request:
    """Return an `email.received` event with a new id, signed per Standard Webhooks."""
    id = f"evt_{uuid4().hex}"
    event = {"id": id, "type": "email.received", "userId": user_id, "data": {}}
    request = httpx.Request("POST", url, json=event)
    body = request.content.decode()
    request.headers["webhook-id"] = id
    request.headers["webhook-timestamp"] = str(int(at.timestamp()))
    request.headers["webhook-signature"] = Webhook(secret).sign(id, at, body)
    return request


def notifier(url: str, secret: str, *, user_id: str) -> Callable[[], Awaitable[None]]:
    """Return a function that notifies the brain of a new email.

    If the notification fails, the brain finds the email at its next sync.
    """

    async def notify() -> None:
        request = signed_event(url, secret, user_id=user_id, at=datetime.now(UTC))
        try:
            async with httpx.AsyncClient(timeout=TELL_LIMIT_S) as client:
                answer = await client.send(request)
        except httpx.HTTPError as error:
            log.warning("mailbox: the brain was not notified, error=%s", type(error).__name__)
            return
        if answer.is_error:
            log.warning("mailbox: the brain was not notified, status=%d", answer.status_code)

    return notify


def _refuse_other_sites(request: Request) -> None:
    """Allow only the page itself: other sites in the same browser must not deliver emails here."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "Only the page on this machine may do that.")


async def _texts(request: Request) -> dict[str, Any]:
    """Return the texts in the body. Raises HTTPException."""
    # A form of another site is not sent as JSON: for JSON its browser would ask us first (CORS).
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise HTTPException(415, "Send JSON.")
    try:
        given = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        raise HTTPException(400, "The body is not valid JSON.") from None
    if not isinstance(given, dict) or not set(given) <= set(MAX_CHARS):
        raise HTTPException(422, "Only sender, subject and body are allowed.")
    for name, text in given.items():
        if not isinstance(text, str) or len(text) > MAX_CHARS[name] or _breaks(name, text):
            raise HTTPException(
                422, f"{name} must be a string, without line breaks unless it is the body."
            )
    return given


def _breaks(name: str, text: str) -> bool:
    return name != "body" and len(text.splitlines()) > 1

"""Outside events, sent to /api/eventToBrain by programs that sign them and by Postmark."""

import base64
import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
from standardwebhooks import Webhook

from tests.email.test_postmark import PAYLOAD
from tests.walks.conftest import Json, Person, Town

POSTMARK_PASSWORD = "a password of Postmark's"
PATH = "/api/eventToBrain"
NUMBERS = count(1)


def signed(body: bytes, secret: str, *, id: str = "", at: datetime | None = None) -> dict[str, str]:
    """Return the headers of Standard Webhooks, made by its own library."""
    id, at = id or f"evt_{next(NUMBERS)}", at or datetime.now(UTC)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body.decode()),
    }


def an_email(person: Person, subject: str, **changed: Any) -> bytes:
    """Return an event about an email from Anna, as a program sends it."""
    data = {"from": "Anna <anna@example.org>", "subject": subject, "text": "At seven?"}
    event: Json = {"type": "email.received", "userId": person.id, "data": data}
    return json.dumps(event | changed).encode()


async def tell(
    town: Town, body: bytes, *, secret: str = "", id: str = "", at: datetime | None = None
) -> httpx.Response:
    """Send an event as a program does."""
    secret = secret or town.stack.services.env["BRAIN_EVENT_SECRET"]
    return await town.http.post(PATH, content=body, headers=signed(body, secret, id=id, at=at))


async def post(
    town: Town, person: Person, *, password: str = POSTMARK_PASSWORD, **changed: Any
) -> httpx.Response:
    """Send an email as Postmark does."""
    credentials = base64.b64encode(f"postmark:{password}".encode()).decode()
    return await town.http.post(
        PATH,
        params={"userId": person.id},
        json=PAYLOAD | changed,
        headers={"Authorization": f"Basic {credentials}"},
    )

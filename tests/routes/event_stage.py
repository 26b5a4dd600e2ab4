"""Who calls POST /api/eventToBrain, and what the tests of its three doors share."""

import base64
import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
from standardwebhooks import Webhook

from brain.reminders.model import Reminder
from brain.reminders.redis import RedisReminders
from tests.email.test_postmark import PAYLOAD
from tests.routes.stage import EVENT_SECRET, POSTMARK_PASSWORD, Json, User
from tests.routes.test_again import signed_for

PATH = "/api/eventToBrain"
NUMBERS = count(1)
DOOR = "The door is open."


def signed(body: bytes, *, id: str = "", secret: str = EVENT_SECRET) -> dict[str, str]:
    """What the library's signer makes of it."""
    id, at = id or f"evt_{next(NUMBERS)}", datetime.now(UTC)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body.decode()),
    }


def door(user: User, **changed: Any) -> bytes:
    """An event that a program reports."""
    event: Json = {"type": "event", "userId": user.id, "data": {"text": "The door is open"}}
    return json.dumps(event | changed).encode()


async def tell(
    user: User, body: bytes, *, http: httpx.AsyncClient | None = None, **options: Any
) -> httpx.Response:
    """What a program does."""
    http = http or user.deployment.http
    return await http.post(PATH, content=body, headers=signed(body, **options))


async def comes(user: User) -> None:
    """A page of the user's asks, and has done so for a while."""
    (await user.get("/api/status")).raise_for_status()


async def notified(user: User) -> list[str]:
    """What the user was notified of."""
    return [entry["text"] for entry in await user.log() if entry.get("kind") == "notification"]


# ---- Postmark


def basic(password: str = POSTMARK_PASSWORD, scheme: str = "Basic") -> dict[str, str]:
    credentials = base64.b64encode(f"postmark:{password}".encode()).decode()
    return {"Authorization": f"{scheme} {credentials}"}


async def post(
    user: User,
    payload: bytes | None = None,
    *,
    headers: dict[str, str] | None = None,
    http: httpx.AsyncClient | None = None,
    **query: str,
) -> httpx.Response:
    """What Postmark does."""
    return await (http or user.deployment.http).post(
        PATH,
        params={"userId": user.id, **query},
        content=json.dumps(PAYLOAD).encode() if payload is None else payload,
        headers=basic() if headers is None else headers,
    )


# ---- the queue


async def deliver(
    user: User,
    event: Json,
    headers: dict[str, str] | None = None,
    *,
    route: str = PATH,
    http: httpx.AsyncClient | None = None,
) -> httpx.Response:
    """What the queue does."""
    body = json.dumps(event).encode()
    signature = signed_for(user.deployment, body, route)
    sent = {"Upstash-Signature": signature, **(headers or {})}
    return await (http or user.deployment.http).post(PATH, content=body, headers=sent)


async def set_reminder(user: User, text: str = "The oven") -> str:
    """One whose time has come."""
    reminders = RedisReminders(user.deployment.functions.wirings[PATH].redis)
    reminder = Reminder(id=f"r-{user.id}", text=text, at=datetime.now(UTC))
    await reminders.add(user.id, reminder)
    return reminder.id

"""GET, PUT and DELETE /api/push: the devices to which notifications are pushed."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Json
from brain.feature import Resources
from brain.http.bodies import INVALID_BODY, Body, Cleaned, parse
from brain.http.edge import INVALID_QUERY, Answer, Problem, read_json
from brain.http.resources import deleted
from brain.notices.push.model import PushSubscription
from brain.notices.push.ports import PushBook
from brain.notices.push.settings import KEY, MAX_ENDPOINT_CHARS, PushSettings, from_text
from brain.run.ports import Clock

AUTH_BYTES = 16
NOT_HERE = f"This deployment pushes nothing: {KEY} is not set."
NO_SERVICE = "must be at a push service that this deployment knows (BRAIN_PUSH_HOSTS)"


def _point(text: str) -> str:
    from brain.notices.push.sealing import is_point  # imported here: few requests need it

    if not is_point(_decoded(text)):
        raise ValueError("must be the base64url of a point of P-256")
    return text.rstrip("=")


def _secret(text: str) -> str:
    if len(_decoded(text)) != AUTH_BYTES:
        raise ValueError(f"must be the base64url of {AUTH_BYTES} bytes")
    return text.rstrip("=")


def _decoded(text: str) -> bytes:
    """Decode base64url. Other text has no bytes."""
    try:
        return from_text(text)
    except ValueError:
        return b""


class PushKeysBody(Body):
    """The keys of a subscription, as base64url."""

    p256dh: Annotated[Cleaned, Field(max_length=200, alias="p256dh"), AfterValidator(_point)]
    auth: Annotated[Cleaned, Field(max_length=100), AfterValidator(_secret)]


class PushBody(Body):
    """The body of PUT /api/push: a browser's `PushSubscription.toJSON()`."""

    endpoint: Annotated[Cleaned, Field(min_length=1, max_length=MAX_ENDPOINT_CHARS)]
    keys: PushKeysBody


def push_routes(
    book: Callable[[], PushBook], read: Callable[[], PushSettings | None], clock: Clock
) -> Resources:
    """The routes for devices. `read` returns the settings, or raises SettingMissing."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return the public key for a subscription, and how many devices the user has."""
        at = read()
        found = await book().read(user_id)
        return Answer(_to_wire(at, len(found.subscriptions)))

    async def put(request: Request, user_id: str) -> ASGIApp:
        """Keep a subscription, or replace the one with the same endpoint."""
        body = parse(PushBody, await read_json(request))
        at = read()
        if at is None:
            raise Problem(404, NOT_HERE)
        one = _subscription(body, at, now=clock.utc())
        return Answer(_to_wire(at, await book().put(user_id, one)))

    async def remove(request: Request, user_id: str) -> ASGIApp:
        """Delete the subscription with this endpoint."""
        endpoint = _endpoint_of(request)
        was_there = await book().drop(user_id, endpoint)
        return deleted(endpoint, "subscription", was_there=was_there)

    return {"push": {"GET": show, "PUT": put, "DELETE": remove}}


def _subscription(body: PushBody, at: PushSettings, *, now: datetime) -> PushSubscription:
    """Raises Problem 422 for an address where nothing may be sent."""
    if not at.may_send(body.endpoint):
        fault = {"field": "endpoint", "message": NO_SERVICE}
        raise Problem(422, INVALID_BODY, errors=[fault])
    keys = body.keys
    return PushSubscription(endpoint=body.endpoint, p256dh=keys.p256dh, auth=keys.auth, at=now)


def _endpoint_of(request: Request) -> str:
    """Read `endpoint` from the query string. Raises Problem 422 if it is missing."""
    endpoint = request.query_params.get("endpoint", "")
    if not endpoint:
        fault = {"field": "endpoint", "message": "is missing"}
        raise Problem(422, INVALID_QUERY, errors=[fault])
    return endpoint


def _to_wire(at: PushSettings | None, subscriptions: int) -> Json:
    if at is None:
        return {"publicKey": None, "subscriptions": subscriptions}
    from brain.notices.push.sealing import Signer

    public_key = Signer(at.private_key, at.subject).public_key
    return {"publicKey": public_key, "subscriptions": subscriptions}

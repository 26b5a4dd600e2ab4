"""Who asks: a user of the check's own where the token's secret is known, else the given one."""

from __future__ import annotations

import secrets
import time

from msgspec import Struct

from brain.check.calls import HttpAnswer, HttpCalls
from brain.check.model import Broken, CannotCheck
from brain.codec import Json
from brain.codec.text import name_only
from brain.errors import SettingMissing
from brain.settings import tokens
from brain.settings.variables import Env

VALID_S = 3600  # seconds; a check takes minutes
OWN = "check-"  # begins the id of a user that exists only for the check


class Given(Struct, frozen=True, kw_only=True):
    """What the operator gives: a token or an access key, and a token of a second user."""

    token: str | None = None
    access_key: str | None = None
    other_token: str | None = None

    __repr__ = name_only


class Visitor(Struct, kw_only=True):
    """A user of the deployment. `is_own`: only this check knows them."""

    token: str
    session: Json
    is_own: bool = False

    __repr__ = name_only

    @property
    def id(self) -> str:
        return str(self.session.get("userId", ""))


async def people(calls: HttpCalls, given: Given, env: Env) -> tuple[Visitor, Visitor | None]:
    """Return who asks, and a second user if there can be one. Raises CannotCheck."""
    if given.token is None and given.access_key is None and (own := _own_tokens(env)):
        first, second = own
        me = await _person(calls, {}, token=first, is_own=True)
        return me, await _person(calls, {}, token=second, is_own=True)
    body = {"accessKey": given.access_key} if given.access_key and not given.token else {}
    me = await _person(calls, body, token=given.token)
    if given.other_token is None:
        return me, None
    other = await _person(calls, {}, token=given.other_token)
    if other.id == me.id:
        raise CannotCheck("The two tokens belong to the same user.")
    return me, other


def _own_tokens(env: Env) -> tuple[str, str] | None:
    """Return tokens of two new users; None if BRAIN_JWT_SECRET is not set here."""
    import jwt

    try:
        at = tokens(env)
    except SettingMissing:
        return None
    if not at.secrets:
        return None
    name = f"{OWN}{secrets.token_hex(8)}"
    claims: Json = {"exp": int(time.time()) + VALID_S}
    claims |= {"aud": at.audience} if at.audience else {}
    claims |= {"iss": at.issuer} if at.issuer else {}
    first, second = (
        jwt.encode({**claims, "sub": user}, at.secrets[0], algorithm="HS256")
        for user in (name, f"{name}-other")
    )
    return first, second


async def _person(
    calls: HttpCalls, body: Json, *, token: str | None, is_own: bool = False
) -> Visitor:
    try:
        answer = await calls.send("POST", "/api/session", token=token, body=body)
        if answer.status == 200:
            session = answer.object()
            return Visitor(token=str(session["token"]), session=session, is_own=is_own)
    except (Broken, KeyError) as broken:
        raise CannotCheck(f"No session: {broken}.") from None
    raise CannotCheck(_refusal(answer))


def _refusal(answer: HttpAnswer) -> str:
    if answer.status == 401:
        return (
            "The deployment does not accept the token or the access key (401). Give --token or "
            "--access-key, or set BRAIN_JWT_SECRET as the deployment has it."
        )
    if answer.status == 404:
        return "There is no POST /api/session at this address (404): is it a Second Brain?"
    return f"No session: {answer.what}."

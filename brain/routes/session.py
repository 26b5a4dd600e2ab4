"""POST /api/session and /api/pusherAuth: give a page its token and access to its channels."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import parse_qs

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.types import ASGIApp

from brain import settings
from brain.cloud.pusher import channel_names
from brain.codec import Json, iso
from brain.errors import SettingMissing, TokenRefused
from brain.http.addresses import caller_address
from brain.http.bearer import user_of_key
from brain.http.bodies import INVALID_BODY, SessionBody, parse
from brain.http.devices import NAME, NAMED
from brain.http.edge import Answer, Problem, parse_json, read_body
from brain.http.tokens import NO_KEY, Token, Tokens
from brain.preferences.flow import preferences_soon
from brain.preferences.model import InUse
from brain.preferences.rules import in_use
from brain.run.store import Status
from brain.settings.fixes import with_fix
from brain.settings.variables import Env, key_digest
from brain.wiring import Wiring


async def begin_session(request: Request, wiring: Wiring) -> ASGIApp:
    """Exchange an access key or a token of the app for everything that a page needs."""
    raw = await read_body(request)
    body = parse(SessionBody, parse_json(raw) if raw.strip() else {})
    token = await _token(request, body, wiring)
    user_id = token.user_id
    status, used = await _in_use(wiring, user_id, body)
    private, presence = channel_names(user_id)
    return Answer(
        {
            "time": iso(wiring.clock.utc()),
            "userId": user_id,
            "token": token.text,
            "expiresAt": iso(datetime.fromtimestamp(token.expires_at, UTC)),
            "channel": private,
            "presenceChannel": presence,
            "pusher": _pusher(wiring.env),
            "cursor": status.last_seq,
            "zone": used.zone,
            "language": used.language,
            "features": _features(wiring, user_id),
        },
        background=BackgroundTask(wiring.on_session, user_id),
    )


async def _in_use(wiring: Wiring, user_id: str, body: SessionBody) -> tuple[Status, InUse]:
    """Keep what the device says of itself. Return the status, and what holds for the user."""
    status, chosen = await asyncio.gather(
        wiring.store.status(user_id, language=body.language, zone=body.zone),
        preferences_soon(wiring.preferences, user_id),
    )
    default = wiring.languages.default
    return status, in_use(chosen, zone=status.zone, language=status.language, default=default)


async def authorize_channel(request: Request, wiring: Wiring) -> ASGIApp:
    """Sign a subscription to one of the caller's own channels."""
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    raw = await read_body(request)
    if "json" in request.headers.get("content-type", ""):
        fields = parse_json(raw)
    else:
        fields = {name: values[0] for name, values in parse_qs(raw.decode("latin-1")).items()}
    socket_id, name = (_field(fields, key) for key in ("socket_id", "channel_name"))
    try:
        device = _device(fields)
        signed = wiring.channel.sign(socket_id, name, user_id=caller.user_id, device=device)
    except ValueError:
        fault = {"field": "socket_id", "message": "must be two numbers separated by a dot"}
        raise Problem(422, INVALID_BODY, errors=[fault]) from None
    if signed is None:
        raise Problem(403, "You can subscribe only to your own channels.")
    return Answer(signed)


async def _token(request: Request, body: SessionBody, wiring: Wiring) -> Token:
    session = settings.session(wiring.env)
    tokens = wiring.tokens
    if (own := await _own_token(request, body, tokens)) is not None:
        return tokens.renewed(own, _keys_of(own.user_id, session))
    if body.access_key and session.keys:
        async with wiring.key_tries.attempt(caller_address(request)):
            user_id = user_of_key(body.access_key, session)
            return tokens.make(user_id, key_digest(body.access_key))
    if session.is_open:
        return tokens.make(settings.OWNER)
    raise TokenRefused("an access key is required" if session.has_keys else "a token is required")


def _keys_of(user_id: str, session: settings.SessionSettings) -> list[bytes]:
    """Return the digests of what a user can sign in with now."""
    keys = [key.digest for key in session.keys if key.user_id == user_id]
    is_open = session.is_open and user_id == settings.OWNER
    return [*keys, NO_KEY] if is_open else keys


async def _own_token(request: Request, body: SessionBody, tokens: Tokens) -> Token | None:
    """Return the caller's own token, if there is one. Raises TokenRefused.

    A session never changes who the caller is, so two tokens must be those of one user.
    """
    header = request.headers.get("authorization")
    sent = await tokens.check(header) if header else None
    if body.token is None:
        return sent
    token = await tokens.read(body.token)
    if sent is not None and sent.user_id != token.user_id:
        raise TokenRefused("the two tokens belong to different users")
    return token


def _pusher(env: Env) -> Json | None:
    """Return how to reach the channel; None without one: the page then takes the stream."""
    try:
        at = settings.channel(env)
    except SettingMissing:  # health reports it
        return None
    found: Json = {"key": at.key, "forceTLS": at.tls}
    if at.cluster:
        found["cluster"] = at.cluster
    if at.host:
        found["wsHost"] = at.host
    if at.port:
        found["wsPort"] = at.port
    return found


def _features(wiring: Wiring, user_id: str) -> Json:
    env = wiring.env
    return {
        **{name: has for each in wiring.features for name, has in each.session(user_id).items()},
        "model": _model(env),
        "name": _name(env),
        "local": settings.session(env).is_open,
    }


def _model(env: Env) -> Json:
    """Return the model's name, or what is wrong with its settings or with what is added to its
    rules: all else works without it.
    """
    scripted = settings.scripted(env)
    try:
        settings.persona(env)
        return {"name": settings.models(env)[0].model, "scripted": scripted}
    except SettingMissing as error:
        return {"name": None, "scripted": scripted, "problem": with_fix(error)}


def _name(env: Env) -> str | None:
    """Return what this deployment calls the brain. Health reports a name that is too long."""
    try:
        return settings.persona(env)[0] or None
    except SettingMissing:
        return None


def _device(fields: object) -> str:
    """Return the name of the page; empty if it gives none that is usable."""
    name = fields.get(NAMED) if isinstance(fields, dict) else None
    return name if isinstance(name, str) and NAME.fullmatch(name) else ""


def _field(fields: object, name: str) -> str:
    value = fields.get(name) if isinstance(fields, dict) else None
    if not isinstance(value, str) or not value:
        fault = {"field": name, "message": "is missing"}
        raise Problem(422, INVALID_BODY, errors=[fault])
    return value

"""The environment: read here and nowhere else, a group at a time, when something first needs it.

Plain dataclasses and not pydantic: the functions that only read would pay 0.1 s of every cold
start for it.
"""

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from brain import variables
from brain.errors import SettingMissing
from brain.run.limits import LEASE_S
from brain.says.choice import LANGUAGES, tag_in
from brain.variables import Env

MAX_DURATION_S = 300.0  # seconds; `maxDuration` of the brain's functions in vercel.json
RESERVE_S = 5.0  # seconds kept back for persisting and re-invoking
RESERVE_SHARE = 0.25  # of an invocation at most, so that a short one still has time to think
PATIENCE_S = 8.0  # seconds before a caller is told that the answer comes later
MIN_PASSWORD_CHARS = 16  # of a password that programs use, as random as a key
OWNER = "owner"  # the user id of a deployment that one person keeps for themselves
DEFAULT_MODELS = {"openai": "gpt-6-luna", "openrouter": "openai/gpt-6-luna"}


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreSettings:
    """Upstash Redis."""

    url: str
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueSettings:
    """QStash. It calls back at our routes under `public_url`, and brings `headers` along."""

    url: str | None
    token: str
    current_key: str
    next_key: str
    public_url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelSettings:
    """Pusher. `host` only for a self-hosted server."""

    app_id: str
    key: str
    secret: str
    cluster: str | None
    host: str | None
    port: int | None
    tls: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSettings:
    """The model provider."""

    provider: Literal["openai", "openrouter"]
    base_url: str | None
    api_key: str
    model: str
    fallback_models: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenSettings:
    """Who may call. At least one of `secret` and `jwks_url` is set."""

    secret: str | None
    jwks_url: str | None
    audience: str | None
    issuer: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventSettings:
    """Who may tell of events: programs that sign with `secret` (Standard Webhooks), and Postmark
    with its password. `email_user` is whose email arrives where none is named.
    """

    secret: str | None
    postmark_password: str | None
    email_user: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionSettings:
    """Who may begin a session. `is_open` is for a machine of one's own: no key is asked for."""

    access_key: str | None
    is_open: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeSettings:
    """How long things may take, in seconds."""

    max_duration_s: float
    reserve_s: float
    patience_s: float
    lease_s: float


def environment() -> Env:
    """The process's environment."""
    return os.environ


def store(env: Env) -> StoreSettings:
    """Raises SettingMissing, as all of these do."""
    return StoreSettings(
        url=variables.need_url(env, "UPSTASH_REDIS_REST_URL", "KV_REST_API_URL"),
        token=variables.need(env, "UPSTASH_REDIS_REST_TOKEN", "KV_REST_API_TOKEN"),
    )


def queue(env: Env) -> QueueSettings:
    """Where QStash is, and where it finds us."""
    bypass = env.get("VERCEL_AUTOMATION_BYPASS_SECRET")
    return QueueSettings(
        url=variables.url(env, "QSTASH_URL"),
        token=variables.need(env, "QSTASH_TOKEN"),
        current_key=variables.need(env, "QSTASH_CURRENT_SIGNING_KEY"),
        next_key=variables.need(env, "QSTASH_NEXT_SIGNING_KEY"),
        public_url=_public_url(env),
        headers={"x-vercel-protection-bypass": bypass} if bypass else {},
    )


def channel(env: Env) -> ChannelSettings:
    """Pusher's, or those of a server that speaks like it."""
    host = env.get("PUSHER_HOST")
    app_id = variables.need(env, "PUSHER_APP_ID")
    if not app_id.isdigit():
        raise SettingMissing("PUSHER_APP_ID must consist of digits")
    return ChannelSettings(
        app_id=app_id,
        key=variables.need(env, "PUSHER_KEY"),
        secret=variables.need(env, "PUSHER_SECRET"),
        cluster=env.get("PUSHER_CLUSTER") if host else variables.need(env, "PUSHER_CLUSTER"),
        host=host,
        port=int(variables.number(env, "PUSHER_PORT", 0)) or None,
        tls=env.get("PUSHER_TLS", "1") != "0",
    )


def model(env: Env) -> ModelSettings:
    """Which model, at which provider."""
    name = env.get("BRAIN_PROVIDER") or "openai"
    if name not in DEFAULT_MODELS:
        raise SettingMissing("BRAIN_PROVIDER must be openai or openrouter")
    is_router = name == "openrouter"
    fallbacks = env.get("BRAIN_FALLBACK_MODELS", "").split(",")
    return ModelSettings(
        provider="openrouter" if is_router else "openai",
        base_url=variables.url(env, "OPENAI_BASE_URL"),
        api_key=variables.need(env, "OPENROUTER_API_KEY" if is_router else "OPENAI_API_KEY"),
        model=env.get("BRAIN_MODEL") or DEFAULT_MODELS[name],
        fallback_models=tuple(part.strip() for part in fallbacks if part.strip()),
    )


def database(env: Env) -> str | None:
    """The database's address; None where there is none: then there are no documents."""
    return env.get("DATABASE_URL") or None


def tokens(env: Env) -> TokenSettings:
    """Whose tokens hold."""
    secret, jwks_url = env.get("BRAIN_JWT_SECRET"), variables.url(env, "BRAIN_JWKS_URL")
    if not secret and not jwks_url:
        raise SettingMissing("BRAIN_JWT_SECRET or BRAIN_JWKS_URL is missing")
    if secret and len(secret.encode()) < 32:
        raise SettingMissing("BRAIN_JWT_SECRET must have at least 32 bytes")
    return TokenSettings(
        secret=secret or None,
        jwks_url=jwks_url,
        audience=env.get("BRAIN_JWT_AUDIENCE") or None,
        issuer=env.get("BRAIN_JWT_ISSUER") or None,
    )


def events(env: Env) -> EventSettings:
    """Who may tell of events; without a secret and a password nobody but the queue."""
    secret = env.get("BRAIN_EVENT_SECRET") or None
    if secret is not None and not _is_webhook_secret(secret):
        raise SettingMissing("BRAIN_EVENT_SECRET must be whsec_ and 24 to 64 bytes in base64")
    password = env.get("BRAIN_POSTMARK_PASSWORD") or None
    if password is not None and len(password) < MIN_PASSWORD_CHARS:
        raise SettingMissing(
            f"BRAIN_POSTMARK_PASSWORD must have at least {MIN_PASSWORD_CHARS} characters"
        )
    return EventSettings(
        secret=secret, postmark_password=password, email_user=env.get("BRAIN_EMAIL_USER") or OWNER
    )


def session(env: Env) -> SessionSettings:
    """Who may begin a session. Never open on the platform, whatever the variable says."""
    deployed = env.get("VERCEL_ENV") in ("production", "preview")
    return SessionSettings(
        access_key=env.get("BRAIN_ACCESS_KEY") or None,
        is_open=env.get("BRAIN_OPEN_SESSION") == "1" and not deployed,
    )


def times(env: Env) -> TimeSettings:
    """How long things may take."""
    return TimeSettings(
        max_duration_s=variables.number(env, "BRAIN_MAX_DURATION_S", MAX_DURATION_S, least=1),
        reserve_s=variables.number(env, "BRAIN_HANDOFF_RESERVE_S", RESERVE_S, least=0.1),
        patience_s=variables.number(env, "BRAIN_HTTP_PATIENCE_S", PATIENCE_S),
        lease_s=variables.number(env, "BRAIN_LEASE_S", LEASE_S, least=1),
    )


def language(env: Env) -> str | None:
    """The language for users who have set none and whose device names none; None: English."""
    tag = env.get("BRAIN_LANGUAGE") or None
    if tag is not None and (tag_in(tag) is None or tag.partition("-")[0].lower() not in LANGUAGES):
        raise SettingMissing(f"BRAIN_LANGUAGE must be {' or '.join(LANGUAGES)}")
    return tag


def scripted(env: Env) -> bool:
    """Whether a script stands in for the model, which the page then says."""
    return env.get("BRAIN_SCRIPTED_MODEL") == "1"


def problems(env: Env, more: Mapping[str, Callable[[Env], object]]) -> dict[str, str]:
    """What is missing or malformed, by service; an empty text where all is well. `more` are the
    settings of features.
    """
    groups: dict[str, Callable[[Env], object]] = {
        "redis": store,
        "queue": queue,
        "channel": channel,
        "database": _need_database,
        "events": events,
        "model": model,
        "tokens": tokens,
        "times": times,
        "language": language,
        **more,
    }
    found = {}
    for name, read in groups.items():
        try:
            read(env)
            found[name] = ""
        except SettingMissing as error:
            found[name] = str(error)
    return found


def _public_url(env: Env) -> str:
    if url := variables.url(env, "BRAIN_PUBLIC_URL"):
        return url.rstrip("/")
    # A preview has an address of its own; production is called by its domain, which no login
    # guards.
    names = ["VERCEL_PROJECT_PRODUCTION_URL", "VERCEL_URL"]
    if env.get("VERCEL_ENV") == "preview":
        names.reverse()
    for name in names:
        if host := env.get(name):
            return f"https://{host}"
    raise SettingMissing("BRAIN_PUBLIC_URL is missing")


def _is_webhook_secret(secret: str) -> bool:
    """By the specification of Standard Webhooks: 24 to 64 random bytes."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and 24 <= len(key) <= 64


def _need_database(env: Env) -> str:
    return variables.need(env, "DATABASE_URL")

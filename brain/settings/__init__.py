"""Settings, read from the environment. Each group is read when it is first needed.

The readers raise SettingMissing for a missing or invalid variable. The groups are structs,
because importing pydantic would add 0.1 s to every cold start.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress

from brain.errors import SettingMissing
from brain.run.limits import LEASE_S
from brain.settings import variables
from brain.settings.languages import language
from brain.settings.logs import log_form
from brain.settings.models import (
    DEFAULT_MODELS,
    FALLBACKS,
    at_once,
    fallbacks_of,
    first_waits_s,
    has_provider,
    label_of,
    model,
    model_of,
    models,
    prices,
)
from brain.settings.persona import instructions, persona
from brain.settings.traces import traces
from brain.settings.types import (
    AccessKey,
    ChannelSettings,
    EventSettings,
    QueueSettings,
    SessionSettings,
    StoreSettings,
    TimeSettings,
    TokenSettings,
)
from brain.settings.variables import Env

# Other modules import the types of the groups, and the readers of the models, from here.
__all__ = [
    "DEFAULT_MODELS",
    "FALLBACKS",
    "ChannelSettings",
    "EventSettings",
    "QueueSettings",
    "SessionSettings",
    "StoreSettings",
    "TimeSettings",
    "TokenSettings",
    "at_once",
    "fallbacks_of",
    "first_waits_s",
    "has_provider",
    "instructions",
    "label_of",
    "language",
    "model",
    "model_of",
    "models",
    "persona",
    "prices",
    "traces",
]

MAX_DURATION_S = 300.0  # seconds; `maxDuration` of the brain's functions in vercel.json
RESERVE_S = 5.0  # seconds reserved for persisting and re-invoking
RESERVE_SHARE = 0.25  # largest share of an invocation to reserve, so that short ones can still work
PATIENCE_S = 8.0  # seconds; then a caller is told that the answer will follow
SETTLE_S = 0.7  # seconds after the last request of a turn, after which its text is whole
SPOKEN_YES_S = 180.0  # seconds after a question within which a spoken yes answers it
MIN_SECRET_BYTES = 32  # of a secret for HS256 (RFC 7518, 3.2: as long as the hash)
MOST_PORT = 65_535
OPEN = "BRAIN_OPEN_SESSION"
OWNER = "owner"  # the user id in a deployment with a single user


def environment() -> Env:
    """Return the process's environment variables."""
    return os.environ


def store(env: Env) -> StoreSettings:
    """Read the Redis settings."""
    return StoreSettings(
        url=variables.need_url(env, "UPSTASH_REDIS_REST_URL", "KV_REST_API_URL"),
        token=variables.key(env, "UPSTASH_REDIS_REST_TOKEN", "KV_REST_API_TOKEN"),
    )


def queue(env: Env) -> QueueSettings:
    """Read the QStash settings and our public address."""
    bypass = env.get("VERCEL_AUTOMATION_BYPASS_SECRET")
    return QueueSettings(
        url=variables.url(env, "QSTASH_URL"),
        token=variables.key(env, "QSTASH_TOKEN"),
        current_key=variables.key(env, "QSTASH_CURRENT_SIGNING_KEY"),
        next_key=variables.key(env, "QSTASH_NEXT_SIGNING_KEY"),
        public_url=variables.public_url(env),
        headers={"x-vercel-protection-bypass": bypass} if bypass else {},
    )


def channel(env: Env) -> ChannelSettings:
    """Read the settings of Pusher or a compatible server."""
    host = variables.host(env, "PUSHER_HOST")
    return ChannelSettings(
        app_id=variables.digits(env, "PUSHER_APP_ID"),
        key=variables.key(env, "PUSHER_KEY"),
        secret=variables.key(env, "PUSHER_SECRET"),
        cluster=env.get("PUSHER_CLUSTER") if host else variables.need(env, "PUSHER_CLUSTER"),
        host=host,
        port=variables.whole(env, "PUSHER_PORT", 0, most=MOST_PORT) or None,
        tls=variables.flag(env, "PUSHER_TLS", default=True),
    )


def database(env: Env) -> str | None:
    """Read the database's address; None disables all features that need a database."""
    return env.get("DATABASE_URL") or None


def tokens(env: Env) -> TokenSettings:
    """Read how to verify user tokens."""
    secrets = variables.rotating(env, "BRAIN_JWT_SECRET", _jwt_secret)
    jwks_url = variables.url(env, "BRAIN_JWKS_URL")
    if not secrets and not jwks_url:
        raise SettingMissing("BRAIN_JWT_SECRET or BRAIN_JWKS_URL is missing")
    return TokenSettings(
        secrets=secrets,
        jwks_url=jwks_url,
        audience=env.get("BRAIN_JWT_AUDIENCE") or None,
        issuer=env.get("BRAIN_JWT_ISSUER") or None,
    )


def _jwt_secret(env: Env, name: str) -> str | None:
    secret = env.get(name) or None
    if secret is not None and len(secret.encode()) < MIN_SECRET_BYTES:
        raise SettingMissing(f"{name} must have at least {MIN_SECRET_BYTES} bytes")
    return secret


def sound_tokens(env: Env) -> TokenSettings:
    """Read how to verify user tokens. Raises SettingMissing for a setting that lets others in."""
    found = tokens(env)
    if found.jwks_url and not found.audience:
        words = "tokens that the provider issues for any other app are accepted"
        raise SettingMissing(f"BRAIN_JWT_AUDIENCE is missing: {words}")
    return found


def events(env: Env) -> EventSettings:
    """Read who may report events; without a secret and a password only the queue may."""
    return EventSettings(
        secrets=variables.rotating(env, "BRAIN_EVENT_SECRET", variables.webhook_secret),
        postmark_passwords=variables.rotating(env, "BRAIN_POSTMARK_PASSWORD", variables.password),
        email_user=variables.user_id(env, "BRAIN_EMAIL_USER", OWNER),
    )


def operators(env: Env) -> frozenset[str]:
    """Read who runs the deployment: the owner, and the users in BRAIN_OPERATORS."""
    return frozenset({OWNER, *variables.names(env, "BRAIN_OPERATORS")})


def access_key(env: Env) -> tuple[AccessKey, ...]:
    """Read the owner's access key."""
    return variables.access_key(env, "BRAIN_ACCESS_KEY", user_id=OWNER)


def access_keys(env: Env) -> tuple[AccessKey, ...]:
    """Read the access keys of several users. None of them is also the owner's."""
    name = "BRAIN_ACCESS_KEYS"
    keys = variables.access_keys(env, name)
    owners = variables.key_digest(env.get("BRAIN_ACCESS_KEY") or "")
    if any(key.digest == owners for key in keys):
        raise SettingMissing(f"{name} has the key of BRAIN_ACCESS_KEY")
    return keys


def session(env: Env) -> SessionSettings:
    """Read who may begin a session. BRAIN_OPEN_SESSION has no effect on Vercel.

    The keys of a variable that is not right open nothing, and health names it.
    """
    keys: list[AccessKey] = []
    for read in (access_key, access_keys):
        with suppress(SettingMissing):
            keys += read(env)
    has_keys = bool(env.get("BRAIN_ACCESS_KEY") or env.get("BRAIN_ACCESS_KEYS"))
    deployed = env.get("VERCEL_ENV") in ("production", "preview")
    is_open = env.get(OPEN) == "1" and not deployed and not has_keys
    return SessionSettings(keys=tuple(keys), has_keys=has_keys, is_open=is_open)


def times(env: Env) -> TimeSettings:
    """Read the time limits."""
    return TimeSettings(
        max_duration_s=variables.number(env, "BRAIN_MAX_DURATION_S", MAX_DURATION_S, least=1),
        reserve_s=variables.number(env, "BRAIN_HANDOFF_RESERVE_S", RESERVE_S, least=0.1),
        patience_s=variables.number(env, "BRAIN_HTTP_PATIENCE_S", PATIENCE_S),
        lease_s=variables.number(env, "BRAIN_LEASE_S", LEASE_S, least=1),
        spoken_yes_s=variables.number(env, "BRAIN_SPOKEN_YES_S", SPOKEN_YES_S),
        settle_s=variables.number(env, "BRAIN_SETTLE_S", SETTLE_S),
    )


def scripted(env: Env) -> bool:
    """Whether a script replaces the model; the page shows this."""
    return env.get("BRAIN_SCRIPTED_MODEL") == "1"


def groups(more: Mapping[str, Callable[[Env], object]]) -> Mapping[str, Callable[[Env], object]]:
    """Return the readers of the settings of each service. `more` are those of the features."""
    return {
        "redis": store,
        "queue": queue,
        "channel": channel,
        "database": lambda env: variables.database_url(env, "DATABASE_URL"),
        "events": events,
        "model": models,
        "tokens": sound_tokens,
        "session": lambda env: (access_key(env), access_keys(env), variables.flag(env, OPEN)),
        "times": times,
        "language": language,
        "persona": persona,
        "log": log_form,
        "traces": traces,
        **more,
    }


def problems(env: Env, more: Mapping[str, Callable[[Env], object]]) -> dict[str, str]:
    """Return the error in the settings of each service, empty if there is no error. `more` are the
    readers of the features' settings.
    """
    readers = groups(more)
    found = dict.fromkeys(readers, "")
    for name, read in readers.items():
        try:
            read(env)
        except SettingMissing as error:
            found[name] = str(error)
    return found

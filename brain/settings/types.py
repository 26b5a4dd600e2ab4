"""The settings as values: one frozen dataclass per group. `brain.settings` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreSettings:
    """The connection to Upstash Redis."""

    url: str
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueSettings:
    """The connection to QStash. It calls our routes under `public_url` and sends `headers`."""

    url: str | None
    token: str
    current_key: str
    next_key: str
    public_url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelSettings:
    """The connection to Pusher. `host` is set only for a self-hosted server."""

    app_id: str
    key: str
    secret: str
    cluster: str | None
    host: str | None
    port: int | None
    tls: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSettings:
    """The model provider and the models to use.

    `fallback_models` are as written: some name another provider. `first_token_s` is how many
    seconds to wait for the first sign of an answer.
    """

    provider: Literal["openai", "openrouter"]
    base_url: str | None
    api_key: str
    model: str
    fallback_models: tuple[str, ...]
    first_token_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenSettings:
    """How to verify user tokens. There is a secret or a `jwks_url`.

    `secrets`: tokens are issued with the first; one more may be accepted while it is replaced.
    """

    secrets: tuple[str, ...] = field(repr=False)
    jwks_url: str | None
    audience: str | None
    issuer: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventSettings:
    """Who may report events: programs that sign with a secret (Standard Webhooks), and Postmark.

    While one of them is replaced there are two. `email_user` is the default user for incoming
    email.
    """

    secrets: tuple[str, ...] = field(repr=False)
    postmark_passwords: tuple[str, ...] = field(repr=False)
    email_user: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionSettings:
    """Who may begin a session. `has_keys`: an access key is set, valid or not. `is_open`: no access
    key is needed (local use only).
    """

    keys: tuple["AccessKey", ...]
    has_keys: bool
    is_open: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessKey:
    """A key that begins a session of a user. `digest` is its SHA-256."""

    user_id: str
    digest: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeSettings:
    """Time limits, in seconds."""

    max_duration_s: float
    reserve_s: float
    patience_s: float
    lease_s: float
    spoken_yes_s: float
    settle_s: float

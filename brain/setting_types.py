"""The settings as values: one frozen dataclass per group. `brain.settings` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    """The model provider and the models to use."""

    provider: Literal["openai", "openrouter"]
    base_url: str | None
    api_key: str
    model: str
    fallback_models: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenSettings:
    """How to verify user tokens. At least one of `secret` and `jwks_url` is set."""

    secret: str | None
    jwks_url: str | None
    audience: str | None
    issuer: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventSettings:
    """Who may report events: programs that sign with `secret` (Standard Webhooks), and Postmark.
    `email_user` is the default user for incoming email.
    """

    secret: str | None
    postmark_password: str | None
    email_user: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionSettings:
    """Who may begin a session. `is_open` means that no access key is needed (local use only)."""

    access_key: str | None
    is_open: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeSettings:
    """Time limits, in seconds."""

    max_duration_s: float
    reserve_s: float
    patience_s: float
    lease_s: float
    spoken_yes_s: float

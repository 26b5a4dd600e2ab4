"""The settings as values: one frozen struct per group. `brain.settings` reads them."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from brain.codec.text import name_only


class StoreSettings(Struct, frozen=True, kw_only=True):
    """The connection to Upstash Redis."""

    url: str
    token: str


class QueueSettings(Struct, frozen=True, kw_only=True):
    """The connection to QStash. It calls our routes under `public_url` and sends `headers`."""

    url: str | None
    token: str
    current_key: str
    next_key: str
    public_url: str
    headers: Mapping[str, str]


class ChannelSettings(Struct, frozen=True, kw_only=True):
    """The connection to Pusher. `host` is set only for a self-hosted server."""

    app_id: str
    key: str
    secret: str
    cluster: str | None
    host: str | None
    port: int | None
    tls: bool


class ModelSettings(Struct, frozen=True, kw_only=True):
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


class TokenSettings(Struct, frozen=True, kw_only=True):
    """How to verify user tokens. There is a secret or a `jwks_url`.

    `secrets`: tokens are issued with the first; one more may be accepted while it is replaced.
    """

    secrets: tuple[str, ...]
    jwks_url: str | None
    audience: str | None
    issuer: str | None

    __repr__ = name_only


class EventSettings(Struct, frozen=True, kw_only=True):
    """Who may report events: programs that sign with a secret (Standard Webhooks), and Postmark.

    While one of them is replaced there are two. `email_user` is the default user for incoming
    email.
    """

    secrets: tuple[str, ...]
    postmark_passwords: tuple[str, ...]
    email_user: str

    __repr__ = name_only


class SessionSettings(Struct, frozen=True, kw_only=True):
    """Who may begin a session. `has_keys`: an access key is set, valid or not. `is_open`: no access
    key is needed (local use only).
    """

    keys: tuple["AccessKey", ...]
    has_keys: bool
    is_open: bool


class AccessKey(Struct, frozen=True, kw_only=True):
    """A key that begins a session of a user. `digest` is its SHA-256."""

    user_id: str
    digest: bytes

    __repr__ = name_only


class TimeSettings(Struct, frozen=True, kw_only=True):
    """Time limits, in seconds."""

    max_duration_s: float
    reserve_s: float
    patience_s: float
    lease_s: float
    spoken_yes_s: float
    settle_s: float

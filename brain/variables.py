"""Reads single environment variables. An invalid one raises SettingMissing with its name."""

import base64
from collections.abc import Mapping
from urllib.parse import urlsplit

from brain.errors import SettingMissing

MIN_PASSWORD_CHARS = 16  # for a password that only programs use

type Env = Mapping[str, str]


def need(env: Env, *names: str) -> str:
    """Return the first of these that is set. Raises SettingMissing if none is."""
    for name in names:
        if value := env.get(name):
            return value
    raise SettingMissing(f"{' or '.join(names)} is missing")


def need_url(env: Env, *names: str) -> str:
    """Return the first of these that is set. Raises SettingMissing unless it is a web address."""
    address = need(env, *names)
    if not _is_web_address(address):
        raise SettingMissing(f"{' or '.join(names)} must be a URL that begins with https://")
    return address


def url(env: Env, name: str) -> str | None:
    """Return a web address, or None if it is not set. Raises SettingMissing for other text."""
    return need_url(env, name) if env.get(name) else None


def number(env: Env, name: str, default: float, *, least: float = 0) -> float:
    """Return a number, or `default` if it is not set.

    Raises SettingMissing unless it is finite and at least `least`.
    """
    text = env.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        raise SettingMissing(f"{name} must be a number") from None
    if not least <= value < float("inf"):
        raise SettingMissing(f"{name} must be at least {least:g}")
    return value


def public_url(env: Env) -> str:
    """Return the address at which the queue reaches this deployment. Raises SettingMissing."""
    if address := url(env, "BRAIN_PUBLIC_URL"):
        return address.rstrip("/")
    # Each preview has its own address. Production is called at its domain, because Vercel may ask
    # for a login at the others.
    names = ["VERCEL_PROJECT_PRODUCTION_URL", "VERCEL_URL"]
    if env.get("VERCEL_ENV") == "preview":
        names.reverse()
    for name in names:
        if host := env.get(name):
            return f"https://{host}"
    raise SettingMissing("BRAIN_PUBLIC_URL is missing")


def digits(env: Env, name: str) -> str:
    """Return a text of digits. Raises SettingMissing if it is missing or contains others."""
    text = need(env, name)
    if not text.isdigit():
        raise SettingMissing(f"{name} must consist of digits")
    return text


def names(env: Env, name: str) -> tuple[str, ...]:
    """Return the entries of a list that is separated by commas; empty if it is not set."""
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def password(env: Env, name: str) -> str | None:
    """Return a password for programs, or None if it is not set. Raises SettingMissing if short."""
    text = env.get(name) or None
    if text is not None and len(text) < MIN_PASSWORD_CHARS:
        raise SettingMissing(f"{name} must have at least {MIN_PASSWORD_CHARS} characters")
    return text


def webhook_secret(env: Env, name: str) -> str | None:
    """Return a Standard Webhooks secret, or None if it is not set. Raises SettingMissing."""
    secret = env.get(name) or None
    if secret is not None and not _is_webhook_secret(secret):
        raise SettingMissing(f"{name} must be whsec_ followed by 24 to 64 bytes in base64")
    return secret


def _is_webhook_secret(secret: str) -> bool:
    """Check the format: `whsec_` and 24 to 64 random bytes in base64 (Standard Webhooks)."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and 24 <= len(key) <= 64


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError if it is not a number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.split() == [url]

"""Reads single environment variables. An invalid one raises SettingMissing with its name."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from brain.errors import SettingMissing
from brain.settings.types import AccessKey
from brain.texts.ids import RESERVED, is_mind_id

MIN_PASSWORD_CHARS = 16  # of a password for programs and of an access key
MAX_KEY_USERS = 20  # users with access keys: a family; a larger number has an app of its own
MAX_KEY_USER_CHARS = 64
MAX_KEYS_OF_USER = 2  # two while one is replaced

DATABASE_FORM = "must look like postgresql://user:password@host/name"
WEB_ADDRESS = "it must begin with https:// or http://, for example"
EXAMPLE = "http://127.0.0.1:11434/v1"
_HOST = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?")  # as in site/policy.js

type Env = Mapping[str, str]


def need(env: Env, *names: str) -> str:
    """Return the first of these that is set. Raises SettingMissing if none is."""
    for name in names:
        if value := env.get(name):
            return value
    raise SettingMissing(f"{' or '.join(names)} is missing")


def key(env: Env, *names: str) -> str:
    """Return the first of these that is set: a key or token that is sent in a header. Raises
    SettingMissing if none is, or if it has what a header cannot have, such as a line break.
    """
    found = need(env, *names)
    if not (found.isascii() and found.isprintable() and found.strip() == found):
        name = next(name for name in names if env.get(name))
        raise SettingMissing(f"{name} must be a key of ASCII characters without spaces around it")
    return found


def need_url(env: Env, *names: str, example: str = EXAMPLE) -> str:
    """Return the first of these that is set. Raises SettingMissing unless it is a web address, with
    an `example` of one.
    """
    address = need(env, *names)
    if not _is_web_address(address):
        name = next(name for name in names if env.get(name))
        raise SettingMissing(f"{name} is not a web address: {WEB_ADDRESS} {example}.")
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
        words = f"must be a number without a unit, such as {default or 1:.12g}"
        raise SettingMissing(f"{name} {words}") from None
    if not least <= value < float("inf"):
        raise SettingMissing(f"{name} must be at least {least:g}")
    return value


def whole(env: Env, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """Return a whole number, or `default` if it is not set.

    Raises SettingMissing unless it is one, at least `least` and at most `most`.
    """
    value = number(env, name, default, least=least)
    if value != int(value):
        raise SettingMissing(f"{name} must be a whole number, such as {default or 1}")
    if most is not None and value > most:
        raise SettingMissing(f"{name} must be at most {most}")
    return int(value)


def flag(env: Env, name: str, *, default: bool = False) -> bool:
    """Return whether a switch is on: 1 or 0, or `default` if it is not set. Raises SettingMissing
    for other text, which nobody would see to have no effect.
    """
    text = env.get(name) or str(int(default))
    if text not in ("0", "1"):
        raise SettingMissing(f"{name} must be 1 or 0")
    return text == "1"


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


def database_url(env: Env, name: str) -> str:
    """Return the address of a database, also in the form `host=… dbname=…`. Raises SettingMissing.

    Whether it is right in its details says the connection.
    """
    address = need(env, name)
    scheme, _, rest = address.partition("://")
    is_url = scheme in ("postgresql", "postgres") and rest and address.split() == [address]
    if not is_url and (rest or "=" not in address):
        raise SettingMissing(f"{name} {DATABASE_FORM}")
    return address


def host(env: Env, name: str) -> str | None:
    """Return the name of a host, or None if it is not set. Raises SettingMissing for other text,
    such as an address with a scheme or a port.
    """
    text = env.get(name) or None
    if text is not None and not _HOST.fullmatch(text):
        raise SettingMissing(f"{name} must be the name of a host, such as ws.example.org")
    return text


def digits(env: Env, name: str) -> str:
    """Return a text of digits. Raises SettingMissing if it is missing or contains others."""
    text = need(env, name)
    if not text.isdigit():
        raise SettingMissing(f"{name} must consist of digits")
    return text


def names(env: Env, name: str) -> tuple[str, ...]:
    """Return the entries of a list that is separated by commas; empty if it is not set."""
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def user_id(env: Env, name: str, default: str) -> str:
    """Return the id of a user. Raises SettingMissing if it is reserved."""
    found = env.get(name) or default
    if is_mind_id(found):
        raise SettingMissing(f"{name} {RESERVED}")
    return found


def password(env: Env, name: str) -> str | None:
    """Return a password for programs, or None if it is not set. Raises SettingMissing if short."""
    text = env.get(name) or None
    if text is not None and len(text) < MIN_PASSWORD_CHARS:
        raise SettingMissing(f"{name} must have at least {MIN_PASSWORD_CHARS} characters")
    return text


def rotating(env: Env, name: str, read: Callable[[Env, str], str | None]) -> tuple[str, ...]:
    """Return a secret and, while it is replaced, the previous one (`<name>_PREVIOUS`).

    Raises SettingMissing as `read` does.
    """
    return tuple(found for each in (name, f"{name}_PREVIOUS") if (found := read(env, each)))


def access_key(env: Env, name: str, *, user_id: str) -> tuple[AccessKey, ...]:
    """Return the access key of one user; empty if it is not set. Raises SettingMissing if short."""
    found = password(env, name)
    return () if found is None else (_access_key(user_id, found),)


def access_keys(env: Env, name: str) -> tuple[AccessKey, ...]:
    """Return the access keys of several users, from `{"anna": ["key"], "ben": ["old", "new"]}`.

    Empty if it is not set. Raises SettingMissing if a part is invalid.
    """
    text = env.get(name)
    if not text:
        return ()
    try:
        given: object = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or not 0 < len(given) <= MAX_KEY_USERS:
        raise SettingMissing(f"{name} must be a JSON object with up to {MAX_KEY_USERS} users")
    keys = [one for user_id, texts in given.items() for one in _keys_of(name, user_id, texts)]
    if len({key.digest for key in keys}) < len(keys):
        raise SettingMissing(f"{name} has the same key twice")
    return tuple(keys)


def _keys_of(name: str, user_id: str, texts: object) -> list[AccessKey]:
    if not 0 < len(user_id) <= MAX_KEY_USER_CHARS or not user_id.isprintable():
        limit = f"1 to {MAX_KEY_USER_CHARS} characters"
        raise SettingMissing(f"{name}: a user id must have {limit} that can be printed")
    if is_mind_id(user_id):
        raise SettingMissing(f"{name}: a user id {RESERVED}")
    if not isinstance(texts, list) or not 0 < len(texts) <= MAX_KEYS_OF_USER:
        raise SettingMissing(f"{name}: each user must have a list of one or two keys")
    if any(not isinstance(text, str) or len(text) < MIN_PASSWORD_CHARS for text in texts):
        raise SettingMissing(f"{name}: each key must have at least {MIN_PASSWORD_CHARS} characters")
    return [_access_key(user_id, text) for text in texts]


def _access_key(user_id: str, text: str) -> AccessKey:
    return AccessKey(user_id=user_id, digest=key_digest(text))


def key_digest(text: str) -> bytes:
    """Return the SHA-256 of an access key, of half characters too."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


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

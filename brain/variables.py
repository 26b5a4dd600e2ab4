"""How a variable of the environment is read: there, well-formed, or named in one clear error."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from brain.errors import SettingMissing

type Env = Mapping[str, str]


def need(env: Env, *names: str) -> str:
    """The first of these that is set. Raises SettingMissing."""
    for name in names:
        if value := env.get(name):
            return value
    raise SettingMissing(f"{' or '.join(names)} is missing")


def need_url(env: Env, *names: str) -> str:
    """The same, which has to be a web address. Raises SettingMissing."""
    address = need(env, *names)
    if not _is_web_address(address):
        raise SettingMissing(f"{' or '.join(names)} must be an address that begins with https://")
    return address


def url(env: Env, name: str) -> str | None:
    """A web address, None where it is not set. Raises SettingMissing if it is none."""
    return need_url(env, name) if env.get(name) else None


def number(env: Env, name: str, default: float, *, least: float = 0) -> float:
    """A finite number of at least `least`. Raises SettingMissing if it is none."""
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


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError if it is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.split() == [url]

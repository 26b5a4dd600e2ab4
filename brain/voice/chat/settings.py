"""The settings of the chat completions: how long a caller waits, and where late answers may go."""

import re
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from brain.errors import SettingMissing
from brain.settings import variables
from brain.settings.variables import Env

PATIENCE_S = 15.0  # seconds; below the 20 s that Vapi waits for a word
CONTROL_HOSTS = ("vapi.ai",)
PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_VISIBLE = re.compile(r"[!-~]+")  # the characters of an address; others are written with %


class PlatformSettings(Struct, frozen=True, kw_only=True):
    """`patience_s` is how long a caller waits that does not say it. `control_hosts` are hosts
    (`vapi.ai`, and names below it, by https) and origins (`http://127.0.0.1:8080`).
    """

    patience_s: float
    control_hosts: tuple[str, ...]

    def may_call(self, url: str) -> bool:
        """Whether a late answer may be sent to this address, which came in a request."""
        origin = _origin(url)
        if origin is None:
            return False
        scheme, host, port = origin
        is_web = scheme == "https" and port == PORTS["https"]
        return any(
            _origin(name) == origin
            if "://" in name
            else is_web and (host == name or host.endswith(f".{name}"))
            for name in self.control_hosts
        )


def chat(env: Env) -> PlatformSettings:
    """Read the settings. Raises SettingMissing."""
    hosts = variables.names(env, "BRAIN_CONTROL_HOSTS") or CONTROL_HOSTS
    for name in hosts:
        is_origin = "://" in name and _origin(name) is not None and not _has_path(name)
        if not is_origin and not _HOST.fullmatch(name):
            words = "must list hosts such as vapi.ai, or origins such as https://example.org"
            raise SettingMissing(f"BRAIN_CONTROL_HOSTS {words}")
    patience_s = variables.number(env, "BRAIN_CHAT_PATIENCE_S", PATIENCE_S, least=0.1)
    return PlatformSettings(patience_s=patience_s, control_hosts=hosts)


def _has_path(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path not in ("", "/") or bool(parts.query or parts.fragment)


def _origin(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an address; None if it could be read in two ways."""
    if not _VISIBLE.fullmatch(url) or "\\" in url:
        return None
    try:
        parts: SplitResult = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host, scheme = parts.hostname or "", parts.scheme
    if scheme not in PORTS or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    return scheme, host, PORTS[scheme] if port is None else port

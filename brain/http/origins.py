"""Which other origins may call: CORS for HTTP, and the Origin check of the socket.

The product uses no cookies, so `Access-Control-Allow-Credentials` is never sent. An origin that is
not allowed gets no header at all.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from urllib.parse import urlsplit

from brain.errors import SettingMissing

VARIABLE = "BRAIN_ALLOWED_ORIGINS"
ANY = "*"
# Of pages of the web, of web views in apps (Capacitor, Ionic, Tauri), and of browser extensions.
_SCHEME = (
    "(?:https?|capacitor|ionic|tauri|app|chrome-extension|moz-extension|safari-web-extension)://"
)
# Of a host: letters, digits, hyphens, underscores. One `*` stands for characters without a dot.
_LABEL = "[a-z0-9_*](?:[a-z0-9_*-]*[a-z0-9_*])?"
_ORIGIN = re.compile(rf"{_SCHEME}(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?")
_STAR = "[a-z0-9_-]+"
_DEFAULT_PORTS = {"http": 80, "https": 443}

REQUEST_HEADERS = (
    "Authorization, Content-Type, If-None-Match, If-Match, Last-Event-ID, Accept, Range"
)
EXPOSED = "ETag, Retry-After, Date, Content-Range"
PREFLIGHT_S = 7_200  # seconds for which a browser keeps the answer; Chromium keeps it no longer


class AllowedOrigins:
    """The origins in `BRAIN_ALLOWED_ORIGINS`, as one value that is compared whole."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._any = False
        patterns = []
        for entry in entries:
            if entry == ANY:
                self._any = True
            else:
                head, _, tail = entry.partition("*")
                star = _STAR if "*" in entry else ""
                patterns.append(f"{re.escape(head)}{star}{re.escape(tail)}")
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def allows(self, origin: str) -> bool:
        """Whether a page of this origin may call. `origin` is the request's header."""
        if origin == "null":
            return False
        origin = origin.lower()
        if self._any and _is_origin(origin):
            return True
        return self._pattern is not None and self._pattern.fullmatch(origin) is not None


@cache
def allowed_origins(text: str) -> AllowedOrigins:
    """Read the variable: origins, separated by commas. Raises SettingMissing for a wrong one."""
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    return AllowedOrigins([_checked(entry) for entry in entries])


def origins_of(env: Mapping[str, str]) -> AllowedOrigins:
    """Return the origins that the variable allows. Raises SettingMissing."""
    return allowed_origins(env.get(VARIABLE, ""))


def cors(origin: str, methods: Iterable[str] | None = None) -> dict[str, str]:
    """Return the headers for an allowed origin; with the `methods` of the route for a preflight."""
    headers = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    if methods is None:
        return {**headers, "Access-Control-Expose-Headers": EXPOSED}
    return {
        **headers,
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_S),
    }


def is_own(origin: str, headers: Mapping[str, str]) -> bool:
    """Whether an origin is the deployment's own, by the host that the request names.

    A proxy in front may have changed the scheme, so only host and port are compared.
    """
    try:
        parts = urlsplit(origin)
        named = parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return False
    hosts = (headers.get("host", ""), headers.get("x-forwarded-host", ""))
    return any(named == _host(host, parts.scheme) for host in hosts if host)


def _host(text: str, scheme: str) -> tuple[str | None, int | None]:
    try:
        parts = urlsplit(f"//{text}")
        return parts.hostname, parts.port or _DEFAULT_PORTS.get(scheme)
    except ValueError:
        return None, None


def _is_origin(text: str) -> bool:
    """Whether it has the form of an origin, with a port that can be."""
    try:
        return _ORIGIN.fullmatch(text) is not None and urlsplit(text).port != 0
    except ValueError:
        return False


def _checked(entry: str) -> str:
    """Return an entry in the form in which browsers send origins. Raises SettingMissing."""
    origin = entry.lower().removesuffix("/")
    if origin == ANY:
        return origin
    if origin.count("*") > 1 or not _is_origin(origin):
        raise SettingMissing(
            f"{VARIABLE} has an entry that is no origin: it must be like https://app.example or "
            "https://*.app.example, with at most one *"
        )
    for scheme, port in _DEFAULT_PORTS.items():
        if origin.startswith(f"{scheme}://"):
            origin = origin.removesuffix(f":{port}")
    return origin

"""The settings of Web Push."""

import base64
import binascii
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from brain.codec.text import name_only
from brain.errors import SettingMissing
from brain.settings import variables
from brain.settings.variables import Env

KEY, SUBJECT, HOSTS = "BRAIN_VAPID_PRIVATE_KEY", "BRAIN_VAPID_SUBJECT", "BRAIN_PUSH_HOSTS"
# The push services of Chrome, Firefox, Safari and Edge.
DEFAULT_HOSTS = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
KEY_BYTES = 32
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256
MAX_ENDPOINT_CHARS = 2_000
PORTS = {"http": 80, "https": 443}
_KEY = re.compile(r"[A-Za-z0-9_-]{43}=?")
_SUBJECT = re.compile(r"mailto:[!-~]+@[!-~]+")
_HOST = re.compile(r"\A(\*\.)?[a-z0-9-]++(\.[a-z0-9-]++)++")
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_VISIBLE = re.compile(r"[!-~]+")  # the characters of an address; others are written with %

MAKE = "Make one with: python -m brain.vapid"


class PushSettings(Struct, frozen=True, kw_only=True):
    """The key and the address of whoever runs this deployment, for push services.

    `hosts` are where endpoints may be: names (`fcm.googleapis.com`), names with what is below them
    (`*.push.apple.com`), and origins (`http://127.0.0.1:9000`).
    """

    private_key: bytes
    subject: str
    hosts: tuple[str, ...]

    __repr__ = name_only

    def may_send(self, endpoint: str) -> bool:
        """Whether a notification may be sent to this address, which a user has given."""
        origin = origin_of(endpoint)
        if origin is None:
            return False
        is_web = origin.startswith("https://") and ":" not in origin.removeprefix("https://")
        host = origin.partition("://")[2]
        return any(
            origin_of(one) == origin if "://" in one else is_web and _names(one, host)
            for one in self.hosts
        )

    def is_listed(self, endpoint: str) -> bool:
        """Whether its very origin is listed, so that it may be in a private network."""
        origin = origin_of(endpoint)
        return any("://" in one and origin_of(one) == origin for one in self.hosts)


def push(env: Env) -> PushSettings | None:
    """Read the settings; None if there is neither a key nor a subject. Raises SettingMissing."""
    hosts = _hosts(env)
    if not env.get(KEY) and not env.get(SUBJECT):
        return None
    if not env.get(KEY):
        raise SettingMissing(f"{KEY} is missing: {SUBJECT} is set, and both are needed. {MAKE}")
    key = _private_key(env[KEY])
    subject = env.get(SUBJECT)
    rule = "it must be the address of whoever runs this deployment, as mailto:you@example.org"
    if not subject:
        raise SettingMissing(f"{SUBJECT} is missing: {rule}")
    if not _SUBJECT.fullmatch(subject):
        raise SettingMissing(f"{SUBJECT} is not an address: {rule}")
    return PushSettings(private_key=key, subject=subject, hosts=hosts)


def is_on(env: Env) -> bool:
    """Whether notifications can be pushed."""
    try:
        return push(env) is not None
    except SettingMissing:
        return False


def absent(env: Env) -> Mapping[str, str]:
    """Return the variable that is missing if nothing can be pushed."""
    return {} if env.get(KEY) or env.get(SUBJECT) else {"push": f"{KEY} is missing"}


def origin_of(url: str) -> str | None:
    """Return scheme, host and port of an address; None if it could be read in two ways."""
    if len(url) > MAX_ENDPOINT_CHARS or not _VISIBLE.fullmatch(url) or "\\" in url or "#" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host, scheme = parts.hostname or "", parts.scheme
    if scheme not in PORTS or "@" in parts.netloc or not _NAME.fullmatch(host) or port == 0:
        return None
    return f"{scheme}://{host}" if port in (None, PORTS[scheme]) else f"{scheme}://{host}:{port}"


def from_text(text: str) -> bytes:
    """Decode base64url, with or without padding. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _private_key(text: str) -> bytes:
    found = from_text(text) if _KEY.fullmatch(text) else b""
    if len(found) != KEY_BYTES or not 0 < int.from_bytes(found) < ORDER:
        rule = f"it must be the base64url of the {KEY_BYTES} bytes of a key of P-256"
        raise SettingMissing(f"{KEY} is not a key: {rule}. {MAKE}")
    return found


def _hosts(env: Env) -> tuple[str, ...]:
    hosts = tuple(one.lower() for one in variables.names(env, HOSTS)) or DEFAULT_HOSTS
    for one in hosts:
        is_origin = "://" in one and origin_of(one) is not None and not _has_path(one)
        if not is_origin and not _HOST.fullmatch(one):
            words = "hosts such as *.push.apple.com, or origins such as http://127.0.0.1:9000"
            raise SettingMissing(f"{HOSTS} is not a list of hosts: it must name {words}")
    return hosts


def _has_path(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path not in ("", "/") or bool(parts.query)


def _names(listed: str, host: str) -> bool:
    if listed.startswith("*."):
        return host.endswith(listed[1:])
    return host == listed

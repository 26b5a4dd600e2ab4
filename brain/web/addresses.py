"""Checks which web addresses may be opened at all.

An address could point the server at something that only the server can reach, such as a service in
its network or its cloud's metadata (server-side request forgery). So an address must name a public
site on a standard port, and the name must resolve to public IPs (`may_connect`). The additional
limits for runs that have read texts by others are in `brain.web.mistrust`.
"""

import re
from ipaddress import ip_address
from unicodedata import category
from urllib.parse import quote

from msgspec import Struct

from brain.errors import PageUnreadable
from brain.texts.domains import ascii_domain
from brain.texts.networks import may_connect

MAX_CHARS = 2_000  # of an address; a longer one carries data rather than a location
MAX_HOST_CHARS = 253  # the limit of the DNS
PORTS = {"https": 443, "http": 80}

NO_ADDRESS = "it is not a valid web address: write it in full, such as https://example.org/page"
TOO_LONG = f"the address has more than {MAX_CHARS} characters"
USERINFO = "the address contains a user name or a password, which is not allowed"
OTHER_PORT = "the address uses another port than 80 or 443, which is not allowed"
PRIVATE = "the address is not on the public web, which is not allowed"

# Names for private networks, which do not exist in the public DNS.
_LOCAL = frozenset(
    {"corp", "home", "internal", "intranet", "lan", "local", "localdomain", "localhost", "private"}
)
_LOCAL_END = ".home.arpa"

_UNFIT = re.compile(r'[\x00-\x20\x7f"<>\\]')
_PARTS = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<rest>#.*)?",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\[\]]+)(:(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(
    r"[0-9]+|0x[0-9a-f]*"
)  # a last label that makes resolvers treat the name as an IP
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = "!$%&'()*+,-./:;=@_~"


class WebAddress(Struct, frozen=True, kw_only=True):
    """A web address in normalized form, as it is compared and sent.

    `host` is in lower case and ASCII; `path` and `query` (None if absent) are escaped. The
    fragment is not kept, because it is never sent; `has_fragment` says whether there was one.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str | None = None
    has_fragment: bool = False

    @property
    def site(self) -> str:
        """The value of the Host header: the host, with the port unless it is the default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """The request target: path and query."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def text(self) -> str:
        """The whole address as text, without a fragment."""
        return f"{self.scheme}://{self.site}{self.target}"


def parse(text: str) -> WebAddress:
    """Parse an address of the public web. Raises PageUnreadable for any other text."""
    text = text.strip()
    if len(text) > MAX_CHARS:
        raise PageUnreadable(TOO_LONG)
    parts = None if _is_unfit(text) else _PARTS.fullmatch(text)
    if parts is None:
        raise PageUnreadable(NO_ADDRESS)
    if "@" in parts["authority"]:
        raise PageUnreadable(USERINFO)
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if authority is None:
        raise PageUnreadable(NO_ADDRESS)
    scheme = parts["scheme"].lower()
    port = int(authority["port"] or PORTS[scheme])
    if port not in PORTS.values():
        raise PageUnreadable(OTHER_PORT)
    query = parts["query"]
    return WebAddress(
        scheme=scheme,
        host=_host(authority["host"]),
        port=port,
        path=_escaped(parts["path"]) or "/",
        query=None if query is None else _escaped(query[1:], also="?"),
        has_fragment=parts["rest"] is not None,
    )


def _is_unfit(text: str) -> bool:
    """Whether the text contains characters that an address must not contain, escaped or not:
    invisible ones, and ones that other programs treat as a different character.
    """
    if _UNFIT.search(text):
        return True
    return not text.isascii() and any(category(character)[0] in "CZ" for character in text)


def _host(text: str) -> str:
    """Normalize a host. Raises PageUnreadable if it is invalid or not public."""
    if text.startswith("["):
        return _literal(text[1:-1])
    host = ascii_domain(text)
    labels = host.split(".")
    if len(host) > MAX_HOST_CHARS or not all(map(_LABEL.fullmatch, labels)):
        raise PageUnreadable(NO_ADDRESS)
    if _NUMBER.fullmatch(labels[-1]):
        return _literal(host)
    if len(labels) == 1 or labels[-1] in _LOCAL or host.endswith(_LOCAL_END):
        raise PageUnreadable(PRIVATE)
    return host


def _literal(text: str) -> str:
    """Normalize an IP. Raises PageUnreadable for a private one and for the spellings that only some
    resolvers accept (127.1, 0x7f000001).
    """
    try:
        ip = str(ip_address(text))
    except ValueError:
        raise PageUnreadable(NO_ADDRESS) from None
    if not may_connect(ip):
        raise PageUnreadable(PRIVATE)
    return ip


def _escaped(text: str, *, also: str = "") -> str:
    return quote(_LONE_PERCENT.sub("%25", text), safe=_SAFE + also)

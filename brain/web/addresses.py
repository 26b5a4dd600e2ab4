"""Which addresses of the web may be opened at all.

Whoever can name an address could have the server look where only it can look: at what runs beside
it, at its cloud's metadata. So an address names a public site at one of the web's own ports, and
what the name resolves to has to be public as well (`may_connect`). What a run that has read the
words of others may open is in `brain.web.mistrust`.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from unicodedata import category
from urllib.parse import quote

from brain.errors import PageUnreadable

MAX_CHARS = 2_000  # of an address; a longer one holds more than a place
MAX_HOST_CHARS = 253  # of a name in the DNS
PORTS = {"https": 443, "http": 80}

NO_ADDRESS = "it is no web address: write it in full, as https://example.org/page"
TOO_LONG = f"the address has more than {MAX_CHARS} characters"
USERINFO = "the address holds a name or a password, and none is ever sent"
OTHER_PORT = "only the web's own ports are opened, 80 and 443"
PRIVATE = "the address does not lead to the public web, and nothing else is opened"

# Names that mean something else in each network, and nothing in the public one.
_LOCAL = frozenset(
    {"corp", "home", "internal", "intranet", "lan", "local", "localdomain", "localhost", "private"}
)
_LOCAL_END = ".home.arpa"

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Public by their numbers, and yet answered from within: by Azure's host, by Oracle's (whose range
# only newer Pythons know), by the nearest relay.
_INNER = tuple(map(ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))

_UNFIT = re.compile(r'[\x00-\x20\x7f"<>\\]')
_PARTS = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<rest>#.*)?",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\[\]]+)(:(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a last label by which resolvers see an IP in a name
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = "!$%&'()*+,-./:;=@_~"


@dataclass(frozen=True, kw_only=True, slots=True)
class WebAddress:
    """An address in the one form in which it is compared and sent.

    `host` is in lower case and ASCII; `path` and `query` (None if there is none) are escaped. A
    fragment is never sent, so it is only known that there was one.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str | None = None
    has_fragment: bool = False

    @property
    def site(self) -> str:
        """The host, with the port unless it is the scheme's own: what a request names as its
        host.
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """What the site is asked for."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def text(self) -> str:
        """All of it that is sent."""
        return f"{self.scheme}://{self.site}{self.target}"


def parse(text: str) -> WebAddress:
    """The address that a text is, if it names a site of the public web. Raises PageUnreadable."""
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


def may_connect(ip: str) -> bool:
    """Whether a site may be at this IP. One that wraps an IP of the old protocol is where that one
    is.
    """
    try:
        found = ip_address(ip)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public(found)
    inner = _wrapped(found)
    if inner is not None:
        return _is_public(inner)
    # Teredo's, which wrap one too, are no sites: Python does not count them as global.
    return found in _GLOBAL_UNICAST and found.is_global


def _is_unfit(text: str) -> bool:
    """Whether it holds what an address may not, escaped or not: what nobody sees, and what others
    read as another character.
    """
    if _UNFIT.search(text):
        return True
    return not text.isascii() and any(category(character)[0] in "CZ" for character in text)


def _host(text: str) -> str:
    """Raises PageUnreadable."""
    if text.startswith("["):
        return _literal(text[1:-1])
    host = text.lower() if text.isascii() else _punycode(text)
    labels = host.split(".")
    if len(host) > MAX_HOST_CHARS or not all(map(_LABEL.fullmatch, labels)):
        raise PageUnreadable(NO_ADDRESS)
    if _NUMBER.fullmatch(labels[-1]):
        return _literal(host)
    if len(labels) == 1 or labels[-1] in _LOCAL or host.endswith(_LOCAL_END):
        raise PageUnreadable(PRIVATE)
    return host


def _literal(text: str) -> str:
    """An IP in its one spelling; others (127.1, 0x7f000001) mean one to some resolvers only."""
    try:
        ip = str(ip_address(text))
    except ValueError:
        raise PageUnreadable(NO_ADDRESS) from None
    if not may_connect(ip):
        raise PageUnreadable(PRIVATE)
    return ip


def _punycode(text: str) -> str:
    """Raises PageUnreadable."""
    import idna  # here, since few addresses need its tables

    if len(text) > MAX_HOST_CHARS:  # the time it takes grows faster than the text
        raise PageUnreadable(NO_ADDRESS)
    try:
        return idna.encode(text, uts46=True).decode()
    except UnicodeError:
        raise PageUnreadable(NO_ADDRESS) from None


def _escaped(text: str, *, also: str = "") -> str:
    return quote(_LONE_PERCENT.sub("%25", text), safe=_SAFE + also)


def _is_public(ip: IPv4Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _INNER)


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    """The IP of the old protocol to which a gateway would bring this one; None if it wraps none."""
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour

"""Pages of the public web, by httpx.

The guard against being sent to a private network holds for names that change their answer too: a
name is resolved here, once for each request, every IP that it resolves to is checked, and the
connection goes to the IP that was checked. Host header, SNI and the certificate's check keep to the
name.

Of httpx only the transport is used. Its client would follow redirects by itself, keep cookies (of
one user for the next), unpack without a bound, and log each address, which is a user's text. Nobody
shares a connection with anybody: each request has its own.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from brain.errors import PageUnreadable
from brain.version import VERSION
from brain.web import addresses
from brain.web.addresses import WebAddress
from brain.web.pages import MAX_BYTES, READABLE, TOO_LARGE, Unpacking, kind_of, title_and_text
from brain.web.ports import WebPage

if TYPE_CHECKING:
    import httpx

LIMIT_S = 12.0  # seconds for a page, redirects included; the tool's own limit is a little longer
CONNECT_S = 4.0  # seconds for one of a site's IPs: a second one must still find time
MAX_REDIRECTS = 5
MAX_PLACES = 3  # IPs of a site that are tried
REDIRECTS = frozenset({301, 302, 303, 307, 308})

NO_SITE = "there is no such site"
AWAY = "its server cannot be reached"
NO_TRUST = "its certificate does not hold, so that it may be anybody's"
TOO_SLOW = "it took too long"
TOO_FAR = "it leads on and on to other addresses"
NOT_GIVEN = "its server answered {}"

HEADERS = {
    "User-Agent": f"second-brain/{VERSION}",
    "Accept": ", ".join(sorted(READABLE)),
    "Accept-Encoding": "gzip",
    "Connection": "close",
}

type Place = tuple[str, int]  # an IP and a port
type Resolve = Callable[[str, int], Awaitable[Sequence[Place]]]


async def resolve(host: str, port: int) -> Sequence[Place]:
    """Where a host is, by the system's own resolver. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(place[0]), int(place[1])) for *_, place in found]


class HttpWeb:
    """Web over HTTP. Handed in, for a network of one's own: who resolves names, which IPs may be
    connected to, whose certificates hold.
    """

    def __init__(
        self,
        *,
        resolve: Resolve = resolve,
        may_connect: Callable[[str], bool] = addresses.may_connect,
        tls: ssl.SSLContext | None = None,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._resolve = resolve
        self._may_connect = may_connect
        self._tls = tls
        self._limit_s = limit_s

    async def read(self, url: str) -> WebPage:
        """Follow the redirects to a page and read it. Raises PageUnreadable.

        A redirect is held to the same reach as the first address, and to nothing more, even in a
        tainted run: it is the opened site's own answer, and that site knows no more than the
        address it was asked for. What it puts into the next one it could send there itself.
        """
        address = addresses.parse(url)
        try:
            async with asyncio.timeout(self._limit_s):
                for _ in range(MAX_REDIRECTS + 1):
                    found = await self._visit(address)
                    if isinstance(found, WebPage):
                        return found
                    address = found
        except TimeoutError as error:
            raise PageUnreadable(TOO_SLOW) from error
        raise PageUnreadable(TOO_FAR)

    async def _visit(self, address: WebAddress) -> WebPage | WebAddress:
        """The page, or where it has gone."""
        import httpx

        places = await self._places(address)
        if self._tls is None:  # in a thread: it reads some hundred certificates
            self._tls = await asyncio.to_thread(httpx.create_ssl_context, trust_env=False)
        try:
            for place in places[:-1]:
                try:
                    return await self._ask(address, place, self._tls)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    continue
            return await self._ask(address, places[-1], self._tls)
        except httpx.TransportError as error:
            is_untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
            raise PageUnreadable(NO_TRUST if is_untrusted else AWAY) from error

    async def _places(self, address: WebAddress) -> Sequence[Place]:
        """The IPs of the site; every one of them may be connected to, or none is."""
        try:
            found = await self._resolve(address.host, address.port)
        except OSError as error:
            raise PageUnreadable(NO_SITE) from error
        if not found:
            raise PageUnreadable(NO_SITE)
        if not all(self._may_connect(ip) for ip, _ in found):
            raise PageUnreadable(addresses.PRIVATE)
        return found[:MAX_PLACES]

    async def _ask(
        self, address: WebAddress, place: Place, tls: ssl.SSLContext
    ) -> WebPage | WebAddress:
        import httpx

        ip, port = place
        request = httpx.Request(
            "GET",
            httpx.URL(scheme=address.scheme, host=ip, port=port),
            headers={"Host": address.site, **HEADERS},
            extensions={
                "sni_hostname": address.host,
                "target": address.target.encode(),
                "timeout": {"connect": CONNECT_S},  # for all the rest there is one limit
            },
        )
        async with httpx.AsyncHTTPTransport(verify=tls, trust_env=False) as transport:
            response = await transport.handle_async_request(request)
            try:
                return await _answer(response, address)
            finally:
                await response.aclose()


async def _answer(response: "httpx.Response", address: WebAddress) -> WebPage | WebAddress:
    """Raises PageUnreadable."""
    headers, status = response.headers, response.status_code
    if status in REDIRECTS and "location" in headers:
        return _next(address, headers["location"])
    if status != 200:
        raise PageUnreadable(NOT_GIVEN.format(status))
    content_type = headers.get("content-type", "")
    size = int(headers["content-length"]) if "content-length" in headers else None
    kind = kind_of(content_type, size=size)
    if size is not None and size > MAX_BYTES:
        raise PageUnreadable(TOO_LARGE)
    came = Unpacking(headers.get("content-encoding", ""))
    async for chunk in response.aiter_raw():
        came.take(chunk)
    # In a thread: a large page takes half a second.
    title, text = await asyncio.to_thread(title_and_text, bytes(came.data), content_type)
    return WebPage(url=address.text, title=title, text=text, content_type=kind)


def _next(address: WebAddress, location: str) -> WebAddress:
    """Raises PageUnreadable."""
    try:
        return addresses.parse(urljoin(address.text, location.strip().replace(" ", "%20")))
    except ValueError as error:
        raise PageUnreadable(addresses.NO_ADDRESS) from error

"""Fetches pages of the public web with httpx.

The check against private networks also covers names whose DNS answer changes (DNS rebinding): each
request resolves the name once, checks every IP, and connects to a checked IP. The Host header, SNI
and the certificate check use the name.

Only httpx's transport is used. Its client would follow redirects itself, share cookies between
users, decompress without a limit, and log each address, which is a user's text. Each request has
its own connection, so users never share one.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from brain.cloud.pinned import PinnedHttp, PinnedRequest, Place, Resolve, resolve
from brain.errors import PageUnreadable
from brain.http.version import VERSION
from brain.texts.networks import may_connect
from brain.web import addresses
from brain.web.addresses import WebAddress
from brain.web.pages import MAX_BYTES, READABLE, TOO_LARGE, Unpacking, kind_of, title_and_text
from brain.web.ports import WebPage

if TYPE_CHECKING:
    import httpx

LIMIT_S = 12.0  # seconds for a page, redirects included; the tool's own limit is a little longer
CONNECT_S = 4.0  # seconds to connect to one IP; leaves time to try a second one
MAX_REDIRECTS = 5
MAX_PLACES = 3  # IPs of a site to try
REDIRECTS = frozenset({301, 302, 303, 307, 308})

NO_SITE = "the site does not exist"
AWAY = "its server cannot be reached"
NO_TRUST = "its TLS certificate is invalid"
TOO_SLOW = "it took too long"
TOO_FAR = "it redirects too many times"
NOT_GIVEN = "its server answered with status {}"

HEADERS = {
    "User-Agent": f"second-brain/{VERSION}",
    "Accept": ", ".join(sorted(READABLE)),
    "Accept-Encoding": "gzip",
    "Connection": "close",
}


class HttpWeb:
    """`Web` over HTTP. Name resolution, the check of IPs and the TLS context can be replaced, so
    that it can run in a private network.
    """

    def __init__(
        self,
        *,
        resolve: Resolve = resolve,
        may_connect: Callable[[str], bool] = may_connect,
        tls: ssl.SSLContext | None = None,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._resolve = resolve
        self._may_connect = may_connect
        self._http = PinnedHttp(connect_s=CONNECT_S, tls=tls)
        self._limit_s = limit_s

    async def read(self, url: str) -> WebPage:
        """Follow the redirects to a page and read it. Raises PageUnreadable.

        A redirect must pass the same checks as the first address, also in a tainted run, but no
        others. It is the opened site's answer, and that site knows only the address it was asked
        for. Whatever the site puts into the next address, it could send there itself.
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
        """Return the page, or the address that it redirects to."""
        import httpx

        places = await self._places(address)
        asked = PinnedRequest(
            method="GET",
            scheme=address.scheme,
            host=address.host,
            target=address.target,
            headers={"Host": address.site, **HEADERS},
        )
        try:
            return await self._http.ask(asked, places, lambda answer: _answer(answer, address))
        except httpx.TransportError as error:
            is_untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
            raise PageUnreadable(NO_TRUST if is_untrusted else AWAY) from error

    async def _places(self, address: WebAddress) -> Sequence[Place]:
        """Resolve the site to IPs. Raises PageUnreadable unless all of them are allowed."""
        try:
            found = await self._resolve(address.host, address.port)
        except OSError as error:
            raise PageUnreadable(NO_SITE) from error
        if not found:
            raise PageUnreadable(NO_SITE)
        if not all(self._may_connect(ip) for ip, _ in found):
            raise PageUnreadable(addresses.PRIVATE)
        return found[:MAX_PLACES]


async def _answer(response: "httpx.Response", address: WebAddress) -> WebPage | WebAddress:
    """Turn a response into a page or the next address. Raises PageUnreadable."""
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
    body = Unpacking(headers.get("content-encoding", ""))
    async for chunk in response.aiter_raw():
        body.take(chunk)
    # In a thread: a large page takes half a second.
    title, text = await asyncio.to_thread(title_and_text, bytes(body.data), content_type)
    return WebPage(url=address.text, title=title, text=text, content_type=kind)


def _next(address: WebAddress, location: str) -> WebAddress:
    """Resolve a Location header against the current address. Raises PageUnreadable."""
    try:
        return addresses.parse(urljoin(address.text, location.strip().replace(" ", "%20")))
    except ValueError as error:
        raise PageUnreadable(addresses.NO_ADDRESS) from error

"""Kept HTTP connections to one service, over aiohttp.

The vendors' SDKs stand on httpx, which takes three times the CPU time for a request. What it does
is kept here: an idle connection is used for 5 s, names are resolved for each connection, proxies
and certificates come from the environment, and nothing is sent twice, followed or remembered.
"""

import asyncio
import os
import platform
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from brain.cloud.exchange import Connections, Response

IDLE_S = 5.0  # seconds that an unused connection is kept: less than any server keeps it
QUIET_S = 0.1  # seconds without a request, after which a server may have closed a connection
PASSES = 3  # of the event loop: it sees the end of a connection, reads it, and drops it


class BodyTooLarge(ValueError):
    """A response has more bytes than its reader takes."""


class HttpClient:
    """The connections to one server: one set for each event loop, as they work on no other."""

    def __init__(self, url: str, *, at_most: int, connect_s: float | None = None) -> None:
        """`at_most`: connections. `connect_s`: seconds for a new one, of the caller's time."""
        self._url = url.rstrip("/")
        self._at_most = at_most
        self._connect_s = connect_s
        self._kept: dict[asyncio.AbstractEventLoop, Connections] = {}
        self._used = 0.0  # when a request ended last, in the loop's time

    @asynccontextmanager
    async def post(
        self, path: str, body: bytes, headers: Mapping[str, str]
    ) -> AsyncIterator["Response"]:
        """Send a request once, and yield the response before its body is read.

        A response that is not read to its end costs the connection. The caller limits the time.
        Raises aiohttp.ClientError, TimeoutError.
        """
        loop = asyncio.get_running_loop()
        kept = self._kept.get(loop) or await self._open(loop)
        if loop.time() - self._used > QUIET_S:
            # Without this, a request of an instance that slept goes to a connection that is gone.
            for _ in range(PASSES):
                await asyncio.sleep(0)
        try:
            connection = await kept.open()
            try:
                # Not before, because a new connection to a proxy finds the key for it.
                request = kept.request(f"{self._url}{path}", body, headers)
                response = await kept.exchanged(connection, request)
                with response.ended():
                    yield response
            finally:
                kept.give_back(connection)
        finally:
            self._used = loop.time()

    async def warm(self) -> None:
        """Do what the first request would do before it connects."""
        loop = asyncio.get_running_loop()
        if loop not in self._kept:
            await self._open(loop)

    async def aclose(self) -> None:
        """Close the connections of the running loop, and those of loops that have ended."""
        await self._drop(asyncio.get_running_loop())

    async def _open(self, loop: asyncio.AbstractEventLoop) -> "Connections":
        """Make the connections of a loop. The first call imports aiohttp: 50 ms."""
        from brain.cloud.exchange import Connections

        # In a thread, as it reads files for 20 ms. Another call may have been faster meanwhile.
        proxy = proxy_for(self._url)
        is_secure = "https" in (urlsplit(self._url).scheme, urlsplit(proxy or "").scheme)
        tls = await asyncio.to_thread(trusted) if is_secure else True
        if (known := self._kept.get(loop)) is not None:
            return known
        kept = self._kept[loop] = Connections(
            self._url,
            at_most=self._at_most,
            connect_s=self._connect_s,
            idle_s=IDLE_S,
            tls=tls,
            proxy=proxy,
        )
        await self._drop(None)
        return kept

    async def _drop(self, ending: asyncio.AbstractEventLoop | None) -> None:
        for loop in [each for each in self._kept if each is ending or each.is_closed()]:
            await self._kept.pop(loop).connector.close()


async def whole(response: "Response", most_bytes: int) -> bytes:
    """Read the body of a response. Raises BodyTooLarge, aiohttp.ClientError."""
    parts: list[bytes] = []
    size = 0
    async for part in response.parts():
        size += len(part)
        if size > most_bytes:
            raise BodyTooLarge
        parts.append(part)
    return b"".join(parts)


@cache
def trusted() -> ssl.SSLContext:
    """Return the certificates that are trusted: those that SSL_CERT_FILE or SSL_CERT_DIR names, or
    those of the system and of certifi.
    """
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not (file or folder) and platform.system() in ("Darwin", "Windows"):
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.set_alpn_protocols(["http/1.1"])
    if file or folder:
        tls.load_verify_locations(file or None, None if file else folder)
        return tls
    import certifi

    tls.load_verify_locations(certifi.where())
    tls.load_default_certs()
    return tls


def proxy_for(url: str) -> str | None:
    """Return the proxy for a server, from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY."""
    from urllib.request import getproxies, proxy_bypass

    parts, proxies = urlsplit(url), getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"

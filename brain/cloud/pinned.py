"""HTTP requests to IPs that were checked before, so that the name of a server leads nowhere else.

A name that is resolved again with the connection could give another IP than the checked one. No
redirect is followed, no connection is kept, and nothing comes from the environment.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import httpx

type Place = tuple[str, int]  # an IP and a port
type Resolve = Callable[[str, int], Awaitable[Sequence[Place]]]


class PinnedRequest(Struct, frozen=True, kw_only=True):
    """A request to the server `host`. `target` is path and query; `headers` has its `Host`."""

    method: str
    scheme: str
    host: str
    target: str
    headers: Mapping[str, str]
    content: bytes = b""


async def resolve(host: str, port: int) -> Sequence[Place]:
    """Resolve a host with the system's resolver. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(place[0]), int(place[1])) for *_, place in found]


class PinnedHttp:
    """Sends requests. The caller limits the time for everything but the connection."""

    def __init__(self, *, connect_s: float, tls: ssl.SSLContext | None = None) -> None:
        """`connect_s` is how many seconds one IP has to accept a connection. `tls` replaces the
        certificates that are trusted.
        """
        self._connect_s = connect_s
        self._tls = tls

    async def ask[T](
        self,
        asked: PinnedRequest,
        places: Sequence[Place],
        read: Callable[["httpx.Response"], Awaitable[T]],
    ) -> T:
        """Send to the first place that accepts a connection, and return what `read` makes of it.

        `places` are at least one. Raises httpx.TransportError, and what `read` raises.
        """
        import httpx

        if self._tls is None:  # in a thread: it loads more than a hundred certificates
            self._tls = await asyncio.to_thread(httpx.create_ssl_context, trust_env=False)
        for place in places[:-1]:
            try:
                return await self._ask(asked, place, self._tls, read)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._ask(asked, places[-1], self._tls, read)

    async def _ask[T](
        self,
        asked: PinnedRequest,
        place: Place,
        tls: ssl.SSLContext,
        read: Callable[["httpx.Response"], Awaitable[T]],
    ) -> T:
        import httpx

        ip, port = place
        request = httpx.Request(
            asked.method,
            httpx.URL(scheme=asked.scheme, host=ip, port=port),
            headers=asked.headers,
            content=asked.content or None,
            extensions={
                "sni_hostname": asked.host,
                "target": asked.target.encode(),
                "timeout": {"connect": self._connect_s},
            },
        )
        async with httpx.AsyncHTTPTransport(verify=tls, trust_env=False) as transport:
            response = await transport.handle_async_request(request)
            try:
                return await read(response)
            finally:
                await response.aclose()

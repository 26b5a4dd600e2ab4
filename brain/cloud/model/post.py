"""Sends chat requests as the vendor's SDK would, and reads refusals as it does.

The SDK takes ten times the CPU time for a request, and four times as long to import. It is the
judge instead: the contract tests send the same requests through it, and compare.
"""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from brain.cloud.http import HttpClient
from brain.cloud.model.body import written
from brain.cloud.model.faults import Failure, refused
from brain.cloud.model.values import NOTHING, parsed
from brain.codec import Json

if TYPE_CHECKING:
    from brain.cloud.exchange import Response

PATH = "chat/completions"
UNLIMITED = 0  # connections: as many as there are callers
MOST_HOPS = 3  # requests to addresses to which a server redirects
MOST_REFUSAL_BYTES = 1024 * 1024  # of a refusal; the rest is not read


class ChatServer:
    """A server of chat models: its address, our key, and the kept connections."""

    def __init__(self, url: str, api_key: str, *, connect_s: float) -> None:
        """`connect_s` is how many seconds a new connection may take."""
        self._address = _joined(url)
        self._connect_s = connect_s
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Authorization": _basic(url) or f"Bearer {_sendable(api_key)}",
            "Content-Type": "application/json",
            "User-Agent": "second-brain",
        }
        self._clients: dict[str, HttpClient] = {}

    @asynccontextmanager
    async def post(self, body: Json) -> AsyncIterator["Response"]:
        """Send a request, and yield the response before its body is read.

        Redirects that keep the body are followed on the same host. Raises aiohttp.ClientError,
        which is also a TimeoutError if the connection takes too long.
        """
        data = written(body)
        address = self._address
        for hop in range(1 + MOST_HOPS):
            client, path = self._at(address)
            async with client.post(path, data, self._headers) as response:
                moved = _moved(address, response) if hop < MOST_HOPS else None
                if moved is None:
                    yield response
                    return
            address = moved

    async def warm(self) -> None:
        """Do what the first request would do first: import, and load certificates."""
        await self._at(self._address)[0].warm()

    async def aclose(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.aclose()

    def _at(self, address: str) -> tuple[HttpClient, str]:
        """Return the client for an address, and the rest of the address."""
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._clients:
            self._clients[origin] = HttpClient(origin, at_most=UNLIMITED, connect_s=self._connect_s)
        return self._clients[origin], address.removeprefix(origin)


async def refusal(response: "Response") -> Failure:
    """Classify a response without success, from its body. Raises aiohttp.ClientError."""
    status = response.status
    if 300 <= status < 400 and "Location" in response.headers:
        return Failure(reason=f"redirected with status {status}", status=status)
    text = (await _text(response)).strip()
    found = parsed(text)
    body = text if found is NOTHING else found
    error = body.get("error", body) if isinstance(body, dict) else body
    return refused(status, error, f"Error code: {status}", response.headers)


def lost(error: Exception) -> Failure:
    """Return the failure of a request to which no whole response came.

    Its reason is the name that the vendor's SDK has for it.
    """
    from brain.cloud.aio import aiohttp

    match error:
        case TimeoutError():
            reason = "ConnectTimeout"
        case aiohttp.ClientConnectorError():  # also of names and certificates
            reason = "ConnectError"
        case aiohttp.ClientHttpProxyError():
            reason = "ProxyError"
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            reason = "UnsupportedProtocol"
        case aiohttp.ClientOSError():
            reason = "ReadError"
        case OSError():
            reason = "ConnectError"
        case _:
            reason = "RemoteProtocolError"
    return Failure(reason=reason)


async def _text(response: "Response") -> str:
    """Read the text of a refusal, up to its limit."""
    data = b""
    async for part in response.parts():
        data += part
        if len(data) > MOST_REFUSAL_BYTES:
            break
    with suppress(LookupError, ValueError):  # an encoding that nobody knows, or that cannot do it
        return data.decode(response.charset or "utf-8", "replace")
    return data.decode("utf-8", "replace")


def _joined(url: str) -> str:
    """Return the address for requests below a base address; a query stays at the end."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}{path}{PATH}{query}"


def _sendable(key: str) -> str:
    """Return the key without what no header can have: the server then refuses it, or takes it."""
    return "".join(filter(str.isprintable, key)).encode("utf-8", "replace").decode()


def _basic(url: str) -> str:
    """Return the header for a user and a password in the address; empty without them."""
    parts = urlsplit(url)
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {b64encode(pair.encode()).decode()}"


def _moved(address: str, response: "Response") -> str | None:
    """Return where the server wants the whole request, if it may be sent there."""
    place = response.headers.get("Location") if response.status in (307, 308) else None
    return None if place is None else followed(address, place)


def followed(address: str, place: str) -> str | None:
    """Return the address of a redirect on the same server, or on its secure port; else None."""
    try:
        there = urlsplit(urljoin(address, place))
    except ValueError:
        return None
    here = urlsplit(address)
    is_same = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    is_secured = (here.scheme, there.scheme) == ("http", "https")
    if is_same or (is_secured and here.hostname == there.hostname and "@" not in there.netloc):
        return there._replace(fragment="").geturl()
    return None

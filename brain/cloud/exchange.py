"""One request and its response over a connection of aiohttp's.

aiohttp opens and keeps the connections, and reads what arrives. Its session is left out: it takes
more CPU time than all the rest of a request, for redirects, cookies, traces and retries that are
not wanted here.

Importing this takes 0.1 s, which a cold instance spends only when it sends something.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from ssl import SSLContext
from typing import TYPE_CHECKING

from multidict import CIMultiDictProxy
from yarl import URL

from brain.cloud.aio import HttpProcessingError, aiohttp

if TYPE_CHECKING:  # it would import aiohttp first
    from aiohttp.connector import Connection

MOST_HEADER_BYTES = 65_536  # of one header
CLOSED = "the connection is closed"


class Response:
    """The status and the headers of a response, and its body as it arrives."""

    def __init__(
        self,
        connection: "Connection",
        status: int,
        headers: CIMultiDictProxy[str],
        content: aiohttp.StreamReader,
    ) -> None:
        self.connection = connection
        self.status = status
        self.headers = headers
        self.content = content

    @property
    def charset(self) -> str | None:
        """The encoding of the body, as far as the server names it."""
        from email.message import Message  # imported here: only refusals need it

        parsed = Message()
        parsed["content-type"] = self.headers.get("Content-Type", "")
        return parsed.get_content_charset()

    def parts(self) -> AsyncIterator[bytes]:
        """Return the body as it arrives. Raises aiohttp.ClientError."""
        return self.content.iter_any()

    @contextmanager
    def ended(self) -> Iterator[None]:
        """End the body with its connection.

        aiohttp alone waits on if a body goes wrong in the middle, though it has closed the
        connection.
        """
        content, protocol = self.content, self.connection.protocol

        def end(_: object) -> None:
            if not content.is_eof() and content.exception() is None:
                content.set_exception(aiohttp.ClientPayloadError(CLOSED))

        closed = None if content.is_eof() or protocol is None else protocol.closed
        if closed is not None:
            # An error that nobody asks for is logged. Of equal callbacks one is enough.
            closed.remove_done_callback(asyncio.Future.exception)
            closed.add_done_callback(asyncio.Future.exception)
            closed.add_done_callback(end)
        try:
            yield
        finally:
            if closed is not None:
                closed.remove_done_callback(end)


class Connections:
    """The connections to one server in one event loop."""

    def __init__(
        self,
        url: str,
        *,
        at_most: int,
        connect_s: float | None,
        idle_s: float,
        tls: SSLContext | bool,
        proxy: str | None,
    ) -> None:
        """Raises aiohttp.ClientError for an address that cannot be asked."""
        self._wanted = _wanted(url, proxy)
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_s)
        self.connector = aiohttp.TCPConnector(
            limit=at_most,
            keepalive_timeout=idle_s,
            use_dns_cache=False,
            resolver=aiohttp.ThreadedResolver(),
            ssl=tls,
        )
        self._is_plain_proxy = proxy is not None and not self._wanted.is_ssl()

    async def open(self) -> "Connection":
        """Return a kept connection, or a new one. Raises aiohttp.ClientError."""
        try:
            while True:
                connection = await self.connector.connect(
                    self._wanted, traces=[], timeout=self._timeout
                )
                protocol = connection.protocol
                if protocol is None or not protocol.should_close:
                    return connection
                # Something came while nobody asked. It would be taken for the next response.
                connection.close()
        except aiohttp.ClientError:
            raise
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError("no connection in time") from error
        except OSError as error:
            raise aiohttp.ClientOSError(*error.args) from error

    def request(self, url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Return the bytes of a POST. Raises ValueError for a header that cannot be sent."""
        host, path, whole = _parts(url)
        lines = [f"POST {whole if self._is_plain_proxy else path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self._is_plain_proxy and (key := self._wanted.headers.get("Proxy-Authorization")):
            lines.append(f"Proxy-Authorization: {key}")
        lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join((*lines, "\r\n"))
        if head.count("\r") != len(lines) + 1 or head.count("\n") != len(lines) + 1 or "\0" in head:
            raise ValueError("a header has the end of a line in it")  # and so another header
        return head.encode() + body

    async def exchanged(self, connection: "Connection", request: bytes) -> Response:
        """Send a request, and return the response before its body is read.

        A connection without a response is closed. Raises aiohttp.ClientError.
        """
        protocol = connection.protocol
        try:
            if protocol is None or protocol.transport is None or protocol.transport.is_closing():
                raise aiohttp.ClientOSError(None, CLOSED)
            protocol.set_response_params(
                read_until_eof=True,
                max_line_size=MOST_HEADER_BYTES,
                max_field_size=MOST_HEADER_BYTES,
            )
            protocol.transport.write(request)
            message, content = await protocol.read()
            while 100 <= message.code < 200 and message.code != 101:  # the response follows
                message, content = await protocol.read()
        except HttpProcessingError as error:
            connection.close()
            raise aiohttp.ClientPayloadError("not a response") from error
        except BaseException:
            connection.close()
            raise
        return Response(connection, message.code, message.headers, content)

    def give_back(self, connection: "Connection") -> None:
        """Keep a connection whose request was sent whole and whose response was read to its end.

        Close any other one.
        """
        transport = connection.transport
        if transport is not None and transport.get_write_buffer_size():
            connection.close()
        else:
            connection.release()


def _wanted(url: str, proxy: str | None) -> aiohttp.ClientRequest:
    """Return what aiohttp opens connections by: a request that is never sent."""
    try:
        address, by = URL(url), None if proxy is None else URL(proxy)
    except ValueError as error:
        raise aiohttp.InvalidURL(url) from error
    if address.scheme not in ("http", "https"):
        raise aiohttp.NonHttpUrlClientError(address)
    if not address.raw_host:
        raise aiohttp.InvalidURL(url)
    loop = asyncio.get_running_loop()
    return aiohttp.ClientRequest("POST", address, loop=loop, proxy=by, proxy_headers={})


@lru_cache(maxsize=64)
def _parts(url: str) -> tuple[str, str, str]:
    """Return the host with its port, the path with its query, and all of it, as they are sent."""
    parsed = URL(url).with_user(None).with_fragment(None)
    return parsed.host_port_subcomponent or "", parsed.raw_path_qs, str(parsed)

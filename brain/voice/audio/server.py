"""Requests to a server that speaks OpenAI's audio protocol."""

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from brain.codec import NotJson, NotUsable, decoded
from brain.codec.text import name_only
from brain.errors import VendorRefused, VendorUnreachable
from brain.http.answers import TooLong, read_within
from brain.voice.audio.settings import SpeechServerSettings

if TYPE_CHECKING:
    import httpx

TRIES = 2
PAUSE_S = 0.5  # seconds before the second try, unless the server asks for another time
MOST_PAUSE_S = 2.0  # seconds; somebody waits
CONNECT_S = 5.0
MOST_ERROR_BYTES = 64 * 1024  # of a refusal; what follows is not read
BUSY = 429

log = logging.getLogger("brain")


class ServerReply(Struct, frozen=True, kw_only=True):
    """The answer of a server: whole, and not longer than allowed."""

    status: int
    content_type: str
    body: bytes

    __repr__ = name_only

    def json(self) -> object:
        """Return the body as JSON; None if it is not usable JSON."""
        try:
            found: object = decoded(self.body)
        except (NotJson, NotUsable):
            return None
        return found


class SpeechServer:
    """One server. Redirects are not followed, and no proxy of the environment is used."""

    def __init__(self, name: str, at: SpeechServerSettings) -> None:
        """`name` stands in log lines."""
        self._name = name
        self._at = at
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def post(
        self, path: str, *, limit_s: float, most_bytes: int, **content: Any
    ) -> ServerReply:
        """Send a request, a second time after 429, 5xx or without a connection, each within
        `limit_s` seconds. Returns the answer below status 500, except 429.

        Raises VendorUnreachable, and VendorRefused for an answer over `most_bytes`.
        """
        pause_s = PAUSE_S
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(pause_s)
            found = await self._try(path, limit_s, most_bytes, content)
            if not isinstance(found, float):
                return found
            pause_s = found
        raise VendorUnreachable(f"the {self._name} is overloaded or cannot be reached")

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _try(
        self, path: str, limit_s: float, most_bytes: int, content: dict[str, Any]
    ) -> ServerReply | float:
        """Return the answer, or the seconds to wait before another try."""
        import httpx

        client = await self._current()
        url = f"{self._at.base_url.rstrip('/')}{path}"
        try:
            async with asyncio.timeout(limit_s):
                async with client.stream("POST", url, **content) as response:
                    if response.status_code == BUSY or response.status_code >= 500:
                        log.warning("%s: failed, status=%d", self._name, response.status_code)
                        return _pause_s(response.headers.get("retry-after"))
                    return await self._whole(response, most_bytes)
        except (httpx.ConnectError, httpx.RemoteProtocolError) as error:
            log.warning("%s: no answer, reason=%s", self._name, type(error).__name__)
            return PAUSE_S
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("%s: no answer, reason=%s", self._name, type(error).__name__)
            raise VendorUnreachable(f"the {self._name} did not answer in time") from error

    async def _whole(self, response: "httpx.Response", most_bytes: int) -> ServerReply:
        is_good = response.status_code == 200
        try:
            body = await read_within(response, most_bytes if is_good else MOST_ERROR_BYTES)
        except TooLong:
            if is_good:
                raise VendorRefused(f"the answer of the {self._name} is too long") from None
            body = b""
        return ServerReply(
            status=response.status_code,
            content_type=response.headers.get("content-type", ""),
            body=body,
        )

    async def _current(self) -> "httpx.AsyncClient":
        """Return the client of the running loop; connections cannot be used in another loop."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # In a thread: loading the certificates takes 50 ms.
            made = await asyncio.to_thread(_client, self._at)
            if self._client is None or self._loop is not loop:
                self._loop, self._client = loop, made
        return self._client


def _client(at: SpeechServerSettings) -> "httpx.AsyncClient":
    import httpx

    headers = {"Authorization": f"Bearer {at.api_key}"} if at.api_key else {}
    # `post` limits the whole time.
    timeout = httpx.Timeout(None, connect=CONNECT_S)
    return httpx.AsyncClient(headers=headers, timeout=timeout, trust_env=False)


def _pause_s(retry_after: str | None) -> float:
    """Return how long to wait; a time that is too long or not in seconds counts as the most."""
    if not retry_after:
        return PAUSE_S
    text = retry_after.strip()
    return min(float(text), MOST_PAUSE_S) if text.isdecimal() else MOST_PAUSE_S

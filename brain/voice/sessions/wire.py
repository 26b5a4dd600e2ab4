"""One request to a vendor of speech models: bounded in time and size, and without redirects.

Nothing of what a vendor answers in an error goes further: it may quote a key or the user's words.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from brain.codec import Json, NotJson, NotUsable, decoded
from brain.errors import VendorBusy, VendorRefused, VendorUnreachable
from brain.http.answers import TooLong, read_within

if TYPE_CHECKING:
    import httpx

CREATE_S = 15.0  # seconds to create a session; somebody waits for it
HANG_UP_S = 8.0  # seconds to end one; the queue or the page tries again
CONNECT_S = 4.0
MAX_ANSWER_BYTES = 256 * 1024  # an SDP answer has a few KiB
LONGEST_WAIT_S = 3600  # seconds that a vendor may ask a page to wait
USUAL_WAIT_S = 10  # seconds where it does not say

log = logging.getLogger("brain")


class VendorAnswer(Struct, frozen=True, kw_only=True):
    """What a vendor has answered. `location` and `retry_after` are headers; empty if missing."""

    status: int
    content: bytes
    location: str
    retry_after: str


class VendorWire:
    """The connection to one vendor. Each request has its own: they are minutes apart."""

    def __init__(
        self, name: str, base_url: str, headers: Mapping[str, str], *, create_s: float = CREATE_S
    ) -> None:
        self._name = name
        self._create_s = create_s
        self._base_url = base_url
        self._headers = headers
        self._tls: ssl.SSLContext | None = None

    async def create(self, path: str, **body: Any) -> VendorAnswer:
        """Send a request that creates something. `body` is as httpx takes it.

        Raises VendorUnreachable, VendorBusy, VendorRefused.
        """
        response = await self._post(path, self._create_s, body)
        status = response.status
        if status == 429:
            raise VendorBusy(self._name, _wait_s(response))
        if status >= 500 or status == 408:
            raise VendorUnreachable(f"{self._name} answered {status}")
        if not 200 <= status < 300:
            raise VendorRefused(f"{self._name} answered {status}")
        return response

    async def end(self, path: str) -> bool:
        """Send a request that ends something. Return False if it is not there any more.

        Raises VendorUnreachable for any other answer but success: then somebody must try again.
        """
        response = await self._post(path, HANG_UP_S, {})
        if response.status in (404, 410):
            return False
        if not 200 <= response.status < 300:
            raise VendorUnreachable(f"{self._name} answered {response.status}")
        return True

    async def _post(self, path: str, limit_s: float, body: Mapping[str, Any]) -> VendorAnswer:
        import httpx

        has_tls = self._base_url.startswith("https:")
        if has_tls and self._tls is None:  # in a thread: it loads more than a hundred certificates
            self._tls = await asyncio.to_thread(httpx.create_ssl_context, trust_env=False)
        timeout = httpx.Timeout(limit_s, connect=CONNECT_S)
        options: Any = {"verify": self._tls or False, "trust_env": False, "timeout": timeout}
        try:
            async with asyncio.timeout(limit_s), httpx.AsyncClient(**options) as http:
                request = http.build_request(
                    "POST", f"{self._base_url}{path}", headers=dict(self._headers), **body
                )
                return await self._answer(await http.send(request, stream=True))
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("voice: no answer, vendor=%s reason=%s", self._name, type(error).__name__)
            raise VendorUnreachable(f"{self._name} cannot be reached") from None

    async def _answer(self, response: "httpx.Response") -> VendorAnswer:
        """Return a response with its body. Raises VendorRefused if it is too long."""
        try:
            content = await read_within(response, MAX_ANSWER_BYTES)
        except TooLong:
            raise VendorRefused(f"{self._name} answered too much") from None
        if response.status_code >= 300:
            log.warning("voice: refused, vendor=%s status=%d", self._name, response.status_code)
        headers = response.headers
        return VendorAnswer(
            status=response.status_code,
            content=content,
            location=headers.get("location", ""),
            retry_after=headers.get("retry-after", ""),
        )


def object_in(response: VendorAnswer, name: str) -> Json:
    """Return the JSON object of an answer. Raises VendorRefused."""
    try:
        found = decoded(response.content)
    except (NotJson, NotUsable):
        found = None
    if not isinstance(found, dict):
        raise VendorRefused(f"{name} did not answer with JSON")
    return found


def text_at(found: Json, name: str, *path: str, longest: int = MAX_ANSWER_BYTES) -> str:
    """Return a text inside an answer. Raises VendorRefused if it is not there."""
    value: object = found
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise VendorRefused(f"{name} answered without {'.'.join(path)}")
    return value


def _wait_s(response: VendorAnswer) -> float:
    told = response.retry_after
    return min(max(int(told), 1), LONGEST_WAIT_S) if _is_count(told) else USUAL_WAIT_S


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6

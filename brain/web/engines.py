"""Search engines over HTTP: Brave, SearXNG, and OpenRouter's `web` plugin.

As for pages (`brain.web.fetch`), only httpx's transport is used: its client would log each address,
and the address has the user's words. No redirect is followed, because the key would go with it.
"""

import asyncio
import json
import ssl
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from brain.codec import Json
from brain.errors import PageUnreadable
from brain.http.version import VERSION
from brain.web.pages import Unpacking
from brain.web.ports import SearchFailed, SearchResult, WebSearch
from brain.web.reading import brave_results, openrouter_results, searxng_results
from brain.web.settings import SearchSettings

if TYPE_CHECKING:
    import httpx

LIMIT_S = 8.0  # seconds for one request
TRIES = 2
REST_S = 0.3  # seconds before the second one
BRAVE_WORDS = 50  # of a query; Brave refuses a longer one
PLUGIN_TOKENS = 64  # of the model's answer, which nobody reads

AWAY = "it cannot be reached"
TOO_SLOW = "it took too long"
BUSY = "it gets too many requests now. Do not search again at once: use what you have found"
NO_ACCESS = "it refuses the request (status {}). Its key or its settings are wrong; tell the user"
NOT_GIVEN = "it answered with status {}"
UNREADABLE = "its answer is too large or damaged"

ASK = "Answer with the single word OK."
HEADERS = {
    "User-Agent": f"second-brain/{VERSION}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}

type Read = Callable[[bytes, int], Sequence[SearchResult]]


class _Retryable(SearchFailed):
    """A failure after which the same request may succeed."""


class Engine:
    """Sends requests to one engine, each a second time if the first one gets no answer."""

    def __init__(self, read: Read, *, limit_s: float = LIMIT_S) -> None:
        self._read = read
        self._limit_s = limit_s
        self._tls: ssl.SSLContext | None = None

    async def ask(self, request: "httpx.Request", limit: int) -> Sequence[SearchResult]:
        """Return the results of a request. Raises SearchFailed."""
        for _ in range(TRIES - 1):
            try:
                return await self._ask(request, limit)
            except _Retryable:
                await asyncio.sleep(REST_S)
        return await self._ask(request, limit)

    async def _ask(self, request: "httpx.Request", limit: int) -> Sequence[SearchResult]:
        import httpx

        if self._tls is None:  # in a thread: it loads more than a hundred certificates
            self._tls = await asyncio.to_thread(httpx.create_ssl_context, trust_env=False)
        try:
            async with (
                asyncio.timeout(self._limit_s),
                httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False) as transport,
            ):
                response = await transport.handle_async_request(request)
                try:
                    data = await _body(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise _Retryable(TOO_SLOW) from None
        except httpx.TransportError:
            raise _Retryable(AWAY) from None
        return await asyncio.to_thread(self._read, data, limit)


async def _body(response: "httpx.Response") -> bytes:
    """Return the body of a successful response. Raises SearchFailed."""
    status = response.status_code
    if status == 429:
        raise SearchFailed(BUSY)
    if status in (401, 402, 403):
        raise SearchFailed(NO_ACCESS.format(status))
    if status >= 500 or status == 408:
        raise _Retryable(NOT_GIVEN.format(status))
    if status != 200:
        raise SearchFailed(NOT_GIVEN.format(status))
    try:
        body = Unpacking(response.headers.get("content-encoding", ""))
        async for chunk in response.aiter_raw():
            body.take(chunk)
    except PageUnreadable:
        raise SearchFailed(UNREADABLE) from None
    return bytes(body.data)


class Brave:
    """Brave's Web Search API. Implements `WebSearch`."""

    def __init__(self, at: SearchSettings, *, limit_s: float = LIMIT_S) -> None:
        self._at = at
        self._engine = Engine(brave_results, limit_s=limit_s)

    async def search(self, query: str, limit: int) -> Sequence[SearchResult]:
        """Return the web results for the first 50 words of the query."""
        words = " ".join(query.split()[:BRAVE_WORDS])
        asked = urlencode({"q": words, "count": limit})
        url = f"{self._at.url}/res/v1/web/search?{asked}"
        return await self._engine.ask(_get(url, {"X-Subscription-Token": self._at.key}), limit)


class SearXNG:
    """An instance of SearXNG whose settings allow JSON. Implements `WebSearch`."""

    def __init__(self, at: SearchSettings, *, limit_s: float = LIMIT_S) -> None:
        self._at = at
        self._engine = Engine(searxng_results, limit_s=limit_s)

    async def search(self, query: str, limit: int) -> Sequence[SearchResult]:
        """Return the results of its first page; it cannot be told how many."""
        url = f"{self._at.url}/search?{urlencode({'q': query, 'format': 'json'})}"
        return await self._engine.ask(_get(url, {}), limit)


class OpenRouterWeb:
    """A model of OpenRouter with the `web` plugin, for its citations. Implements `WebSearch`.

    The plugin searches once for each request. OpenRouter's newer `openrouter:web_search` leaves it
    to the model whether it searches.
    """

    def __init__(self, at: SearchSettings, *, limit_s: float = LIMIT_S) -> None:
        self._at = at
        self._engine = Engine(openrouter_results, limit_s=limit_s)

    async def search(self, query: str, limit: int) -> Sequence[SearchResult]:
        """Return the pages that the plugin has found for the query."""
        body: Json = {
            "model": self._at.model,
            "messages": [{"role": "system", "content": ASK}, {"role": "user", "content": query}],
            "plugins": [{"id": "web", "engine": "exa", "max_results": limit}],
            "max_tokens": PLUGIN_TOKENS,
            "stream": False,
        }
        request = _post(f"{self._at.url}/chat/completions", self._at.key, body)
        return await self._engine.ask(request, limit)


def engine_of(at: SearchSettings) -> WebSearch:
    """Return the engine of the settings."""
    match at.engine:
        case "brave":
            return Brave(at)
        case "searxng":
            return SearXNG(at)
        case "openrouter":
            return OpenRouterWeb(at)


def _get(url: str, headers: dict[str, str]) -> "httpx.Request":
    import httpx

    return httpx.Request("GET", url, headers={**HEADERS, **headers})


def _post(url: str, key: str, body: Json) -> "httpx.Request":
    import httpx

    headers = {**HEADERS, "Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return httpx.Request("POST", url, headers=headers, content=json.dumps(body).encode())

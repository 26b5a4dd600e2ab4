"""Search engines on the loopback, written after the documentation of their vendors.

Brave: `GET /res/v1/web/search?q=&count=` with the header `X-Subscription-Token`; texts are HTML,
`web` is absent if nothing is found, 422 for a query of more than 400 characters or 50 words or a
count that is not from 1 to 20. SearXNG: `GET /search?q=&format=json`, 403 if the format is not
allowed. OpenRouter: `POST /chat/completions` with the plugin `web`, citations in `annotations`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from brain.web.engines import Brave, OpenRouterWeb, SearXNG
from brain.web.ports import WebSearch
from brain.web.settings import SearchSettings

KEY = "key-of-the-test"
QUICK_S = 5.0  # seconds, also on a busy machine

type Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request, as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


def page(url: str, title: str = "A page", snippet: str = "What it says.") -> Json:
    """What an engine knows of a page, before it is in the engine's form."""
    return {"url": url, "title": title, "snippet": snippet}


def response(body: bytes, *, status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def answer(value: object) -> bytes:
    return response(json.dumps(value).encode())


def status(line: str) -> bytes:
    return response(b'{"error": {"message": "no"}}', status=line)


class Hang(bytes):
    """Nothing is answered until the client goes away."""


@dataclass
class Engine:
    """A server that answers each request with the next of `answers`, the last one for ever; without
    any it answers as the vendor would, with `pages`.
    """

    vendor: "Vendor"
    pages: list[Json] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await _read(reader)
            self.asked.append(asked)
            given = self._answer(asked)
            if isinstance(given, Hang):
                await reader.read()
            writer.write(given)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away first
        finally:
            writer.close()

    def _answer(self, asked: Asked) -> bytes:
        if not self.answers:
            return self.vendor.answers(asked, self.pages)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    at = urlsplit(target)
    return Asked(method, at.path, parse_qs(at.query), headers, json.loads(body) if body else None)


@dataclass(frozen=True)
class Vendor:
    """One vendor: our adapter for it, what its server answers, and the form of its answers."""

    name: str
    adapter: Callable[..., WebSearch]
    answers: Callable[[Asked, Sequence[Json]], bytes]
    item: Callable[[Json], Any]
    whole: Callable[[Any], Json]
    query: Callable[[Asked], str]
    settings: Json = field(default_factory=dict)

    @asynccontextmanager
    async def running(
        self, *answers: bytes, pages: Sequence[Json] = (), limit_s: float = QUICK_S
    ) -> AsyncIterator[tuple[Engine, WebSearch]]:
        engine = Engine(vendor=self, pages=list(pages), answers=list(answers))
        server = await asyncio.start_server(engine.serve, "127.0.0.1", 0)
        engine.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            at = SearchSettings(**{"engine": self.name, "url": engine.url, **self.settings})
            yield engine, self.adapter(at, limit_s=limit_s)

    def listed(self, *pages: Json) -> bytes:
        return answer(self.whole([self.item(one) for one in pages]))


def brave_answers(asked: Asked, pages: Sequence[Json]) -> bytes:
    if asked.headers.get("x-subscription-token") != KEY:
        return status("401 Unauthorized")
    words = asked.query["q"][0]
    count = int(asked.query["count"][0])
    if asked.path != "/res/v1/web/search" or len(words) > 400 or len(words.split()) > 50:
        return status("422 Unprocessable Entity")
    if not 1 <= count <= 20:
        return status("422 Unprocessable Entity")
    return BRAVE.listed(*pages[:count])


def searxng_answers(asked: Asked, pages: Sequence[Json]) -> bytes:
    if asked.path != "/search" or asked.query.get("format") != ["json"]:
        return status("403 Forbidden")
    return SEARXNG.listed(*pages)


def openrouter_answers(asked: Asked, pages: Sequence[Json]) -> bytes:
    if asked.headers.get("authorization") != f"Bearer {KEY}":
        return status("401 Unauthorized")
    (plugin,) = asked.body["plugins"]
    if asked.path != "/chat/completions" or plugin["id"] != "web":
        return status("400 Bad Request")
    return OPENROUTER.listed(*pages[: plugin["max_results"]])


BRAVE = Vendor(
    name="brave",
    adapter=Brave,
    answers=brave_answers,
    item=lambda page: {
        "type": "search_result",
        "title": page["title"],
        "url": page["url"],
        "description": page["snippet"],
        "page_age": "2026-01-31T12:00:00",
        "age": page.get("age", "3 days ago"),
        "meta_url": {"hostname": "a.example"},
    },
    whole=lambda items: {
        "type": "search",
        "query": {"original": "words"},
        **({"web": {"type": "search", "results": items}} if items else {}),
    },
    query=lambda asked: asked.query["q"][0],
    settings={"key": KEY},
)
SEARXNG = Vendor(
    name="searxng",
    adapter=SearXNG,
    answers=searxng_answers,
    item=lambda page: {
        "url": page["url"],
        "title": page["title"],
        "content": page["snippet"],
        "publishedDate": page.get("age"),
        "engine": "duckduckgo",
        "engines": ["duckduckgo"],
        "score": 1.0,
        "category": "general",
    },
    whole=lambda items: {"query": "words", "number_of_results": 0, "results": items},
    query=lambda asked: asked.query["q"][0],
)
OPENROUTER = Vendor(
    name="openrouter",
    adapter=OpenRouterWeb,
    answers=openrouter_answers,
    item=lambda page: {
        "type": "url_citation",
        "url_citation": {
            "url": page["url"],
            "title": page["title"],
            "content": page["snippet"],
            "start_index": 0,
            "end_index": 2,
        },
    },
    whole=lambda items: {
        "id": "gen-1",
        "choices": [
            {
                "finish_reason": "length",
                "message": {
                    "role": "assistant",
                    "content": "OK",
                    **({"annotations": items} if items else {}),
                },
            }
        ],
    },
    query=lambda asked: asked.body["messages"][-1]["content"],
    settings={"key": KEY, "model": "openai/gpt-6-luna"},
)
VENDORS = (BRAVE, SEARXNG, OPENROUTER)

"""Reads what search engines answer. Pure.

An engine may answer anything. A result without a usable address, or of another shape, is left out,
and the others are kept. Every text has a limit.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from brain.codec import clean
from brain.errors import PageUnreadable
from brain.texts.markup import text_of
from brain.texts.plain import plain_line
from brain.web.addresses import parse
from brain.web.ports import SearchFailed, SearchResult

MOST_ITEMS = 100  # of an answer that are looked at
MAX_RAW_CHARS = 4_000  # of a text before its markup is removed
MAX_TITLE_CHARS = 200
MAX_SNIPPET_CHARS = 600  # about 150 tokens; ten results are far below the limit of a tool result
MAX_AGE_CHARS = 40
MAX_DIGITS = 400  # of a number; Python refuses to parse integers of more than 4,300

UNREADABLE = "it answered something that is not a list of results"


def brave_results(data: bytes, limit: int) -> Sequence[SearchResult]:
    """Read `web.results[]` of Brave's answer. Its texts are HTML. Raises SearchFailed."""
    found = _decoded(data).get("web", {})  # absent if nothing is found
    items = _items(found, "results")
    return _first(limit, (_from_brave(item) for item in items))


def searxng_results(data: bytes, limit: int) -> Sequence[SearchResult]:
    """Read `results[]` of SearXNG's answer. Raises SearchFailed."""
    items = _items(_decoded(data), "results")
    return _first(limit, (_from_searxng(item) for item in items))


def openrouter_results(data: bytes, limit: int) -> Sequence[SearchResult]:
    """Read the citations of an answer of a model with the `web` plugin. Raises SearchFailed."""
    (choice, *_) = _items(_decoded(data), "choices") or [{}]
    message = choice.get("message")
    if not isinstance(message, dict):
        raise SearchFailed(UNREADABLE)
    items = _items(message, "annotations", is_optional=True)
    return _first(limit, (_from_citation(item) for item in items))


def _decoded(data: bytes) -> dict[str, Any]:
    try:
        found: object = json.loads(data, parse_int=_whole)
    except (ValueError, RecursionError):
        raise SearchFailed(UNREADABLE) from None
    if not isinstance(found, dict):
        raise SearchFailed(UNREADABLE)
    return found


def _whole(digits: str) -> int:
    return int(digits) if len(digits) <= MAX_DIGITS else 0


def _items(found: object, name: str, *, is_optional: bool = False) -> list[dict[str, Any]]:
    """Return the objects of a list. Raises SearchFailed if there is no list.

    Brave leaves out `web`, and a model `annotations`, if nothing is found.
    """
    if not isinstance(found, dict):
        raise SearchFailed(UNREADABLE)
    listed = found.get(name)
    if listed is None and (is_optional or not found):
        return []
    if not isinstance(listed, list):
        raise SearchFailed(UNREADABLE)
    return [item for item in listed[:MOST_ITEMS] if isinstance(item, dict)]


def _from_brave(item: dict[str, Any]) -> SearchResult | None:
    age = item.get("age") or item.get("page_age")
    return _result(item.get("url"), item.get("title"), item.get("description"), age, is_html=True)


def _from_searxng(item: dict[str, Any]) -> SearchResult | None:
    age = item.get("publishedDate")
    return _result(item.get("url"), item.get("title"), item.get("content"), age)


def _from_citation(item: dict[str, Any]) -> SearchResult | None:
    cited = item.get("url_citation")
    if not isinstance(cited, dict):
        return None
    return _result(cited.get("url"), cited.get("title"), cited.get("content"), None)


def _result(
    url: object, title: object, snippet: object, age: object, *, is_html: bool = False
) -> SearchResult | None:
    """Return a result with texts of one line; None if its address cannot be opened."""
    if not isinstance(url, str):
        return None
    try:
        address = parse(url).text
    except PageUnreadable:
        return None
    return SearchResult(
        title=_line(title, MAX_TITLE_CHARS, is_html=is_html),
        url=address,
        snippet=_line(snippet, MAX_SNIPPET_CHARS, is_html=is_html),
        age=_line(age, MAX_AGE_CHARS),
    )


def _line(given: object, most: int, *, is_html: bool = False) -> str:
    if not isinstance(given, str):
        return ""
    text = clean(given[:MAX_RAW_CHARS])
    return plain_line(text_of(text) if is_html else text)[:most].rstrip()


def _first(limit: int, results: Iterable[SearchResult | None]) -> Sequence[SearchResult]:
    """Return the first results with different addresses."""
    return list(_different(results))[:limit]


def _different(results: Iterable[SearchResult | None]) -> Iterator[SearchResult]:
    seen: set[str] = set()
    for result in results:
        if result is not None and result.url not in seen:
            seen.add(result.url)
            yield result

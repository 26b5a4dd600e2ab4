"""The web of a rehearsed brain: the pages and the searches of its world."""

from collections.abc import Sequence

from brain.cloud.world import World
from brain.errors import PageUnreadable
from brain.texts.words import asked_words
from brain.web.addresses import parse
from brain.web.ports import SearchResult, WebPage

NOT_THERE = "the server does not answer"


class WorldWeb:
    """`Web` over the pages of a world. Every other page is unreadable."""

    def __init__(self, world: World) -> None:
        self._pages = {_plain(url): text for url, text in world.pages.items()}

    async def read(self, url: str) -> WebPage:
        """Return the page of this address, or of the same one with another ending slash."""
        text = self._pages.get(_plain(url))
        if text is None:
            raise PageUnreadable(NOT_THERE)
        title = text.strip().partition("\n")[0][:100]
        return WebPage(url=url, title=title, text=text, content_type="text/html")


class WorldSearch:
    """`WebSearch` over the searches of a world. Every other query finds nothing."""

    def __init__(self, world: World) -> None:
        self._found = world.search

    async def search(self, query: str, limit: int) -> Sequence[SearchResult]:
        """Return what the world has for this query, in whatever words around it."""
        asked = _words(query)
        fitting = [hits for known, hits in self._found.items() if _fits(asked, _words(known))]
        return [
            SearchResult(title=hit["title"], url=hit["url"], snippet=hit.get("snippet") or "")
            for hit in (fitting[0] if fitting else ())
        ][:limit]


def _words(query: str) -> frozenset[str]:
    return frozenset(asked_words(query).split())


def _fits(asked: frozenset[str], known: frozenset[str]) -> bool:
    """Whether one of two queries has all the words of the other."""
    return bool(asked and known) and (asked <= known or known <= asked)


def _plain(url: str) -> str:
    """Return an address for comparison; unchanged if it is not a public web address."""
    try:
        return parse(url).text.rstrip("/")
    except PageUnreadable:
        return url.strip().rstrip("/")

"""An in-memory web of a few pages, and a search engine for it."""

from collections.abc import Sequence

from brain.errors import PageUnreadable
from brain.web.addresses import parse
from brain.web.fetch import NO_SITE
from brain.web.ports import SearchFailed, SearchResult, WebPage


class FakeWeb:
    """Returns the pages it has. `opened` lists every requested address, in order."""

    def __init__(self) -> None:
        self.pages: dict[str, WebPage] = {}
        self.opened: list[str] = []

    def keep(self, url: str, text: str, *, title: str = "", at: str | None = None) -> None:
        """Add a page; with `at`, the request ends at another address."""
        self.pages[url] = WebPage(url=at or url, title=title, text=text, content_type="text/plain")

    async def read(self, url: str) -> WebPage:
        address = parse(url).text
        self.opened.append(address)
        if address not in self.pages:
            raise PageUnreadable(NO_SITE)
        return self.pages[address]


class FakeSearch:
    """Finds the same pages for every query. `asked` lists every query and limit, in order."""

    def __init__(self, *results: SearchResult, fault: str = "") -> None:
        self.results = results
        self.fault = fault
        self.asked: list[tuple[str, int]] = []

    async def search(self, query: str, limit: int) -> Sequence[SearchResult]:
        self.asked.append((query, limit))
        if self.fault:
            raise SearchFailed(self.fault)
        return self.results[:limit]

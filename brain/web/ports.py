"""The ports for reading public web pages and for finding them."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from brain.errors import BrainError


class WebPage(Struct, frozen=True, kw_only=True):
    """A web page as text. `url` is the final address after redirects. Everything except the content
    type was written by others.
    """

    url: str
    title: str
    text: str
    content_type: str


class Web(Protocol):
    """Reads web pages anonymously: requests do not identify the user."""

    async def read(self, url: str) -> WebPage:
        """Read the page at this address. Raises PageUnreadable, also for an address in a private
        network.
        """


class SearchResult(Struct, frozen=True, kw_only=True):
    """A page that a search engine has found. Others wrote all its texts.

    `url` is the address in the form in which `Web` opens it. `snippet` is a part of the page, and
    `age` when it was published, in the engine's words; both may be empty.
    """

    title: str
    url: str
    snippet: str
    age: str = ""


class SearchFailed(BrainError):
    """A search engine gave no results that can be read. The text is as in PageUnreadable."""


class WebSearch(Protocol):
    """Searches the web. The engine learns the query, and nothing about the user."""

    async def search(self, query: str, limit: int) -> Sequence[SearchResult]:
        """Return at most `limit` pages, the best first. Raises SearchFailed."""

"""The port for reading public web pages."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class WebPage:
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

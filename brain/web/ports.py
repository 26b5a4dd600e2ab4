"""The port of the web: pages that anybody may read."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class WebPage:
    """What an address gave, as text. `url` is where it was found in the end. All but the content
    type was written by others.
    """

    url: str
    title: str
    text: str
    content_type: str


class Web(Protocol):
    """Pages by their address, read as a stranger would: nothing tells whose brain it is."""

    async def read(self, url: str) -> WebPage:
        """The page at this address. Raises PageUnreadable, also for an address that leads into a
        private network.
        """

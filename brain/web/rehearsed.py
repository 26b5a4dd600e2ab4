"""The web of a rehearsed brain: the pages of its world."""

from brain.errors import PageUnreadable
from brain.feature import World
from brain.web.addresses import parse
from brain.web.ports import WebPage

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


def _plain(url: str) -> str:
    """Return an address for comparing; as it is if it is none of the public web."""
    try:
        return parse(url).text.rstrip("/")
    except PageUnreadable:
        return url.strip().rstrip("/")

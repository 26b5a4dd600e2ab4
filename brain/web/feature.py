"""The web feature: finding and reading web pages."""

from functools import cached_property
from typing import TYPE_CHECKING

from brain.errors import SettingMissing
from brain.feature import Feature, Platform
from brain.settings.variables import Env
from brain.tools.invocations import Tool
from brain.web import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brain.web.fetch import HttpWeb
    from brain.web.ports import SearchResult, WebPage, WebSearch


def feature(platform: Platform) -> Feature:
    """Build the feature: a tool that reads, and one that searches if an engine is set."""

    def tools() -> tuple[Tool, ...]:
        from brain.web.tools import web_tools

        if platform.world is not None:
            from brain.web.rehearsed import WorldSearch, WorldWeb

            search = WorldSearch(platform.world) if platform.world.has_search else None
            return web_tools(WorldWeb(platform.world), search)
        return web_tools(_Web(), _search(platform.env))

    return Feature(tools=tools, settings={"search": settings.search}, absent=settings.absent)


class _Web:
    """Reads pages. What reads them is imported with the first page: 6 ms of a cold start."""

    @cached_property
    def _http(self) -> "HttpWeb":
        from brain.web.fetch import HttpWeb

        return HttpWeb()

    async def read(self, url: str) -> "WebPage":
        return await self._http.read(url)


class _Search:
    """Searches the web. The engine is imported with the first search."""

    def __init__(self, at: settings.SearchSettings) -> None:
        self._at = at

    @cached_property
    def _engine(self) -> "WebSearch":
        from brain.web.engines import engine_of

        return engine_of(self._at)

    async def search(self, query: str, limit: int) -> "Sequence[SearchResult]":
        return await self._engine.search(query, limit)


def _search(env: Env) -> "WebSearch | None":
    """Return the search engine; None if none is set, or not rightly. Health names what is wrong."""
    try:
        at = settings.search(env)
    except SettingMissing:
        return None
    if at is None:
        return None
    return _Search(at)

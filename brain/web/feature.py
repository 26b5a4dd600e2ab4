"""The web feature: finding and reading web pages."""

from typing import TYPE_CHECKING

from brain.errors import SettingMissing
from brain.feature import Feature, Platform
from brain.settings.variables import Env
from brain.tools.invocations import Tool
from brain.web import settings

if TYPE_CHECKING:
    from brain.web.ports import WebSearch


def feature(platform: Platform) -> Feature:
    """Build the feature: a tool that reads, and one that searches if an engine is set."""

    def tools() -> tuple[Tool, ...]:
        from brain.web.tools import web_tools

        if platform.world is not None:
            from brain.web.rehearsed import WorldSearch, WorldWeb

            search = WorldSearch(platform.world) if platform.world.has_search else None
            return web_tools(WorldWeb(platform.world), search)
        from brain.web.fetch import HttpWeb

        return web_tools(HttpWeb(), _search(platform.env))

    return Feature(tools=tools, settings={"search": settings.search}, absent=settings.absent)


def _search(env: Env) -> "WebSearch | None":
    """Return the search engine; None if none is set, or not rightly. Health names what is wrong."""
    try:
        at = settings.search(env)
    except SettingMissing:
        return None
    if at is None:
        return None
    from brain.web.engines import engine_of

    return engine_of(at)

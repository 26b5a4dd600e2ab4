"""Reads pages of the web."""

from brain.feature import Feature, Platform
from brain.tools.invocations import Tool


def feature(platform: Platform) -> Feature:
    """One tool."""

    def tools() -> tuple[Tool, ...]:
        from brain.web.fetch import HttpWeb
        from brain.web.tools import web_tools

        return web_tools(HttpWeb())

    return Feature(tools=tools)

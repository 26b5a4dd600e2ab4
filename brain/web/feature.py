"""The web feature: reading web pages."""

from brain.feature import Feature, Platform
from brain.tools.invocations import Tool


def feature(platform: Platform) -> Feature:
    """Build the feature: one tool."""

    def tools() -> tuple[Tool, ...]:
        from brain.web.fetch import HttpWeb
        from brain.web.tools import web_tools

        return web_tools(HttpWeb())

    return Feature(tools=tools)

"""The web feature: reading web pages."""

from brain.feature import Feature, Platform
from brain.tools.invocations import Tool


def feature(platform: Platform) -> Feature:
    """Build the feature: one tool."""

    def tools() -> tuple[Tool, ...]:
        from brain.web.tools import web_tools

        if platform.world is not None:
            from brain.web.rehearsed import WorldWeb

            return web_tools(WorldWeb(platform.world))
        from brain.web.fetch import HttpWeb

        return web_tools(HttpWeb())

    return Feature(tools=tools)

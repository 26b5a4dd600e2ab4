"""Counts the calls of tools for the run that makes them, and records them in its trace."""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from brain.cloud.meter import meter
from brain.cloud.traces.tools import recorded_tool
from brain.errors import LeaseLost
from brain.tools.invocations import Tool, ToolInvocation, ToolResult


def counted_tools(tools: Iterable[Iterable[Tool]], now: Callable[[], float]) -> dict[str, Tool]:
    """Return the tools of all features by name. `now` returns seconds."""
    return {tool.spec.name: _counted(tool, now) for of_feature in tools for tool in of_feature}


def _counted(tool: Tool, now: Callable[[], float]) -> Tool:
    async def run(invocation: ToolInvocation) -> ToolResult:
        began, failed = now(), True
        try:
            result = await recorded_tool(tool.spec.name, tool.run, invocation)
            failed = False
            return result
        except LeaseLost:
            failed = False
            raise
        finally:
            if (running := meter()) is not None:
                ms = round((now() - began) * 1000)
                running.add_tool(tool.spec.name, failed=failed, ms=ms)

    return replace(tool, run=run)

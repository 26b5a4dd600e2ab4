"""The span `execute_tool`: one call of a tool."""

from collections.abc import Awaitable, Callable

from brain.cloud.traces.model import Attributes
from brain.cloud.traces.recording import trace_here
from brain.cloud.traces.runs import ending, new_span_id, within_tool
from brain.cloud.traces.words import shortened
from brain.codec import dumps
from brain.tools.invocations import ToolInvocation, ToolResult

type RunTool = Callable[[ToolInvocation], Awaitable[ToolResult]]


async def recorded_tool(name: str, run: RunTool, invocation: ToolInvocation) -> ToolResult:
    """Return what `run` returns, and record it. Raises what it raises."""
    trace = trace_here()
    if trace is None:
        return await run(invocation)
    id, parent, began = new_span_id(), trace.parent(), trace.now()
    attributes = _facts(name)

    def end(error: str) -> None:
        trace.add(
            f"execute_tool {name}",
            began=began,
            parent=parent,
            id=id,
            error=error,
            needed=True,
            attributes=attributes,
        )

    if trace.has_texts:
        attributes["gen_ai.tool.call.arguments"] = shortened(dumps(invocation.arguments))
    with ending(end), within_tool(id):
        result = await run(invocation)
        if trace.has_texts:
            attributes["gen_ai.tool.call.result"] = shortened(result.text)
    return result


def _facts(name: str) -> Attributes:
    return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.type": "function",
    }

"""Uses a tool as the model does."""

import json
from collections.abc import Sequence

from brain.codec import Json
from brain.tools.invocations import Proposal, Tool, ToolInvocation
from brain.tools.schema import complaint
from brain.tools.spec import ToolCall


def named(tools: Sequence[Tool], name: str) -> Tool:
    return {tool.spec.name: tool for tool in tools}[name]


def invocation(
    name: str,
    arguments: Json,
    *,
    key: str = "run:call",
    user_id: str = "anna",
    tainted: bool = False,
    zone: str = "UTC",
) -> ToolInvocation:
    call = ToolCall(id="call", name=name, arguments=json.dumps(arguments))
    return ToolInvocation(
        user_id=user_id,
        call=call,
        arguments=arguments,
        idempotency_key=key,
        tainted=tainted,
        zone=zone,
    )


async def use(
    tools: Sequence[Tool],
    name: str,
    arguments: Json,
    *,
    key: str = "run:call",
    tainted: bool = False,
    zone: str = "UTC",
) -> Json:
    """Return the tool's result for arguments that its schema allows."""
    asked = named(tools, name)
    assert complaint(asked.spec.parameters, arguments) == ""
    given = await asked.run(invocation(name, arguments, key=key, tainted=tainted, zone=zone))
    read: Json = json.loads(given.text)
    return read


async def proposed(tool: Tool, invocation: ToolInvocation) -> Proposal:
    """Return what the user is asked before the tool runs."""
    proposal = await tool.prepare(invocation)
    assert proposal is not None
    return proposal


async def outcome_of(tool: Tool, invocation: ToolInvocation) -> str | None:
    """Return the text of what a call that was interrupted has done; None if it is unknown."""
    found = await tool.outcome(invocation)
    return None if found is None else found.text

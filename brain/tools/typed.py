"""Makes a tool from an argument type and a function that takes such arguments.

    tools = (tool(SearchDocuments, search), tool(DeleteDocument, delete, asks=shall_delete, ...))

The name, the description and the schema come from the type (see `brain.tools.arguments`). The
model does not see the function's docstring.
"""

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from msgspec.structs import replace

from brain.codec import Json
from brain.errors import ToolFault, Unreachable
from brain.tools.arguments import (
    Arguments,
    plain_arguments,
    read_arguments,
    schema_of,
    tool_description,
    tool_name,
)
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult, nothing
from brain.tools.spec import Effect, ToolSpec

LIMIT_S = 20.0  # default time limit of one call, in seconds

type Does[A, Given] = Callable[[A, ToolInvocation], Awaitable[Given]]


def spec_of(
    kind: type[Arguments],
    effect: Effect = Effect.READS,
    *,
    limit_s: float = LIMIT_S,
    foreign: bool = False,
    asks: bool = False,
    guarded: bool = False,
) -> ToolSpec:
    """Return the specification of the tool with this argument type."""
    return ToolSpec(
        name=tool_name(kind),
        description=tool_description(kind),
        parameters=schema_of(kind),
        effect=effect,
        limit_s=limit_s,
        foreign=foreign,
        asks=asks,
        guarded=guarded,
    )


def tool[A: Arguments](
    kind: type[A],
    run: Does[A, ToolResult | Json],
    effect: Effect = Effect.READS,
    *,
    limit_s: float = LIMIT_S,
    foreign: bool = False,
    asks: Does[A, Proposal | None] | None = None,
    guarded: Does[A, Proposal | None] | None = None,
    outcome: Callable[[ToolInvocation], Awaitable[ToolResult | None]] = nothing,
    away: str | None = None,
    away_before: str | None = None,
) -> Tool:
    """Return the tool with this argument type.

    `run` executes a call; JSON that it returns becomes compact text. `asks` prepares the proposal
    that the user approves before each call; `guarded` does the same in tainted runs only.
    `foreign`: all results are text by third parties. `away` is the text for the model when a
    service cannot be reached; `away_before` replaces it while a proposal is prepared, when nothing
    can have been done yet.
    """
    spec = spec_of(
        kind,
        effect,
        limit_s=limit_s,
        foreign=foreign,
        asks=asks is not None,
        guarded=guarded is not None,
    )
    prepare = asks or guarded
    return Tool(
        spec=spec,
        run=_run(kind, run, away),
        prepare=_prepare(kind, prepare, away_before or away) if prepare else nothing,
        outcome=outcome,
        plain=partial(plain_arguments, kind),
    )


def _run[A: Arguments](
    kind: type[A], does: Does[A, ToolResult | Json], away: str | None
) -> Callable[[ToolInvocation], Awaitable[ToolResult]]:
    typed = _typed(kind, does, away)

    async def run(invocation: ToolInvocation) -> ToolResult:
        given = await typed(invocation)
        return given if isinstance(given, ToolResult) else ToolResult.of(given)

    return run


def _prepare[A: Arguments](
    kind: type[A], does: Does[A, Proposal | None], away: str | None
) -> Callable[[ToolInvocation], Awaitable[Proposal | None]]:
    typed = _typed(kind, does, away)

    async def prepare(invocation: ToolInvocation) -> Proposal | None:
        proposal = await typed(invocation)
        if proposal is None or proposal.arguments is not None:
            return proposal
        return replace(proposal, arguments=plain_arguments(kind, invocation.arguments))

    return prepare


def _typed[A: Arguments, Given](
    kind: type[A], does: Does[A, Given], away: str | None
) -> Callable[[ToolInvocation], Coroutine[Any, Any, Given]]:
    """Wrap the function for the engine: clean and read the arguments, turn Unreachable into
    ToolFault.
    """

    async def call(invocation: ToolInvocation) -> Given:
        plain = plain_arguments(kind, invocation.arguments)
        try:
            return await does(read_arguments(kind, plain), replace(invocation, arguments=plain))
        except Unreachable as error:
            if away is None:
                raise
            raise ToolFault(away) from error

    return call

"""The world of a rehearsal: what the brain finds there, and what its calls do.

The tools are the real ones. A call that changes or sends something leaves one effect; a call for
which the scenario says what happens does that instead.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from brain.cloud.world import NotInThisWorld, World
from brain.codec import Json
from brain.errors import ToolFault
from brain.jobs.rehearsals.parts import Behaviour
from brain.jobs.rehearsals.ports import REFUSED, WORLD, RehearsalStore, Step, WorldEffect
from brain.jobs.rehearsals.scenario import Scenario, to_wire
from brain.run.store import StateStore
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.tools.spec import ClientTool, Effect

MOST_RESULT_CHARS = 4_000  # of a result that is kept with its effect
MOST_CALLS = 100  # of one tool for which the world says what happens
ANY_ARGUMENTS: Json = {"type": "object", "properties": {}, "additionalProperties": True}


def world_of(
    scenario: Scenario,
    mind_id: str,
    *,
    begun: datetime,
    instructions: str,
    has_email: bool,
    has_search: bool,
) -> World:
    """Return what the features find. Without `now` the world begins when the rehearsal does.

    `has_email` and `has_search`: the owner has an account, a search engine. Then there is one in
    the world, too.
    """
    wire = to_wire(scenario).get("world", {})
    emails = wire.get("emails")
    return World(
        user_id=mind_id,
        now=scenario.world.now or begun,
        instructions=instructions,
        documents=wire.get("documents", []),
        emails=[] if emails is None and has_email else emails,
        facts=wire.get("facts", []),
        preferences=wire.get("preferences", {}),
        pages=wire.get("pages", {}),
        search=wire.get("search", {}),
        has_search=has_search or "search" in wire,
    )


def front_end_tools(scenario: Scenario, own: Mapping[str, Tool]) -> tuple[ClientTool, ...]:
    """Return the tools of the world's front end: those that the brain does not have itself."""
    return tuple(
        ClientTool(
            name=name,
            description=f"A tool of the user's device: {name}.",
            parameters=ANY_ARGUMENTS,
        )
        for name in scenario.world.tools
        if name not in own
    )


class Doings(Struct, frozen=True, kw_only=True):
    """Notes what a rehearsed brain does, and decides what its world does in return."""

    mind_id: str
    scenario: Scenario
    kept: RehearsalStore
    store: StateStore

    def noting(self, tool: Tool) -> Tool:
        """Return the tool as it is in this world."""
        here = _Run(self, tool)
        return replace(tool, run=here.run, prepare=here.prepare, outcome=here.outcome)

    async def behaviour(self, tool: str, key: str) -> Behaviour | None:
        """Return what the world does with this call; None: nothing special.

        The first call of a tool does the first thing, and so on. The last one of the front end's
        is repeated, because nothing else could answer.
        """
        if not (listed := self.scenario.world.tools.get(tool)):
            return None
        place = await self._place(tool, key)
        return listed[place] if place < len(listed) else None

    async def answer(self, tool: str, key: str, arguments: Json, seq: int) -> str:
        """Return what the front end answers to the question with the id `key`, and note it."""
        listed = self.scenario.world.tools.get(tool)
        if not listed:
            raise NotInThisWorld(tool)
        does = listed[min(await self._place(tool, key), len(listed) - 1)]
        told = REFUSED + does.refuse if does.refuse is not None else does.answer or ""
        await self.note(key, tool, arguments, told, seq=seq)
        return told

    async def note(
        self, key: str, tool: str, arguments: Json, result: str, *, seq: int | None = None
    ) -> None:
        """Note an effect, once for each call."""
        if seq is None:
            seq = (await self.store.status(self.mind_id)).last_seq
        told = result[:MOST_RESULT_CHARS]
        effect = WorldEffect(seq=seq, tool=tool, arguments=arguments, result=told)
        await self.kept.note_effect(self.mind_id, key, effect)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Note the use of what the world does not have: the rehearsal is invalid then."""
        try:
            yield
        except NotInThisWorld as missing:
            entry: Json = {"is": "missing", "what": str(missing)}
            await self.kept.keep_step(self.mind_id, Step(run_id=WORLD, place=0, entry=entry))
            raise

    async def _place(self, tool: str, key: str) -> int:
        """Return the number of this call among those of the tool. A repeated call keeps its own."""
        entry: Json = {"is": "call", "key": key}
        for place in range(MOST_CALLS):
            step = Step(run_id=f"{WORLD} {tool}", place=place, entry=entry)
            if (await self.kept.keep_step(self.mind_id, step))["key"] == key:
                return place
        return MOST_CALLS


class _Refused(ToolFault):
    """The world refuses a call."""


class _Run(Struct, frozen=True):
    """The functions of a tool in a world."""

    doings: Doings
    tool: Tool

    async def run(self, invocation: ToolInvocation) -> ToolResult:
        """Run the call, or do what the scenario says, and note the effect."""
        async with self.doings.watched():
            try:
                result = await self._done(invocation)
            except _Refused as refused:
                await self._note(invocation, str(refused))
                raise
            await self._note(invocation, result.text)
            return result

    async def _done(self, invocation: ToolInvocation) -> ToolResult:
        does = await self.doings.behaviour(self.tool.spec.name, invocation.idempotency_key)
        if does is None:
            return await self.tool.run(invocation)
        if does.refuse is not None:
            raise _Refused(REFUSED + does.refuse, foreign=True)
        return ToolResult(text=does.answer or "", foreign=True)

    async def _note(self, invocation: ToolInvocation, told: str) -> None:
        if (spec := self.tool.spec).effect is not Effect.READS:
            key, arguments = invocation.idempotency_key, invocation.arguments
            await self.doings.note(key, spec.name, arguments, told)

    async def prepare(self, invocation: ToolInvocation) -> Proposal | None:
        async with self.doings.watched():
            return await self.tool.prepare(invocation)

    async def outcome(self, invocation: ToolInvocation) -> ToolResult | None:
        """Return what is noted of a call that a crash interrupted."""
        noted = await self.doings.kept.effect(self.doings.mind_id, invocation.idempotency_key)
        if noted is None:
            return await self.tool.outcome(invocation)
        if noted.is_refused:
            raise ToolFault(noted.result, foreign=True)
        return ToolResult(text=noted.result)

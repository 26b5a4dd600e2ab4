"""The tool with which the user's brain lets characters argue, or rehearses what was just said."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, assert_never

from msgspec import Struct
from msgspec.structs import replace

from brain.codec import Json, fingerprint
from brain.errors import ToolFault
from brain.feature import Platform
from brain.jobs.flow import start_job
from brain.jobs.helpers.doubt import FOREIGN
from brain.jobs.model import NewJob
from brain.jobs.owner.sending import SEND_S
from brain.jobs.owner.told import any_foreign
from brain.jobs.plans.limits import TOKENS_TALK
from brain.jobs.plans.parts import Parts, ThingUnknown, Unfit
from brain.jobs.plans.rehearsals import PlayedScenario, RehearsalWanted, plan_rehearsal
from brain.jobs.plans.talks import Agent, TalksWanted, plan_talks
from brain.jobs.plans.things import MAIN
from brain.jobs.ports import JobRefused
from brain.jobs.rehearsals.drafting import AROUND, draft
from brain.jobs.rules import MINDS_MOST, OPEN_MOST
from brain.jobs.services import JobServices
from brain.preferences.flow import preferences_of
from brain.run.messages import LogEntry, Message
from brain.texts.plain import plain_line, plain_text
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect, ToolSpec

NAME = "playOut"
NAME_CHARS = 60
ABOUT_CHARS = 2_000
NOT_BEGUN = "Not begun: {}"
NOTHING_SAID = "There is no talk before this that could be rehearsed."
WHAT = "say in `about` what they talk about."
TWO = ("Pro: Argue for it.", "Con: Argue against it.")  # if nobody is named

PLAY_OUT = ToolSpec(
    name=NAME,
    description=(
        "In the background, let characters argue (talk), or rehearse what was just said with a "
        "simulated user."
    ),
    parameters={
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": ["talk", "rehearsal"]},
            "about": {
                "type": "string",
                "maxLength": ABOUT_CHARS,
                "description": "the question; or how to answer better",
            },
            "cast": {
                "type": "array",
                "items": {"type": "string", "maxLength": ABOUT_CHARS},
                "minItems": 2,
                "maxItems": 4,
                "description": "each “name: how they argue”",
            },
            "count": {"type": "integer", "minimum": 1, "maximum": MINDS_MOST},
        },
        "required": ["kind"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
    limit_s=SEND_S,
    asks=True,
)

type Reached = Callable[
    [Callable[[ToolInvocation], Awaitable[ToolResult]]],
    Callable[[ToolInvocation], Awaitable[ToolResult]],
]


class Plays(Struct, frozen=True, kw_only=True):
    """What the tool needs."""

    services: Callable[[], JobServices]
    parts: Callable[[], Parts]
    platform: Platform

    async def shall_play(self, invocation: ToolInvocation) -> Proposal | None:
        """Return a question if it may use more tokens than the user lets pass unasked."""
        count = int(invocation.arguments.get("count", 1))
        tokens = count * TOKENS_TALK
        preferences = await preferences_of(self.platform.preferences, invocation.user_id)
        if 0 < tokens <= preferences.unasked_tokens:
            return None
        is_talk = invocation.arguments["kind"] == "talk"
        return Proposal(
            question=invocation.texts.ask_play(count, tokens, is_talk=is_talk),
            foreign=invocation.tainted,
            arguments=invocation.arguments,
        )

    async def play(self, invocation: ToolInvocation) -> ToolResult:
        """Begin a talk or a rehearsal. A repeated call finds the job.

        In a tainted run, others may have said what to begin, so the job counts as foreign.
        """
        invocation.check_count()
        try:
            new = replace(await self._planned(invocation), foreign=invocation.tainted)
            started = await start_job(self.services(), invocation.user_id, new)
        except ThingUnknown as unknown:
            raise ToolFault(NOT_BEGUN.format(f"the user has no such {unknown}.")) from None
        except Unfit as refused:
            raise ToolFault(NOT_BEGUN.format(str(refused))) from None
        except JobRefused as refused:  # which names the jobs that are open
            store = self.services().jobs
            still = await store.recent(invocation.user_id, limit=OPEN_MOST, is_open=True)
            text = NOT_BEGUN.format(str(refused))
            raise ToolFault(text, foreign=any_foreign(still)) from None
        done = invocation.texts.DONE["sent off"].format(job=new.title)
        return ToolResult.of({"jobId": started.job_id, "title": new.title}, done=done)

    async def _planned(self, invocation: ToolInvocation) -> NewJob:
        kind: Literal["talk", "rehearsal"] = invocation.arguments["kind"]
        match kind:
            case "talk":
                return await self._talk(invocation)
            case "rehearsal":
                return await self._rehearsal(invocation)
            case _:
                assert_never(kind)

    async def _talk(self, invocation: ToolInvocation) -> NewJob:
        arguments = invocation.arguments
        goal = plain_text(arguments.get("about") or "")
        if not goal:
            raise ToolFault(NOT_BEGUN.format(WHAT))
        wanted = TalksWanted(
            agents=[_agent(text) for text in arguments.get("cast") or TWO],
            goal=goal,
            request=_request(invocation),
            count=int(arguments.get("count", 1)),
            key=_key(invocation),
        )
        return await plan_talks(self.parts(), invocation.user_id, wanted)

    async def _rehearsal(self, invocation: ToolInvocation) -> NewJob:
        parts, user_id = self.parts(), invocation.user_id
        scenario = await self._drafted(invocation)
        instructions = plain_text(invocation.arguments.get("about") or "")
        if instructions:
            main = await parts.profiles.profile(user_id, MAIN)
            instructions = f"{main.instructions if main else ''}\n{instructions}".strip()
        wanted = RehearsalWanted(
            scenarios=[scenario],
            request=_request(invocation),
            run_count=int(invocation.arguments.get("count", 1)),
            instructions=instructions or None,
            model={},
            key=_key(invocation),
        )
        return await plan_rehearsal(parts, user_id, wanted)

    async def _drafted(self, invocation: ToolInvocation) -> PlayedScenario:
        """Draft a scenario from the talk before this run, with the user's own words only."""
        # Imported for the first rehearsal: the bodies of scenarios take 10 ms of a cold start.
        from brain.jobs.rehearsals.scenario import Scenario, digest, to_wire

        user_id, platform = invocation.user_id, self.platform
        last_seq = (await platform.store.status(user_id)).last_seq
        page = await platform.log.read(user_id, since=max(last_seq - AROUND, 0), limit=AROUND)
        run_id = invocation.idempotency_key.partition(":")[0]
        before = _before(page.entries, run_id)
        found = draft(before, before[-1].seq) if before else None
        if found is None:
            raise ToolFault(NOTHING_SAID)
        scenario = Scenario.model_validate(found, by_alias=True)
        return PlayedScenario(wire=to_wire(scenario), digest=digest(scenario))


def play_tool(plays: Plays, reached: Reached) -> Tool:
    """Return the tool. `reached` tells the model if a service cannot be reached."""
    return Tool(spec=PLAY_OUT, run=reached(plays.play), prepare=plays.shall_play)


def _before(entries: Sequence[LogEntry], run_id: str) -> Sequence[LogEntry]:
    """Return what was said before a rehearsal was asked for, and before that was decided on."""
    asking = {
        entry.run_id
        for entry in entries
        if isinstance(entry, Message) and entry.question and entry.question.tool == NAME
    }
    return [entry for entry in entries if entry.run_id not in {run_id, *asking}]


def _agent(text: str) -> Agent:
    name, colon, how = plain_text(text).partition(":")
    instructions = how.strip() if colon else f"Argue as {name.strip()} would."
    return Agent(
        profile=None,
        own={"name": plain_line(name)[:NAME_CHARS] or "?", "instructions": instructions},
    )


def _request(invocation: ToolInvocation) -> Json:
    return {**invocation.arguments, **({FOREIGN: True} if invocation.tainted else {})}


def _key(invocation: ToolInvocation) -> str:
    return fingerprint({"call": invocation.idempotency_key})

"""A rehearsal in a history: its world is one tool, and what was played is kept in memory."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from brain.codec import Json
from brain.errors import DatabaseUnreachable
from brain.jobs.model import Job, Mind
from brain.run.messages import Utterance
from brain.run.services import Services
from brain.tools.invocations import Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect, ToolSpec

if TYPE_CHECKING:
    from tests.chaos.jobs.gates import Gate
    from tests.chaos.jobs.world import JobWorld

ACT = "switchLight"
WHOLE_LOG = 1_000
TEXTS = ["start", "say-1"]  # message ids of the player's texts, if nothing fails


def scenario_of(label: str) -> Json:
    """A scenario in which the light is switched, and the player says one thing more."""
    return {
        "name": label,
        "goal": f"Task {label}. is done.",
        "opening": f"Task {label}. Switch on the light, please.",
        "maxTurns": 4,
        "expect": [{"effect": ACT}],
        "rubric": ["is brief"],
    }


def act_tool(gate: "Gate") -> Tool:
    """The tool of the rehearsed brain. Its effect is noted by the product."""

    async def run(invocation: ToolInvocation) -> ToolResult:
        kinds = await gate.enter("tool", ACT)
        if "break" in kinds:
            raise RuntimeError("the tool's own")
        await gate.suffer(kinds, "after")
        return ToolResult(text='{"is": "on"}')

    spec = ToolSpec(
        name=ACT,
        description="Switch the light.",
        parameters={
            "type": "object",
            "properties": {"mark": {"type": "string"}},
            "required": ["mark"],
            "additionalProperties": False,
        },
        effect=Effect.REPEATS,
    )
    return Tool(spec=spec, run=run)


class Inner:
    """The rehearsed brain in its world."""

    def __init__(self, gate: "Gate", services: Services) -> None:
        self._gate = gate
        self.services = services

    async def seed(self) -> None:
        async def send() -> None:
            return None

        await self._gate.call("jobs", "seed", send, DatabaseUnreachable)

    async def played(self, user_id: str, text: str) -> None:
        return None


def stage_here(stage: Any, gate: "Gate", kept: Any, brain: Any) -> Any:
    """The product's `Stage`, with these in place of what needs a database."""

    class Here(stage):  # type: ignore[misc]  # the class, or a copy of it with a bug
        @cached_property
        def kept(self) -> Any:
            return kept

        def within(self, *, tokens: int) -> Inner:
            return Inner(gate, brain(self.store))

        async def documents(self, titles: set[str]) -> list[tuple[str, str]]:
            return []

    return Here


async def played(world: "JobWorld", job: Job, minds: Sequence[Mind]) -> list[str]:
    """What is wrong with what was played: a turn twice, an effect twice, a step that is missing."""
    wrong: list[str] = []
    for mind in minds if job.kind == "rehearsal" else ():
        page = await world.store().read(mind.id, since=0, limit=WHOLE_LOG)
        texts = [entry for entry in page.entries if isinstance(entry, Utterance)]
        ids = [text.message_id for text in texts]
        if len(ids) != len(set(ids)):
            wrong.append(f"rehearsal: {mind.label} was told {ids}")
        # What the user says to it counts as a turn of the player, who says something else then.
        if mind.status == "complete" and not any("badger" in text.text for text in texts):
            wrong += [f"rehearsal: {mind.label} {what}" for what in _whole(world, mind, ids)]
    return wrong


def _whole(world: "JobWorld", mind: Mind, ids: Sequence[str]) -> Iterator[str]:
    if ids != TEXTS or mind.turns != len(TEXTS):
        yield f"was played with {ids}, and {mind.turns} turns are counted"
    done = Counter(
        effect.arguments["mark"] for (of, _), effect in world.played.noted.items() if of == mind.id
    )
    if not done or max(done.values()) > 1:
        yield f"has switched the light {dict(done)}"
    if (mind.verdict or {}).get("outcome") not in ("passed", "unsure"):
        yield f"has the verdict {mind.verdict}"
    places: dict[str, list[int]] = {}
    for of, run_id, place in world.played.kept:
        if of == mind.id:
            places.setdefault(run_id, []).append(place)
    for run_id, kept in places.items():
        if run_id != "player" and sorted(kept) != list(range(len(kept))):
            yield f"has steps at {sorted(kept)} of {run_id}"

"""What comes twice, or after a crash, changes nothing in a rehearsal."""

from typing import Any

import pytest
from msgspec.structs import replace

from brain.errors import ToolFault
from brain.jobs.flow import start_job
from brain.jobs.minds import Kinds
from brain.jobs.model import Say
from brain.jobs.rehearsals.ports import Step, WorldEffect
from brain.jobs.rehearsals.postgres import PostgresRehearsals
from brain.jobs.rehearsals.scenario import from_wire
from brain.jobs.rehearsals.world import Doings
from brain.tools.invocations import Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect, ToolCall, ToolSpec
from tests.jobs.rehearsals.conftest import MakeStage
from tests.jobs.rehearsals.stage import Cast, Stage, ends, quit_with

pytestmark = pytest.mark.asyncio(loop_scope="package")

SPEC = ToolSpec(name="openDoor", description="d", parameters={}, effect=Effect.ACTS)
MIND = "mind:abc:0"


def kept_of(theatre: Stage) -> PostgresRehearsals:
    assert theatre.house.database is not None
    return PostgresRehearsals(theatre.house.database)


def invocation(key: str) -> ToolInvocation:
    made = ToolCall(id="c", name=SPEC.name, arguments="{}")
    return ToolInvocation(user_id=MIND, call=made, arguments={}, idempotency_key=key)


def doings(theatre: Stage, behaviours: list[Any]) -> Doings:
    world = {"tools": {"openDoor": behaviours}} if behaviours else {}
    scenario = from_wire({"name": "n", "opening": "o", "world": world})
    store = theatre.house.store
    return Doings(mind_id=theatre.user, scenario=scenario, kept=kept_of(theatre), store=store)


async def opens(_: ToolInvocation) -> ToolResult:
    return ToolResult(text="really open")


async def unknown(_: ToolInvocation) -> ToolResult | None:
    return None


TOOL = Tool(spec=SPEC, run=opens, outcome=unknown)


def theatre_of(stage: MakeStage) -> Stage:
    return stage(Cast(brain=lambda prompt: quit_with("Hello."), player=ends))


async def test_a_repeated_call_does_the_same_and_leaves_one_effect(stage: MakeStage) -> None:
    theatre = theatre_of(stage)
    tool = doings(theatre, [{"answer": "a"}, {"answer": "b"}]).noting(TOOL)

    told = [(await tool.run(invocation(key))).text for key in ("k1", "k2", "k1", "k3")]

    assert told == ["a", "b", "a", "really open"]
    effects = [effect.result for _, effect in await kept_of(theatre).effects([theatre.user])]
    assert effects == ["a", "b", "really open"]


async def test_after_a_crash_the_effect_says_what_was_done(stage: MakeStage) -> None:
    theatre = theatre_of(stage)
    tool = doings(theatre, [{"answer": "open"}, {"refuse": "jammed"}]).noting(TOOL)
    assert await tool.outcome(invocation("k1")) is None

    await tool.run(invocation("k1"))
    with pytest.raises(ToolFault, match="jammed"):
        await tool.run(invocation("k2"))

    found = await tool.outcome(invocation("k1"))
    assert found is not None
    assert found.text == "open"
    with pytest.raises(ToolFault, match="jammed"):
        await tool.outcome(invocation("k2"))


async def test_the_first_effect_and_the_first_step_stay(stage: MakeStage) -> None:
    kept = kept_of(theatre_of(stage))
    first = WorldEffect(seq=1, tool="t", arguments={"a": 1}, result="r")
    assert await kept.note_effect("mind:x:0", "k", first) == first
    assert await kept.note_effect("mind:x:0", "k", replace(first, result="other")) == first

    step = Step(run_id="player", place=1, entry={"text": "a"})
    assert await kept.keep_step("mind:x:0", step) == {"text": "a"}
    assert await kept.keep_step("mind:x:0", replace(step, entry={"text": "b"})) == {"text": "a"}

    await kept.keep_steps("mind:x:0", "r1", [{"is": "a"}, {"is": "b"}])
    await kept.keep_steps("mind:x:0", "r1", [{"is": "x"}, {"is": "b"}, {"is": "c"}])
    steps = [step.entry for step in await kept.steps("mind:x:0") if step.run_id == "r1"]
    assert steps == [{"is": "a"}, {"is": "b"}, {"is": "c"}]


async def test_a_world_is_filled_once(stage: MakeStage) -> None:
    """Twice before the opening gives the same things; after it, what the brain did stays."""
    theatre = theatre_of(stage)
    scenario = {
        "name": "n",
        "opening": "o",
        "world": {"documents": [{"title": "Plan", "body": "b"}], "facts": ["f"]},
    }
    started = await start_job(theatre.services, theatre.user, theatre.new(scenario))
    job = await theatre.services.jobs.job(theatre.user, started.job_id)
    [mind] = await theatre.services.jobs.minds(theatre.user, started.job_id)
    assert job is not None
    assert isinstance(theatre.services.kinds, Kinds)
    rehearsals = theatre.services.kinds["rehearsal"]

    says = [await rehearsals.first(job, mind) for _ in range(2)]
    assert says == [Say(text="o", message_id="start")] * 2
    assert await titles(theatre, mind.id) == ["Plan"]
    await theatre.deliver()
    await delete_all(theatre, mind.id)
    await rehearsals.first(job, mind)
    assert await titles(theatre, mind.id) == []


async def titles(theatre: Stage, mind_id: str) -> list[str]:
    database = theatre.house.database
    assert database is not None

    async def work(connection: Any) -> list[str]:
        sql = "select title from brain.documents where user_id = %(id)s"
        found = await connection.execute(sql, {"id": mind_id})
        return [title for (title,) in await found.fetchall()]

    return await database.run(work)


async def delete_all(theatre: Stage, mind_id: str) -> None:
    database = theatre.house.database
    assert database is not None
    sql = "delete from brain.documents where user_id = %(id)s"
    await database.run(lambda connection: connection.execute(sql.encode(), {"id": mind_id}))

"""Nothing falls through from a world to what is the owner's: a rehearsal that tries is invalid."""

from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Any

import pytest

from brain.cloud.redis.scripts import Keys
from brain.cloud.world import Inside, NotInThisWorld
from brain.feature import Feature, Platform
from brain.jobs.rehearsals.fences import OwnRedis, WorldQueue
from brain.notices.postgres import PostgresRules
from brain.run.moves import WakeCall
from brain.tools.invocations import Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect, ToolSpec
from brain.wiring import RehearsedWiring
from brain.wiring.adapters import Adapters, WorldAdapters
from tests.jobs.rehearsals.conftest import MakeStage
from tests.jobs.rehearsals.stage import Cast, House, MemoryQueue, call, quit_with

pytestmark = pytest.mark.asyncio(loop_scope="package")

GIVEN = set(Inside.__struct_fields__)
OTHERS = sorted({name for name in vars(Adapters) if not name.startswith("_")} - GIVEN)


@pytest.mark.parametrize("name", OTHERS)
async def test_what_a_world_does_not_name_it_does_not_have(name: str) -> None:
    values: Any = {field: object() for field in GIVEN}
    adapters = WorldAdapters(Inside(**values))
    with pytest.raises(NotInThisWorld, match=name):
        getattr(adapters, name)


async def test_a_world_gives_exactly_what_it_names() -> None:
    assert {"events", "webhooks", "tokens", "eviction", "key_tries"} <= {*OTHERS}
    values: Any = {field: object() for field in GIVEN}
    adapters: Any = WorldAdapters(Inside(**values))
    assert {name: getattr(adapters, name) for name in GIVEN} == values


SPEC = ToolSpec(
    name="fallThrough",
    description="A tool with a mistake.",
    parameters={"type": "object", "properties": {}},
    effect=Effect.REPEATS,
)

type Falls = Callable[[Any, str], Awaitable[object]]


async def reads_keys_of_the_owner(platform: Any, owner: str) -> object:
    return await platform.redis.execute(["GET", Keys.of(owner).key("run")], limit_s=5)


async def deletes_all_keys(platform: Any, owner: str) -> object:
    return await platform.redis.execute(["FLUSHALL"], limit_s=5)


async def runs_a_script_on_the_owner(platform: Any, owner: str) -> object:
    return await platform.store.status(owner)


async def writes_a_row_of_the_owner(platform: Any, owner: str) -> object:
    return await PostgresRules(platform.database).add_rule(
        owner, about="planted", sender="ben", key="k"
    )


async def runs_a_statement_about_nobody(platform: Any, owner: str) -> object:
    return await platform.database.run(lambda c: c.execute("delete from brain.rules"))


async def runs_a_statement_through_a_cursor(platform: Any, owner: str) -> object:
    from psycopg.rows import tuple_row

    async def work(connection: Any) -> None:
        async with connection.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute("delete from brain.rules where user_id = %(u)s", {"u": owner})

    return await platform.database.run(work)


async def keeps_a_schedule(platform: Any, owner: str) -> object:
    return await platform.queue.keep_schedule("x", cron="* * * * *", event={})


async def wakes_the_owner(platform: Any, owner: str) -> object:
    wake_call = WakeCall(user_id=owner, run_id="r", reason="handoff")
    return await platform.queue.publish(wake_call, delay_s=0, dedup_id="d")


async def looks_for_another_model(platform: Any, owner: str) -> object:
    return platform.model_of(None)


async def reads_the_webhooks(platform: Any, owner: str) -> object:
    return platform.webhooks


FALLS: tuple[Falls, ...] = (
    reads_keys_of_the_owner,
    deletes_all_keys,
    runs_a_script_on_the_owner,
    writes_a_row_of_the_owner,
    runs_a_statement_about_nobody,
    runs_a_statement_through_a_cursor,
    keeps_a_schedule,
    wakes_the_owner,
    looks_for_another_model,
    reads_the_webhooks,
)


def planted(platform: Platform, owner: str, fall: Falls) -> Feature:
    """A feature whose only tool falls through."""

    async def run(invocation: ToolInvocation) -> ToolResult:
        await fall(platform, owner)
        return ToolResult(text="It went through.")

    return Feature(tools=lambda: (Tool(spec=SPEC, run=run),))


@pytest.mark.parametrize("fall", FALLS)
async def test_a_planted_fall_through_makes_the_rehearsal_invalid(
    stage: MakeStage, fall: Falls
) -> None:
    def brain(prompt: Any) -> Any:
        done = any(message["role"] == "tool" for message in prompt.messages)
        return quit_with("Done.") if done else call("fallThrough")

    cast = Cast(brain=brain)

    class PlantedWiring(RehearsedWiring):
        @cached_property
        def features(self) -> tuple[Feature, ...]:
            return (*super().features, planted(self, theatre.user, fall))

    class PlantedHouse(House):
        def within(self, inside: Inside) -> RehearsedWiring:
            return PlantedWiring(inside, self._features)

    theatre = stage(cast, PlantedHouse)
    job = await theatre.play(
        theatre.new({"name": "Falls", "opening": "fall", "expect": [{"said~": "done"}]})
    )

    [mind] = await theatre.minds(job)
    assert (mind.status, mind.ended_reason) == ("invalid", "world")
    assert (job.completed_count, job.failed_count) == (0, 1)
    assert job.report is not None
    assert job.report["metrics"]["invalid"] == 1
    results = [m for m in cast.prompts["brain"][-1].messages if m["role"] == "tool"]
    assert "went through" not in str(results)
    assert theatre.queue.told == []


async def test_reminders_are_not_told_and_the_runs_of_the_mind_go_on() -> None:
    queue = MemoryQueue()
    world = WorldQueue(queue, "mind:x:0")

    await world.tell({"type": "reminder"}, delay_s=1, dedup_id="a")
    own = WakeCall(user_id="mind:x:0", run_id="r", reason="wakeup")
    await world.publish(own, delay_s=15, dedup_id="b")
    quiet = WakeCall(user_id="mind:x:0", run_id="-", reason="event")
    await world.publish(quiet, delay_s=15, dedup_id="c")

    assert queue.told == []
    assert queue.wakes == [(own, 15)]


async def test_a_script_without_keys_is_nobodys() -> None:
    with pytest.raises(NotInThisWorld):
        await OwnRedis(None, "mind:x:0").evaluate("return 1", [], [], limit_s=1)  # type: ignore[arg-type]  # it is not reached

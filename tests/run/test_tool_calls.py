"""The tools that the model calls in a turn, in virtual time."""

import pytest

from brain.chat.results import UNSURE
from brain.tools.spec import Effect
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tools import NoteTool
from tests.fakes.world import World

TRIPS = [  # of the store for a loop: a result that can be had again quickly waits for the next one
    pytest.param(Effect.READS, 0, 1, id="reads at once"),
    pytest.param(Effect.READS, 0.25, 2, id="reads slowly"),
    pytest.param(Effect.REPEATS, 0, 2, id="has an effect"),
]


@pytest.mark.parametrize(("effect", "seconds", "trips"), TRIPS)
@in_virtual_time
async def test_a_further_loop_costs_one_call_of_the_store_if_a_tool_reads_quickly(
    effect: Effect, seconds: float, trips: int
) -> None:
    tool = NoteTool(effect, seconds=seconds)
    answers = [calls(("note", '{"text":"a"}')) for _ in range(2)]
    world = World([*answers, words("Done.")], tools=[tool])
    await world.ask("Hi")
    assert tool.notes == ["a"] * 2
    assert world.redis.calls == 2 + 2 * trips


@in_virtual_time
async def test_reads_run_beside_each_other_and_everything_else_in_order() -> None:
    for effect, seconds in ((Effect.READS, 2), (Effect.REPEATS, 4)):
        tool = NoteTool(effect, seconds=2)
        two = calls(("note", '{"text":"a"}'), ("note", '{"text":"b"}'), delay_s=0)
        world = World([two, words("Done.", delay_s=0)], tools=[tool])
        began = world.clock.now()
        await world.ask("Hi")
        assert world.clock.now() - began == pytest.approx(seconds)
        assert tool.notes == ["a", "b"]


@in_virtual_time
async def test_a_tool_that_hangs_costs_its_limit_and_not_the_run() -> None:
    tool = NoteTool(Effect.READS, seconds=1000)
    world = World([calls(("note", '{"text":"a"}')), words("Without it.")], tools=[tool])
    outcome = await world.ask("Hi")
    assert outcome.message is not None
    assert world.clock.now() == pytest.approx(tool.spec.limit_s, abs=1)
    assert "longer than" in world.model.prompts[1].messages[-1]["content"]


@in_virtual_time
async def test_a_tool_that_raises_is_a_result_for_the_model() -> None:
    tool = NoteTool(Effect.READS, breaks=True)
    world = World([calls(("note", '{"text":"a"}')), words("Without it.")], tools=[tool])
    outcome = await world.ask("Hi")
    assert outcome.message is not None
    assert "secret" not in str(world.model.prompts[1].messages)


@pytest.mark.parametrize("knows", [False, True])
@in_virtual_time
async def test_an_act_interrupted_by_a_death_is_never_done_twice(knows: bool) -> None:
    tool = NoteTool(Effect.ACTS, seconds=3, knows=knows)
    world = World([calls(("note", '{"text":"a"}')), words("Sent.")], tools=[tool])
    await world.ask("Hi", patience_s=1.5)
    world.kill()
    await world.until_said("Sent.")
    assert tool.notes == ["a"]
    result = world.model.prompts[1].messages[-1]["content"]
    assert result == ("Noted a." if knows else UNSURE)

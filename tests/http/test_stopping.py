"""A user stops a run, in virtual time."""

import asyncio

from brain.run.messages import Speak
from brain.run.moves import Settled, Stopped
from brain.run.step import CONTINUE
from brain.says.en import STOPPED, STOPPED_IN_AN_ACT
from brain.tools.spec import Effect
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tools import NoteTool
from tests.fakes.world import World


def states(world: World) -> list[str]:
    return [data["state"] for _, event, data in world.channel.events if event == "run"]


@in_virtual_time
async def test_a_stop_cuts_a_hanging_model_within_two_seconds_and_nothing_more_is_said() -> None:
    world = World([words("Never.", delay_s=100)])
    first = world.spawn(world.ask("Go"))
    await asyncio.sleep(3.3)
    stopped = await world.stop()
    began = world.clock.now()
    assert isinstance(stopped, Stopped)
    outcome = await first
    assert world.clock.now() - began < 2
    assert (outcome.state, outcome.message) == ("done", None)
    await world.settle()
    assert [(m.text, m.speak) for m in await world.said()] == [(STOPPED, Speak.SILENT)]
    assert [m["text"] for m in world.channel.messages()] == [STOPPED]
    assert states(world) == ["running", "stopped"]
    assert (await world.ports.store.status("anna")).state == "stopped"


@in_virtual_time
async def test_a_stop_between_two_invocations_leaves_the_successor_nothing_to_do() -> None:
    step = calls((CONTINUE, '{"message":"Step."}'), delay_s=1)
    world = World([step], max_duration_s=4, reserve_s=1.5)
    await world.ask("Go", patience_s=0.5)
    while "handoff" not in [s.reason for s, *_ in world.queue.published]:  # noqa: ASYNC110 - virtual time
        await asyncio.sleep(0.01)
    assert isinstance(await world.stop(), Stopped)
    asked = len(world.model.prompts)
    await world.settle()
    assert len(world.model.prompts) == asked
    assert (await world.said())[-1].text == STOPPED


@in_virtual_time
async def test_a_stop_of_a_run_that_has_ended_does_not_affect_the_next_run() -> None:
    world = World([words("One."), words("Two.", delay_s=2)])
    first = await world.ask("Hi")
    assert isinstance(await world.stop(run_id=first.run_id), Settled)
    second = world.spawn(world.ask("And?"))
    await asyncio.sleep(1)
    assert isinstance(await world.stop(run_id=first.run_id), Settled)
    outcome = await second
    assert outcome.message is not None
    assert outcome.message.text == "Two."


@in_virtual_time
async def test_a_stop_during_an_act_says_that_the_outcome_is_unknown() -> None:
    tool = NoteTool(Effect.ACTS, seconds=5)
    world = World([calls(("note", '{"text":"a"}')), words("Noted.")], tools=[tool])
    first = world.spawn(world.ask("Note a"))
    await asyncio.sleep(2.5)
    await world.stop()
    await first
    await world.settle()
    assert [m.text for m in await world.said()] == [STOPPED_IN_AN_ACT]
    assert tool.notes == ["a"]


@in_virtual_time
async def test_a_stop_works_while_the_channel_is_unreachable() -> None:
    world = World([words("Never.", delay_s=100)])
    world.channel.refusing = True
    first = world.spawn(world.ask("Go"))
    await asyncio.sleep(2)
    assert isinstance(await world.stop(), Stopped)
    await first

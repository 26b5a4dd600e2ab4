"""How tools are run when something is wrong with them or with the time, in virtual time."""

import asyncio

import pytest

from brain.chat.results import UNSURE
from brain.errors import LeaseLost, ToolFault
from brain.tools.invocations import ToolInvocation
from brain.tools.spec import Effect
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tools import NoteTool
from tests.fakes.world import World

NOTE = ("note", '{"text":"a"}')


class Forgetful(NoteTool):
    """A tool whose far side, asked later, says what the test wants it to say."""

    def __init__(self, answer: str | Exception, *, hangs: bool = False) -> None:
        super().__init__(Effect.ACTS, seconds=3)
        self._answer = answer
        self._hangs = hangs

    async def outcome(self, invocation: ToolInvocation) -> str | None:
        if self._hangs:
            await asyncio.sleep(1000)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class Late(NoteTool):
    """A tool during which the lease is lost."""

    async def run(self, invocation: ToolInvocation) -> str:
        raise LeaseLost("another's")


class Failing(NoteTool):
    """A tool that takes two seconds to fail."""

    def __init__(self, error: Exception) -> None:
        super().__init__(Effect.READS)
        self._error = error

    async def run(self, invocation: ToolInvocation) -> str:
        await asyncio.sleep(2)
        raise self._error


def result_shown(world: World) -> str:
    return str(world.model.prompts[-1].messages[-1]["content"])


@pytest.mark.parametrize(
    ("tool", "shown"),
    [
        (Forgetful("It was sent."), "It was sent."),
        (Forgetful(ToolFault("It was not sent.")), "It was not sent."),
        (Forgetful("", hangs=True), UNSURE),
    ],
)
@in_virtual_time
async def test_after_a_crash_the_tool_is_asked_for_the_outcome_of_an_act(
    tool: Forgetful, shown: str
) -> None:
    world = World([calls(NOTE), words("So.")], tools=[tool])
    await world.ask("Hi", patience_s=1.5)
    world.kill()
    await world.until_said("So.")
    assert tool.notes == ["a"]
    assert result_shown(world) == shown


@in_virtual_time
async def test_a_second_act_is_recorded_as_started_before_it_runs() -> None:
    tool = NoteTool(Effect.ACTS, seconds=3)
    world = World([calls(NOTE, ("note", '{"text":"b"}')), words("So.")], tools=[tool])
    world.spawn(world.ask("Hi"))
    await asyncio.sleep(4)
    assert tool.notes == ["a", "b"]
    world.kill()
    await world.until_said("So.")
    assert tool.notes == ["a", "b"]
    assert result_shown(world) == UNSURE


@in_virtual_time
async def test_an_act_that_exceeds_its_limit_is_unsure_and_not_repeated() -> None:
    tool = NoteTool(Effect.ACTS, seconds=1000)
    world = World([calls(NOTE), words("So.")], tools=[tool])
    await world.ask("Hi")
    assert tool.notes == ["a"]
    assert result_shown(world) == UNSURE


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        (Failing(ToolFault("No xyzzy.")), "ms=2000 reason=ToolFault"),
        (Failing(ValueError("xyzzy")), "ms=2000 reason=ValueError"),
        (NoteTool(Effect.READS, seconds=1000), "ms=20000 reason=TimeoutError"),
        (NoteTool(Effect.ACTS, seconds=1000), "ms=20000 reason=TimeoutError"),
    ],
)
@in_virtual_time
async def test_every_call_that_fails_has_a_line_in_the_log_with_its_time_and_class(
    tool: NoteTool, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    await World([calls(NOTE), words("So.")], tools=[tool]).ask("Hi")
    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in lines if "tool.failed" in line] == [f"tool.failed: tool=note {told}"]
    assert "xyzzy" not in caplog.text
    assert all(record.msg.count("=%") == 3 for record in caplog.records if "failed" in record.msg)


@in_virtual_time
async def test_a_read_that_outlasts_the_invocation_is_repeated_by_the_next() -> None:
    tool = NoteTool(Effect.READS, seconds=4)
    world = World(
        [calls(NOTE, delay_s=3), words("So.", delay_s=0.1)],
        tools=[tool],
        max_duration_s=6,
        reserve_s=1,
    )
    assert (await world.ask("Hi")).state == "running"
    await world.until_said("So.")
    assert tool.notes == ["a", "a"]
    assert len(world.model.prompts) == 2


@in_virtual_time
async def test_a_tool_during_which_the_lease_is_lost_says_nothing_more() -> None:
    world = World([calls(NOTE), words("So.")], tools=[Late(Effect.READS)])
    outcome = await world.ask("Hi")
    assert (outcome.state, outcome.message) == ("running", None)
    assert world.queue.published[0][0].reason == "wakeup"

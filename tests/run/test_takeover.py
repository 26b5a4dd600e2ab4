"""Two invocations and one run: who goes on, who stops, and what the caller is told, in virtual
time.
"""

import asyncio
import gc
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.cloud.redis.store import RedisStore
from brain.errors import QueueUnreachable, StoreUnreachable
from brain.run.journal import Answered
from brain.run.limits import Limits
from brain.run.messages import Kind
from brain.run.moves import Admitted, Alive, Commit, Committed, LeaseToken, WakeCall
from brain.run.ports import Delta, Prompt
from brain.says.en import LAST_WORDS
from brain.tools.spec import Effect
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.requests import check_prompt
from tests.fakes.tools import NoteTool
from tests.fakes.world import World

CONTINUE = ("sayToUserAndContinue", '{"message":"Step."}')


async def taken_over(world: World) -> None:
    """Another invocation takes the run of anna's that is under way."""
    run_id = (await world.ports.store.status("anna")).run_id
    assert run_id is not None
    wake_call = WakeCall(user_id="anna", run_id=run_id, reason="wakeup", wake=1)
    assert isinstance(await world.ports.store.resume(wake_call, holder="other"), Alive)
    key = Keys.of("anna").key("run")
    await world.redis.execute(["HSET", key, "lease", "0"], limit_s=1)
    found = await world.ports.store.resume(wake_call, holder="other")
    assert isinstance(found, Admitted)


@in_virtual_time
async def test_a_brain_that_was_replaced_stops_at_once_and_says_nothing() -> None:
    world = World([words("Too late.", delay_s=100)], limits=Limits(lease_s=30))
    asking = world.spawn(world.ask("Hi"))
    await asyncio.sleep(5)
    await taken_over(world)
    outcome = await asking
    assert (outcome.state, outcome.message) == ("running", None)
    assert world.clock.now() < 30
    assert await world.said() == []


@in_virtual_time
async def test_a_brain_that_was_replaced_before_its_answer_records_nothing() -> None:
    world = World([words("Too late.", delay_s=3)])
    asking = world.spawn(world.ask("Hi"))
    await asyncio.sleep(2)
    await taken_over(world)
    assert (await asking).state == "running"
    assert await world.said() == []


class Slow(RedisStore):
    """A store that commits come late to while it is slow."""

    is_slow = False

    async def commit(self, token: LeaseToken, step: Commit) -> Committed:
        if self.is_slow:
            await asyncio.sleep(10)
        return await super().commit(token, step)


@in_virtual_time
async def test_a_brain_that_was_replaced_leaves_no_commit_behind_whose_error_nobody_reads() -> None:
    unread: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, about: unread.append(about["message"]))
    noting = calls(("note", '{"text":"a"}'), delay_s=0)
    tool = NoteTool(Effect.READS, seconds=2)
    world = World([noting, words("Too late.", delay_s=100)], tools=[tool])
    store = Slow(world.redis, world.limits)
    world.ports = replace(world.ports, store=store)
    asking = world.spawn(world.ask("Hi"))
    await asyncio.sleep(1)
    store.is_slow = True
    await asyncio.sleep(2)  # the tool's result is being recorded, and the model is asked
    await taken_over(world)
    assert (await asking).state == "running"
    await asyncio.sleep(20)
    gc.collect()
    assert unread == []


@in_virtual_time
async def test_nobody_is_told_running_when_a_lost_run_has_no_wake_up() -> None:
    world = World([words("Too late.", delay_s=3)])
    world.queue.refusing = True
    asking = world.spawn(world.ask("Hi"))
    await asyncio.sleep(2)
    await taken_over(world)
    with pytest.raises(QueueUnreachable):
        await asking


@in_virtual_time
async def test_an_unreachable_store_is_an_error_unless_a_wake_up_is_queued() -> None:
    for delay_s, patience_s in ((0.5, 0), (5, 0)):
        world = World([words("Lost.", delay_s=delay_s)])
        asking = world.spawn(world.ask("Hi", patience_s=patience_s))
        await asyncio.sleep(delay_s - 0.2)
        world.redis.refusing = True
        if delay_s < 1:
            with pytest.raises(StoreUnreachable):
                await asking
        else:
            assert (await asking).state == "running"
        world.redis.refusing = False


@pytest.mark.parametrize("reason", ["wakeup", "handoff", "event"])
@in_virtual_time
async def test_a_call_for_a_run_whose_brain_lives_starts_no_second_one(reason: str) -> None:
    world = World([words("Only once.", delay_s=0.9)])
    asking = world.spawn(world.ask("Hi"))
    await asyncio.sleep(0.5)
    run_id = (await world.ports.store.status("anna")).run_id
    assert run_id is not None
    await world.call_again(
        WakeCall(user_id="anna", run_id=run_id, reason=reason, wake=1)  # type: ignore[arg-type]  # all three are given
    )
    assert len(world.queue.published) == (reason != "event")
    assert (await asking).message is not None
    assert len(world.model.prompts) == 1


@in_virtual_time
async def test_a_call_for_a_run_that_has_ended_does_nothing() -> None:
    world = World([words("Done.")])
    outcome = await world.ask("Hi")
    calls = world.redis.calls
    await world.call_again(WakeCall(user_id="anna", run_id=outcome.run_id, reason="wakeup", wake=1))
    assert world.redis.calls == calls + 1
    assert world.queue.published == []


@in_virtual_time
async def test_a_run_that_was_interrupted_too_often_ends_with_a_reason() -> None:
    world = World([words("Never.", delay_s=50)], limits=Limits(lease_s=10, attempts=2))
    await world.ask("Hi", patience_s=2)
    for _ in range(2):
        await asyncio.sleep(5)
        world.kill()
        await asyncio.sleep(13)
    await world.until_said(LAST_WORDS["attempts"])
    [last] = await world.said()
    assert (last.kind, last.done_after_this) == (Kind.ERROR, True)


@in_virtual_time
async def test_a_run_that_was_handed_over_too_often_ends_with_a_reason() -> None:
    world = World(
        [calls(CONTINUE, delay_s=2)],
        limits=Limits(handoffs=3),
        max_duration_s=4,
        reserve_s=1.5,
    )
    await world.ask("Hi")
    await world.until_said(LAST_WORDS["handoffs"])
    assert len(world.invocations) == 4


@in_virtual_time
async def test_a_run_with_a_journal_of_newer_code_ends_with_a_reason() -> None:
    world = World([words("Never.", delay_s=50)], limits=Limits(lease_s=10))
    await world.ask("Hi", patience_s=2)
    world.kill()
    newer = ["APPEND", Keys.of("anna").key("journal"), 'e {"v":99}\n']
    await world.redis.execute(newer, limit_s=1)
    await world.until_said(LAST_WORDS["poisoned"])
    assert len(world.model.prompts) == 1


@in_virtual_time
async def test_a_hand_over_that_is_not_queued_is_left_to_the_wake_up() -> None:
    world = World(
        [calls(CONTINUE, delay_s=2)] * 2 + [words("Done.")], max_duration_s=6, reserve_s=1.5
    )
    asking = world.spawn(world.ask("Hi"))
    await asyncio.sleep(1.5)
    world.queue.refusing = True
    assert (await asking).state == "running"
    world.queue.refusing = False
    await world.until_said("Done.")


class DeafModel:
    """A model that answers when it likes."""

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        check_prompt(prompt)
        await asyncio.sleep(1000)
        raise AssertionError("nobody waits for that")


@in_virtual_time
async def test_a_model_that_exceeds_its_limit_is_cancelled() -> None:
    world = World(limits=Limits(model_s=5))
    world.ports = replace(world.ports, model=DeafModel())
    outcome = await world.ask("Hi")
    assert outcome.message is not None
    assert outcome.message.text == LAST_WORDS["model"]

"""The story of a turn, in virtual time."""

import asyncio

import pytest

from brain.errors import (
    ModelCut,
    ModelUnavailable,
    QueueUnreachable,
    StoreUnreachable,
    TooManyTexts,
)
from brain.run.journal import Answered
from brain.run.limits import Limits
from brain.run.messages import Kind, Message, Remark, Utterance
from brain.tools.spec import Effect
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import Saying, calls, words
from tests.fakes.requests import texts
from tests.fakes.tools import NoteTool
from tests.fakes.world import World

CONTINUE = "sayToUserAndContinue"
QUIT = "sayToUserAndQuit"


@in_virtual_time
async def test_an_answer_in_time_is_the_outcome_and_stands_in_the_log() -> None:
    world = World([words("Hello.")])
    outcome = await world.ask("Hi")
    assert outcome.state == "done"
    assert outcome.message is not None
    assert outcome.message.text == "Hello."
    assert outcome.message.done_after_this
    assert [entry.seq for entry in await world.log()] == [1, 2]
    assert (await world.log())[1] == outcome.message
    assert world.channel.events == []


@in_virtual_time
async def test_a_one_loop_turn_costs_two_calls_of_the_store() -> None:
    world = World([words("Hello.")])
    await world.ask("Hi")
    assert world.redis.calls == 2


@pytest.mark.parametrize(("delay_s", "looks", "wake_ups"), [(0.95, 0, 0), (1.05, 1, 1)])
def test_the_first_check_and_the_wake_up_come_a_second_after_the_turn_began(
    delay_s: float, looks: int, wake_ups: int
) -> None:
    @in_virtual_time
    async def story() -> None:
        world = World([words("Hello.", delay_s=delay_s)])
        await world.ask("Hi")
        assert world.redis.calls == 2 + looks
        assert len(world.queue.published) == wake_ups

    story()


@in_virtual_time
async def test_breadcrumbs_are_on_the_channel_before_the_answer_is_given() -> None:
    said = [(CONTINUE, '{"message":"One."}'), (CONTINUE, '{"message":"Two."}')]
    world = World([calls(*said, (QUIT, '{"message":"Three."}'))])
    outcome = await world.ask("Hi")
    assert [m["text"] for m in world.channel.messages()] == ["One.", "Two."]
    assert outcome.message is not None
    assert outcome.message.text == "Three."
    kinds = [m.kind for m in await world.said()]
    assert kinds == [Kind.BREADCRUMB, Kind.BREADCRUMB, Kind.SAY]


@in_virtual_time
async def test_when_patience_ends_the_answer_comes_over_the_channel_from_the_same_call() -> None:
    world = World([words("Late.", delay_s=3)])
    outcome = await world.ask("Hi", patience_s=0.5)
    assert (outcome.state, outcome.message) == ("running", None)
    assert world.queue.published[0][0].reason == "wakeup"
    await world.settle()
    assert [m["text"] for m in world.channel.messages()] == ["Late."]
    assert len(world.model.prompts) == 1


@in_virtual_time
async def test_nobody_is_told_running_while_the_queue_takes_no_wake_up() -> None:
    world = World([words("Late.", delay_s=3)])
    world.queue.refusing = True
    outcome = await world.ask("Hi", patience_s=0.5)
    assert outcome.state == "done"
    assert outcome.message is not None


@in_virtual_time
async def test_a_text_in_mid_run_joins_it_and_one_terminal_message_ends_both() -> None:
    world = World([words("One.", delay_s=3), words("Both.")])
    first = world.spawn(world.ask("First"))
    await asyncio.sleep(1.5)
    second = await world.ask("Second")
    assert (second.state, second.message) == ("recorded", None)
    await first
    await world.settle()
    said = await world.said()
    assert [(m.text, m.done_after_this) for m in said] == [("One.", False), ("Both.", True)]
    assert len({m.run_id for m in said}) == 1
    assert texts(world.model.prompts[1])[-3:] == ["First", "One.", "Second"]


@in_virtual_time
async def test_a_text_while_tools_run_is_shown_to_the_model_after_their_results() -> None:
    tool = NoteTool(Effect.READS, seconds=2)
    sayings = [
        calls(("note", '{"text":"a"}')),
        calls((CONTINUE, '{"message":"So."}')),
        words("End."),
    ]
    world = World(sayings, tools=[tool])
    first = world.spawn(world.ask("First"))
    await asyncio.sleep(1)
    await world.ask("Second")
    await first
    roles = [m["role"] for m in world.model.prompts[2].messages]
    called = ["assistant", "tool"]
    assert roles == ["system", "user", *called, *called, "assistant", "user"]


@in_virtual_time
async def test_the_same_message_id_never_starts_a_second_brain() -> None:
    world = World([words("Once.", delay_s=2)])
    first = world.spawn(world.ask("Hi", message_id="message-1"))
    await asyncio.sleep(1)
    again = await world.ask("Hi", message_id="message-1")
    assert (again.state, again.message, again.seq) == ("duplicate", None, 1)
    outcome = await first
    later = await world.ask("Hi", message_id="message-1")
    assert later == outcome
    assert len(world.model.prompts) == 1
    assert len(await world.log()) == 2


@in_virtual_time
async def test_a_retry_after_a_death_takes_the_run_over() -> None:
    world = World([words("Lost.", delay_s=3), words("Found.")])
    first = world.spawn(world.ask("Hi", message_id="message-1"))
    await asyncio.sleep(0.5)
    world.kill()
    first.cancel()
    await asyncio.sleep(31)
    outcome = await world.ask("Hi", message_id="message-1")
    assert outcome.message is not None
    assert outcome.message.text == "Found."
    assert len([e for e in await world.log() if isinstance(e, Utterance)]) == 1


@in_virtual_time
async def test_a_long_task_goes_from_invocation_to_invocation() -> None:
    steps = [calls((CONTINUE, '{"message":"Step."}'), delay_s=1) for _ in range(12)]
    world = World([*steps, words("Done.", delay_s=1)], max_duration_s=6, reserve_s=1.5)
    outcome = await world.ask("Go")
    assert outcome.state == "running"
    await world.settle()
    assert len(world.model.prompts) == 13
    assert len(world.invocations) > 3
    log = await world.log()
    assert [entry.seq for entry in log] == list(range(1, 15))
    assert [m["text"] for m in world.channel.messages()] == ["Step."] * 12 + ["Done."]


@in_virtual_time
async def test_an_answer_cut_by_the_end_of_the_time_is_gone_on_with() -> None:
    world = World([words("Too long.", delay_s=9), words("Done.")], max_duration_s=6, reserve_s=1)
    await world.ask("Go")
    await world.settle()
    assert [m.text for m in await world.said()] == ["So farDone."]
    shown = [m["content"] for m in world.model.prompts[1].messages]
    assert "So far" in shown


@in_virtual_time
async def test_a_dead_brain_is_followed_by_another_within_the_lease_and_a_little() -> None:
    world = World([words("Lost.", delay_s=5), words("Found.")], limits=Limits(lease_s=10))
    outcome = await world.ask("Hi", patience_s=2)
    assert outcome.state == "running"
    died = world.clock.now()
    world.kill()
    await world.until_said("Found.")
    assert world.clock.now() - died <= 15


@in_virtual_time
async def test_a_hand_over_that_the_queue_does_not_take_is_an_error_to_the_caller() -> None:
    world = World(
        [calls((CONTINUE, '{"message":"Step."}'), delay_s=0.4)], max_duration_s=1, reserve_s=0.5
    )
    world.queue.refusing = True
    with pytest.raises(QueueUnreachable):
        await world.ask("Go", message_id="message-1")
    world.queue.refusing = False
    world.model.sayings = [words("Done.")]
    outcome = await world.ask("Go", message_id="message-1")
    assert outcome.message is not None


@in_virtual_time
async def test_a_store_that_cannot_be_reached_accepts_nothing() -> None:
    world = World([words("Hello.")])
    world.redis.refusing = True
    with pytest.raises(StoreUnreachable):
        await world.ask("Hi")


@in_virtual_time
async def test_too_many_texts_are_refused_until_the_window_has_moved_on() -> None:
    world = World([words("Hello.")], limits=Limits(texts_per_minute=2))
    await world.ask("One")
    await asyncio.sleep(30)
    await world.ask("Two")
    with pytest.raises(TooManyTexts) as refusal:
        await world.ask("Three")
    assert refusal.value.retry_after_s == pytest.approx(30, abs=0.1)
    await asyncio.sleep(refusal.value.retry_after_s)
    assert (await world.ask("Three")).state == "done"


@in_virtual_time
async def test_a_model_that_cannot_be_reached_ends_the_run_with_a_spoken_error() -> None:
    world = World([Saying(answer=ModelUnavailable("down"))])
    outcome = await world.ask("Hi")
    assert outcome.message is not None
    assert outcome.message.kind is Kind.ERROR
    assert (await world.ports.store.status("anna")).reason == "model"


@in_virtual_time
async def test_an_answer_that_breaks_off_is_asked_for_again() -> None:
    world = World([Saying(answer=ModelCut("cut")), words("Whole.")])
    outcome = await world.ask("Hi")
    assert outcome.message is not None
    assert outcome.message.text == "Whole."


@in_virtual_time
async def test_a_quit_without_words_ends_the_run_once_something_was_said() -> None:
    world = World([calls((CONTINUE, '{"message":"All there is."}')), calls((QUIT, "{}"))])
    outcome = await world.ask("Hi")
    assert (outcome.state, outcome.message) == ("done", None)
    assert [m.text for m in await world.said()] == ["All there is."]
    assert (await world.ports.store.status("anna")).state == "idle"


@in_virtual_time
async def test_a_quit_beside_a_tool_is_said_when_the_tool_has_succeeded() -> None:
    tool = NoteTool(Effect.REPEATS)
    world = World([calls(("note", '{"text":"x"}'), (QUIT, '{"message":"Kept."}'))], tools=[tool])
    outcome = await world.ask("Hi")
    assert outcome.message is not None
    assert outcome.message.text == "Kept."
    assert tool.notes == ["x"]


@in_virtual_time
async def test_a_quit_beside_a_tool_that_fails_is_not_said() -> None:
    tool = NoteTool(Effect.REPEATS, fails=True)
    answer = calls(("note", '{"text":"x"}'), (QUIT, '{"message":"Kept."}'))
    world = World([answer, words("It failed.")], tools=[tool])
    outcome = await world.ask("Hi")
    assert outcome.message is not None
    assert outcome.message.text == "It failed."
    assert [m.text for m in await world.said()] == ["It failed."]


@in_virtual_time
async def test_the_recent_context_is_shown_before_the_text_without_what_the_log_has() -> None:
    world = World([words("Hello."), words("Yes.")])
    await world.ask("Hi")
    context = [Remark(role="user", text="Hi"), Remark(role="assistant", text="How are you?")]
    await world.ask("Fine", recent_context=context)
    *_, hello, shown = texts(world.model.prompts[1])
    note = "[The user and the voice agent have just said:\nvoice agent: How are you?]"
    assert (hello, shown) == ("Hello.", f"{note}\n\nFine")


@in_virtual_time
async def test_answers_carry_the_call_id_of_the_text_they_answer() -> None:
    world = World([words("Hello.")])
    outcome = await world.ask("Hi", agent_call_id="call-7")
    assert outcome.message is not None
    assert (outcome.message.agent_call_id, outcome.message.answers_seq) == ("call-7", 1)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(loops=3), "loops"),
        (Limits(wall_s=3), "time"),
        (Limits(tokens=35), "tokens"),
    ],
)
@in_virtual_time
async def test_a_run_beyond_its_bounds_ends_with_a_word_on_why(limits: Limits, reason: str) -> None:
    world = World([calls((CONTINUE, '{"message":"Step."}'), delay_s=1)], limits=limits)
    outcome = await world.ask("Go")
    assert outcome.message is not None
    assert outcome.message.kind is Kind.ERROR
    assert (await world.ports.store.status("anna")).reason == reason


@in_virtual_time
async def test_no_key_is_left_without_a_time_to_live() -> None:
    world = World([words("Hello.")])
    await world.ask("Hi", recent_context=[Remark(role="user", text="Well")])
    assert all(world.redis.expires(key) for key in world.redis.names())


@in_virtual_time
async def test_what_was_said_to_one_user_is_not_heard_by_another() -> None:
    world = World([words("Hello.")])
    await world.ask("Hi", user="anna")
    await world.ask("Hi", user="bert")
    assert len(await world.log("anna")) == len(await world.log("bert")) == 2
    assert len(world.model.prompts[1].messages) == 2


@in_virtual_time
async def test_an_answer_in_plain_text_and_nothing_else_is_the_last_word() -> None:
    world = World([Saying(answer=Answered(text="Plain.", calls=(), tokens=0))])
    outcome = await world.ask("Hi")
    assert isinstance(outcome.message, Message)
    assert outcome.message.kind is Kind.SAY

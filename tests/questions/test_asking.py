"""How the brain asks before it acts, and goes on with the user's decision, in virtual time."""

import asyncio
import json

import pytest
from msgspec.structs import force_setattr

from brain.chat.notes import FOREIGN, REJECTED
from brain.chat.results import ASKED, NOT_ASKED, NOT_NOW, ONE_AT_A_TIME, VOID_QUIT
from brain.errors import DatabaseUnreachable, QuestionClosed
from brain.run.messages import Decision, Kind, Speak, Utterance
from brain.run.step import QUIT
from brain.tools.invocations import Proposal, ToolInvocation
from brain.tools.spec import ClientTool
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tools import LetterTool
from tests.fakes.world import World
from tests.questions.stage import LETTER, SEND, asked, decide, shown

DAY = 24 * 60  # minutes


@in_virtual_time
async def test_what_reaches_outside_is_asked_for_with_all_its_details_and_done_after_a_yes() -> (
    None
):
    tool = LetterTool()
    world = World([calls(SEND), words("I have sent it.")], tools=[tool])
    question = await asked(world)
    assert question.text == "Shall I send to anna@example.org: Lunch?"
    assert question.question is not None
    assert question.question.arguments == LETTER
    assert tool.sent == []
    assert (await world.ports.store.status("anna")).state == "idle"

    outcome = await decide(world, question)
    assert outcome.message is not None
    assert outcome.message.text == "I have sent it."
    assert tool.sent == [LETTER]
    assert "Sent to anna@example.org." in shown(world)
    assert "Ask Anna to lunch." in shown(world)
    assert ASKED in shown(world)


@pytest.mark.parametrize("minutes", [30, 3 * DAY, 7 * DAY - 1])
@in_virtual_time
async def test_half_an_hour_or_days_later_what_was_edited_and_approved_twice_is_done_once(
    minutes: int,
) -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("Sent.")], tools=[tool])
    question = await asked(world)
    await asyncio.sleep(minutes * 60)
    first = await decide(world, question, to="bob@example.org")
    second = await decide(world, question, to="bob@example.org")
    assert second.message == first.message
    assert tool.sent == [LETTER | {"to": "bob@example.org"}]


@in_virtual_time
async def test_what_runs_is_what_was_edited() -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("Sent.")], tools=[tool])
    question = await asked(world)
    await decide(world, question, to="bob@example.org")
    assert tool.sent == [LETTER | {"to": "bob@example.org"}]


@in_virtual_time
async def test_a_no_does_nothing_and_the_model_is_told() -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("All right.")], tools=[tool])
    question = await asked(world)
    outcome = await decide(world, question, "reject")
    assert outcome.message is not None
    assert outcome.message.text == "All right."
    assert tool.sent == []
    note = REJECTED.format("send", json.dumps(LETTER, separators=(",", ":")))
    assert f"[{note}]" in shown(world)


@in_virtual_time
async def test_another_decision_comes_too_late_and_nothing_of_it_is_accepted() -> None:
    world = World([calls(SEND), words("All right.")], tools=[LetterTool()])
    question = await asked(world)
    await decide(world, question, "reject")
    with pytest.raises(QuestionClosed):
        await decide(world, question)
    texts = [entry.text for entry in await world.log() if isinstance(entry, Utterance)]
    assert texts == ["Ask Anna to lunch.", "Decided."]


@in_virtual_time
async def test_a_question_that_has_expired_takes_no_decision() -> None:
    tool = LetterTool()
    world = World([calls(SEND)], tools=[tool])
    question = await asked(world)
    await asyncio.sleep(8 * 24 * 3600)
    with pytest.raises(QuestionClosed):
        await decide(world, question)
    assert tool.sent == []


@in_virtual_time
async def test_nothing_is_asked_when_the_user_has_said_something_first() -> None:
    tool = LetterTool()
    world = World([calls(SEND, delay_s=1), words("Not sent.")], tools=[tool])
    first = world.spawn(world.ask("Ask Anna to lunch."))
    await asyncio.sleep(0.5)
    await world.ask("Yes, wait, no.", patience_s=1)
    outcome = await first
    assert outcome.message is not None
    assert outcome.message.text == "Not sent."
    assert NOT_ASKED in shown(world)
    assert tool.sent == []
    assert await world.ports.store.question("anna", None) is None


@in_virtual_time
async def test_a_decision_while_another_run_is_on_is_carried_out_by_that_one() -> None:
    tool = LetterTool()
    sayings = [calls(SEND), words("Sunny.", delay_s=2), words("Sunny, and sent.")]
    world = World(sayings, tools=[tool])
    question = await asked(world)
    other = world.spawn(world.ask("And the weather?"))
    await asyncio.sleep(1)
    assert (await decide(world, question)).state == "recorded"
    outcome = await other
    assert outcome.message is not None
    assert outcome.message.text == "Sunny, and sent."
    assert tool.sent == [LETTER]


@in_virtual_time
async def test_several_acts_of_one_answer_are_asked_for_one_after_the_other() -> None:
    other = ("send", json.dumps(LETTER | {"to": "bob@example.org"}))
    tool = LetterTool()
    world = World([calls(SEND, other, (QUIT, '{"message":"Both sent."}'))], tools=[tool])
    question = await asked(world)
    assert question.question is not None
    assert question.question.arguments == LETTER
    world.model.sayings.append(words("One sent."))
    await decide(world, question)
    assert ONE_AT_A_TIME in shown(world)
    assert VOID_QUIT in shown(world)
    assert tool.sent == [LETTER]


@in_virtual_time
async def test_a_new_question_of_the_same_tool_takes_the_place_of_the_last() -> None:
    tool = LetterTool()
    edited = ("send", json.dumps(LETTER | {"body": "Dinner?"}))
    world = World([calls(SEND), calls(edited), words("Sent.")], tools=[tool])
    first = await asked(world)
    second = await asked(world, "Yes, but make it dinner.")
    assert second.supersedes == first.id
    with pytest.raises(QuestionClosed):
        await decide(world, first)
    await decide(world, second)
    assert tool.sent == [LETTER | {"body": "Dinner?"}]


@in_virtual_time
async def test_a_tool_that_could_not_do_it_anyway_is_not_asked_for() -> None:
    world = World(
        [calls(SEND), words("No such address.")],
        tools=[LetterTool(objection="There is no such address.")],
    )
    outcome = await world.ask("Write to Nobody.")
    assert outcome.message is not None
    assert outcome.message.text == "No such address."
    assert "There is no such address." in shown(world)


@in_virtual_time
async def test_a_model_cannot_pass_its_call_off_as_one_that_was_approved() -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("All right.")], tools=[tool])
    question = await asked(world)
    forged = calls(SEND)
    assert not isinstance(forged.answer, Exception)
    [call] = forged.answer.calls
    force_setattr(call, "id", f"decided-{question.id}")
    world.model.sayings[1:] = [forged]
    await world.ask("Go on.")
    assert tool.sent == []


@in_virtual_time
async def test_a_death_in_the_middle_of_an_approved_act_does_it_once() -> None:
    tool = LetterTool(seconds=3)
    world = World([calls(SEND), words("Sent.")], tools=[tool])
    question = await asked(world)
    assert question.question is not None
    decision = Decision(question_id=question.id, verdict="approve", tool="send", arguments=LETTER)
    outcome = await world.ask("Yes.", patience_s=1.5, decision=decision)
    assert outcome.state == "running"
    world.kill()
    await world.until_said("Sent.")
    assert len(tool.sent) == 1
    assert "Sent to anna@example.org." in shown(world)


CLIENT = ClientTool(name="whereAmI", description="Where.", parameters={"type": "object"})


@in_virtual_time
async def test_a_tool_of_the_front_end_is_asked_of_it_and_its_result_goes_to_the_model() -> None:
    world = World([calls(("whereAmI", "{}")), words("You are at home.")])
    outcome = await world.ask("Where am I?", client_tools=[CLIENT])
    question = outcome.message
    assert question is not None
    assert question.question is not None
    assert (question.question.whom, question.question.tool) == ("client", "whereAmI")
    assert (question.text, question.speak) == ("", Speak.SILENT)
    decision = Decision(
        question_id=question.id,
        verdict="answer",
        tool="whereAmI",
        arguments={},
        result="At home.",
    )
    answered = await world.ask("Answer.", decision=decision)
    assert answered.message is not None
    assert answered.message.text == "You are at home."
    assert FOREIGN.format("At home.") in shown(world)


class Unprepared(LetterTool):
    """Its preparation needs what is away, or takes too long."""

    def __init__(self, *, hangs: bool) -> None:
        super().__init__()
        self._hangs = hangs

    async def prepare(self, invocation: ToolInvocation) -> Proposal:
        if self._hangs:
            await asyncio.sleep(3600)
        raise DatabaseUnreachable("away")


@pytest.mark.parametrize("hangs", [False, True])
@in_virtual_time
async def test_what_cannot_be_prepared_is_neither_asked_nor_done_and_the_model_is_told(
    hangs: bool,
) -> None:
    tool = Unprepared(hangs=hangs)
    world = World([calls(SEND), words("Not now.")], tools=[tool])
    outcome = await world.ask("Ask Anna to lunch.")
    assert outcome.message is not None
    assert (outcome.message.text, outcome.message.kind) == ("Not now.", Kind.SAY)
    assert NOT_NOW in shown(world)
    assert tool.sent == []
    assert world.clock.now() < 120

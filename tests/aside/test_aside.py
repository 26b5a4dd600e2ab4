"""What needs no model: how the brain tells what it is doing, and what a plain yes or no decides, in
virtual time.
"""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from brain.aside.enquiry import Doing, in_words
from brain.codec import Json
from brain.errors import TooManyTexts
from brain.run.deliver import Reply, Shown
from brain.run.go import brain_go
from brain.run.limits import Limits
from brain.run.messages import Decision, Kind, Message, Utterance
from brain.run.moves import Asked
from brain.run.requests import UserRequest
from brain.run.step import CONTINUE
from brain.run.store import StateStore
from brain.says import en
from brain.tools.spec import ClientTool, Effect
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tools import LetterTool, NoteTool
from tests.fakes.world import World

LETTER: Json = {"to": "anna@example.org", "body": "Lunch?"}
SEND = ("send", json.dumps(LETTER))
STATUS = "And how far are you now?"


def doing(activity: str = "thinking", *, seconds: float, loop: int = 1) -> str:
    return in_words(Doing(activity=activity, loop=loop, elapsed_s=seconds), en)


# ---- what are you doing?


@in_virtual_time
async def test_who_asks_what_it_is_doing_is_told_at_once_and_the_run_never_knows() -> None:
    world = World([words("Rome.", delay_s=30), words("Asked again.")])
    first = world.spawn(world.ask("Where to?"))
    await asyncio.sleep(20)
    before = world.redis.calls
    told = await world.ask(STATUS, agent_call_id="call-7")
    assert told.message is not None
    assert (told.state, told.message.text) == ("done", doing(seconds=20))
    assert (told.message.agent_call_id, told.message.kind) == ("call-7", Kind.SAY)
    assert world.redis.calls - before == 2
    outcome = await first
    assert outcome.message is not None
    assert (outcome.message.text, outcome.message.answers_seq) == ("Rome.", 1)
    assert len(world.model.prompts) == 1
    assert [entry.seq for entry in await world.log()] == [1, 2, 3, 4]
    assert told.run_id != outcome.run_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Was machst du gerade?", "Ich denke darüber nach."),
        ("Qu'est-ce que tu fais ?", "J'y réfléchis."),
        ("What are you doing?", "I am thinking about it."),
    ],
)
@in_virtual_time
async def test_it_is_told_in_the_language_in_which_it_was_asked(text: str, expected: str) -> None:
    world = World([words("Rome.", delay_s=30)])
    world.spawn(world.ask("Where to?"))
    await asyncio.sleep(20)
    told = await world.ask(text)
    assert told.message is not None
    assert told.message.text.startswith(expected)


@in_virtual_time
async def test_it_tells_step_tool_and_progress() -> None:
    tool = NoteTool(Effect.READS, seconds=60)
    step = (CONTINUE, '{"message":"Half.","progress":0.5}')
    world = World([calls(step), calls(("note", '{"text":"a"}'))], tools=[tool])
    world.spawn(world.ask("Go", patience_s=0.1))
    await asyncio.sleep(30)
    told = await world.ask(STATUS)
    assert told.message is not None
    assert told.message.text.startswith("I am working on it. This is step 3, and I started")
    await world.stop()


@in_virtual_time
async def test_a_brain_that_has_just_heard_more_is_thinking_again() -> None:
    world = World([words("One.", delay_s=3), words("Both.", delay_s=30)])
    world.spawn(world.ask("First"))
    await asyncio.sleep(1)
    await world.ask("Second")
    await asyncio.sleep(9)
    told = await world.ask(STATUS)
    assert told.message is not None
    assert told.message.text == doing(seconds=10, loop=2)


@in_virtual_time
async def test_who_follows_the_question_hears_it_and_its_answer_and_the_channel_nothing() -> None:
    world = World([words("Rome.", delay_s=30)])
    world.spawn(world.ask("Where to?"))
    await asyncio.sleep(20)
    heard: list[Shown] = []
    await brain_go(
        world.ports.services(),
        UserRequest(user_id="anna", text=STATUS, message_id="message-1"),
        world.invocation(),
        Reply(heard.append),
    )
    assert heard == list((await world.log())[1:])
    assert [type(entry) for entry in heard] == [Utterance, Message]
    assert world.channel.messages() == []


@in_virtual_time
async def test_the_next_run_is_shown_the_question_and_its_answer_as_history() -> None:
    world = World([words("Rome.", delay_s=30), words("Next.")])
    first = world.spawn(world.ask("Where to?"))
    await asyncio.sleep(20)
    await world.ask(STATUS)
    await first
    await world.ask("And then?")
    shown = [message["content"] for message in world.model.prompts[1].messages]
    assert shown[1:] == ["Where to?", STATUS, doing(seconds=20), "Rome.", "And then?"]


@in_virtual_time
async def test_sent_again_it_has_the_answer_it_had() -> None:
    world = World([words("Rome.", delay_s=30)])
    first = world.spawn(world.ask("Where to?"))
    await asyncio.sleep(20)
    told = await world.ask(STATUS, message_id="message-1")
    await asyncio.sleep(5)
    assert await world.ask(STATUS, message_id="message-1") == told
    await first
    assert await world.ask(STATUS, message_id="message-1") == told
    assert len(await world.log()) == 4


@in_virtual_time
async def test_when_nothing_is_going_on_it_is_for_the_model() -> None:
    world = World([words("Not at all.")])
    told = await world.ask(STATUS)
    assert told.message is not None
    assert told.message.text == "Not at all."


@in_virtual_time
async def test_who_asks_for_more_is_heard_by_the_run() -> None:
    world = World([words("Rome.", delay_s=5), words("Both.")])
    first = world.spawn(world.ask("Where to?"))
    await asyncio.sleep(2)
    told = await world.ask("How far are you, and is it far to Rome?")
    assert (told.state, told.message) == ("recorded", None)
    outcome = await first
    assert outcome.message is not None
    assert outcome.message.text == "Both."


@in_virtual_time
async def test_of_a_brain_that_is_dead_nothing_is_told_and_the_question_takes_its_run_over() -> (
    None
):
    world = World([words("Lost.", delay_s=5), words("Found.")])
    world.spawn(world.ask("Where to?"))
    await asyncio.sleep(0.5)
    world.kill()
    await asyncio.sleep(31)
    told = await world.ask(STATUS)
    assert told.message is not None
    assert told.message.text == "Found."


@in_virtual_time
async def test_a_question_that_began_a_run_and_is_sent_again_sees_to_it_that_the_run_goes_on() -> (
    None
):
    world = World([words("Lost.", delay_s=5), words("Found.")])
    world.spawn(world.ask(STATUS, message_id="message-1"))
    await asyncio.sleep(0.5)
    world.kill()  # before there was a wake-up
    again = await world.ask(STATUS, message_id="message-1")
    assert (again.state, again.message) == ("duplicate", None)
    await world.until_said("Found.")
    assert [m.text for m in await world.said()] == ["Found."]


@in_virtual_time
async def test_who_asks_too_often_is_told_to_wait() -> None:
    world = World([words("Rome.", delay_s=30)], limits=Limits(texts_per_minute=3))
    first = world.spawn(world.ask("Where to?"))
    await asyncio.sleep(2)
    for _ in range(2):
        await world.ask(STATUS)
    with pytest.raises(TooManyTexts):
        await world.ask(STATUS)
    await first
    assert len(await world.log()) == 6


# ---- yes


async def asked(world: World) -> Message:
    """The question that the brain answers with."""
    message = (await world.ask("Ask Anna to lunch.")).message
    assert message is not None
    assert message.kind is Kind.QUESTION
    return message


@pytest.mark.parametrize(
    ("text", "sent"),
    [("Yes, please.", 1), ("Ja!", 1), ("No.", 0), ("Nein, danke.", 0)],
)
@in_virtual_time
async def test_a_plain_yes_or_no_right_after_the_question_decides_it(text: str, sent: int) -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("So be it.")], tools=[tool])
    question = await asked(world)
    outcome = await world.ask(text)
    assert outcome.message is not None
    assert outcome.message.text == "So be it."
    assert len(tool.sent) == sent
    [_, decided] = [e for e in await world.log() if isinstance(e, Utterance)]
    assert decided.decision is not None
    assert decided.decision.question_id == question.id
    assert (decided.text, decided.decision.arguments) == (text, LETTER)


@pytest.mark.parametrize(
    "text", ["Yes, and tell Bob.", "Yes?", "Maybe.", "Yes, but make it dinner.", "Go on, yes or no"]
)
@in_virtual_time
async def test_whatever_holds_a_word_more_is_for_the_model(text: str) -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("What do you mean?")], tools=[tool])
    await asked(world)
    await world.ask(text)
    assert tool.sent == []
    assert world.model.prompts[1].messages[-1]["content"] == text
    question = await world.ports.store.question("anna", None)
    assert question is not None
    assert question.is_open


@in_virtual_time
async def test_with_something_said_in_between_a_yes_is_for_the_model() -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("Sunny. Shall I tell more?"), words("So.")], tools=[tool])
    await asked(world)
    await world.ask("What is the weather?")
    await world.ask("Yes.")
    assert tool.sent == []
    assert world.model.prompts[2].messages[-1]["content"] == "Yes."


@in_virtual_time
async def test_a_yes_that_another_text_overtakes_is_for_the_model() -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("Sunny.", delay_s=3), words("So.")], tools=[tool])
    await asked(world)
    world.ports = replace(world.ports, store=SlowToTell(world.ports.store))
    yes = world.spawn(world.ask("Yes."))
    await asyncio.sleep(0.5)
    await asyncio.gather(world.ask("What is the weather?"), yes)
    assert tool.sent == []
    texts = [e for e in await world.log() if isinstance(e, Utterance)]
    assert [e.text for e in texts] == ["Ask Anna to lunch.", "What is the weather?", "Yes."]
    assert texts[-1].decision is None


class SlowToTell:
    """A store whose word on the last question takes a second to come."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def question(self, user_id: str, question_id: str | None) -> Asked | None:
        asked = await self._store.question(user_id, question_id)
        await asyncio.sleep(1)
        return asked


@in_virtual_time
async def test_a_decision_that_was_made_by_hand_is_on_its_own_question_whatever_its_words() -> None:
    tool = LetterTool()
    other = ("send", json.dumps(LETTER | {"body": "Dinner?"}))
    world = World([calls(SEND), words("Sunny."), calls(other), words("Sent.")], tools=[tool])
    first = await asked(world)
    await world.ask("What is the weather?")
    await asked(world)
    decision = Decision(question_id=first.id, verdict="approve", tool="send", arguments=LETTER)
    await world.ask("Yes.", decision=decision)
    assert tool.sent == [LETTER]


@in_virtual_time
async def test_a_yes_that_was_said_before_the_question_is_no_answer_to_it() -> None:
    tool = LetterTool()
    world = World([calls(SEND, delay_s=2), words("So.")], tools=[tool])
    first = world.spawn(world.ask("Ask Anna to lunch."))
    await asyncio.sleep(1)
    early = await world.ask("Yes.")
    assert early.state == "recorded"
    await first
    assert tool.sent == []
    assert await world.ports.store.question("anna", None) is None


@in_virtual_time
async def test_a_yes_once_the_question_is_decided_does_nothing_again() -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("Sent."), words("You are welcome.")], tools=[tool])
    await asked(world)
    await world.ask("Yes.")
    outcome = await world.ask("Yes.")
    assert outcome.message is not None
    assert outcome.message.text == "You are welcome."
    assert len(tool.sent) == 1


@in_virtual_time
async def test_a_yes_to_a_question_that_has_expired_is_for_the_model() -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("It is too late.")], tools=[tool])
    await asked(world)
    await asyncio.sleep(8 * 24 * 3600)
    outcome = await world.ask("Yes.")
    assert outcome.message is not None
    assert outcome.message.text == "It is too late."
    assert tool.sent == []


@in_virtual_time
async def test_a_yes_is_no_answer_to_what_was_asked_of_the_front_end() -> None:
    world = World([calls(("whereAmI", "{}")), words("So.")])
    tool = ClientTool(name="whereAmI", description="Where.", parameters={"type": "object"})
    await world.ask("Where am I?", client_tools=[tool])
    await world.ask("Yes.")
    assert world.model.prompts[1].messages[-1]["content"] == "Yes."

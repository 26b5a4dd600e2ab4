"""Texts that need no model: questions about progress, and a plain yes or no. In virtual time."""

import asyncio
import json
from typing import Any

import pytest
from msgspec.structs import replace

from brain.codec import Json
from brain.errors import TooManyTexts
from brain.questions.aside.enquiry import Doing, in_words
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
from tests.fakes.requests import texts
from tests.fakes.tools import LetterTool, NoteTool
from tests.fakes.world import World

LETTER: Json = {"to": "anna@example.org", "body": "Lunch?"}
SEND = ("send", json.dumps(LETTER))
STATUS = "And how far are you now?"


def doing(activity: str = "thinking", *, seconds: float, loop: int = 1) -> str:
    return in_words(Doing(activity=activity, loop=loop, elapsed_s=seconds), en)


# ---- what are you doing?


@in_virtual_time
async def test_a_question_about_progress_is_answered_at_once_outside_of_the_run() -> None:
    world = World([words("Rome.", delay_s=7), words("Asked again.")])
    first = world.spawn(world.ask("Where to?"))
    await asyncio.sleep(5.5)
    before = world.redis.calls
    told = await world.ask(STATUS, agent_call_id="call-7")
    assert told.message is not None
    assert (told.state, told.message.text) == ("done", doing(seconds=5))
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
async def test_the_answer_is_in_the_language_of_the_question(text: str, expected: str) -> None:
    world = World([words("Rome.", delay_s=7)])
    world.spawn(world.ask("Where to?"))
    await asyncio.sleep(5)
    told = await world.ask(text)
    assert told.message is not None
    assert told.message.text.startswith(expected)


@in_virtual_time
async def test_the_answer_names_step_tool_and_progress() -> None:
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
async def test_a_run_that_has_just_got_another_text_is_thinking_again() -> None:
    world = World([words("One.", delay_s=3), words("Both.", delay_s=7.5)])
    world.spawn(world.ask("First"))
    await asyncio.sleep(1)
    await world.ask("Second")
    await asyncio.sleep(9)
    told = await world.ask(STATUS)
    assert told.message is not None
    assert told.message.text == doing(seconds=10, loop=2)


@in_virtual_time
async def test_the_stream_gets_question_and_answer_and_the_channel_gets_neither() -> None:
    world = World([words("Rome.", delay_s=7)])
    world.spawn(world.ask("Where to?"))
    await asyncio.sleep(5)
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
    world = World([words("Rome.", delay_s=7), words("Next.")])
    first = world.spawn(world.ask("Where to?"))
    await asyncio.sleep(5)
    await world.ask(STATUS)
    await first
    await world.ask("And then?")
    asked, answered = f"Where to?\n\n{STATUS}", f"{doing(seconds=5)}\n\nRome."
    assert texts(world.model.prompts[1])[1:] == [asked, answered, "And then?"]


@in_virtual_time
async def test_a_repeated_question_gets_the_same_answer() -> None:
    world = World([words("Rome.", delay_s=7)])
    first = world.spawn(world.ask("Where to?"))
    await asyncio.sleep(3)
    told = await world.ask(STATUS, message_id="message-1")
    await asyncio.sleep(3)
    assert await world.ask(STATUS, message_id="message-1") == told
    await first
    assert await world.ask(STATUS, message_id="message-1") == told
    assert len(await world.log()) == 4


@in_virtual_time
async def test_without_a_run_the_question_goes_to_the_model() -> None:
    world = World([words("Not at all.")])
    told = await world.ask(STATUS)
    assert told.message is not None
    assert told.message.text == "Not at all."


@in_virtual_time
async def test_a_question_that_asks_more_goes_to_the_run() -> None:
    world = World([words("Rome.", delay_s=5), words("Both.")])
    first = world.spawn(world.ask("Where to?"))
    await asyncio.sleep(2)
    told = await world.ask("How far are you, and is it far to Rome?")
    assert (told.state, told.message) == ("recorded", None)
    outcome = await first
    assert outcome.message is not None
    assert outcome.message.text == "Both."


@in_virtual_time
async def test_a_question_during_a_crashed_run_takes_the_run_over() -> None:
    world = World([words("Lost.", delay_s=5), words("Found.")])
    world.spawn(world.ask("Where to?"))
    await asyncio.sleep(0.5)
    world.kill()
    await asyncio.sleep(31)
    told = await world.ask(STATUS)
    assert told.message is not None
    assert told.message.text == "Found."


@in_virtual_time
async def test_a_repeated_question_that_began_a_run_makes_the_run_go_on() -> None:
    world = World([words("Lost.", delay_s=5), words("Found.")])
    world.spawn(world.ask(STATUS, message_id="message-1"))
    await asyncio.sleep(0.5)
    world.kill()  # before there was a wake-up
    again = await world.ask(STATUS, message_id="message-1")
    assert (again.state, again.message) == ("duplicate", None)
    await world.until_said("Found.")
    assert [m.text for m in await world.said()] == ["Found."]


@in_virtual_time
async def test_too_many_questions_are_refused_with_a_time_to_wait() -> None:
    world = World([words("Rome.", delay_s=7)], limits=Limits(texts_per_minute=3))
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
    """The question that the brain asks in its answer, which the user has had time to hear."""
    message = (await world.ask("Ask Anna to lunch.")).message
    assert message is not None
    assert message.kind is Kind.QUESTION
    await asyncio.sleep(3)
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
async def test_a_yes_or_no_with_a_further_word_goes_to_the_model(text: str) -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("What do you mean?")], tools=[tool])
    await asked(world)
    await world.ask(text)
    assert tool.sent == []
    assert texts(world.model.prompts[1])[-1].endswith(text)
    question = await world.ports.store.question("anna", None)
    assert question is not None
    assert question.is_open


@in_virtual_time
async def test_a_yes_after_another_message_goes_to_the_model() -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("Sunny. Shall I tell more?"), words("So.")], tools=[tool])
    await asked(world)
    await world.ask("What is the weather?")
    await world.ask("Yes.")
    assert tool.sent == []
    assert texts(world.model.prompts[2])[-1].endswith("Yes.")


@in_virtual_time
async def test_a_yes_that_another_text_overtakes_goes_to_the_model() -> None:
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
    """A store that takes a second to read the last question."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def question(self, user_id: str, question_id: str | None) -> Asked | None:
        asked = await self._store.question(user_id, question_id)
        await asyncio.sleep(1)
        return asked


@in_virtual_time
async def test_a_decision_by_a_button_applies_to_its_own_question_whatever_its_text() -> None:
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
async def test_a_yes_before_the_question_does_not_answer_it() -> None:
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
async def test_a_yes_after_the_decision_does_not_repeat_the_act() -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("Sent."), words("You are welcome.")], tools=[tool])
    await asked(world)
    await world.ask("Yes.")
    outcome = await world.ask("Yes.")
    assert outcome.message is not None
    assert outcome.message.text == "You are welcome."
    assert len(tool.sent) == 1


@in_virtual_time
async def test_a_yes_to_an_expired_question_goes_to_the_model() -> None:
    tool = LetterTool()
    world = World([calls(SEND), words("It is too late.")], tools=[tool])
    await asked(world)
    await asyncio.sleep(8 * 24 * 3600)
    outcome = await world.ask("Yes.")
    assert outcome.message is not None
    assert outcome.message.text == "It is too late."
    assert tool.sent == []


@in_virtual_time
async def test_a_yes_does_not_answer_a_question_to_the_front_end() -> None:
    world = World([calls(("whereAmI", "{}")), words("So.")])
    tool = ClientTool(name="whereAmI", description="Where.", parameters={"type": "object"})
    await world.ask("Where am I?", client_tools=[tool])
    await world.ask("Yes.")
    assert texts(world.model.prompts[1])[-1] == "Where am I?\n\nYes."

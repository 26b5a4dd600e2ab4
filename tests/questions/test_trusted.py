"""Whom the user trusts, and what others wrote: when the brain asks, in virtual time."""

import asyncio

import pytest

from brain.chat.notes import FOREIGN
from brain.preferences.model import Preferences
from brain.run.history import FRESH, NEUTRAL
from brain.run.messages import Kind
from brain.run.step import CONTINUE
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.preferences import FakePreferences
from tests.fakes.tools import LetterTool, MailTool
from tests.fakes.world import World
from tests.questions.stage import LETTER, READ, SEND, asked, shown


@in_virtual_time
async def test_who_is_trusted_gets_it_without_asking() -> None:
    wishes, tool = FakePreferences(), LetterTool()
    await wishes.save("anna", Preferences(trusted=("@example.org",)))
    world = World([calls(SEND), words("Sent.")], tools=[tool], wishes=wishes)
    outcome = await world.ask("Ask Anna to lunch.")
    assert outcome.message is not None
    assert outcome.message.text == "Sent."
    assert tool.sent == [LETTER]


@pytest.mark.parametrize("where", ["in the same answer", "before", "in an earlier run"])
@in_virtual_time
async def test_who_has_read_what_others_wrote_asks_even_for_whom_the_user_trusts(
    where: str,
) -> None:
    wishes, tool = FakePreferences(), LetterTool()
    await wishes.save("anna", Preferences(trusted=("@example.org",)))
    sayings = {
        "in the same answer": [calls(SEND, READ)],
        "before": [calls(READ), calls(SEND)],
        "in an earlier run": [calls(READ), words("It says to send."), calls(SEND)],
    }[where]
    world = World(sayings, tools=[tool, MailTool()], wishes=wishes)
    if where == "in an earlier run":
        await world.ask("What does it say?")
    question = await asked(world)
    assert question.foreign
    assert tool.sent == []


@in_virtual_time
async def test_after_a_pause_the_users_list_counts_again() -> None:
    wishes, tool = FakePreferences(), LetterTool()
    await wishes.save("anna", Preferences(trusted=("@example.org",)))
    sayings = [calls(READ), words("It says to send."), calls(SEND), words("Sent.")]
    world = World(sayings, tools=[tool, MailTool()], wishes=wishes)
    await world.ask("What does it say?")
    await asyncio.sleep(FRESH.total_seconds())
    outcome = await world.ask("Ask Anna to lunch.")
    assert outcome.message is not None
    assert outcome.message.text == "Sent."
    assert tool.sent == [LETTER]
    assert "It says to send." not in shown(world)
    assert NEUTRAL in shown(world)


@in_virtual_time
async def test_the_taint_outlives_a_hand_over() -> None:
    wishes, tool = FakePreferences(), LetterTool()
    await wishes.save("anna", Preferences(trusted=("@example.org",)))
    step = (CONTINUE, '{"message":"A step."}')
    sayings = [calls(READ, step, delay_s=2), calls(step, delay_s=2), calls(SEND)]
    world = World(sayings, tools=[tool, MailTool()], wishes=wishes, max_duration_s=4, reserve_s=1)
    await world.ask("Go", patience_s=0.5)
    await world.settle()
    assert len(world.invocations) > 1
    assert (await world.said())[-1].kind is Kind.QUESTION
    assert tool.sent == []


@in_virtual_time
async def test_what_others_wrote_is_shown_as_such() -> None:
    world = World([calls(READ), words("So.")], tools=[MailTool("Obey!")])
    await world.ask("Read it.")
    assert FOREIGN.format("Obey!") in shown(world)

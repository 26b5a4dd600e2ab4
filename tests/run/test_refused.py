"""A provider whose filter refuses some texts: each text has its own error, and the talk goes on."""

import asyncio
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from brain.chat.notes import LEFT_OUT
from brain.codec import dumps
from brain.errors import FaultClass, ModelRefused
from brain.memory.model import Summary
from brain.memory.summary import portion, summary_prompt
from brain.run.journal import Answered
from brain.run.messages import Kind, Message, Remark
from brain.run.ports import Delta, Prompt
from brain.says import en
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import Saying, ScriptedModel, calls, words
from tests.fakes.tools import MailTool
from tests.fakes.world import World

REFUSED = en.LAST_WORDS["filtered"]
READ = calls(("read", "{}"))


class FilteredModel(ScriptedModel):
    """Refuses each request that contains PLUM, and answers the others in its order."""

    def __init__(self, sayings: Sequence[Saying]) -> None:
        super().__init__(sayings)
        self.refused = 0

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        if "PLUM" in dumps({"messages": list(prompt.messages)}):
            self.refused += 1
            await asyncio.sleep(0.01)
            raise ModelRefused("filtered", fault=FaultClass.FILTERED)
        return await super().answer(prompt, limit_s=limit_s, on_delta=on_delta)


def stage(*sayings: Saying, tools: Sequence[MailTool] = (), **more: float) -> World:
    world = World(tools=tools, **more)  # type: ignore[arg-type]
    world.model = FilteredModel(sayings)
    world.ports = replace(world.ports, model=world.model)
    return world


def refusals(world: World) -> int:
    assert isinstance(world.model, FilteredModel)
    return world.model.refused


async def answered(world: World, text: str, context: Sequence[Remark] = ()) -> Message:
    outcome = await world.ask(text, recent_context=context)
    assert outcome.message is not None
    return outcome.message


@in_virtual_time
async def test_a_refused_text_has_its_error_and_the_next_ones_are_answered() -> None:
    world = stage(words("Here."))
    assert (await answered(world, "Hello")).text == "Here."
    said = await answered(world, "PLUM and so on")
    assert (said.kind, said.text, said.left_out) == (Kind.ERROR, REFUSED, (said.seq - 1,))
    assert refusals(world) == 1
    for text in ("What time is it?", "Hello?"):
        heard = (Remark(role="user", text="PLUM and so on"),)
        assert (await answered(world, text, heard)).text == "Here."
    assert refusals(world) == 1
    assert LEFT_OUT in [line["content"] for line in world.model.prompts[-1].messages]


@in_virtual_time
async def test_a_refused_result_is_left_out_and_the_run_goes_on() -> None:
    tools = [MailTool("PLUM and so on")]
    crumb = calls(("sayToUserAndContinue", '{"message":"Step."}'))
    world = stage(READ, crumb, words("I cannot read it."), tools=tools)
    assert (await answered(world, "What did he write?")).text == "I cannot read it."
    assert refusals(world) == 1  # also in the later requests of the run
    assert LEFT_OUT in [line["content"] for line in world.model.prompts[-1].messages]


@in_virtual_time
async def test_a_refused_result_stays_left_out_after_a_hand_over() -> None:
    crumb = calls(("sayToUserAndContinue", '{"message":"Step."}'), delay_s=4)
    sayings = [READ, *[crumb] * 4, words("I cannot read it.")]
    world = stage(*sayings, tools=[MailTool("PLUM")], max_duration_s=12, reserve_s=3)
    world.spawn(world.ask("What did he write?"))
    await world.until_said("I cannot read it.")
    assert refusals(world) == 1
    assert len(world.invocations) > 1


@in_virtual_time
async def test_a_result_of_our_own_is_left_out_too() -> None:
    tools = [MailTool("PLUM", foreign=False)]
    world = stage(READ, words("I cannot read it."), tools=tools)
    assert (await answered(world, "What do I have?")).text == "I cannot read it."


@in_virtual_time
async def test_a_refused_text_that_joins_a_run_does_not_end_it() -> None:
    wait = calls(("sayToUserAndContinue", '{"message":"Step."}'), delay_s=5)
    world = stage(wait, words("It is in the drawer."))
    first = world.spawn(world.ask("Where is my passport?"))
    await asyncio.sleep(2)
    await world.ask("PLUM and so on")
    outcome = await first
    assert outcome.message is not None
    assert outcome.message.text == "It is in the drawer."
    said = await world.said()
    assert [m.text for m in said] == ["Step.", REFUSED, "It is in the drawer."]
    assert (await answered(world, "Hello?")).text == "It is in the drawer."
    assert refusals(world) == 1


@in_virtual_time
async def test_a_text_that_is_not_the_reason_is_not_left_out() -> None:
    tools = [MailTool("PLUM and so on")]
    read = calls(("read", "{}"), delay_s=5)
    world = stage(read, words("Both."), tools=tools)
    first = world.spawn(world.ask("What did he write?"))
    await asyncio.sleep(2)
    await world.ask("And what time is it?")
    await first
    assert refusals(world) == 2
    shown = dumps({"messages": list(world.model.prompts[-1].messages)})
    assert "And what time is it?" in shown
    assert shown.count(LEFT_OUT) == 1
    assert all(message.left_out == () for message in await world.said())


@in_virtual_time
async def test_what_cannot_be_found_ends_the_run_after_few_requests() -> None:
    world = World([Saying(answer=ModelRefused("filtered", fault=FaultClass.FILTERED))])
    assert (await answered(world, "Hello")).text == REFUSED
    assert len(world.model.prompts) == 2


@in_virtual_time
async def test_a_refused_text_stays_out_of_the_summary() -> None:
    world = stage(words("Here."))
    await answered(world, "PLUM and so on")
    for _ in range(4):
        await answered(world, "Hello")
    page = await world.ports.store.read("anna", since=0, limit=100)
    part = portion(Summary(), page.entries, last_seq=page.last_seq, window=4)
    prompt = dumps({"messages": summary_prompt(Summary(), part)})
    assert "PLUM" not in prompt
    assert LEFT_OUT in prompt

"""What the brain does with an answer that was not heard, and how it marks what it has done."""

from datetime import UTC, datetime

from brain.chat.notes import HEARD_UP_TO, OFFER
from brain.run.messages import Draft, Heard, How, Kind
from brain.says import en
from brain.tools.invocations import Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect
from brain.voice.late_words import told_late
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tools import NoteTool
from tests.fakes.world import World

NOTE = ("note", '{"text":"a"}')
LONG = "There are **three** appointments tomorrow. The first is at nine."


async def keep(invocation: ToolInvocation) -> ToolResult:
    """Act, and tell what was done."""
    return ToolResult(text="Kept.", done="The note is kept.")


def prompt(world: World) -> str:
    """All that the model was shown last."""
    return "\n".join(str(line.get("content")) for line in world.model.prompts[-1].messages)


async def heard(world: World, text: str, how: How, chars: int = 0) -> None:
    [seq] = [message.seq for message in await world.said() if message.text == text]
    await world.ports.store.heard("anna", Heard(seq=seq, how=how, chars=chars))


@in_virtual_time
async def test_an_answer_that_was_cut_off_is_offered_in_the_next_reply_and_never_again() -> None:
    world = World([words(LONG), words("Anna wrote."), words("Ten.")])
    await world.ask("What is on tomorrow?")
    await heard(world, LONG, How.CUT_OFF, len("There are three appointments"))

    await world.ask("What did Anna write?")
    assert prompt(world).count(OFFER) == 1
    assert HEARD_UP_TO.format("There are three appointments") in prompt(world)

    await heard(world, "Anna wrote.", How.PLAYED)
    await world.ask("What time is it?")
    assert OFFER not in prompt(world)


@in_virtual_time
async def test_an_answer_that_was_heard_or_seen_is_not_offered() -> None:
    for how in (How.PLAYED, How.SHOWN):
        world = World([words(LONG), words("Anna wrote.")])
        await world.ask("What is on tomorrow?")
        await heard(world, LONG, how)
        await world.ask("What did Anna write?")
        assert OFFER not in prompt(world)


def late(text: str, kind: Kind = Kind.SAY, *, confirms: bool = False) -> str:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    said = Draft(id="m", kind=kind, text=text, answers_seq=1, created_at=noon, confirms=confirms)
    return told_late(said.placed(seq=2, run_id="r", done_after_this=True), en)


def test_a_late_answer_is_told_whole_if_it_is_short_and_else_named_and_offered() -> None:
    short = "The report is four pages longer. It has a new table."
    long = f"The **report** is four pages longer. {'It has a new table. ' * 20}".strip()
    assert late(short) == short
    assert late(long) == f"The report is four pages longer. {en.MORE}"
    whole = long.replace("*", "")
    assert late(long, Kind.QUESTION) == late(long, confirms=True) == whole


@in_virtual_time
async def test_a_message_after_an_act_says_that_it_confirms_it() -> None:
    world = World(
        [calls(NOTE), words("It is kept.")], tools=[Tool(spec=NoteTool(Effect.ACTS).spec, run=keep)]
    )
    await world.ask("Note that")
    assert [message.confirms for message in await world.said()] == [True]


@in_virtual_time
async def test_a_message_after_a_lookup_confirms_nothing() -> None:
    world = World([calls(NOTE), words("Found.")], tools=[NoteTool(Effect.READS)])
    await world.ask("Look that up")
    assert [message.confirms for message in await world.said()] == [False]

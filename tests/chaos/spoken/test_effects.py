"""What becomes of an effect whose speaker goes, or says it otherwise: told without any fault."""

from msgspec.structs import replace

from brain.chat.results import CORRECTED
from brain.run.messages import LogEntry, Message, Utterance
from tests.chaos.faults import Exactly
from tests.chaos.histories import PRODUCT
from tests.chaos.invariants import violations
from tests.chaos.processes import run_processes
from tests.chaos.stories import HALF_GONE, HALF_HEARD, HALF_LEFT, Ask, Story
from tests.chaos.world import World

HALF = Ask(text="half one", turn=0)
YES = Ask(at=1.5, text="Go ahead", turn=1, reports=(("played", 2.0),))  # said at about 3.5 s
YES_AT_S = 3.5


def told(story: Story) -> tuple[World, tuple[LogEntry, ...]]:
    """Play the story; nothing is wrong."""

    async def whole() -> tuple[World, tuple[LogEntry, ...], tuple[str, ...]]:
        world = World(story, Exactly(()), PRODUCT)
        await world.play()
        page = await world.store.read("anna", since=0, limit=100)
        return world, page.entries, await violations(world)

    world, log, wrong = run_processes(whole)
    assert not wrong
    return world, log


def test_an_effect_whose_speaker_has_gone_becomes_a_question() -> None:
    world, log = told(HALF_LEFT)
    assert not world.ledger.deeds
    last = log[-1]
    assert isinstance(last, Message)
    assert last.question is not None
    assert (last.question.whom, last.question.tool) == ("user", "keep")


def test_so_does_the_effect_of_a_later_speaker_of_the_run_who_goes_as_well() -> None:
    world, log = told(HALF_GONE)
    assert not [deed for deed in world.ledger.deeds if deed.tool == "keep"]
    assert isinstance(log[-1], Message)
    assert log[-1].question is not None


def test_it_is_done_once_when_the_user_allows_it_later() -> None:
    yes = Ask(at=12.0, text="heron", decides=True)
    world, log = told(replace(HALF_LEFT, asks=(*HALF_LEFT.asks, yes)))
    assert [deed.tool for deed in world.ledger.deeds] == ["keep"]
    assert isinstance(log[-1], Message)
    assert log[-1].done_after_this


def test_what_a_spoken_yes_allows_waits_until_the_speaker_has_finished() -> None:
    world, _ = told(replace(HALF_HEARD, asks=(HALF, YES)))
    (deed,) = (deed for deed in world.ledger.deeds if deed.tool == "send")
    (asked,) = (at for turn, _, at in world.ledger.asked if turn == 1)
    assert deed.at_ms - asked >= world.story.limits.settle_s * 1000


def test_what_a_spoken_yes_allows_is_not_done_if_the_speaker_goes_on() -> None:
    but = Ask(at=YES_AT_S + 0.3, text="Go ahead but tomorrow", turn=1)
    world, log = told(replace(HALF_HEARD, asks=(HALF, YES, but)))
    assert not [deed for deed in world.ledger.deeds if deed.tool == "send"]
    assert any(CORRECTED in thought.shown for thought in world.ledger.thoughts)
    said = [entry for entry in log if isinstance(entry, Utterance)]
    assert [entry.text for entry in said if not entry.withdrawn][-1] == but.text

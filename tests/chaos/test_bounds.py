"""Every bound is reached once: the run ends, the user hears why, and the status says so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from brain.chat.notes import INSTRUCTIONS
from brain.cloud.redis.scripts import Keys
from brain.run.journal import Returned
from brain.run.limits import Limits
from brain.run.messages import Kind, Message
from brain.run.store import Status
from brain.says.en import LAST_WORDS
from brain.tools.spec import Effect
from tests.chaos.faults import Exactly, Fault
from tests.chaos.histories import play
from tests.chaos.invariants import violations
from tests.chaos.ledger import Ledger
from tests.chaos.processes import run_processes
from tests.chaos.product import Product
from tests.chaos.stories import END, LEASE_S, LONG, LOOKING, STEP, Ask, Beat, Story, named, tool
from tests.chaos.world import World

ENDLESS = Story(name="endless", beats=(STEP,))
FRAME_CHARS = 1_000  # of a prompt beside its texts: the time of day, ids, words on what is left out
BROKEN = 'e {"v":1,"is":"answered"'
NEWER = 'e {"v":999,"is":"answered","text":"","calls":[],"tokens":1}'


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """What a played story left behind."""

    status: Status
    messages: list[Message]
    ledger: Ledger


def _play(
    story: Story, faults: Iterable[Fault] = (), meddle: Callable[[World], None] = lambda _: None
) -> Ended:
    async def whole() -> Ended:
        world = World(story, Exactly(faults), Product())
        meddle(world)
        await world.play()
        assert await violations(world) == ()
        entries = (await world.store.read("anna", since=0, limit=1_000)).entries
        return Ended(
            status=await world.store.status("anna"),
            messages=[entry for entry in entries if isinstance(entry, Message)],
            ledger=world.ledger,
        )

    return run_processes(whole)


def _limited(story: Story, **bounds: Any) -> Story:
    return replace(story, limits=replace(story.limits, **bounds))


@pytest.mark.parametrize(
    ("story", "faults", "reason"),
    [
        (_limited(ENDLESS, loops=3), (), "loops"),
        (_limited(ENDLESS, wall_s=5.0), (), "time"),
        (_limited(ENDLESS, tokens=35), (), "tokens"),
        (
            _limited(replace(ENDLESS, max_duration_s=4.0, reserve_s=1.5), handoffs=2),
            (),
            "handoffs",
        ),
        (LONG, (Fault("model", "kill.after"),), "attempts"),
        (ENDLESS, (Fault("model", "fail"),), "model"),
        (ENDLESS, (Fault("model", "cut"),), "model"),
    ],
)
def test_a_run_at_its_bound_ends_with_a_word_to_the_user_and_a_reason(
    story: Story, faults: tuple[Fault, ...], reason: str
) -> None:
    ended = _play(story, faults)
    last = ended.messages[-1]
    assert (last.kind, last.text, last.done_after_this) == (Kind.ERROR, LAST_WORDS[reason], True)
    assert (ended.status.state, ended.status.reason) == ("idle", reason)


@pytest.mark.parametrize("line", [BROKEN, NEWER], ids=["broken", "of a newer version"])
def test_a_journal_entry_that_does_not_load_ends_the_run_once_another_takes_over(line: str) -> None:
    def spoil(world: World) -> None:
        async def append() -> None:
            spoilt = ["APPEND", Keys.of("anna").key("journal"), f"{line}\n"]
            await world.redis.execute(spoilt, limit_s=1)

        world.later(5.0, append)

    commit = next(place for place in play(LONG).points if place.what.endswith("store.goOn"))
    killed_at_its_commit = Fault(commit.number, "kill.before")
    ended = _play(LONG, [killed_at_its_commit], spoil)
    assert ended.messages[-1].text == LAST_WORDS["poisoned"]
    assert (ended.status.state, ended.status.reason) == ("idle", "poisoned")


def test_a_log_entry_of_a_newer_version_keeps_nobody_from_being_answered() -> None:
    def spoil(world: World) -> None:
        async def swap(form: str) -> None:
            log: Any = world.redis.dump(Keys.of("anna").key("log"))
            fields = log[0][1]
            kept.append(fields[1])
            fields[1] = form

        kept: list[str] = []
        world.later(1.0, lambda: swap('{"v":999}'))
        world.later(5.0, lambda: swap(kept[0]))

    ended = _play(named("next-once"), (), spoil)
    assert [message.done_after_this for message in ended.messages] == [True, True]


def test_a_tool_result_is_kept_up_to_its_bound() -> None:
    limit = 1_000
    look = tool("look", Effect.READS, chars=50_000)
    story = Story(name="large", beats=(LOOKING, END), tools=(look,))
    ended = _play(_limited(story, tool_result_chars=limit))
    results = [result.text for result in _results(ended) if result.text.startswith("Done")]
    assert len(results) == 2
    assert all("left out for length" in text[limit:] for text in results)
    assert all(len(text) < limit + FRAME_CHARS for text in results)


def test_what_the_model_is_shown_stays_within_its_bounds_however_long_the_run() -> None:
    limits = Limits(lease_s=LEASE_S, journal_chars=6_000, history_chars=2_000, tail_entries=20)
    look = tool("look", Effect.READS, chars=1_500)
    asks = tuple(Ask(at=100.0 * i, text=f"text {i} " + "x" * 300) for i in range(12))
    story = Story(
        name="large", beats=(*[LOOKING] * 12, END), tools=(look,), limits=limits, asks=asks
    )
    ended = _play(story)
    bound = limits.journal_chars + limits.history_chars + len(INSTRUCTIONS) + FRAME_CHARS
    sizes = [len(thought.shown) for thought in ended.ledger.thoughts]
    assert len(sizes) == 12 * 13
    assert max(sizes) <= bound
    assert sum(message.done_after_this for message in ended.messages) == 12


@pytest.mark.parametrize("kind", ["hang", "break"])
def test_a_tool_that_hangs_or_raises_is_a_result_for_the_model_and_not_the_runs_end(
    kind: str,
) -> None:
    story = Story(
        name="tool",
        beats=(Beat(calls=(("look", "{}"),)), END),
        tools=(tool("look", Effect.READS),),
    )
    ended = _play(story, [Fault("tool", kind)])
    failed = [result for result in _results(ended) if result.failed]
    assert len(failed) == 1
    assert "the tool's own" not in failed[0].text
    assert ended.messages[-1].text == "The end."


def _results(ended: Ended) -> list[Returned]:
    entries = [entry for step in ended.ledger.steps for entry in step.commit.entries]
    return [entry for entry in entries if isinstance(entry, Returned)]

"""Histories in which the store loses keys or has a wrong clock, and what holds all the same.

What is lost is lost: a text that only the lost key held is not answered. But nothing else may
break, and the next text is answered, at the latest at its second try.
"""

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from brain.run.messages import LogEntry, Message, Utterance
from brain.tools.spec import Effect
from tests.chaos.faults import HOURS, LOST, Exactly, Fault
from tests.chaos.histories import PRODUCT, play
from tests.chaos.processes import run_processes
from tests.chaos.product import Product
from tests.chaos.stories import Ask, Story
from tests.chaos.world import World

NEXT = "gecko"
TRIES = 2
DEATHS = 4  # points from the loss on at which a process may die
# A run is rebuilt from its log and its journal, so no text is lost with it.
KEEPS_TEXTS = frozenset({"lose.run", "lose.beside", *HOURS})
BEGINS_AGAIN = ("lose.run+log", "lose.all")  # without an archive the sequence begins again


def losses(story: Story, *, product: Product = PRODUCT) -> Iterator[tuple[Fault, ...]]:
    """Each loss at each point of the store, alone and with the death of the process that made the
    call or a later one.
    """
    points = [p.number for p in play(story, product=product).points if p.port == "store"]
    for number in points:
        for kind in (*LOST, *HOURS):
            yield (Fault(number, kind),)
    for number in points:
        for kind in (*LOST, *HOURS):
            for later in points[points.index(number) : points.index(number) + DEATHS]:
                yield (Fault(number, kind), Fault(later, "kill.after"))


def after_loss(story: Story, faults: tuple[Fault, ...], *, product: Product = PRODUCT) -> list[str]:
    """Play the story, then say one more text; return what is wrong."""

    async def whole() -> list[str]:
        world = World(story, Exactly(faults), product)
        await world.play()
        user = story.asks[0].user
        forever = [*_kept_for_ever(world)]
        before = (await world.store.read(user, since=0, limit=1_000)).last_seq
        world.story = replace(story, tries=TRIES, asks=(), stops=(), events=())
        world.say(Ask(text=NEXT, user=user))
        await world.play()
        log = (await world.store.read(user, since=0, limit=1_000)).entries
        if any(fault.kind in BEGINS_AGAIN for fault in faults):
            before = 0
        wrong = [*forever, *_wrong(world, log), *_not_answered(log, before)]
        if all(fault.kind in KEEPS_TEXTS for fault in faults):
            wrong += _unanswered(log)
        return wrong

    return run_processes(whole)


def _wrong(world: World, log: tuple[LogEntry, ...]) -> Iterator[str]:
    yield from (f"crashed: {crash}" for crash in world.ledger.crashes)
    if world.pending:
        yield f"not at rest: {world.pending} under way"
    seqs = [entry.seq for entry in log]
    if seqs != sorted(set(seqs)):
        yield f"the sequence is {seqs}"
    acts = {tool.spec.name for tool in world.story.tools if tool.spec.effect is Effect.ACTS}
    meant = sum(name in acts for beat in world.story.beats for name, _ in beat.calls)
    times = Counter(deed.key.split(":")[0] for deed in world.ledger.deeds if deed.tool in acts)
    yield from (f"done {n} times in run {run}" for run, n in times.items() if n > meant)
    yield from _kept_for_ever(world)


def _kept_for_ever(world: World) -> Iterator[str]:
    yield from (f"kept for ever: {k}" for k in world.redis.names() if not world.redis.expires(k))


def _unanswered(log: tuple[LogEntry, ...]) -> Iterator[str]:
    """Each text has one last message of its run after it."""
    ends = [e for e in log if isinstance(e, Message) and e.done_after_this]
    for said in log:
        if isinstance(said, Utterance):
            answers = [end for end in ends if end.run_id == said.run_id and end.seq > said.seq]
            if len(answers) != 1:
                yield f"text {said.seq} has {len(answers)} answers"


def _not_answered(log: tuple[LogEntry, ...], before: int) -> Iterator[str]:
    """The next text stands above all others, and its run has one last message."""
    said = [entry for entry in log if isinstance(entry, Utterance) and entry.text == NEXT]
    if [entry.seq > before for entry in said] != [True]:
        yield f"the next text has the places {[entry.seq for entry in said]} after {before}"
        return
    ends = [e for e in log if isinstance(e, Message) and e.done_after_this and e.seq > said[0].seq]
    if len([end for end in ends if end.run_id == said[0].run_id]) != 1:
        yield f"the next text has {len(ends)} answers"

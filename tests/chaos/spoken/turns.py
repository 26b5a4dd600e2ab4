"""Texts that may be half a sentence: one stands of each turn, and effects belong to it (I16).

What a text has led to is told by what the model was shown when it asked for the effect.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from brain.run.decisions import is_decided_id
from brain.run.messages import LogEntry, Message, Utterance
from tests.chaos.ledger import Deed

if TYPE_CHECKING:
    from tests.chaos.world import World

EFFECTS = ("keep", "send")
# ms from the last look to the effect. The same text again may come in between; another text would
# take the lease, so that the commit before the effect is refused.
LOOK_MS = 60


def whole_turns(world: "World", log: tuple[LogEntry, ...]) -> Iterator[str]:
    """I1 and I16 for the turns of a call."""
    texts = [entry for entry in log if isinstance(entry, Utterance) and entry.kind == "text"]
    seen: set[int] = set()  # texts that an effect has followed: they stand, and so they are whole
    for deed in world.ledger.deeds:
        if deed.tool in EFFECTS and not is_decided_id(deed.key):
            yield from _belongs(world, deed, [text for text in texts if text.seq not in seen])
            seen |= {text.seq for text in texts if text.text in shown_to(world, deed)}
    for turn in sorted({text.turn.index for text in texts if text.turn is not None}):
        yield from _one_stands(world, [t for t in texts if t.turn and t.turn.index == turn])
    gone = {text.run_id for text in texts} - {text.run_id for text in texts if not text.withdrawn}
    stopped = {stop.message.id for stop in world.ledger.stops}
    for entry in log:
        is_left = isinstance(entry, Message) and not entry.withdrawn and entry.id not in stopped
        if is_left and entry.run_id in gone:
            yield f"I1 message {entry.seq} answers a text that was taken back"


def _belongs(world: "World", deed: Deed, texts: list[Utterance]) -> Iterator[str]:
    """Whether an effect came from texts that stand, and were whole at that time."""
    asked = world.ledger.asked
    standing = {text.text for text in texts if not text.withdrawn}  # the same words, said again
    for text in texts:
        if text.text not in shown_to(world, deed):
            continue
        if text.withdrawn and text.text not in standing:
            yield f"I16 {deed.tool} belongs to text {text.seq}, which was taken back"
        if text.turn is None or world.ledger.clock_jumped:
            continue
        index = text.turn.index
        went = [at for said, at in world.ledger.left if said == text.text and at < deed.at_ms]
        if went and world.is_calm and not any(at > went[0] for _, _, at in asked):
            yield f"I16 {deed.tool} belongs to text {text.seq}, whose caller has gone"
        times = [at for turn, _, at in asked if turn == index and at <= deed.at_ms - LOOK_MS]
        is_over = any(turn > index for turn, _, at in asked if at <= deed.at_ms)
        settle_ms = world.story.limits.settle_s * 1000
        if not is_over and times and deed.at_ms - max(times) < settle_ms - 1:
            yield f"I16 {deed.tool} came before text {text.seq} was settled"


def _one_stands(world: "World", takes: list[Utterance]) -> Iterator[str]:
    """Only a text that something has come of stands beside the last one of its turn.

    Of a run that its user has stopped, nothing is taken back for the sake of one of several texts.
    """
    stopped = {stop.message.run_id for stop in world.ledger.stops}
    if world.ledger.speaking.reports:
        return  # what was heard stands
    index = takes[0].turn.index if takes[0].turn else 0
    turns = [turn for turn, _, _ in world.ledger.asked]
    if any(max(turns[:i], default=0) > index for i, turn in enumerate(turns) if turn == index):
        return  # a request came so late that the next turn had begun: the one before was settled
    standing = [text for text in takes if not text.withdrawn]
    if not standing:
        yield f"I1 no text of turn {takes[0].turn} stands"
    for text in (each for each in standing[:-1] if each.run_id not in stopped):
        deeds = [deed for deed in world.ledger.deeds if deed.tool in EFFECTS]
        if not any(text.text in shown_to(world, deed) for deed in deeds):
            yield f"I1 text {text.seq} stands, although another has taken its place"


def shown_to(world: "World", deed: Deed) -> str:
    """What the model was shown when it asked for this effect; empty for a decided one."""
    number = deed.call_id.partition(".")[0].removeprefix("m")
    return world.ledger.thoughts[int(number) - 1].shown if number.isdecimal() else ""

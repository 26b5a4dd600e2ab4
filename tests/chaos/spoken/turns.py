"""Texts that may be half a sentence: one stands of each turn, and effects belong to it (I16).

What a text has led to is told by what the model was shown when it asked for the effect.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from brain.run.decisions import is_decided_id
from brain.run.messages import How, LogEntry, Message, Utterance
from tests.chaos.ledger import Deed, Stood

if TYPE_CHECKING:
    from tests.chaos.world import World

EFFECTS = ("keep", "send")


def whole_turns(world: "World", log: tuple[LogEntry, ...]) -> Iterator[str]:
    """I1 and I16 for the turns of a call."""
    texts = [entry for entry in log if isinstance(entry, Utterance) and entry.kind == "text"]
    seen: set[int] = set()  # texts that an effect has followed: they stand, and so they are whole
    for deed in world.ledger.begun:
        if deed.tool in EFFECTS and not is_decided_id(deed.key):
            yield from _belongs(world, deed, [text for text in texts if text.seq not in seen])
            seen |= {text.seq for text in texts if text.text in shown_to(world, deed)}
    for turn in sorted({text.turn.index for text in texts if text.turn is not None}):
        yield from _one_stands(world, log, texts, turn)
    yield from _gone(world, texts)
    yield from _unheard(world, texts)
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
    run_id = deed.key.partition(":")[0]
    for text in texts:
        if text.text not in shown_to(world, deed) or text.run_id != run_id:
            continue  # what was said in another run may be known to this one, and asks for nothing
        if text.withdrawn and text.text not in standing:
            yield f"I16 {deed.tool} belongs to text {text.seq}, which was taken back"
        if text.turn is None or world.ledger.clock_jumped:
            continue
        index = text.turn.index
        stood = _stood(world, deed, text)
        is_over = any(turn > index for turn, _, at in asked if at <= stood.at_ms)
        went = [at for at in _went(world, text) if at < stood.asked_ms]
        is_left = went and not is_over and not any(at > went[0] for _, _, at in asked)
        if is_left and world.is_calm:
            yield f"I16 {deed.tool} belongs to text {text.seq}, whose caller has gone"
        times = [
            at
            for turn, said, at in asked
            if turn == index and at < (stood.looked_ms if said == text.text else stood.at_ms)
        ]
        settle_ms = world.story.limits.settle_s * 1000
        if not is_over and times and stood.at_ms - max(times) < settle_ms - 1:
            yield f"I16 {deed.tool} came before text {text.seq} was settled"


def _stood(world: "World", deed: Deed, text: Utterance) -> Stood:
    """The commit before an effect that lets the text stand. Its caller may go unseen once it is
    asked for. After its last look the same text may come again; another text takes the lease.
    """
    asked_ms = min((at for _, said, at in world.ledger.asked if said == text.text), default=0)
    run_id = deed.key.partition(":")[0]
    stood = [
        one
        for one in world.ledger.stood
        if one.run_id == run_id and asked_ms < one.at_ms <= deed.at_ms
    ]
    at_ms = deed.at_ms
    none = Stood(run_id=run_id, looked_ms=at_ms, asked_ms=at_ms, at_ms=at_ms)
    return stood[-1] if stood else none


def _went(world: "World", text: Utterance) -> list[int]:
    """When the text's callers were seen to go by a brain. Other processes do not tell it."""
    told = (one for said in world.ledger.said for one in (*said.outcomes, *said.unheard))
    others = {process for process, one in told if one.state in ("recorded", "duplicate")}
    left = world.ledger.left
    return [at for process, said, at in left if said == text.text and process not in others]


def _one_stands(
    world: "World", log: tuple[LogEntry, ...], texts: list[Utterance], turn: int
) -> Iterator[str]:
    """The last text of a turn stands. Beside it stands what something has come of, and, where a
    text was lost, what no other has named or found as the turn's last.
    """
    takes = [text for text in texts if text.turn is not None and text.turn.index == turn]
    if takes[-1].withdrawn:
        yield f"I1 text {takes[-1].seq} is the last of turn {turn}, and does not stand"
    asked = [said for index, said, _ in world.ledger.asked if index == turn]
    if world.is_calm and asked[-1] != takes[-1].text:
        yield f"I1 the last request of turn {turn} has no text"
    heirs = {seq: text for text in takes for seq in text.withdraws}
    replaced = {_replaced(heir, texts, heirs) for heir in takes}
    yield from _late(takes, heirs)
    own = [each for each in takes[:-1] if world.is_calm or each.seq in replaced]
    for text in (each for each in own if not each.withdrawn):
        stands = text.decision or _has_effect(world, text) or _is_heard(world, log, text)
        if not stands and not _is_over(world, texts, text):
            yield f"I1 text {text.seq} stands, although another has taken its place"


def _replaced(heir: Utterance, texts: list[Utterance], heirs: dict[int, Utterance]) -> int | None:
    """The seq of the text whose place another one takes: of the one that it names, or of that
    one's heir; if the named one has not arrived, of the turn's last, unless a later turn has begun.
    """
    turn = heir.turn
    before = [text for text in texts if text.seq < heir.seq and text.turn is not None]
    takes = [text for text in before if text.turn == turn]
    if heir.replaces is None or turn is None or not takes:
        return None
    named = [text for text in takes if text.message_id == heir.replaces]
    if not named and any(text.turn.index > turn.index for text in before if text.turn):
        return None
    return _standing((named or takes)[-1], heirs, before=heir).seq


def _standing(old: Utterance, heirs: dict[int, Utterance], *, before: Utterance) -> Utterance:
    """The text that stood in the place of an older one when another came."""
    while old.seq in heirs and heirs[old.seq].seq < before.seq:
        old = heirs[old.seq]
    return old


def _late(takes: list[Utterance], heirs: dict[int, Utterance]) -> Iterator[str]:
    """A text comes before those that name it, unless it changes what stands in their place."""
    for i, late in enumerate(takes):
        before = takes[:i]
        known = any(text.message_id == late.message_id for text in before)
        for text in (each for each in before if each.replaces == late.message_id and not known):
            if _standing(text, heirs, before=late).message_id != late.replaces:
                yield f"I1 text {late.seq} has come after one that took its place"


def _gone(world: "World", texts: list[Utterance]) -> Iterator[str]:
    """Whoever is told so was taken back, and the model sees no such text beside its successor."""
    standing = {text.text for text in texts if not text.withdrawn}
    told = {
        said.message_id
        for said in world.ledger.said
        if any(outcome.state == "withdrawn" for _, outcome in said.outcomes)
    }
    known = {text.message_id for text in texts if text.withdrawn} | {t.replaces for t in texts}
    yield from (f"I1 {id} was told that it is taken back" for id in sorted(told - known))
    for heir in texts:
        for text in (t for t in texts if t.seq in heir.withdraws and t.run_id == heir.run_id):
            shown = (t.shown for t in world.ledger.thoughts if t.run_id == text.run_id)
            if text.text not in standing and any(text.text in s and heir.text in s for s in shown):
                yield f"I16 text {text.seq} was taken back, and the model was shown it again"


def _unheard(world: "World", texts: list[Utterance]) -> Iterator[str]:
    """What was heard before another text came is not taken back by it."""
    admitted_ms = world.ledger.speaking.admitted_ms
    for report in world.ledger.speaking.reports:
        seq, how = report.heard.seq, report.heard.how
        heirs = [text for text in texts if seq in text.withdraws and text.message_id in admitted_ms]
        if how not in (How.UNSPOKEN, How.RETURNED):
            late = [heir.seq for heir in heirs if admitted_ms[heir.message_id] > report.at_ms]
            yield from (f"I1 text {at} takes message {seq} back, which was heard" for at in late)


def _has_effect(world: "World", text: Utterance) -> bool:
    deeds = (deed for deed in world.ledger.begun if deed.tool in EFFECTS)
    return any(text.text in shown_to(world, deed) for deed in deeds)


def _is_heard(world: "World", log: tuple[LogEntry, ...], text: Utterance) -> bool:
    """Whether something was heard that the text's run has said after it."""
    marks = (report.heard for report in world.ledger.speaking.reports)
    heard = {mark.seq for mark in marks if mark.how not in (How.UNSPOKEN, How.RETURNED)}
    return any(e.run_id == text.run_id and e.seq > text.seq and e.seq in heard for e in log)


def _is_over(world: "World", texts: list[Utterance], text: Utterance) -> bool:
    """Whether the run of several texts is over, and its user has stopped it or begun another:
    nobody knows any more what it has done for the other texts.
    """
    left = [one for one in texts if one.run_id == text.run_id and not one.withdrawn]
    stopped = {stop.message.run_id for stop in world.ledger.stops}
    is_past = any(one.run_id != text.run_id and one.seq > text.seq for one in texts)
    return len(left) > 1 and (text.run_id in stopped or is_past)


def shown_to(world: "World", deed: Deed) -> str:
    """What the model was shown when it asked for this effect; empty for a decided one."""
    number = deed.call_id.partition(".")[0].removeprefix("m")
    return world.ledger.thoughts[int(number) - 1].shown if number.isdecimal() else ""

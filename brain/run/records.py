"""The stored forms and wire forms of the engine's values.

* On the wire and in the archive: a log entry with its position.
* In the log: the same without position, run id and terminal mark. The store keeps these separately.
* In the journal: one line for each entry.

Forms that older code has stored must still load; golden files in the tests check this.
"""

from msgspec.structs import replace

from brain.codec import Form, Json, OneOf, Stored, dumps
from brain.errors import EntryUnreadable
from brain.run.journal import (
    Answered,
    Entry,
    Equipped,
    Interrupted,
    Joined,
    Overheard,
    Returned,
    RunRecord,
    Started,
)
from brain.run.messages import Draft, LogEntry, Message, Remark, Utterance, UtteranceDraft
from brain.tools.spec import ClientTool

CHANNEL_BYTES = 10_240  # the channel vendor's limit for the data of one event

MESSAGE = Form(
    Message,
    tag=("role", "brain"),
    first=("id", "seq", "role", "kind", "text", "speech", "doneAfterThis", "runId"),
    also=("speech",),
)
UTTERANCE = Form(
    Utterance,
    tag=("role", "user"),
    first=("id", "seq", "role", "text", "messageId", "callId", "runId"),
)
ENTRY: OneOf[LogEntry] = OneOf(UTTERANCE, MESSAGE)
PLACE = ("seq", "id", "role", "kind", "text", "createdAt")

_DRAFT = Stored(Form(Draft))
_UTTERANCE = Stored(Form(UtteranceDraft))
_REMARKS = Stored(Form(Overheard, without=("seq",)))
_TOOLS = Stored(Form(Equipped, without=("seq",)))
_RECORDS: OneOf[RunRecord] = OneOf(
    Form(Answered, tag=("is", "answered")),
    Form(Interrupted, tag=("is", "interrupted")),
    Form(Started, tag=("is", "started")),
    Form(Returned, tag=("is", "returned")),
)
_RECORD = Stored(_RECORDS)


# ---- the wire


def entry_to_wire(entry: LogEntry) -> Json:
    """Return the wire form of a log entry; of an erased one only its place."""
    wire = ENTRY.encode(entry)
    return {name: wire[name] for name in PLACE} if wire.get("kind") == "erased" else wire


def message_to_wire(message: Message) -> Json:
    """Return the wire form of a message."""
    return MESSAGE.encode(message)


def entry_from_wire(wire: Json) -> LogEntry:
    """Read a log entry from its wire form. Raises EntryUnreadable."""
    return ENTRY.decode(wire)


def entry_for_channel(entry: LogEntry) -> Json:
    """Return the wire form; without the texts if it would exceed the channel's size limit."""
    wire = entry_to_wire(entry)
    if len(dumps(wire).encode()) <= CHANNEL_BYTES:
        return wire
    (wire.get("question") or {}).pop("content", None)
    wire.pop("speech", None)
    del wire["text"]
    return {**wire, "truncated": True}


# ---- the log


def utterance_to_log(utterance: UtteranceDraft) -> str:
    """Return the stored form of an utterance without a position."""
    return _UTTERANCE.write(utterance)


def draft_to_log(draft: Draft) -> str:
    """Return the stored form of a message without a position."""
    return _DRAFT.write(draft)


def entry_from_log(
    *, seq: int, kind: str, run_id: str, stored: str, answers_seq: int | None = None
) -> LogEntry:
    """Read the entry at `seq` from its stored form. Raises EntryUnreadable.

    `kind` is `u` or `q` (utterance), `w` (withdrawal), `m` (message) or `t` (terminal message).
    `answers_seq` overrides the stored value.
    """
    if kind in "uqw":
        placed = _UTTERANCE.read(stored).placed(seq=seq, run_id=run_id)
        return replace(placed, kind="withdrawal") if kind == "w" else placed
    draft = _DRAFT.read(stored)
    if answers_seq is not None:
        draft = replace(draft, answers_seq=answers_seq)
    return draft.placed(seq=seq, run_id=run_id, done_after_this=kind == "t")


# ---- the journal


def entry_to_journal(entry: RunRecord) -> str:
    """Return one line of the journal. The store itself writes the lines of utterances."""
    return "e " + _RECORD.write(entry)


def remarks_to_journal(remarks: tuple[Remark, ...]) -> str:
    """Return the stored form of a recent context; empty for no remarks."""
    return _REMARKS.write(Overheard(seq=0, remarks=remarks)) if remarks else ""


def tools_to_journal(tools: tuple[ClientTool, ...]) -> str:
    """Return the stored form of the front end's tools; empty if there are none."""
    return _TOOLS.write(Equipped(seq=0, tools=tools)) if tools else ""


def entry_from_journal(line: str, *, run_id: str) -> Entry:
    """Read a journal line: `e {…}`, `u<seq> {…}`, `c<seq> {…}` or `t<seq> {…}`.

    Raises EntryUnreadable.
    """
    head, _, stored = line.partition(" ")
    match head[:1]:
        case "u":
            placed = _UTTERANCE.read(stored).placed(seq=_seq(head), run_id=run_id)
            return Joined(utterance=placed)
        case "c":
            return _REMARKS.read(stored, seq=_seq(head))
        case "t":
            return _TOOLS.read(stored, seq=_seq(head))
        case _:
            return _RECORD.read(stored)


def _seq(head: str) -> int:
    if not head[1:].isdecimal():
        raise EntryUnreadable("a line of the journal has no seq")
    return int(head[1:])

"""Stored and wire forms. What an older version of the code has stored still loads.

Three forms: the log's (an utterance or a draft; its place, run and terminality stand beside it in
the store), the journal's (one line an entry), and the wire's (contract: camelCase, times in ISO
8601 with milliseconds).
"""

import json
from datetime import UTC, datetime
from typing import assert_never

from brain.domain.errors import EntryUnreadable
from brain.domain.journal import (
    Answered,
    Entry,
    Fact,
    Interrupted,
    Joined,
    Overheard,
    Returned,
    Started,
    ToolCall,
)
from brain.domain.messages import Draft, Kind, LogEntry, Message, Remark, Speak, Utterance
from brain.domain.tools import Json

VERSION = 1  # of the stored forms; a form with a higher number was written by newer code
CHANNEL_BYTES = 10_240  # the channel vendor's limit for the data of one event


def dumps(value: Json) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def clean(text: str) -> str:
    """The text without what some store cannot hold: NUL, and surrogates without a partner."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def iso(moment: datetime) -> str:
    """2026-01-31T12:00:00.000Z"""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_ms(milliseconds: int) -> str:
    """The same of milliseconds since 1970."""
    return iso(datetime.fromtimestamp(milliseconds / 1000, UTC))


# ---- the wire


def message_to_wire(message: Message) -> Json:
    """A message as the contract has it."""
    return {
        "id": message.id,
        "seq": message.seq,
        "role": "brain",
        "kind": message.kind.value,
        "text": message.text,
        "doneAfterThis": message.done_after_this,
        "runId": message.run_id,
        "answersSeq": message.answers_seq,
        "callId": message.call_id,
        "speak": message.speak.value,
        "expiresAt": message.expires_at and iso(message.expires_at),
        "supersedes": message.supersedes,
        "createdAt": iso(message.created_at),
    }


def entry_to_wire(entry: LogEntry) -> Json:
    """An entry of the log as the contract has it."""
    match entry:
        case Message():
            return message_to_wire(entry)
        case Utterance():
            return {
                "id": entry.id,
                "seq": entry.seq,
                "role": "user",
                "text": entry.text,
                "messageId": entry.message_id,
                "callId": entry.call_id,
                "runId": entry.run_id,
                "createdAt": iso(entry.created_at),
            }
        case _:
            assert_never(entry)


def entry_from_wire(wire: Json) -> LogEntry:
    """The log entry that `entry_to_wire` wrote. Raises EntryUnreadable."""
    try:
        return _message(wire) if wire["role"] == "brain" else _utterance(wire)
    except (KeyError, TypeError, ValueError) as error:
        raise EntryUnreadable("a log entry does not load") from error


def message_for_channel(message: Message) -> Json:
    """The wire form, without its text where that would pass the channel's limit."""
    wire = message_to_wire(message)
    if len(dumps(wire).encode()) <= CHANNEL_BYTES:
        return wire
    del wire["text"]
    return {**wire, "truncated": True}


def _utterance(wire: Json) -> Utterance:
    return Utterance(
        id=wire["id"],
        seq=int(wire["seq"]),
        text=wire["text"],
        message_id=wire["messageId"],
        run_id=wire["runId"],
        created_at=datetime.fromisoformat(wire["createdAt"]),
        call_id=wire.get("callId"),
    )


def _message(wire: Json) -> Message:
    expires_at = wire.get("expiresAt")
    return Message(
        id=wire["id"],
        seq=int(wire["seq"]),
        kind=Kind(wire["kind"]),
        text=wire["text"],
        done_after_this=bool(wire["doneAfterThis"]),
        run_id=wire["runId"],
        answers_seq=int(wire["answersSeq"]),
        created_at=datetime.fromisoformat(wire["createdAt"]),
        call_id=wire.get("callId"),
        speak=Speak(wire.get("speak", Speak.NOW)),
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        supersedes=wire.get("supersedes"),
    )


# ---- the log


def utterance_to_log(
    *, id: str, text: str, message_id: str, call_id: str | None, created_at: datetime
) -> str:
    """The stored form of a text before it has a place."""
    return dumps(
        {
            "v": VERSION,
            "id": id,
            "text": text,
            "messageId": message_id,
            "callId": call_id,
            "createdAt": iso(created_at),
        }
    )


def draft_to_log(draft: Draft) -> str:
    """The stored form of a message before it has a place."""
    wire = message_to_wire(draft.placed(seq=0, run_id="", done_after_this=False))
    for known_by_place in ("seq", "runId", "doneAfterThis", "role"):
        del wire[known_by_place]
    return dumps({"v": VERSION, **wire})


def entry_from_log(
    *, seq: int, kind: str, run_id: str, stored: str, answers_seq: int | None = None
) -> LogEntry:
    """The entry at `seq`; `kind` is `u` (utterance), `m` (message) or `t` (terminal message).
    `answers_seq` counts before the stored one.

    Raises EntryUnreadable.
    """
    placed = {**_loads(stored), "seq": seq, "runId": run_id, "doneAfterThis": kind == "t"}
    if answers_seq is not None:
        placed["answersSeq"] = answers_seq
    return entry_from_wire({**placed, "role": "user" if kind == "u" else "brain"})


# ---- the journal


def entry_to_journal(entry: Fact) -> str:
    """One line of the journal. Utterances are written by the store itself, as it takes them up."""
    return "e " + dumps({"v": VERSION, **_journal_form(entry)})


def remarks_to_journal(remarks: tuple[Remark, ...]) -> str:
    """The stored form of a recent context; empty for none."""
    if not remarks:
        return ""
    return dumps({"v": VERSION, "remarks": [{"role": r.role, "text": r.text} for r in remarks]})


def entry_from_journal(line: str, *, run_id: str) -> Entry:
    """The entry of a line: `e {…}`, `u<seq> {…}` or `c<seq> {…}`. Raises EntryUnreadable."""
    head, _, stored = line.partition(" ")
    form = _loads(stored)
    try:
        match head[:1]:
            case "u":
                place: Json = {"seq": int(head[1:]), "runId": run_id}
                return Joined(utterance=_utterance({**form, **place}))
            case "c":
                remarks = tuple(Remark(role=r["role"], text=r["text"]) for r in form["remarks"])
                return Overheard(seq=int(head[1:]), remarks=remarks)
            case _:
                return _journal_entry(form)
    except (KeyError, TypeError, ValueError) as error:
        raise EntryUnreadable("a journal entry does not load") from error


def _journal_form(entry: Fact) -> Json:
    match entry:
        case Answered():
            calls = [{"id": c.id, "name": c.name, "arguments": c.arguments} for c in entry.calls]
            return {"is": "answered", "text": entry.text, "calls": calls, "tokens": entry.tokens}
        case Interrupted():
            return {"is": "interrupted", "text": entry.text}
        case Started():
            return {"is": "started", "call": entry.call_id}
        case Returned():
            return {
                "is": "returned",
                "call": entry.call_id,
                "text": entry.text,
                "failed": entry.failed,
            }
        case _:
            assert_never(entry)


def _journal_entry(form: Json) -> Entry:
    match form["is"]:
        case "answered":
            calls = tuple(
                ToolCall(id=c["id"], name=c["name"], arguments=c["arguments"])
                for c in form["calls"]
            )
            return Answered(text=form["text"], calls=calls, tokens=form["tokens"])
        case "interrupted":
            return Interrupted(text=form["text"])
        case "started":
            return Started(call_id=form["call"])
        case "returned":
            return Returned(call_id=form["call"], text=form["text"], failed=form["failed"])
        case unknown:
            raise EntryUnreadable(f"a journal entry of kind {unknown!r} is not known")


def _loads(stored: str) -> Json:
    try:
        form = json.loads(stored)
    except ValueError as error:
        raise EntryUnreadable("a stored form is not JSON") from error
    if not isinstance(form, dict) or not isinstance(form.get("v"), int):
        raise EntryUnreadable("a stored form has no version")
    if not 1 <= form["v"] <= VERSION:
        raise EntryUnreadable(f"a stored form of version {form['v']} is not known")
    return form

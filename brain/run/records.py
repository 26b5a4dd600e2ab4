"""Stored forms. What an older version of the code has stored still loads.

Two of them: the log's (an utterance or a draft; its place, run and terminality stand beside it in
the store) and the journal's (one line an entry).
"""

import json
from datetime import datetime
from typing import assert_never

from brain.events.model import EVENT_KINDS
from brain.notices.model import Notice
from brain.reminders.model import Reminder
from brain.run.codec import (
    decision_to_wire,
    dumps,
    entry_from_wire,
    iso,
    message_to_wire,
    utterance_from_wire,
)
from brain.run.errors import EntryUnreadable
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
    ToolCall,
)
from brain.run.messages import Decision, Draft, LogEntry, Remark
from brain.run.moves import Arrival
from brain.run.tools import ClientTool, Json

VERSION = 1  # of the stored forms; a form with a higher number was written by newer code


# ---- the log


def utterance_to_log(
    *,
    id: str,
    text: str,
    message_id: str,
    agent_call_id: str | None,
    created_at: datetime,
    decision: Decision | None = None,
) -> str:
    """The stored form of a text before it has a place."""
    form: Json = {
        "v": VERSION,
        "id": id,
        "text": text,
        "messageId": message_id,
        "callId": agent_call_id,
        "createdAt": iso(created_at),
    }
    if decision is not None:
        form["decision"] = decision_to_wire(decision)
    return dumps(form)


def notice_to_stored(notice: Notice) -> str:
    """The form in which a notice is held."""
    return dumps(
        {
            "v": VERSION,
            "id": notice.id,
            "kind": notice.kind,
            "text": notice.text,
            "urgent": notice.urgent,
            "at": iso(notice.at),
            "expiresAt": notice.expires_at and iso(notice.expires_at),
            "sender": notice.sender,
            "subject": notice.subject,
            "foreign": notice.foreign,
        }
    )


def notice_from_stored(stored: str) -> Notice:
    """The notice of its form. Raises EntryUnreadable."""
    form = _loads(stored)
    try:
        expires_at = form["expiresAt"]
        return Notice(
            id=form["id"],
            kind=EVENT_KINDS[EVENT_KINDS.index(form["kind"])],  # newer code may know more of them
            text=form["text"],
            urgent=form["urgent"],
            at=datetime.fromisoformat(form["at"]),
            expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
            sender=form["sender"],
            subject=form["subject"],
            foreign=form.get("foreign", True),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise EntryUnreadable("a notice does not load") from error


def reminder_to_stored(reminder: Reminder) -> str:
    """The form in which a reminder waits for its time."""
    form: Json = {"v": VERSION, "id": reminder.id, "text": reminder.text, "at": iso(reminder.at)}
    return dumps({**form, "foreign": True} if reminder.foreign else form)


def reminder_from_stored(stored: str) -> Reminder:
    """The reminder of its form. Raises EntryUnreadable."""
    form = _loads(stored)
    try:
        return Reminder(
            id=form["id"],
            text=form["text"],
            at=datetime.fromisoformat(form["at"]),
            foreign=form.get("foreign", False),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise EntryUnreadable("a reminder does not load") from error


def arrival_to_log(arrival: Arrival) -> str:
    """The same of a text at the door."""
    return utterance_to_log(
        id=arrival.id,
        text=arrival.text,
        message_id=arrival.message_id,
        agent_call_id=arrival.agent_call_id,
        created_at=arrival.created_at,
        decision=arrival.decision,
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
    """The entry at `seq`; `kind` is `u` or `q` (utterance), `m` (message) or `t` (terminal one).
    `answers_seq` counts before the stored one.

    Raises EntryUnreadable.
    """
    placed = {**_loads(stored), "seq": seq, "runId": run_id, "doneAfterThis": kind == "t"}
    if answers_seq is not None:
        placed["answersSeq"] = answers_seq
    return entry_from_wire({**placed, "role": "user" if kind in "uq" else "brain"})


# ---- the journal


def entry_to_journal(entry: RunRecord) -> str:
    """One line of the journal. Utterances are written by the store itself, as it takes them up."""
    return "e " + dumps({"v": VERSION, **_journal_form(entry)})


def remarks_to_journal(remarks: tuple[Remark, ...]) -> str:
    """The stored form of a recent context; empty for none."""
    if not remarks:
        return ""
    return dumps({"v": VERSION, "remarks": [{"role": r.role, "text": r.text} for r in remarks]})


def tools_to_journal(tools: tuple[ClientTool, ...]) -> str:
    """The stored form of a front end's own tools; empty for none."""
    if not tools:
        return ""
    listed = [
        {"name": t.name, "description": t.description, "parameters": t.parameters} for t in tools
    ]
    return dumps({"v": VERSION, "tools": listed})


def entry_from_journal(line: str, *, run_id: str) -> Entry:
    """The entry of a line: `e {…}`, `u<seq> {…}`, `c<seq> {…}` or `t<seq> {…}`.

    Raises EntryUnreadable.
    """
    head, _, stored = line.partition(" ")
    form = _loads(stored)
    try:
        match head[:1]:
            case "u":
                place: Json = {"seq": int(head[1:]), "runId": run_id}
                return Joined(utterance=utterance_from_wire({**form, **place}))
            case "c":
                remarks = tuple(Remark(role=r["role"], text=r["text"]) for r in form["remarks"])
                return Overheard(seq=int(head[1:]), remarks=remarks)
            case "t":
                tools = tuple(
                    ClientTool(
                        name=t["name"], description=t["description"], parameters=t["parameters"]
                    )
                    for t in form["tools"]
                )
                return Equipped(seq=int(head[1:]), tools=tools)
            case _:
                return _journal_entry(form)
    except (KeyError, TypeError, ValueError) as error:
        raise EntryUnreadable("a journal entry does not load") from error


def _journal_form(entry: RunRecord) -> Json:
    match entry:
        case Answered():
            calls = [{"id": c.id, "name": c.name, "arguments": c.arguments} for c in entry.calls]
            return {"is": "answered", "text": entry.text, "calls": calls, "tokens": entry.tokens}
        case Interrupted():
            return {"is": "interrupted", "text": entry.text}
        case Started():
            return {"is": "started", "call": entry.tool_call_id}
        case Returned():
            return {
                "is": "returned",
                "call": entry.tool_call_id,
                "text": entry.text,
                "failed": entry.failed,
                "foreign": entry.foreign,
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
            return Started(tool_call_id=form["call"])
        case "returned":
            return Returned(
                tool_call_id=form["call"],
                text=form["text"],
                failed=form["failed"],
                foreign=form.get("foreign", False),
            )
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

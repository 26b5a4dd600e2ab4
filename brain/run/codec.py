"""The wire's forms (contract: camelCase, times in ISO 8601 with milliseconds), and what all forms
share.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import assert_never

from brain.run.errors import EntryUnreadable
from brain.run.messages import Decision, Kind, LogEntry, Message, Question, Speak, Utterance
from brain.run.tools import Json

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
        "callId": message.agent_call_id,
        "speak": message.speak.value,
        "expiresAt": message.expires_at and iso(message.expires_at),
        "supersedes": message.supersedes,
        "createdAt": iso(message.created_at),
        **({"question": _question_form(message.question)} if message.question else {}),
        **({"foreign": True} if message.foreign else {}),
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
                "callId": entry.agent_call_id,
                "runId": entry.run_id,
                "createdAt": iso(entry.created_at),
                **({"decision": decision_to_wire(entry.decision)} if entry.decision else {}),
            }
        case _:
            assert_never(entry)


def entry_from_wire(wire: Json) -> LogEntry:
    """The log entry that `entry_to_wire` wrote. Raises EntryUnreadable."""
    try:
        return _message(wire) if wire["role"] == "brain" else utterance_from_wire(wire)
    except (KeyError, TypeError, ValueError) as error:
        raise EntryUnreadable("a log entry does not load") from error


def message_for_channel(message: Message) -> Json:
    """The wire form, without its text where that would pass the channel's limit."""
    wire = message_to_wire(message)
    if len(dumps(wire).encode()) <= CHANNEL_BYTES:
        return wire
    del wire["text"]
    return {**wire, "truncated": True}


def utterance_from_wire(wire: Json) -> Utterance:
    """The utterance of its wire form. Raises KeyError, TypeError, ValueError."""
    return Utterance(
        id=wire["id"],
        seq=int(wire["seq"]),
        text=wire["text"],
        message_id=wire["messageId"],
        run_id=wire["runId"],
        created_at=datetime.fromisoformat(wire["createdAt"]),
        agent_call_id=wire.get("callId"),
        decision=_decision(wire["decision"]) if wire.get("decision") else None,
    )


def decision_to_wire(decision: Decision) -> Json:
    """A decision as the log has it."""
    return {
        "questionId": decision.question_id,
        "verdict": decision.verdict,
        "tool": decision.tool,
        "arguments": decision.arguments,
        "result": decision.result,
    }


def _decision(form: Json) -> Decision:
    return Decision(
        question_id=form["questionId"],
        verdict=form["verdict"],
        tool=form["tool"],
        arguments=form["arguments"],
        result=form["result"],
    )


def _question_form(question: Question) -> Json:
    return {
        "for": question.whom,
        "tool": question.tool,
        "arguments": question.arguments,
        "expiresAt": iso(question.expires_at),
    }


def _question(form: Json) -> Question:
    return Question(
        whom=form["for"],
        tool=form["tool"],
        arguments=form["arguments"],
        expires_at=datetime.fromisoformat(form["expiresAt"]),
    )


def fingerprint(arguments: Json) -> str:
    """What tells one call's arguments from any other's, whatever the order of their names."""
    canonical = json.dumps(arguments, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


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
        agent_call_id=wire.get("callId"),
        speak=Speak(wire.get("speak", Speak.NOW)),
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        supersedes=wire.get("supersedes"),
        question=_question(wire["question"]) if wire.get("question") else None,
        foreign=bool(wire.get("foreign")),
    )

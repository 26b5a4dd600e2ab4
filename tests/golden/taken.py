"""Bodies that come in, as they are understood today: of pages, of programs, and of the queue."""

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.house import OWN_READERS, READERS
from tests.golden.forms import (
    EventBody,
    OwnBody,
    PostmarkReader,
    Problem,
    VoiceBody,
    WakeCallBody,
    parse,
    parse_order,
    plain,
    preferences_from_wire,
    word_of,
)
from tests.golden.samples import NOON

POSTMARK = PostmarkReader(["a password"])
DECIDED = {"questionId": "q-1", "patience": 2}


def _event(type: str, **data: Any) -> dict[str, Any]:
    return {"type": type, "timestamp": "2026-01-31T11:00:00Z", "userId": "anna", "data": data}


BODIES: Mapping[str, Mapping[str, Any]] = {
    "voice": {
        "bare": {"text": "Hi"},
        "all": {
            "text": "Grüße",
            "messageId": "message-1",
            "callId": "call-1",
            "patience": 2.5,
            "recentContext": [{"role": "user", "text": "Well"}, {"role": "assistant", "text": ""}],
            "clientTools": [
                {"name": "pick", "description": "Pick.", "parameters": {"type": "object"}},
                {"name": "bare", "description": "Bare."},
            ],
            "unknown": 1,
        },
        "nothing": {},
        "blank": {"text": " ", "callId": 7},
        "speculative": {
            "text": "Book a table",
            "turn": {"call": "c-1", "index": 3},
            "replaces": "message-0",
            "speculative": True,
        },
        "wrong turn": {"text": "Hi", "turn": {"call": "", "index": -1}, "replaces": "no"},
    },
    "order": {
        "stop": {"type": "stop"},
        "stop a run": {"type": "stop", "runId": "r1"},
        "withdraw": {"type": "withdraw", "messageId": "message-1"},
        "withdraw nothing": {"type": "withdraw"},
        "heard": {"type": "heard", "seq": 3, "how": "cutOff", "chars": 12},
        "approve": {"type": "approve", **DECIDED},
        "reject": {"type": "reject", "questionId": "q-1"},
        "edit": {"type": "edit", "arguments": {"to": "bob"}, **DECIDED},
        "answer": {"type": "answer", "text": "Blue", **DECIDED},
        "unknown": {"type": "dream"},
        "wrong": {"type": "heard", "seq": 0, "how": "sung"},
    },
    "summons": {
        "handoff": {"userId": "anna", "runId": "r1", "fence": 2, "wake": 0, "reason": "handoff"},
        "wakeup": {"userId": "anna", "runId": "r1", "fence": 0, "wake": 3, "reason": "wakeup"},
        "older": {"userId": "anna", "runId": "r1", "reason": "event"},
        "wrong": {"userId": "", "runId": "r 1", "reason": "boredom"},
    },
    "own event": {
        "reminder": {"type": "reminder.due", "userId": "anna", "data": {"reminderId": "r-1"}},
        "mailbox": {"type": "mailbox.check", "userId": "anna", "data": {}},
        "older": {"type": "mailbox.check", "userId": "anna"},
        "unknown": {"type": "dream", "userId": "anna"},
    },
    "event": {
        "email": _event(
            "email.received",
            **{"from": "Änna <anna@example.org>", "to": ["me@brain.example"]},
            subject="Lunch",
            text="At one?",
            messageId="1@example.org",
        ),
        "mailbox": _event("email.received"),
        "reminder": _event("reminder.due", text="The bins"),
        "document": _event("document.changed", title="Plan", text="by two pages", by="Ben"),
        "event": _event(
            "event",
            text="The laundry is done.",
            source="Home",
            urgent=True,
            expiresAt="2026-01-31T13:00:00+01:00",
        ),
        "bare": {"type": "event", "userId": "anna", "data": {"text": "Hm"}},
        "wrong": {"type": "event", "userId": "anna", "data": {"text": "", "urgent": "yes"}},
    },
    "postmark": {
        "parts": {
            "MessageID": "pm-1",
            "FromFull": {"Email": "anna@example.org", "Name": "Änna"},
            "ToFull": [{"Email": "me@brain.example", "Name": ""}],
            "CcFull": [],
            "Subject": "Lunch",
            "Date": "Sat, 31 Jan 2026 11:00:00 +0000",
            "TextBody": "At one?",
            "Headers": [{"Name": "Message-ID", "Value": "<1@example.org>"}],
            "Attachments": [
                {"Name": "a.pdf", "ContentType": "application/pdf", "ContentLength": 4}
            ],
        },
        "raw": {
            "MessageID": "pm-2",
            "RawEmail": "From: anna@example.org\r\nSubject: Hi\r\n\r\nHello",
        },
    },
    "preferences": {
        "nothing": {},
        "all": {
            "trusted": ["Anna@Example.org", "@firm.example"],
            "quiet": {"from": "22:00", "until": "07:30"},
            "zone": "Europe/Berlin",
            "emails": "rules",
        },
        "wrong": {"trusted": ["x"], "quiet": {"from": "25:00"}, "zone": "Mars", "emails": 1},
    },
}


def taken(kind: str, body: Any) -> Any:
    """What the body is understood to be, or the problem that it is answered with."""
    try:
        return _taken(kind, body)
    except Problem as problem:  # how it is worded may change
        fields = [fault["field"] for fault in problem.errors or ()]
        return {"problem": problem.status, "fields": fields}


def _taken(kind: str, body: Any) -> Any:
    match kind:
        case "voice":
            voice = parse(VoiceBody, body)
            said = {
                "text": voice.text,
                "messageId": voice.message_id,
                "callId": voice.agent_call_id,
            }
            told = {"remarks": plain(voice.remarks()), "tools": plain(voice.tools())}
            return {**said, "patience": voice.patience, **told}
        case "order":
            newer = {"device", "claim"}  # fields that older bodies do not have
            return parse_order(body).model_dump(by_alias=True, exclude=newer)
        case "summons":
            return parse(WakeCallBody, body).model_dump(by_alias=True)
        case "own event":
            own = parse(OwnBody, body)
            return {
                "word": plain(own.word(OWN_READERS)),
                "sentAgainAs": own.model_dump(by_alias=True),
            }
        case "event":
            return plain(
                word_of(parse(EventBody, body), event_id="event-1", now=NOON, readers=READERS)
            )
        case "postmark":
            return plain(POSTMARK.read(json.dumps(body).encode(), now=NOON))
        case "preferences":
            found = preferences_from_wire(body)
            return [each.field for each in found] if isinstance(found, tuple) else plain(found)
        case _:
            raise AssertionError(kind)

"""All of the brain that the golden files judge, under the names that the files know it by.

The one place to edit when a module, a class or a field of the brain gets another name: nothing
else in this folder imports from `brain`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from brain.adapters.archive import PostgresArchive
from brain.adapters.board import RedisBoard, RedisMemoryBlock
from brain.adapters.documents import PostgresDocuments
from brain.adapters.emails import PostgresEmails
from brain.adapters.imports import Part, PostgresImports
from brain.adapters.memory import PostgresMemory
from brain.adapters.news import parse_bulletin
from brain.adapters.postgres import Postgres
from brain.adapters.postmark import PostmarkReader
from brain.adapters.pusher import PusherChannel
from brain.adapters.qstash import QStashQueue
from brain.adapters.reminders import RedisReminders
from brain.adapters.replies import heard_by, mark
from brain.adapters.scripts import Redis
from brain.adapters.store import RedisStore
from brain.adapters.upstash import Upstash
from brain.adapters.webhooks import WebhookReader
from brain.adapters.wishes import PostgresWishes
from brain.core import codec, records
from brain.core.codec import message_for_channel
from brain.core.emails import email_to_wire, found_to_wire
from brain.core.limits import Limits
from brain.core.memories import fact_to_wire
from brain.core.pieces import Piece, piece_to_wire
from brain.core.preferences import (
    preferences_from_stored,
    preferences_from_wire,
    preferences_to_stored,
    preferences_to_wire,
)
from brain.core.reminders import check_event, due_event
from brain.core.rules import rule_to_wire
from brain.domain.email import Address, Attachment, Email, EmailFound, Folder
from brain.domain.errors import EntryUnreadable
from brain.domain.events import Notice
from brain.domain.journal import (
    Answered,
    Entry,
    Equipped,
    Interrupted,
    Joined,
    Overheard,
    Returned,
    Spent,
    Started,
    ToolCall,
)
from brain.domain.memory import Fact, Summary
from brain.domain.messages import (
    Decision,
    Draft,
    Heard,
    How,
    Kind,
    LogEntry,
    Message,
    Question,
    Remark,
    Speak,
    Utterance,
)
from brain.domain.moves import Arrival, Asking, Commit, Hold, Move, Stop, Summons
from brain.domain.reminders import Reminder
from brain.domain.tools import ClientTool
from brain.domain.wishes import Preferences, Quiet, Rule
from brain.flows.deliver import Outcome
from brain.flows.feed import Anew, RunChange
from brain.http.bodies import SummonsBody, VoiceBody, parse
from brain.http.edge import Problem
from brain.http.events import EventBody, OwnBody, word_of
from brain.http.orders import parse_order
from brain.http.resources import document_to_wire, passage_to_wire, question_to_wire
from brain.http.stream import BEAT
from brain.http.stream import Event as Frame
from brain.ports import Document, Passage
from brain.routes.calls import event_of as frame_of
from brain.routes.calls import outcome_to_wire
from brain.routes.stream import event_of as feed_frame_of
from brain.settings import ChannelSettings, QueueSettings
from brain.tools.reminders import _shown as reminder_to_wire

__all__ = [
    "BEAT",
    "FORMS",
    "Address",
    "Anew",
    "Answered",
    "Arrival",
    "Asking",
    "Attachment",
    "ChannelSettings",
    "ClientTool",
    "Commit",
    "Decision",
    "Document",
    "Draft",
    "Email",
    "EmailFound",
    "Entry",
    "EntryUnreadable",
    "Equipped",
    "EventBody",
    "Fact",
    "Folder",
    "Frame",
    "Heard",
    "Hold",
    "How",
    "Interrupted",
    "Joined",
    "Kind",
    "Limits",
    "LogEntry",
    "Message",
    "Move",
    "Notice",
    "Outcome",
    "Overheard",
    "OwnBody",
    "Part",
    "Passage",
    "Piece",
    "Postgres",
    "PostgresArchive",
    "PostgresDocuments",
    "PostgresEmails",
    "PostgresImports",
    "PostgresMemory",
    "PostgresWishes",
    "PostmarkReader",
    "Preferences",
    "Problem",
    "PusherChannel",
    "QStashQueue",
    "Question",
    "QueueSettings",
    "Quiet",
    "Redis",
    "RedisBoard",
    "RedisMemoryBlock",
    "RedisReminders",
    "RedisStore",
    "Remark",
    "Reminder",
    "Returned",
    "Rule",
    "RunChange",
    "Speak",
    "Spent",
    "Started",
    "Stop",
    "Summary",
    "Summons",
    "SummonsBody",
    "ToolCall",
    "Upstash",
    "Utterance",
    "VoiceBody",
    "WebhookReader",
    "check_event",
    "document_to_wire",
    "due_event",
    "email_to_wire",
    "entry_to_wire",
    "fact_to_wire",
    "feed_frame_of",
    "found_to_wire",
    "frame_of",
    "message_for_channel",
    "notice_form",
    "outcome_to_wire",
    "parse",
    "parse_bulletin",
    "parse_order",
    "passage_to_wire",
    "piece_to_wire",
    "plain",
    "preferences_from_wire",
    "preferences_to_wire",
    "question_to_wire",
    "reminder_to_wire",
    "rule_to_wire",
    "word_of",
]

# Where the code has another name today, it stands here: today's name -> the one in the files.
RENAMED: Mapping[str, str] = {}

RUN = "r1"  # the run of every stored sample

entry_to_wire = codec.entry_to_wire
notice_form = records.notice_to_stored


def plain(value: Any) -> Any:
    """A value as JSON: a dataclass by its name and those fields that differ from their default."""
    if is_dataclass(value) and not isinstance(value, type):
        told = {
            RENAMED.get(field.name, field.name): plain(getattr(value, field.name))
            for field in fields(value)
            if field.default is MISSING or getattr(value, field.name) != field.default
        }
        name = type(value).__name__
        return {"is": RENAMED.get(name, name), **told}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


@dataclass(frozen=True)
class Form:
    """A stored form: how a value becomes text, and the other way round."""

    encode: Callable[[Any], str]
    decode: Callable[[str], Any]


def _utterance_form(said: Utterance) -> str:
    return records.utterance_to_log(
        id=said.id,
        text=said.text,
        message_id=said.message_id,
        call_id=said.call_id,
        created_at=said.created_at,
        decision=said.decision,
    )


def _message_form(message: Message) -> str:
    names = {field.name for field in fields(Draft)}
    return records.draft_to_log(Draft(**{name: getattr(message, name) for name in names}))


def _placed(kind: str) -> Callable[[str], LogEntry]:
    return lambda stored: records.entry_from_log(seq=7, kind=kind, run_id=RUN, stored=stored)


def _line(entry: Entry) -> str:
    match entry:
        case Joined():
            return f"u{entry.utterance.seq} {_utterance_form(entry.utterance)}"
        case Overheard():
            return f"c{entry.seq} {records.remarks_to_journal(entry.remarks)}"
        case Equipped():
            return f"t{entry.seq} {records.tools_to_journal(entry.tools)}"
        case _:
            return records.entry_to_journal(entry)


FORMS: Mapping[str, Form] = {
    "utterance": Form(_utterance_form, _placed("u")),
    "aside": Form(_utterance_form, _placed("q")),
    "message": Form(_message_form, _placed("m")),
    "terminal": Form(_message_form, _placed("t")),
    "journal": Form(_line, lambda line: records.entry_from_journal(line, run_id=RUN)),
    "notice": Form(records.notice_to_stored, records.notice_from_stored),
    "reminder": Form(records.reminder_to_stored, records.reminder_from_stored),
    "preferences": Form(
        lambda value: codec.dumps(preferences_to_stored(value)),
        lambda text: preferences_from_stored(json.loads(text)),
    ),
    "heard": Form(
        lambda marks: " ".join(f"{heard.seq}={mark(heard)}" for heard in marks),
        heard_by,
    ),
    "archive": Form(
        lambda entry: codec.dumps(codec.entry_to_wire(entry)),
        lambda text: codec.entry_from_wire(json.loads(text)),
    ),
}

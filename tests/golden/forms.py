"""All of the brain that the golden files judge, under the names that the files know it by.

Nothing else in this folder imports from `brain`. When a module moves, edit this file alone. When a
class or a field gets another name, enter that in `RENAMED` too: the files keep the old one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any, cast

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from brain import codec
from brain.chat.pieces import Piece, piece_to_wire
from brain.cloud.postgres.database import Postgres
from brain.cloud.pusher import PusherChannel
from brain.cloud.qstash import QStashQueue
from brain.cloud.redis.marks import heard_by, mark
from brain.cloud.redis.news import parse_update
from brain.cloud.redis.scripts import Redis
from brain.cloud.redis.store import RedisStore
from brain.cloud.redis.upstash import Upstash
from brain.documents.forms import document_to_wire, passage_to_wire
from brain.documents.imports import Part, PostgresImports
from brain.documents.ports import Document, Passage
from brain.documents.postgres import PostgresDocuments
from brain.email.flow import check_event
from brain.email.model import Address, Attachment, Email, EmailFound, Folder
from brain.email.postgres import PostgresEmails
from brain.email.postmark import PostmarkReader
from brain.email.wire import email_to_wire, found_to_wire
from brain.errors import EntryUnreadable
from brain.events.bodies import EventBody, OwnBody, word_of
from brain.http.bodies import VoiceBody, WakeCallBody, parse
from brain.http.edge import Problem
from brain.http.feed import LogReset, RunChange
from brain.http.orders import parse_order
from brain.http.stream import BEAT
from brain.http.stream import StreamEvent as Frame
from brain.memory.archive import PostgresArchive, archived
from brain.memory.model import Fact, Summary
from brain.memory.postgres import PostgresFacts
from brain.memory.redis import RedisShownBlock
from brain.memory.rules import fact_to_wire
from brain.notices.model import NOTICE, Notice, Rule
from brain.notices.postgres import PostgresRules
from brain.notices.push.model import PushSubscription
from brain.notices.push.redis import SUBSCRIPTION
from brain.notices.redis import RedisNoticeBoard
from brain.notices.rules import rule_to_wire
from brain.preferences.model import Preferences, Quiet
from brain.preferences.postgres import PostgresPreferences
from brain.preferences.rules import (
    preferences_from_stored,
    preferences_from_wire,
    preferences_to_stored,
    preferences_to_wire,
)
from brain.questions.http import question_to_wire
from brain.reminders.model import Reminder
from brain.reminders.redis import REMINDER, RedisReminders
from brain.reminders.rules import due_event
from brain.reminders.tools import _shown as reminder_to_wire
from brain.routes.calls import event_of as frame_of
from brain.routes.calls import outcome_to_wire
from brain.routes.stream import event_of as feed_frame_of
from brain.run import records
from brain.run.deliver import Outcome
from brain.run.journal import (
    Answered,
    Entry,
    Equipped,
    Interrupted,
    Joined,
    Overheard,
    Returned,
    Spent,
    Started,
)
from brain.run.limits import Limits
from brain.run.messages import (
    CallTurn,
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
    UtteranceDraft,
)
from brain.run.moves import Arrival, Asking, Commit, CommitKind, LeaseToken, WakeCall
from brain.run.records import entry_for_channel, entry_to_wire
from brain.run.requests import Stop
from brain.settings import ChannelSettings, QueueSettings
from brain.tools.spec import ClientTool, ToolCall

__all__ = [
    "BEAT",
    "FORMS",
    "Address",
    "Answered",
    "Arrival",
    "Asking",
    "Attachment",
    "CallTurn",
    "ChannelSettings",
    "ClientTool",
    "Commit",
    "CommitKind",
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
    "How",
    "Interrupted",
    "Joined",
    "Kind",
    "LeaseToken",
    "Limits",
    "LogEntry",
    "LogReset",
    "Message",
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
    "PostgresFacts",
    "PostgresImports",
    "PostgresPreferences",
    "PostgresRules",
    "PostmarkReader",
    "Preferences",
    "Problem",
    "PushSubscription",
    "PusherChannel",
    "QStashQueue",
    "Question",
    "QueueSettings",
    "Quiet",
    "Redis",
    "RedisNoticeBoard",
    "RedisReminders",
    "RedisShownBlock",
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
    "ToolCall",
    "Upstash",
    "Utterance",
    "VoiceBody",
    "WakeCall",
    "WakeCallBody",
    "check_event",
    "document_to_wire",
    "due_event",
    "email_to_wire",
    "entry_for_channel",
    "entry_to_wire",
    "fact_to_wire",
    "feed_frame_of",
    "found_to_wire",
    "frame_of",
    "notice_form",
    "outcome_to_wire",
    "parse",
    "parse_order",
    "parse_update",
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
RENAMED: Mapping[str, str] = {
    "LeaseToken": "Hold",
    "PendingNotices": "Held",
    "agent_call_id": "call_id",
    "fingerprint": "digest",
    "token": "hold",
    "tool_call_id": "call_id",
}

RUN = "r1"  # the run of every stored sample

notice_form = NOTICE.write


def plain(value: Any) -> Any:
    """A value as JSON: a struct by its name and those fields that differ from their default."""
    if isinstance(value, Struct):
        told = {
            RENAMED.get(field.name, field.name): plain(getattr(value, field.name))
            for field in fields(value)
            if field.default is NODEFAULT or getattr(value, field.name) != field.default
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
    return records.utterance_to_log(_shared(said, UtteranceDraft))


def _message_form(message: Message) -> str:
    return records.draft_to_log(_shared(message, Draft))


def _shared[T](value: Any, kind: type[T]) -> T:
    names = [field.name for field in fields(cast(Any, kind))]
    return kind(**{name: getattr(value, name) for name in names})


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
    "notice": Form(NOTICE.write, NOTICE.read),
    "reminder": Form(REMINDER.write, REMINDER.read),
    "device": Form(SUBSCRIPTION.write, SUBSCRIPTION.read),
    "preferences": Form(
        lambda value: codec.dumps(preferences_to_stored(value)),
        lambda text: preferences_from_stored(json.loads(text)),
    ),
    "heard": Form(
        lambda marks: " ".join(f"{heard.seq}={mark(heard)}" for heard in marks),
        heard_by,
    ),
    "archive": Form(
        lambda entry: codec.dumps(archived(entry)),
        lambda text: records.entry_from_wire(json.loads(text)),
    ),
}

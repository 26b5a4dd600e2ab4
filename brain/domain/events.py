"""What happened outside, and what of it may be worth a word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

type EventKind = Literal["email", "reminder", "document", "event"]

EVENT_KINDS: tuple[EventKind, ...] = ("email", "reminder", "document", "event")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened outside: an email arrived, a reminder is due, a document changed, or
    what a program reports.

    All its texts are foreign. `sender` is a name, `address` where an email came from; `subject` is
    an email's subject or a document's title.
    """

    id: str
    kind: EventKind
    at: datetime
    text: str = ""
    sender: str | None = None
    address: str | None = None
    subject: str | None = None
    urgent: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """An event that may be worth a word. `text` is what to say of it where that is more than who
    and what: of a reminder what it is about, of an email nothing, or words chosen by judgement.
    """

    id: str
    kind: EventKind
    text: str
    urgent: bool
    at: datetime
    expires_at: datetime | None = None
    sender: str | None = None
    subject: str | None = None

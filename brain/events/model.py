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

    `sender` is a name, `address` where an email came from; `subject` is an email's subject or a
    document's title. `foreign`: others wrote its texts; only of a reminder that the user has set
    nobody did.
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
    foreign: bool = True

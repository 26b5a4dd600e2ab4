"""Events: things that happened outside the conversation and may be announced to the user."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

type EventKind = Literal["email", "reminder", "document", "event", "job"]

EVENT_KINDS: tuple[EventKind, ...] = ("email", "reminder", "document", "event", "job")


OWN_REMINDER = "reminder-"  # prefix of the id of an event about a reminder that was set here


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened outside: an email arrived, a reminder is due, a document changed, a
    job in the background has ended, or a program reported an event.

    `sender` is a name and `address` the email address of the sender; `subject` is an email's
    subject or a document's title. `foreign` means that others wrote its texts; it is false only
    for a reminder that the user set, and for a job whose minds have read nothing by others.
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

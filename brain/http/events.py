"""POST /api/eventToBrain: the bodies that programs and the queue send, in the brain's words."""

from datetime import UTC, datetime
from email.utils import parseaddr
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from brain.core.incoming import brought
from brain.domain.email import Address
from brain.domain.events import EmailBrought, Event, MailboxChanged, ReminderDue, Word
from brain.http.bodies import Body, Cleaned, parse
from brain.http.edge import Problem

MAX_TEXT_CHARS = 100_000
MAX_LINE_CHARS = 998  # of a line of an email's headers, by RFC 5322

type Line = Annotated[Cleaned, Field(max_length=MAX_LINE_CHARS)]
type LongText = Annotated[Cleaned, Field(max_length=MAX_TEXT_CHARS)]
type Moment = Annotated[AwareDatetime, Field(strict=False)]


class EmailData(Body):
    """An email that has arrived; without `from` it lies in the mailbox."""

    sender: Annotated[Line | None, Field(alias="from")] = None
    to: Annotated[tuple[Line, ...], Field(max_length=200, strict=False)] = ()
    subject: Line = ""
    text: LongText = ""
    message_id: Line = ""


class ReminderData(Body):
    """A reminder of a program's own."""

    text: Annotated[Cleaned, Field(min_length=1, max_length=MAX_LINE_CHARS)]


class DocumentData(Body):
    """A document that has changed. `text` says how, in a short sentence."""

    title: Annotated[Cleaned, Field(min_length=1, max_length=MAX_LINE_CHARS)]
    text: Line = ""
    by: Line | None = None


class EventData(Body):
    """Anything else that a program reports."""

    text: Annotated[Cleaned, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
    source: Line | None = None
    urgent: bool = False
    expires_at: Moment | None = None


class EventBody(Body):
    """What all have in common. `timestamp`: when it happened."""

    type: Literal["email.received", "reminder.due", "document.changed", "event"]
    timestamp: Moment | None = None
    user_id: Annotated[str, Field(min_length=1, max_length=256)]
    data: Annotated[dict[str, Any], Field(default_factory=dict)]


class OwnData(Body):
    """Of our own events, which the queue brings."""

    reminder_id: Annotated[str, Field(min_length=1, max_length=64)] = ""


class OwnBody(Body):
    """What we have asked the queue to tell us."""

    type: Literal["reminder.due", "mailbox.check"]
    user_id: Annotated[str, Field(min_length=1, max_length=256)]
    data: OwnData = OwnData()

    def word(self) -> Word:
        """In the brain's words."""
        if self.type == "reminder.due":
            return ReminderDue(id=self.data.reminder_id)
        return MailboxChanged()


def word_of(body: EventBody, *, event_id: str, now: datetime) -> Word:
    """The event in the brain's words. `event_id` is the sender's: the same one is the same event.
    Raises Problem 422.
    """
    at = min(body.timestamp or now, now).astimezone(UTC)
    id = f"event-{sha256(event_id.encode()).hexdigest()[:24]}"
    match body.type:
        case "email.received":
            return _email(_data(EmailData, body), event_id=event_id, at=at)
        case "reminder.due":
            reminder = _data(ReminderData, body)
            return Event(id=id, kind="reminder", at=at, text=reminder.text)
        case "document.changed":
            document = _data(DocumentData, body)
            return Event(
                id=id,
                kind="document",
                at=at,
                text=document.text,
                subject=document.title,
                sender=document.by,
            )
        case "event":
            happened = _data(EventData, body)
            return Event(
                id=id,
                kind="event",
                at=at,
                text=happened.text,
                sender=happened.source,
                urgent=happened.urgent,
                expires_at=happened.expires_at and happened.expires_at.astimezone(UTC),
            )


def _data[T: Body](kind: type[T], body: EventBody) -> T:
    try:
        return parse(kind, body.data)
    except Problem as problem:
        for fault in problem.errors or ():
            fault["field"] = f"data.{fault['field']}" if fault["field"] != "body" else "data"
        raise


def _email(data: EmailData, *, event_id: str, at: datetime) -> Word:
    if data.sender is None:
        return MailboxChanged()
    name, address = parseaddr(data.sender)
    if "@" not in address:
        fault = {"field": "data.from", "message": "must be an address: Anna <anna@example.org>"}
        raise Problem(422, "The body does not fit the schema.", errors=[fault])
    email = brought(
        name=event_id,
        sender=Address(address=address, name=name),
        to=[Address(address=each, name=who) for who, each in map(parseaddr, data.to) if each],
        subject=data.subject,
        text=data.text,
        message_id=data.message_id,
        arrived_at=at,
    )
    return EmailBrought(email=email)

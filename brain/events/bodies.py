"""POST /api/eventToBrain: the bodies that programs and the queue send, in the brain's words."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal, assert_never

from pydantic import AfterValidator, AwareDatetime, Field

from brain.email.incoming import brought
from brain.email.parse import headers, mime
from brain.events.model import EmailBrought, Event, MailboxChanged, ReminderDue, Word
from brain.http.bodies import Body, Cleaned, parse
from brain.http.edge import Problem

MAX_TEXT_CHARS = 100_000
MAX_LINE_CHARS = 998  # of a line of an email's headers, by RFC 5322


def _credible(at: datetime) -> datetime:
    if not 1980 <= at.year < 9999:
        raise ValueError("must be a time between 1980 and 9998")
    return at.astimezone(UTC)


def _keepable(user_id: str) -> str:
    if "\0" in user_id:
        raise ValueError("must not hold NUL")
    return user_id


type Line = Annotated[Cleaned, Field(max_length=MAX_LINE_CHARS)]
type LongText = Annotated[Cleaned, Field(max_length=MAX_TEXT_CHARS)]
type Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_credible)]
type UserId = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_keepable)]


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


class Query(Body):
    """Of an email that a vendor posts: whose it is, where it is not the owner's."""

    user_id: UserId | None = None


class EventBody(Body):
    """What all have in common. `timestamp`: when it happened."""

    type: Literal["email.received", "reminder.due", "document.changed", "event"]
    timestamp: Moment | None = None
    user_id: UserId
    data: Annotated[dict[str, Any], Field(default_factory=dict)]


class OwnData(Body):
    """Of our own events, which the queue brings."""

    reminder_id: Annotated[str, Field(max_length=64)] = ""


class OwnBody(Body):
    """What we have asked the queue to tell us."""

    type: Literal["reminder.due", "mailbox.check"]
    user_id: UserId
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
    at = min(body.timestamp or now, now)
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
                expires_at=happened.expires_at,
            )
        case _:
            assert_never(body.type)


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
    senders = headers.people(data.sender)
    if not senders:
        fault = {"field": "data.from", "message": "must be an address: Anna <anna@example.org>"}
        raise Problem(422, "The body does not fit the schema.", errors=[fault])
    email = brought(
        name=event_id,
        sender=senders[0],
        to=[person for line in data.to for person in headers.people(line)],
        subject=headers.plain(data.subject),
        text=mime.tidied(data.text),
        message_id=_bracketed(data.message_id),
        arrived_at=at,
    )
    return EmailBrought(email=email)


def _bracketed(message_id: str) -> str:
    """As it stands in the email: the mailbox tells of it in that form."""
    bare = message_id.strip().removeprefix("<").removesuffix(">")
    return f"<{bare}>" if bare else ""

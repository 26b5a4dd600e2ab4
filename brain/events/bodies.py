"""The bodies of POST /api/eventToBrain, sent by programs and by the queue."""

from datetime import UTC, datetime
from hashlib import sha256
from operator import not_
from typing import TYPE_CHECKING, Annotated, Any, Literal, assert_never

from msgspec import Struct
from pydantic import AfterValidator, AwareDatetime, Field

from brain.events.model import Event
from brain.http.bodies import INVALID_BODY, Body, Cleaned, parse
from brain.http.edge import Problem
from brain.texts.ids import RESERVED, is_mind_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from brain.feature import Readers

MAX_TEXT_CHARS = 100_000
MAX_LINE_CHARS = 998  # the longest header line of an email (RFC 5322)


def _credible(at: datetime) -> datetime:
    if not 1980 <= at.year < 9999:
        raise ValueError("must be a time between 1980 and 9998")
    return at.astimezone(UTC)


def _keepable(user_id: str) -> str:
    if "\0" in user_id:
        raise ValueError("must not contain NUL")
    if is_mind_id(user_id):
        raise ValueError(RESERVED)
    return user_id


type Line = Annotated[Cleaned, Field(max_length=MAX_LINE_CHARS)]
type LongText = Annotated[Cleaned, Field(max_length=MAX_TEXT_CHARS)]
type Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_credible)]
type UserId = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_keepable)]


class ReminderData(Body):
    """The data of `reminder.due`: a reminder that a program sends."""

    text: Annotated[Cleaned, Field(min_length=1, max_length=MAX_LINE_CHARS)]


class DocumentData(Body):
    """The data of `document.changed`. `text` describes the change in a short sentence."""

    title: Annotated[Cleaned, Field(min_length=1, max_length=MAX_LINE_CHARS)]
    text: Line = ""
    by: Line | None = None


class EventData(Body):
    """The data of `event`: anything else that a program reports."""

    text: Annotated[Cleaned, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
    source: Line | None = None
    urgent: bool = False
    expires_at: Moment | None = None


class EventBody(Body):
    """The fields that all events have. `timestamp` is when the event happened."""

    type: Literal["email.received", "reminder.due", "document.changed", "event"]
    timestamp: Moment | None = None
    user_id: UserId
    data: Annotated[dict[str, Any], Field(default_factory=dict)]


class OwnData(Body):
    """The data of an event that the brain scheduled itself. What it does not need is not sent."""

    reminder_id: Annotated[str, Field(max_length=64)] = ""
    subscription: Annotated[str, Field(max_length=64, exclude_if=not_)] = ""
    tag: Annotated[str, Field(max_length=64, exclude_if=not_)] = ""
    attempt: Annotated[int, Field(ge=1, le=100, exclude_if=lambda attempt: attempt == 1)] = 1


class OwnBody(Body):
    """An event that the brain scheduled itself and the queue delivers."""

    type: Literal["reminder.due", "mailbox.check", "push.due", "push.again"]
    user_id: UserId
    data: OwnData = OwnData()

    def word(self, readers: "Readers") -> object:
        """Return the event as its feature's type. Raises Problem 422 if no feature reads it."""
        return _reader(readers, self.type)(self.data)


class Reported(Struct, frozen=True, kw_only=True):
    """An event that a program reported. `event_id` is the sender's id; `at` is when it happened."""

    body: EventBody
    event_id: str
    at: datetime

    @property
    def id(self) -> str:
        """Our id, derived from the sender's: a repeated report gets the same id."""
        return f"event-{sha256(self.event_id.encode()).hexdigest()[:24]}"


def word_of(body: EventBody, *, event_id: str, now: datetime, readers: "Readers") -> object:
    """Convert a reported event to the type that its feature takes. Raises Problem 422.

    `event_id` is the sender's id; reports with the same id are the same event.
    """
    reported = Reported(body=body, event_id=event_id, at=min(body.timestamp or now, now))
    match body.type:
        case "email.received":
            return _reader(readers, body.type)(reported)
        case "reminder.due":
            return _reminder(reported)
        case "document.changed":
            return _document(reported)
        case "event":
            return _event(reported)
        case _:
            assert_never(body.type)


def _reader(readers: "Readers", type: str) -> "Callable[[Any], object]":
    """Return the reader of an event type. Raises Problem 422 if no feature has one."""
    if (reader := readers.get(type)) is None:
        fault = {"field": "type", "message": "is not supported by this deployment"}
        raise Problem(422, INVALID_BODY, errors=[fault])
    return reader


def _reminder(reported: Reported) -> Event:
    reminder = data_of(ReminderData, reported.body)
    return Event(id=reported.id, kind="reminder", at=reported.at, text=reminder.text)


def _document(reported: Reported) -> Event:
    document = data_of(DocumentData, reported.body)
    return Event(
        id=reported.id,
        kind="document",
        at=reported.at,
        text=document.text,
        subject=document.title,
        sender=document.by,
    )


def _event(reported: Reported) -> Event:
    happened = data_of(EventData, reported.body)
    return Event(
        id=reported.id,
        kind="event",
        at=reported.at,
        text=happened.text,
        sender=happened.source,
        urgent=happened.urgent,
        expires_at=happened.expires_at,
    )


def data_of[T: Body](kind: type[T], body: EventBody) -> T:
    """Validate the data of an event. Raises Problem 422, which lists each invalid field."""
    try:
        return parse(kind, body.data)
    except Problem as problem:
        for fault in problem.errors or ():
            fault["field"] = f"data.{fault['field']}" if fault["field"] != "body" else "data"
        raise

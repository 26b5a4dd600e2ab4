"""Notices: what may be told to the user unasked, and the rules of what they care about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from brain.codec import NEEDED, Form, Named, Stored
from brain.events.model import EventKind


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
    expires_at: Annotated[datetime | None, NEEDED] = None
    sender: Annotated[str | None, NEEDED] = None
    subject: Annotated[str | None, NEEDED] = None
    foreign: bool = True


NOTICE = Stored(Form(Notice))


@dataclass(frozen=True, kw_only=True, slots=True)
class Unheard:
    """A message that told of these notices, and that nobody has heard yet."""

    message_id: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingNotices:
    """What is held for a user, as it is kept (`forms`, by the notices' ids), and what is known of
    them at that moment. `contact`: when they were last known to be there. `language` is what
    their device said last, a BCP 47 tag.
    """

    notices: tuple[Notice, ...]
    forms: Mapping[str, str]
    running: bool
    listening: bool
    contact: datetime | None
    unheard: Unheard | None
    now: datetime
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What the user said they care about, `about` being their words.

    An event fits it if it is of one of the `kinds` (none: of any), from `sender`, and has all the
    `words`. `judge`: whether it is worth a word then takes judgement.
    """

    id: str
    about: str
    sender: Annotated[str | None, Named("from")]
    words: tuple[str, ...]
    kinds: tuple[EventKind, ...]
    judge: bool
    urgent: bool
    created_at: datetime

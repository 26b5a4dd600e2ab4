"""Notices: events to announce to the user, and the rules that say which events matter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from msgspec import Struct

from brain.codec import NEEDED, SPARSE, Form, Named, Stored
from brain.events.model import EventKind
from brain.texts.moments import DEFAULT_ZONE


class Notice(Struct, frozen=True, kw_only=True):
    """An event to announce to the user.

    `text` is said in addition to the sender and the subject: the content of a reminder, or words
    that the model chose. It is empty for an email without such words.
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


class Unheard(Struct, frozen=True, kw_only=True):
    """A message that announced these notices and that nobody has heard yet."""

    message_id: str
    notices: tuple[Notice, ...]


class PendingNotices(Struct, frozen=True, kw_only=True):
    """The pending notices of a user, and the user's state at the time `now`.

    `forms` holds the stored form of each notice by the notice's id. `contact` is the time at which
    the user was last known to be present, `left` when their last page went (None while one is open,
    or if there was none). `language` and `zone` are what their device said last: a BCP 47 tag, an
    IANA name.
    """

    notices: tuple[Notice, ...]
    forms: Mapping[str, str]
    running: bool
    listening: bool
    contact: datetime | None
    unheard: Unheard | None
    now: datetime
    left: datetime | None = None
    language: str | None = None
    zone: str = DEFAULT_ZONE


class Rule(Struct, frozen=True, kw_only=True):
    """A kind of event that the user wants to be told about. `about` says it in words.

    An event fits the rule if it is of one of the `kinds` (any kind if empty), comes from `sender`
    and contains all the `words`. With `judge` the model then decides whether to announce it.
    `foreign`: a run that had read others' text noted the rule, so its words may be theirs.
    `unmarked`: it was noted before this was stored.
    """

    id: str
    about: str
    sender: Annotated[str | None, Named("from")]
    words: tuple[str, ...]
    kinds: tuple[EventKind, ...]
    judge: bool
    urgent: bool
    created_at: datetime
    foreign: Annotated[bool, SPARSE] = False
    unmarked: bool = False

"""Decides when a notice is announced. No other module decides this.

    if                                then the notice
    --------------------------------  ------------------------------------------------------------
    the notice has expired            is dropped
    a run is going on                 is held until the run has ended, even if it is urgent: it
                                      would otherwise interrupt an answer
    the user is not present           is held until the user is present
    quiet hours, and not urgent       is held until the quiet hours end
    otherwise                         is announced: at once if urgent, else when nobody speaks

Notices that are announced together become one message. It replaces an earlier message that nobody
has heard yet. Every notice is in exactly one part of the plan, so that a plan neither loses nor
repeats a notice.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from brain.events.model import Event, EventKind
from brain.notices.model import Notice, Unheard
from brain.notices.spoken import digest, spoken
from brain.preferences.model import Preferences
from brain.preferences.rules import quiet_until
from brain.run.messages import Speak
from brain.says.texts import Texts

PRESENT = timedelta(minutes=1)  # since the last contact; a page that polls does so more often
AWAY = timedelta(minutes=5)  # since the last contact; after that it is "while you were away"
# Of a notice's text. More than is spoken; the limit bounds reads, which load all pending notices.
KEPT_CHARS = 2_000
FRESH = timedelta(minutes=10)  # in which a notice is read out; later it is only in the log

# How long a notice stays relevant. An email outlasts a weekend.
LIFE: dict[EventKind, timedelta] = {
    "email": timedelta(days=3),
    "reminder": timedelta(days=7),
    "document": timedelta(days=1),
    "event": timedelta(days=1),
    "job": timedelta(days=7),
}


class Situation(Struct, frozen=True, kw_only=True):
    """The user's state at the moment of a decision.

    `last_contact` is the time at which the user was last known to be present. It is now while the
    user listens, except in the first seconds after they have come.
    """

    running: bool
    listening: bool
    last_contact: datetime | None = None
    unheard: Unheard | None = None


class Announcement(Struct, frozen=True, kw_only=True):
    """A message that announces notices.

    `notices` are the ids of the notices in it, including those of a message that it supersedes.
    `foreign` means that it quotes text that others wrote.
    """

    text: str
    speak: Speak
    expires_at: datetime | None
    supersedes: str | None
    notices: tuple[str, ...]
    foreign: bool


class Plan(Struct, frozen=True, kw_only=True):
    """What to do with each notice now; `held` and `dropped` are ids of notices.

    `until` is the latest time to decide again. None means: when the run ends or the user returns.
    """

    now: tuple[Announcement, ...] = ()
    held: tuple[str, ...] = ()
    until: datetime | None = None
    dropped: tuple[str, ...] = ()


def notice_of(event: Event, *, urgent: bool = False, words: str = "") -> Notice:
    """Make a notice of an event. If the model chose `words`, they replace the event's own text.

    A reminder is always urgent, because the user has chosen its time. The text of an email is left
    out: its notice names only the sender and the subject.
    """
    own = "" if event.kind == "email" else event.text
    return Notice(
        id=event.id,
        kind=event.kind,
        text=(words or own)[:KEPT_CHARS],
        urgent=urgent or event.urgent or event.kind == "reminder",
        at=event.at,
        expires_at=event.expires_at or event.at + LIFE[event.kind],
        sender=event.sender or event.address,
        subject=event.subject,
        foreign=event.foreign,
    )


def what_now(
    notices: Sequence[Notice],
    *,
    situation: Situation,
    preferences: Preferences,
    now: datetime,
    texts: Texts,
) -> Plan:
    """Decide which of these notices to announce, to hold and to drop now."""
    known = sorted({one.id: one for one in notices}.values(), key=lambda one: one.at)
    alive = [notice for notice in known if not _has_expired(notice, now)]
    quiet_end = quiet_until(preferences, now)
    is_heard = is_present(situation, now) and not situation.running
    said = [notice for notice in alive if is_heard and (notice.urgent or quiet_end is None)]
    held = [notice for notice in alive if notice not in said]
    urgent = [notice for notice in said if notice.urgent]
    others = [notice for notice in said if not notice.urgent]
    groups = [group for group in (urgent, others) if group]
    return Plan(
        now=tuple(_announcement(group, known, situation, now, texts) for group in groups),
        held=_ids(held),
        until=None if all(notice.urgent for notice in held) else quiet_end,
        dropped=_ids([notice for notice in known if _has_expired(notice, now)]),
    )


def is_present(situation: Situation, now: datetime) -> bool:
    """Whether the user would hear a message that is sent now."""
    contact = situation.last_contact
    return situation.listening or (contact is not None and now - contact < PRESENT)


def _announcement(
    fresh: Sequence[Notice],
    known: Sequence[Notice],
    situation: Situation,
    now: datetime,
    texts: Texts,
) -> Announcement:
    """Make one message of these notices and of those in an unheard message that is as urgent.

    It supersedes the unheard message only if it contains all notices of that message that have not
    expired.
    """
    unheard, urgent = situation.unheard, fresh[0].urgent
    alive = [one for one in (unheard.notices if unheard else ()) if not _has_expired(one, now)]
    again = [one for one in alive if one.id not in _ids(known)]
    fitting = again if all(notice.urgent is urgent for notice in again) else []
    told = sorted((*fitting, *fresh), key=lambda notice: notice.at)
    covers = bool(alive) and {*_ids(alive)} <= {*_ids(told)}
    contact = situation.last_contact
    away = contact is None or now - contact >= AWAY
    return Announcement(
        text=_in_words(told, away, now, texts),
        speak=Speak.NOW if urgent else Speak.WHEN_IDLE,
        expires_at=_expiry(told, now),
        supersedes=unheard.message_id if unheard and covers else None,
        notices=_ids(told),
        foreign=any(notice.foreign for notice in told),
    )


def _in_words(told: Sequence[Notice], away: bool, now: datetime, texts: Texts) -> str:
    if len(told) == 1:
        return spoken(told[0], now, texts)
    return digest(told, texts, away=away)


def _expiry(told: Sequence[Notice], now: datetime) -> datetime | None:
    """The time until which to read the message out: the latest such time among its notices."""
    ends = [
        notice.expires_at
        if notice.kind == "reminder"
        else min(notice.expires_at or now + FRESH, now + FRESH)
        for notice in told
    ]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _has_expired(notice: Notice, now: datetime) -> bool:
    return notice.expires_at is not None and notice.expires_at <= now


def _ids(notices: Sequence[Notice]) -> tuple[str, ...]:
    return tuple(notice.id for notice in notices)

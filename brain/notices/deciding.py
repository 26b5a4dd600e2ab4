"""When a notice is said. The one place that decides it.

    the notice                        then
    --------------------------------  ------------------------------------------------------------
    has expired                       it is dropped
    a run is going on                 it is held until that has ended: nothing is said between the
                                      pieces of an answer, however urgent
    nobody is there                   it is held until somebody is
    quiet hours, and not urgent       it is held until they end
    otherwise                         it is said: at once if urgent, else when nobody speaks

What is said together becomes one message, and takes the place of an earlier one that nobody has
heard yet. Every notice is in exactly one part of the plan, so that none is lost and none is said
twice by one decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from brain.events.model import Event, EventKind
from brain.notices.model import Notice, Unheard
from brain.notices.spoken import digest, spoken
from brain.preferences.model import Preferences
from brain.preferences.rules import quiet_until
from brain.run.messages import Speak
from brain.says.texts import Texts

PRESENT = timedelta(minutes=1)  # since the last contact: a page that only polls is there too
AWAY = timedelta(minutes=5)  # since the last contact: then it was "while you were away"
KEPT_CHARS = (
    2_000  # of a notice's text: more than is spoken of it, and all that is held is read at once
)
FRESH = timedelta(minutes=10)  # in which a notice is read out; later it only stands in the log

# How long a notice is worth telling; a weekend away for what others send.
LIFE: dict[EventKind, timedelta] = {
    "email": timedelta(days=3),
    "reminder": timedelta(days=7),
    "document": timedelta(days=1),
    "event": timedelta(days=1),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """What is known of the user. `last_contact`: when they were last known to be there before now;
    as long as they listen, that is now.
    """

    running: bool
    listening: bool
    last_contact: datetime | None = None
    unheard: Unheard | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """A message to be said. `notices` are the ids of those it tells of, the ones of a message that
    it supersedes included. `foreign`: it quotes what others wrote.
    """

    text: str
    speak: Speak
    expires_at: datetime | None
    supersedes: str | None
    notices: tuple[str, ...]
    foreign: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What becomes of notices, by their ids. `until` is when to decide again at the latest; None:
    when the run ends, or the user comes.
    """

    now: tuple[Announcement, ...] = ()
    held: tuple[str, ...] = ()
    until: datetime | None = None
    dropped: tuple[str, ...] = ()


def notice_of(event: Event, *, urgent: bool = False, words: str = "") -> Notice:
    """The notice of an event. `words` were chosen by judgement, and are told instead of its own.

    A reminder is urgent: the user has chosen its time. An email is told by who and what alone.
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
    """What becomes of these notices now."""
    known = sorted({one.id: one for one in notices}.values(), key=lambda one: one.at)
    alive = [notice for notice in known if not _is_over(notice, now)]
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
        dropped=_ids([notice for notice in known if _is_over(notice, now)]),
    )


def is_present(situation: Situation, now: datetime) -> bool:
    """Whether somebody would hear what is said now."""
    contact = situation.last_contact
    return situation.listening or (contact is not None and now - contact < PRESENT)


def _announcement(
    fresh: Sequence[Notice],
    known: Sequence[Notice],
    situation: Situation,
    now: datetime,
    texts: Texts,
) -> Announcement:
    """One message of these, and of what an unheard one has told of if that is as urgent.

    It supersedes the unheard one only if nothing of that is lost by it.
    """
    unheard, urgent = situation.unheard, fresh[0].urgent
    alive = [one for one in (unheard.notices if unheard else ()) if not _is_over(one, now)]
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
    """Until when the message is worth reading out: as long as one of its notices is."""
    ends = [
        notice.expires_at
        if notice.kind == "reminder"
        else min(notice.expires_at or now + FRESH, now + FRESH)
        for notice in told
    ]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _is_over(notice: Notice, now: datetime) -> bool:
    return notice.expires_at is not None and notice.expires_at <= now


def _ids(notices: Sequence[Notice]) -> tuple[str, ...]:
    return tuple(notice.id for notice in notices)

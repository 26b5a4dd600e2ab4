"""Puts notices into short sentences to be spoken, of bounded length.

Text that others wrote is quoted without markup, links and invisible characters.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from brain.events.model import OWN_REMINDER
from brain.notices.model import Notice
from brain.says.texts import Texts

JUST = timedelta(minutes=2)  # after which something has no longer "just" happened
TEXT_CHARS = 160  # of a text that is quoted alone; about ten seconds of speech
HEADLINE_CHARS = 300  # of a job's headline, which is the result
REMINDER_CHARS = 500  # of a reminder; long enough for all of its text
PIECE_CHARS = 60  # of a text in a digest
NAME_CHARS = 40
LISTED = 3  # reminders or documents that a digest names; it counts the others
SPOKEN_CHARS = 850  # of any notice or digest of all kinds; less than a minute of speech

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MARKUP = re.compile(r"[*_`#<>|\[\]{}\\~^]+")
_PREFIX = re.compile(r"^(?:(?:re|aw|fwd?|wg|antw|sv|tr|rif|odp|vs|回复|转发)\s*[:：]\s*)+", re.I)  # noqa: RUF001 - a wide colon
_STOPS = ".!?…。！？"  # noqa: RUF001 - Chinese full stops


def spoken_line(text: str, texts: Texts, limit: int = TEXT_CHARS) -> str:
    """Return the text as one line that can be spoken, cut between words to `limit` characters."""
    seen = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in text
        if unicodedata.category(char) not in ("Cf", "Cs", "Co", "Cn")
    )
    line = " ".join(_MARKUP.sub(" ", _LINK.sub(texts.LINK, seen)).split())
    if len(line) <= limit:
        return line
    head, _, _ = line[:limit].rpartition(" ")
    return f"{(head or line)[: limit - 1]}…"


def spoken(notice: Notice, now: datetime, texts: Texts) -> str:
    """Put one notice into a sentence."""
    match notice.kind:
        case "email":
            arrived = texts.email_arrived(_name(notice, texts), just=now - notice.at <= JUST)
            what = spoken_line(notice.text, texts) or _subject(notice, texts, TEXT_CHARS)
            return _sentence(arrived, what)
        case "reminder":
            what = spoken_line(notice.text, texts, REMINDER_CHARS)
            named = texts.REMINDER_BY_OTHERS if _is_by_others(notice) else texts.REMINDER
            return _sentence(named if what else texts.REMINDER_DUE, what)
        case "document":
            changed = texts.document_changed(_subject(notice, texts, PIECE_CHARS))
            return _sentence(changed, spoken_line(notice.text, texts))
        case "event":
            name, what = _name(notice, texts), _what(notice, texts, TEXT_CHARS)
            return _sentence(texts.reports(name) if name else "", what or texts.SOMETHING)
        case "job":
            return _sentence("", _what(notice, texts, HEADLINE_CHARS) or texts.SOMETHING)
        case _:
            assert_never(notice.kind)


def digest(notices: Sequence[Notice], texts: Texts, *, away: bool) -> str:
    """Put several notices, given oldest first, into one sentence."""
    parts = [
        part(of_kind, texts)
        for kind, part in _PARTS.items()
        if (of_kind := [notice for notice in notices if notice.kind == kind])
    ]
    return _sentence(texts.WHILE_AWAY if away else texts.MEANWHILE, texts.together(parts))


def _emails(notices: Sequence[Notice], texts: Texts) -> str:
    # The latest of equally frequent names wins: Counter keeps the order in which it counts them.
    names = Counter(filter(None, (_name(notice, texts) for notice in reversed(notices))))
    frequent, frequent_count = names.most_common(1)[0] if names else ("", 0)
    return texts.emails(
        len(notices),
        sender=_name(notices[-1], texts),
        subject=_subject(notices[-1], texts, PIECE_CHARS),
        frequent=frequent,
        frequent_count=frequent_count,
    )


def _reminders(notices: Sequence[Notice], texts: Texts) -> str:
    groups = [[one for one in notices if _is_by_others(one) is it] for it in (False, True)]
    return texts.together([_reminders_of(group, texts) for group in groups if group])


def _reminders_of(notices: Sequence[Notice], texts: Texts) -> str:
    pieces = (spoken_line(one.text, texts, PIECE_CHARS).rstrip(".!? ") for one in notices)
    named, more = _first(pieces)
    return texts.reminders(len(notices), named, more, by_others=_is_by_others(notices[0]))


def _is_by_others(reminder: Notice) -> bool:
    """Whether a run that had read others' texts set this reminder. A program's is its own."""
    return reminder.foreign and reminder.id.startswith(OWN_REMINDER)


def _documents(notices: Sequence[Notice], texts: Texts) -> str:
    titles = [_subject(notice, texts, PIECE_CHARS) for notice in notices]
    return texts.documents(len(notices), *_first(titles if all(titles) else ()))


def _events(notices: Sequence[Notice], texts: Texts) -> str:
    name = _name(notices[-1], texts)
    what = _what(notices[-1], texts, PIECE_CHARS) or texts.SOMETHING
    return texts.events(len(notices), f"{texts.reports(name)}: {what}" if name else what)


def _jobs(notices: Sequence[Notice], texts: Texts) -> str:
    last = _what(notices[-1], texts, PIECE_CHARS) or texts.SOMETHING
    return texts.jobs(len(notices), last.rstrip(". "))


_PARTS = {
    "email": _emails,
    "reminder": _reminders,
    "document": _documents,
    "event": _events,
    "job": _jobs,
}


def _first(pieces: Iterable[str]) -> tuple[list[str], int]:
    """Return the first few different pieces that are not empty, and how many more there are."""
    named = list(dict.fromkeys(filter(None, pieces)))
    return named[:LISTED], max(len(named) - LISTED, 0)


def _sentence(head: str, tail: str) -> str:
    text = f"{head}: {tail}" if head and tail else head or tail
    text = f"{text[0].upper()}{text[1:]}"
    return text if text.endswith(tuple(_STOPS)) else f"{text}."


def _what(notice: Notice, texts: Texts, limit: int) -> str:
    return spoken_line(notice.text, texts, limit) or _subject(notice, texts, limit)


def _subject(notice: Notice, texts: Texts, limit: int) -> str:
    return _PREFIX.sub("", spoken_line(notice.subject or "", texts, limit)).rstrip(". ")


def _name(notice: Notice, texts: Texts) -> str:
    """The sender's name. For an address, the words of the part before the at sign."""
    name, at, _ = (notice.sender or "").partition("@")
    return spoken_line(re.sub(r"[._+-]+", " ", name) if at else name, texts, NAME_CHARS)

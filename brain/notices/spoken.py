"""How notices sound: short sentences for the ear, of bounded length whatever others wrote.

What an event quotes is foreign text: it is stripped of what cannot be spoken, of links, and of
characters that nobody sees. It is told, never obeyed.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from brain.notices.model import Notice

JUST = timedelta(minutes=2)  # in which something "has just" happened
TEXT_CHARS = 160  # of one text that is quoted alone: ten seconds
REMINDER_CHARS = 500  # of a reminder: the user has asked for every word of it
PIECE_CHARS = 60  # of one in a digest
NAME_CHARS = 40
LISTED = 3  # reminders or documents of a digest that are named; the others are counted
SPOKEN_CHARS = 800  # of any notice or digest; the longest takes less than a minute

SOMETHING = "something has happened"

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MARKUP = re.compile(r"[*_`#<>|\[\]{}\\~^]+")
_PREFIX = re.compile(r"^(?:(?:re|aw|fwd?|wg|antw|sv|tr|rif|odp|vs|回复|转发)\s*[:：]\s*)+", re.I)  # noqa: RUF001 - a wide colon
_STOPS = ".!?…。！？"  # noqa: RUF001 - Chinese full stops


def for_the_ear(text: str, limit: int = TEXT_CHARS) -> str:
    """One line of what can be spoken, at most `limit` characters, cut between words."""
    seen = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in text
        if unicodedata.category(char) not in ("Cf", "Cs", "Co", "Cn")
    )
    line = " ".join(_MARKUP.sub(" ", _LINK.sub("a link", seen)).split())
    if len(line) <= limit:
        return line
    head, _, _ = line[:limit].rpartition(" ")
    return f"{(head or line)[: limit - 1]}…"


def spoken(notice: Notice, now: datetime) -> str:
    """One notice as a sentence."""
    match notice.kind:
        case "email":
            arrived = "has just arrived" if now - notice.at <= JUST else "has arrived"
            what = for_the_ear(notice.text) or _subject(notice, TEXT_CHARS)
            return _sentence(f"An email{_from(notice)} {arrived}", what)
        case "reminder":
            what = for_the_ear(notice.text, REMINDER_CHARS)
            return _sentence("A reminder" if what else "A reminder is due", what)
        case "document":
            title = _subject(notice, PIECE_CHARS)
            changed = f"The document {title} has changed" if title else "A document has changed"
            return _sentence(changed, for_the_ear(notice.text))
        case "event":
            name, what = _name(notice), _what(notice, TEXT_CHARS)
            return _sentence(f"{name} reports" if name else "", what or SOMETHING)
        case _:
            assert_never(notice.kind)


def digest(notices: Sequence[Notice], *, away: bool) -> str:
    """Several notices, oldest first, as one sentence."""
    parts = [
        part(of_kind)
        for kind, part in _PARTS.items()
        if (of_kind := [notice for notice in notices if notice.kind == kind])
    ]
    *others, last = parts
    told = f"{'; '.join(others)}; and {last}" if others else last
    return _sentence("While you were away" if away else "Meanwhile", told)


def _emails(notices: Sequence[Notice]) -> str:
    last = notices[-1]
    subject = _subject(last, PIECE_CHARS)
    about = f" about {subject}" if subject else ""
    if len(notices) == 1:
        return f"an email{_from(last)}{about}"
    # Of names that are equally frequent the latest: Counter keeps the order of first meeting.
    names = Counter(filter(None, (_name(notice) for notice in reversed(notices))))
    name, count = names.most_common(1)[0] if names else ("", 0)
    if count == len(notices):
        return f"{count} emails from {name}{about and f', the last{about}'}"
    most = f", {count} of them from {name}" if count > 1 else ""
    by = "" if _name(last) == name and count > 1 else _from(last)
    return f"{len(notices)} emails{most}{(by or about) and f', the last{by}{about}'}"


def _reminders(notices: Sequence[Notice]) -> str:
    if len(notices) == 1:
        what = _piece(notices[0].text)
        return f"a reminder: {what}" if what else "a reminder"
    texts = _listed(_piece(notice.text) for notice in notices)
    return f"{len(notices)} reminders{texts and f': {texts}'}"


def _documents(notices: Sequence[Notice]) -> str:
    titles = [_subject(notice, PIECE_CHARS) for notice in notices]
    if all(titles):
        return f"changes in {_listed(titles)}"
    return "a change in a document" if len(notices) == 1 else "changes in several documents"


def _events(notices: Sequence[Notice]) -> str:
    last = notices[-1]
    what = _what(last, PIECE_CHARS) or SOMETHING
    told = f"{name} reports: {what}" if (name := _name(last)) else what
    return told if len(notices) == 1 else f"{len(notices)} other things, the last: {told}"


_PARTS = {"email": _emails, "reminder": _reminders, "document": _documents, "event": _events}


def _listed(texts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b, c and 2 more`: each once, the empty ones left out."""
    named = list(dict.fromkeys(filter(None, texts)))
    more = [f"{len(named) - LISTED} more"] if len(named) > LISTED else []
    *others, last = [*named[:LISTED], *more] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def _sentence(head: str, tail: str) -> str:
    text = f"{head}: {tail}" if head and tail else head or tail
    text = f"{text[0].upper()}{text[1:]}"
    return text if text.endswith(tuple(_STOPS)) else f"{text}."


def _what(notice: Notice, limit: int) -> str:
    return for_the_ear(notice.text, limit) or _subject(notice, limit)


def _piece(text: str) -> str:
    return for_the_ear(text, PIECE_CHARS).rstrip(".!? ")


def _subject(notice: Notice, limit: int) -> str:
    return _PREFIX.sub("", for_the_ear(notice.subject or "", limit)).rstrip(". ")


def _from(notice: Notice) -> str:
    name = _name(notice)
    return f" from {name}" if name else ""


def _name(notice: Notice) -> str:
    """The sender's name; of a bare address the part before the at sign, as words."""
    name, at, _ = (notice.sender or "").partition("@")
    return for_the_ear(re.sub(r"[._+-]+", " ", name) if at else name, NAME_CHARS)

"""A yes with a change: "yes, but make it eight". The call is asked again, with the change in it."""

import re
from collections.abc import Mapping, Sequence

from local.model.times import DAYS, HOURS

KEPT = ("id", "to", "version", "at")  # arguments that name something: no words to change
_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|sure|ok(?:ay)?|fine|ja|gut|klar)\b\W*(?:please\W+|bitte\W+)?"
    r"(?:but|only|just|with|make|change|say|write|aber|nur|mach\w*|ändere?|sag|schreib)\b",
    re.IGNORECASE,
)
_PLAIN_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|sure|ok(?:ay)?|do it|send it|ja|klar|mach das|genau)"
    r"(?:\W+(?:please|bitte))?\W*$",
    re.IGNORECASE,
)
_PLAIN_NO = re.compile(
    r"^\W*(?:no|nope|don['’]t|nein|lieber nicht)(?:\W+(?:thanks|thank you|danke))?\W*$",  # noqa: RUF001 - a quotation mark
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^.*?\b(?:make (?:it|that)|change (?:it|that)? ?to|(?:say|write)(?: that)?|"
    r"mach\w*(?: es| daraus)?|sag|schreib\w*|at|um|(?:on|am)(?= \w+(?:day|tag)\b)"
    r"|but|only|just|aber|nur)\s+",
    re.IGNORECASE,
)
_CLASSES = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in ("|".join((*HOURS, r"\d{1,2}(?::\d\d)?")), "|".join(DAYS))
)


def is_change(text: str) -> bool:
    """Whether this is a yes that asks for something else."""
    return bool(_YES.search(text))


def amended(arguments: Mapping[str, object], changes: Sequence[str]) -> dict[str, object]:
    """Return the arguments with all changes, the first one first."""
    found = dict(arguments)
    for change in changes:
        wanted = _wanted(change)
        found = {name: _changed(name, value, wanted) for name, value in found.items()}
    return found


def is_yes(text: str) -> bool:
    """Whether this is a plain yes."""
    return bool(_PLAIN_YES.search(text))


def is_no(text: str) -> bool:
    """Whether this is a plain no."""
    return bool(_PLAIN_NO.search(text))


def amended_request(texts: Sequence[str], answer: str) -> str:
    """Return the last request of the user with its changes; empty if there was none. What follows a
    colon is what is to be written, and only that is changed.
    """
    changes = [answer] if is_change(answer) else []
    for text in reversed(texts):
        if is_yes(text):
            continue
        if not is_change(text):
            head, colon, body = text.rpartition(": ")
            return f"{head}{colon}{amended({'body': body}, changes[::-1])['body']}"
        changes.append(text)
    return ""


def _wanted(text: str) -> str:
    rest = text.strip(" .!?")
    while (shorter := _LEAD.sub("", rest, count=1)) != rest:
        rest = shorter
    return rest


def _changed(name: str, value: object, wanted: str) -> object:
    """Return the text with its last word of the same kind replaced; else the body is what was said.

    Kinds: a number or an hour, a day of the week.
    """
    if name in KEPT or not isinstance(value, str):
        return value
    for kind in _CLASSES:
        new = kind.search(wanted)
        old = [*kind.finditer(value)]
        if new and old:
            last = old[-1]
            return value[: last.start()] + _like(last[0], new[0]) + value[last.end() :]
        if new and name != "body":
            return value
    return wanted[:1].upper() + wanted[1:] if name in ("body", "text") else value


def _like(old: str, new: str) -> str:
    return new.capitalize() if old[:1].isupper() else new

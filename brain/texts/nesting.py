"""Limits the depth of HTML and the number of its tags before it is parsed."""

import re
from collections import Counter
from collections.abc import Iterator
from enum import Enum

MAX_TAGS = 30_000  # newsletters have up to 5,000
# Nested elements; newsletters have up to 100. The parser's time grows with the square of the depth:
# an email that consists only of <div> would block the process for half a minute.
MAX_DEPTH = 500

# The end tags of these may be omitted, so many of them in a row are not nested.
UNENDED = frozenset(
    {"area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta"}
    | {"option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "wbr"}
)
_TAG = re.compile(r"<(?:!--|(/?)([a-zA-Z][a-zA-Z0-9:-]*)([^<>]*)>)")
# What ends a comment, and elements in which nothing is a tag.
_ENDS = {"!--": re.compile("--!?>")} | {
    name: re.compile(rf"</{name}\b", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp")
}


class _Fate(Enum):
    """What happens to a tag. END: the page ends before it."""

    KEEP = 1
    DROP = 2
    END = 3


def bounded(html: str) -> tuple[str, bool]:
    """Return the HTML with at most MAX_DEPTH nested elements and MAX_TAGS tags, and whether it ends
    early.
    """
    nesting = _Nesting()
    made: list[str] = []
    place = 0
    for number, tag in enumerate(_tags(html)):
        fate = nesting.take(tag) if number < MAX_TAGS else _Fate.END
        if fate is _Fate.KEEP:
            continue
        made.append(html[place : tag.start()] + " ")
        place = tag.end()
        if fate is _Fate.END:
            return "".join(made), True
    return "".join((*made, html[place:])), False


def _tags(html: str) -> Iterator[re.Match[str]]:
    """Yield the tags that are not in a comment or a script."""
    tag = _TAG.search(html)
    while tag is not None:
        if tag[2]:
            yield tag
        place = tag.end()
        name = "" if tag[1] else (tag[2] or "!--").lower()
        if name in _ENDS:
            # A comment may end with the characters that begin it: <!-->
            end = _ENDS[name].search(html, place if tag[2] else place - 2)
            if end is None:
                return
            place = end.start() if tag[2] else end.end()
        tag = _TAG.search(html, place)


class _Nesting:
    """Counts the open elements. An end tag without a start tag does not count.

    A start tag that is nested too deep is dropped with its end tag, if it says nothing about how
    the text looks. Otherwise the page ends there, because the text might be hidden.
    """

    def __init__(self) -> None:
        self._opened: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        self._depth = 0

    def take(self, tag: re.Match[str]) -> _Fate:
        name = tag[2].lower()
        if name in UNENDED:
            return _Fate.KEEP
        if tag[1]:
            return self._close(name)
        if self._depth < MAX_DEPTH:
            self._opened[name] += 1
            self._depth += 1
            return _Fate.KEEP
        if tag[3].strip(" /\t\r\n"):
            return _Fate.END
        self._dropped[name] += 1
        return _Fate.DROP

    def _close(self, name: str) -> _Fate:
        if self._dropped[name]:
            self._dropped[name] -= 1
            return _Fate.DROP
        if self._opened[name]:
            self._opened[name] -= 1
            self._depth -= 1
        return _Fate.KEEP

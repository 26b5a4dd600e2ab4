"""Changes of a document by an anchor: a piece of text that stands in it exactly once.

An author names the place by its text, and a change whose place has changed meanwhile is not made.
So no merge is needed. The server is the only writer.
"""

import re

from msgspec import Struct

MAX_EDIT_CHARS = 20_000  # of the text that one change looks for, and of the text it puts there
USER_FIRST_S = 30  # seconds for which a paragraph that the user has changed is theirs

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


class NotAnchored(Exception):
    """The place of a change is not there, or there is more than one. The text says why."""


class Anchored(Struct, frozen=True, kw_only=True):
    """A change at its place: `find` stands at `start` of the body and becomes `replace`."""

    body: str
    start: int
    find: str
    replace: str

    @property
    def changed(self) -> str:
        """The body after the change."""
        return f"{self.body[: self.start]}{self.replace}{self.body[self.start + len(self.find) :]}"

    @property
    def touched(self) -> tuple[str, ...]:
        """The paragraphs of the body that the change touches."""
        return paragraphs_at(self.body, self.start, self.start + len(self.find))

    @property
    def left(self) -> tuple[str, ...]:
        """The same paragraphs as the change leaves them."""
        return paragraphs_at(self.changed, self.start, self.start + len(self.replace))


def anchored(body: str, find: str, replace: str) -> Anchored:
    """Return the change at its place.

    An empty `find` is for an empty document only. Raises NotAnchored.
    """
    if not find and body:
        raise NotAnchored("the document is not empty: name the text that stands at the place")
    start = body.find(find)
    if start < 0:
        raise NotAnchored("this text does not stand in the document")
    if find and body.find(find, start + 1) >= 0:
        raise NotAnchored("this text stands in the document more than once: name more of it")
    return Anchored(body=body, start=start, find=find, replace=replace)


def difference(before: str, after: str) -> Anchored:
    """Return a change of the whole body as the smallest piece that is not the same."""
    most = min(len(before), len(after))
    start = next((i for i in range(most) if before[i] != after[i]), most)
    rest = most - start
    same = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
    return Anchored(
        body=before,
        start=start,
        find=before[start : len(before) - same],
        replace=after[start : len(after) - same],
    )


def paragraphs_at(body: str, start: int, end: int) -> tuple[str, ...]:
    """Return the paragraphs that a span touches: the texts between blank lines."""
    found: list[str] = []
    begin = 0
    for gap in _BLANK_LINES.finditer(body):
        if begin <= end and gap.start() >= start:
            found.append(body[begin : gap.start()])
        begin = gap.end()
    if begin <= end:
        found.append(body[begin:])
    return tuple(text for text in map(str.strip, found) if text)

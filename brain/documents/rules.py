"""Rules for documents: which can be stored, their versions, and how questions describe them."""

import hashlib
from collections import Counter

from msgspec import Struct

from brain.says.texts import Texts
from brain.texts.plain import plain_line, plain_text
from brain.texts.words import unkeepable

MAX_TITLE_CHARS = 300  # titles are read aloud
MAX_BODY_CHARS = 200_000  # about 40,000 words; search works better with several shorter documents
WHOLE_CHARS = 2_000  # of a text that a question shows whole: two minutes when read aloud
EXCERPT_CHARS = 300  # of the beginning and of the end of a longer text
BEGINNING_CHARS = 150  # quoted in a question: ten seconds when read aloud


def objection(title: str, body: str) -> str:
    """Explain to the model why this text cannot be stored; empty if it can."""
    if not 1 <= len(title) <= MAX_TITLE_CHARS:
        return f"a title must have 1 to {MAX_TITLE_CHARS} characters, this one has {len(title)}"
    if len(body) > MAX_BODY_CHARS:
        return f"a document must have at most {MAX_BODY_CHARS} characters, this one has {len(body)}"
    return unkeepable(title) or unkeepable(body)


def version(title: str, body: str) -> str:
    """Return the version of a document's text: a hash that changes with the text."""
    return hashlib.sha256(f"{title}\0{body}".encode()).hexdigest()[:16]


def outdated(title: str, body: str, named: str | None) -> str:
    """Explain to the model that the document has changed since the `named` version.

    Empty if the version is current, or if none is named.
    """
    if named in (None, version(title, body)):
        return ""
    return (
        "the document has changed since this version. Read it again; if the request is still "
        "right, repeat it with the new version"
    )


def described(title: str, body: str, texts: Texts) -> str:
    """Describe a document in a question: title, length and beginning.

    The description is one line, so that no text can look like a part of the question.
    """
    line = plain_line(body)
    beginning = line if len(line) <= BEGINNING_CHARS else f"{line[:BEGINNING_CHARS].rstrip()}…"
    return texts.document(plain_line(title), len(body), beginning)


class Excerpt(Struct, frozen=True, kw_only=True):
    """What a question shows of a long text that the user has seen before.

    `changed` are the lines that are new since then, whole; empty if there are none.
    """

    beginning: str
    changed: str
    end: str


def excerpt(body: str, *, foreign: bool, seen: str | None) -> Excerpt | None:
    """Return what a question shows of a body that is about to be sent; None: the whole body.

    A short text is shown whole. So is a text that the user has never seen, or that others may have
    written or changed since. `seen` is the body as the user last saw it, None if they never did.
    """
    text = plain_text(body)
    if len(text) <= WHOLE_CHARS or seen is None or (foreign and seen != body):
        return None
    changed = _new_lines(text, plain_text(seen))
    if len(changed) + 2 * EXCERPT_CHARS >= len(text):
        return None
    return Excerpt(
        beginning=f"{text[:EXCERPT_CHARS].rstrip()}…",
        changed=changed,
        end=f"…{text[-EXCERPT_CHARS:].lstrip()}",
    )


def _new_lines(text: str, seen: str) -> str:
    """Return the lines that do not occur in the text that was seen, or not as often."""
    known = Counter(seen.split("\n"))
    new: list[str] = []
    for line in text.split("\n"):
        known[line] -= 1
        if known[line] < 0 and line:
            new.append(line)
    return "\n".join(new)


def revised(old: str, *, body: str | None, append: str | None) -> str:
    """Return the body after a change: first replaced, then `append` added on a new line."""
    kept = old if body is None else body
    if append is None:
        return kept
    between = "\n" if kept and not kept.endswith("\n") else ""
    return f"{kept}{between}{append}"


def stays_foreign(was: bool, change: bool, *, title: str | None, body: str | None) -> bool:
    """Whether a changed document counts as written by others.

    A foreign change makes it foreign. Only a change that is not foreign and replaces both title and
    body makes it the user's own again: any other change leaves some of the old text.
    """
    return change or (was and (title is None or body is None))

"""Which documents can be kept, what names their text, and how one is described."""

import hashlib

from brain.says.texts import Texts
from brain.texts.words import one_line, unkeepable

MAX_TITLE_CHARS = 300  # a title is read aloud
MAX_BODY_CHARS = 200_000  # about 40,000 words; a longer text is better found as several documents
BEGINNING_CHARS = 150  # of a text that is asked about: ten seconds when read aloud


def objection(title: str, body: str) -> str:
    """Why this text cannot be kept, in words for the model; empty if it can."""
    if not 1 <= len(title) <= MAX_TITLE_CHARS:
        return f"a title has 1 to {MAX_TITLE_CHARS} characters, this one has {len(title)}"
    if len(body) > MAX_BODY_CHARS:
        return f"a document has at most {MAX_BODY_CHARS} characters, this one has {len(body)}"
    return unkeepable(title) or unkeepable(body)


def version(title: str, body: str) -> str:
    """What names a document's text as it is now: another text has another."""
    return hashlib.sha256(f"{title}\0{body}".encode()).hexdigest()[:16]


def outdated(title: str, body: str, named: str | None) -> str:
    """Why nothing is done with a document as it is, in words for the model: it was asked for in
    another version. Empty if it was not.
    """
    if named in (None, version(title, body)):
        return ""
    return (
        "the document is not what it was in this version. Read it again; if it is still right, ask "
        "with the new version"
    )


def described(title: str, body: str, texts: Texts) -> str:
    """A document in a question, so that the user knows which one is meant: title, length, and how
    it begins. One line, so that no text can pass for a part of the question.
    """
    line = one_line(body)
    beginning = line if len(line) <= BEGINNING_CHARS else f"{line[:BEGINNING_CHARS].rstrip()}…"
    return texts.document(one_line(title), len(body), beginning)


def revised(old: str, *, body: str | None, append: str | None) -> str:
    """The body after a change: replaced first, then appended to on a line of its own."""
    kept = old if body is None else body
    if append is None:
        return kept
    between = "\n" if kept and not kept.endswith("\n") else ""
    return f"{kept}{between}{append}"


def stays_foreign(was: bool, change: bool, *, title: str | None, body: str | None) -> bool:
    """Whether a changed document counts as a text by others.

    A change that may be theirs makes it one. Only a change of the user's own that replaces title
    and body makes it the user's again: whatever else is changed, something of the old text stays.
    """
    return change or (was and (title is None or body is None))

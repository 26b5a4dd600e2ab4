"""Reads a text or Markdown file, with the title that it gives itself."""

from brain.codec import clean
from brain.documents.files.kinds import Cut, FileKind, ReadFile, read_text
from brain.documents.titles import title_in


def read_plain(raw: bytes, kind: FileKind, *, most_chars: int) -> ReadFile:
    """Return the text. Raises FileUnreadable."""
    text = clean(read_text(raw))
    title = title_in(text) if kind is FileKind.MARKDOWN else ""
    is_long = len(text) > most_chars
    return ReadFile(title=title, text=text[:most_chars], cut=Cut.LENGTH if is_long else None)

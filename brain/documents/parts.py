"""Splits a text that is too long for one document. Pure."""

from msgspec import Struct

from brain.documents.rules import MAX_BODY_CHARS

NUMBER_CHARS = 16  # room in a title for " (12 of 120)"


class Part(Struct, frozen=True, kw_only=True):
    """The text of one document: a file, or a part of a long file."""

    title: str
    body: str


def parts(title: str, text: str) -> tuple[Part, ...]:
    """Return the text as one part. A text too long for one document becomes several, whose titles
    end in `(1 of 3)` and so on.
    """
    bodies: list[str] = []
    while text or not bodies:
        end = _end(text)
        bodies.append(text[:end])
        text = text[end:]
    if len(bodies) == 1:
        return (Part(title=title, body=bodies[0]),)
    return tuple(
        Part(title=f"{title} ({number} of {len(bodies)})", body=body)
        for number, body in enumerate(bodies, 1)
    )


def _end(text: str) -> int:
    """Return where to cut: before a heading, a paragraph, a line or a word, in this order.

    The first part gets at least half of MAX_BODY_CHARS.
    """
    if len(text) <= MAX_BODY_CHARS:
        return len(text)
    for border in ("\n#", "\n\n", "\n", " "):
        at = text.rfind(border, MAX_BODY_CHARS // 2, MAX_BODY_CHARS)
        if at > 0:
            return at + 1
    return MAX_BODY_CHARS

"""Writes the header fields of outgoing emails that hold names, addresses and subjects.

The standard library writes these too, but loses the quotes of a name when it folds a long field,
and decodes encoded words within names (python/cpython#122753, #122754: mended in few installed
versions). So a name with a comma and an `@` could become another recipient. Here a text is either
plain words as they are, or encoded words (RFC 2047), and a field is folded only between words.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator

from brain.email.model import Address

LINE_CHARS = 76  # of a line, RFC 2047, section 2
WORD_CHARS = 66  # of an encoded word: it fits behind "Subject: "; the standard allows 75

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")  # RFC 5322, 3.2.3
_PRINTABLE = re.compile(r"[!-~]+")
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")  # 2047, 5


def address_field(name: str, people: Iterable[Address]) -> bytes:
    """Return a field with all people, such as To, with its line end.

    For any names, a reader of the field finds the same names and addresses.
    """
    words: list[str] = []
    for person in people:
        *before, last = _person(person)
        words += [*before, f"{last},"]
    words[-1] = words[-1].removesuffix(",")
    return _folded(name, words)


def text_field(name: str, text: str) -> bytes:
    """Return a field that is one text, such as Subject, with its line end."""
    return _folded(name, _words(text, _PRINTABLE))


def _person(person: Address) -> list[str]:
    if not person.name.strip():
        return [person.address]
    return [*_words(person.name, _ATOM), f"<{person.address}>"]


def _words(text: str, plain: re.Pattern[str]) -> list[str]:
    """Return the text as it is, split at its blanks, or as encoded words."""
    words = text.split(" ")
    is_plain = "=?" not in text and all(plain.fullmatch(word) for word in words)
    if is_plain and max(map(len, words)) < WORD_CHARS:
        return words
    return list(_encoded(text))


def _encoded(text: str) -> Iterator[str]:
    """Yield encoded words. Each holds whole characters (RFC 2047, section 5)."""
    # Filters for unwanted email take ASCII in base64 for an attempt to hide it.
    encoding, write = ("q", _quoted) if text.isascii() else ("b", _base64)
    start, end = f"=?utf-8?{encoding}?", "?="
    room = WORD_CHARS - len(start) - len(end)
    part = b""
    for character in text:
        more = part + character.encode()
        if len(write(more)) > room:
            yield start + write(part) + end
            more = character.encode()
        part = more
    yield start + write(part) + end


def _quoted(raw: bytes) -> str:
    letters = (chr(byte) if byte in _SAFE else f"={byte:02X}" for byte in raw)
    return "".join(letters).replace("=20", "_")


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def _folded(name: str, words: Iterable[str]) -> bytes:
    """Join the words by blanks, and begin a new line where one would be too long.

    The first word stays on the first line: some readers take a line break there for a blank.
    """
    first, *rest = words
    lines = [f"{name}: {first}"]
    for word in rest:
        if len(lines[-1]) + 1 + len(word) > LINE_CHARS:
            lines.append(f" {word}")
        else:
            lines[-1] += f" {word}"
    return "\r\n".join((*lines, "")).encode("ascii")

"""Decodes the encoded words of a header (RFC 2047), also where the sender did not encode enough.

A word extends to its closing `?=`. Many programs leave question marks, blanks, commas and at signs
in a word as they are, so the words must be found before a list of addresses is split.
"""

import binascii
import re
from collections.abc import Iterator

from msgspec import Struct

from brain.texts.charsets import codec_of, decoded

MAX_WORD_CHARS = 2_000  # the standard allows 75; some programs write a whole subject as one word
MAX_WORDS = 400  # of a header; two for each of its recipients
_BEGIN = re.compile(r"=\?([^?*\s=]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?")
_ENCODED = re.compile(r"[0-9A-Fa-f]{2}")


class EncodedWord(Struct, frozen=True, kw_only=True):
    """Encoded words in a row, from `start` to `end`, and what they say."""

    start: int
    end: int
    text: str


class _Piece(Struct, frozen=True, kw_only=True):
    start: int
    end: int
    charset: str
    data: bytes


def words_of(raw: str, *, otherwise: str = "") -> Iterator[EncodedWord]:
    """Yield the encoded words. Adjacent ones of one charset are decoded together, because some
    programs split a character between two of them. `otherwise` is the charset if theirs is unknown.
    """
    row: list[_Piece] = []
    for piece in _pieces(raw):
        if row and (piece.charset != row[0].charset or raw[row[-1].end : piece.start].strip()):
            yield _word(row, otherwise)
            row = []
        row.append(piece)
    if row:
        yield _word(row, otherwise)


def without_words(raw: str, *, otherwise: str = "") -> str:
    """Return the text with its encoded words decoded. Blanks between two words do not count."""
    made, place, is_after_word = "", 0, False
    for word in words_of(raw, otherwise=otherwise):
        between = raw[place : word.start]
        made += "" if is_after_word and not between.strip() else between
        made += word.text
        place, is_after_word = word.end, True
    return made + raw[place:]


def _word(row: list[_Piece], otherwise: str) -> EncodedWord:
    charset = row[0].charset
    data = b"".join([piece.data for piece in row])
    known = charset if codec_of(charset) else otherwise
    text = decoded(data, known, otherwise=otherwise)
    return EncodedWord(start=row[0].start, end=row[-1].end, text=text)


def _pieces(raw: str) -> Iterator[_Piece]:
    place = count = 0
    while count < MAX_WORDS and (begin := _BEGIN.search(raw, place)) is not None:
        end = _end(raw, begin.end())
        if end < 0:  # not closed
            place = begin.end()
            continue
        place, count = end + 2, count + 1
        charset, how = begin[1].lower(), begin[2]
        data = _bytes(how, raw[begin.end() : end])
        yield _Piece(start=begin.start(), end=place, charset=charset, data=data)


def _end(raw: str, start: int) -> int:
    """Return where the word's `?=` is; -1 if it has none. A `?` may stand before an encoded
    character, as in `Ready?=20Go?=`.
    """
    begin = _BEGIN.search(raw, start, start + MAX_WORD_CHARS)  # the next word
    limit = begin.start() if begin else start + MAX_WORD_CHARS
    end = first = raw.find("?=", start, limit)
    while end >= 0 and _ENCODED.match(raw, end + 2):
        end = raw.find("?=", end + 2, limit)
    return first if end < 0 else end


def _bytes(how: str, what: str) -> bytes:
    data = what.encode("utf-8", "surrogateescape")
    if how in "qQ":
        return binascii.a2b_qp(data, header=True)
    try:
        return binascii.a2b_base64(b"".join(data.split()) + b"===")
    except binascii.Error:
        return data

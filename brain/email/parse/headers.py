"""Parses an email's headers, including malformed ones.

The standard library's parser is used only for the raw text of a header. Its parser of structured
headers (`policy.default`) raises IndexError or AttributeError on malformed ones, and takes a second
for a list of several thousand recipients.

Bytes that are not ASCII are read in UTF-8 if they are valid, else in the charset of the email's own
text (`otherwise`), else in windows-1252.
"""

import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import collapse_rfc2231_value, decode_params, getaddresses, parsedate_to_datetime

from brain.codec import clean
from brain.email.model import Address
from brain.email.parse.repair import separated
from brain.email.parse.words import without_words, words_of
from brain.texts.charsets import decoded
from brain.texts.plain import plain_text

MAX_CHARS = 10_000  # of a header that are parsed: a few hundred recipients
MAX_TEXT_CHARS = 1_000  # of a subject or a name
MAX_IDS = 50  # the newest ids of References
MAX_ADDRESSES = 200  # of one header

_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")  # printable, without angle brackets
_BETWEEN = re.compile(r"[\s<>()\[\],;:\"\\]+")  # what cannot be in an address
_ADDRESS = re.compile(r"\A[^\s<>()\[\],;:\"\\@]+@[^\s<>()\[\],;:\"\\@]+\Z")
_OFFSET = re.compile(
    r"([+-]\d\d):(\d\d)$", re.ASCII
)  # -04:00 instead of -0400, as some programs write
_COMMENT = re.compile(r"\(([^()]*)\)")
_BRACKETED = re.compile(r"<([^<>]*)>")
_AROUND = " \t\"'<>()[],;:@\\"  # around a name that stands alone
# Stand for encoded words while a list of addresses is split. No header contains them.
_MARK, _MARKS = "\ue000", re.compile("\ue000([0-9]+)\ue001")


def parse(raw: bytes) -> Message:
    """Parse the headers of a message as far as possible. Never raises."""
    return separated(raw)[0]


def text(message: Message, name: str, *, otherwise: str = "") -> str:
    """Return the header as one line with decoded words; empty if it is missing."""
    return plain(_raw(message, name), otherwise=otherwise)


def plain(raw: str, limit: int = MAX_TEXT_CHARS, *, otherwise: str = "") -> str:
    """Decode a header's raw text, on one line and without control characters."""
    unescaped = _unescaped(raw[:MAX_CHARS], otherwise)
    return _line(without_words(unescaped, otherwise=otherwise))[:limit]


def shown(line: str) -> str:
    """Return the line without characters that cannot be seen."""
    return " ".join(plain_text(line).split())


def addresses(message: Message, name: str, *, otherwise: str = "") -> tuple[Address, ...]:
    """Return the addresses in a header. Invalid ones are left out."""
    return people(_raw(message, name), otherwise=otherwise)


def people(raw: str, *, otherwise: str = "") -> tuple[Address, ...]:
    """Return the addresses in a header's raw text."""
    raw = _unescaped(raw[:MAX_CHARS], otherwise)
    # Encoded words can contain commas and brackets, so they are decoded after the split.
    masked, words = _masked(raw, otherwise)
    known = _known([_unmasked(each, words) for each in _pairs(_first(masked))])
    if not known:  # the brackets are in an encoded word, or missing
        whole = _first(plain(raw, MAX_CHARS, otherwise=otherwise))
        known = _known(_pairs(whole)) or _known([("", word) for word in _BETWEEN.split(whole)])
    return tuple(dict.fromkeys(known))[:MAX_ADDRESSES]


def sender(message: Message, *, otherwise: str = "") -> Address | None:
    """Return who wrote the email; None if nobody is named."""
    raw = [_raw(message, name) for name in ("from", "sender")]
    found = (*people(raw[0], otherwise=otherwise), *people(raw[1], otherwise=otherwise))
    return found[0] if found else somebody(*raw, otherwise=otherwise)


def somebody(*raw: str, otherwise: str = "") -> Address | None:
    """Return a sender without an address: the comment in parentheses, the name before the brackets,
    or the word itself, from the first text that has one. Nobody can reply to such a sender.
    """
    for each in raw:
        line = plain(each, MAX_CHARS, otherwise=otherwise)
        comment, bracketed = _COMMENT.search(line), _BRACKETED.search(line)
        alone = _BRACKETED.sub(" ", _COMMENT.sub(" ", line))
        for name in (comment and comment[1], alone, bracketed and bracketed[1]):
            name = " ".join(shown(name or "").strip(_AROUND).split())
            if any(character.isalnum() for character in name):
                return Address(address="", name=name[:MAX_TEXT_CHARS])
    return None


def ids(message: Message, name: str) -> tuple[str, ...]:
    """Return the Message-IDs in a header, with their angle brackets."""
    return tuple(dict.fromkeys(_ID.findall(_raw(message, name)[:MAX_CHARS])))[-MAX_IDS:]


def moment(message: Message, name: str) -> datetime | None:
    """Parse a date to UTC; None if it is invalid."""
    try:
        found = parsedate_to_datetime(_OFFSET.sub(r"\1\2", _raw(message, name)[:MAX_TEXT_CHARS]))
        # By the standard, a date without a zone is in UTC.
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def parameter(pairs: list[tuple[str, str]], name: str, *, otherwise: str = "") -> str:
    """Return a parameter of Content-Type or Content-Disposition; empty if it is missing.

    It may be split into pieces or percent-encoded (RFC 2231).
    """
    try:
        decoded_pairs = decode_params([("", ""), *((key.lower(), value) for key, value in pairs)])
        values = [value for key, value in decoded_pairs[1:] if key.lower() == name]
        value = _unquoted(collapse_rfc2231_value(values[0])) if values else ""
        return shown(plain(value, otherwise=otherwise))
    except (ValueError, TypeError, LookupError):
        return ""


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _raw(message: Message, name: str) -> str:
    value = message.get(name, "")
    return value if isinstance(value, str) else str(value)


def _unescaped(raw: str, otherwise: str) -> str:
    """Decode the bytes that were not ASCII, which the parser keeps as surrogates."""
    if not _has_bytes(raw):
        return raw
    return decoded(raw.encode("utf-8", "surrogateescape"), otherwise=otherwise)


def _has_bytes(raw: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in raw)


def _line(text: str) -> str:
    printable = "".join(" " if _is_control(character) else character for character in text)
    return clean(" ".join(printable.split()))


def _masked(raw: str, otherwise: str) -> tuple[str, list[str]]:
    """Replace each encoded word by a mark, and return what the words say."""
    raw = raw.replace(_MARK, "")
    made, words, place = "", list[str](), 0
    for word in words_of(raw, otherwise=otherwise):
        between = raw[place : word.start]
        made += "" if words and not between.strip() else between
        made += f"{_MARK}{len(words)}\ue001"
        words.append(word.text)
        place = word.end
    return made + raw[place:], words


def _unmasked(pair: tuple[str, str], words: list[str]) -> tuple[str, str]:
    def word(mark: re.Match[str]) -> str:
        return words[int(mark[1])] if int(mark[1]) < len(words) else ""

    return _MARKS.sub(word, pair[0]), _MARKS.sub(word, pair[1])


def _known(pairs: list[tuple[str, str]]) -> list[Address]:
    """Return the people with a valid address."""
    lines = [(shown(_line(person))[:MAX_TEXT_CHARS], _line(address)) for person, address in pairs]
    return [
        Address(name=person, address=address)
        for person, address in lines
        if len(address) <= MAX_TEXT_CHARS and _ADDRESS.fullmatch(address)
    ]


def _first(raw: str) -> str:
    """Cut the text after MAX_ADDRESSES at signs; without any it contains no address."""
    parts = raw.split("@", MAX_ADDRESSES + 1)
    return "@".join(parts[: MAX_ADDRESSES + 1]) if len(parts) > 1 else ""


def _pairs(raw: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([raw])
    except (RecursionError, ValueError, IndexError):  # thousands of nested comments
        return []


def _is_control(character: str) -> bool:
    return character < " " or "\x7f" <= character <= "\x9f"

"""What reads texts of others, and the length of a text at its bound."""

from collections.abc import Callable
from datetime import UTC, datetime

from brain.email.model import Folder
from brain.email.parse import (
    flowed,
    headers,
    mime,
    parts,
    repair,
    reports,
    transfer,
)
from brain.email.parse import (
    words as encoded,
)
from brain.email.parse.decoding import decode
from brain.memory.summary import ANSWER_CHARS, tidy_summary
from brain.notices.judging import judgement
from brain.notices.spoken import spoken_line
from brain.questions.consent import reading
from brain.says import en
from brain.texts import addresses, charsets, ear, markup, words
from brain.texts.plain import plain_line, plain_text
from brain.texts.thoughts import spoken
from brain.web import mistrust
from brain.web.pages import title_and_text


def header(text: str) -> None:
    """All that is read from one header of this text."""
    headers.people(text)
    headers.plain(text)
    headers.parameter([("filename", text), ("filename*0", text)], "filename")


def email(text: str) -> None:
    """A whole email with this text in its headers, its text and its HTML."""
    raw = text.encode("utf-8", "replace")
    line = raw.replace(b"\n", b" ").replace(b"\r", b" ")
    fields = b"".join(name + b": " + line + b"\r\n" for name in (b"From", b"To", b"References"))
    html = b"Content-Type: text/html\r\n\r\n"
    for head in (b"\r\n", html):
        decode(fields + head + raw, folder=Folder.INBOX, unread=True, arrived_at=NOON)


def nested_email(text: str) -> None:
    """An email whose parts are inside each other, as many as fit into the text's length."""
    kind = "Content-Type: multipart/mixed; boundary={}\r\n\r\n--{}\r\n"
    raw = "".join(kind.format(n, n) for n in range(len(text) // 60)).encode()
    decode(raw + text.encode(), folder=Folder.INBOX, unread=True, arrived_at=NOON)


def styled(text: str) -> None:
    """A page with this text in a style sheet, and in an element's own style and class."""
    quoted = text.replace("<", "").replace('"', "")
    markup.text_of(f'<style>{quoted}</style><p class="{quoted}" style="{quoted}">Hello')


def joined(text: str) -> None:
    """A text of 7 bits and of 8 bits in the Japanese charsets."""
    data = text.encode("utf-8", "replace")
    for charset in ("iso-2022-jp", "euc-jp"):
        charsets.reading(data, charset, is_cut=True)


def mime_parts(text: str) -> None:
    """An email of parts that this text divides."""
    body = text.encode("utf-8", "replace").replace(b"a", b"\r\n--b\r\n")
    parts.parsed(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + body)


def report(text: str) -> None:
    """Texts that are written for programs."""
    data = text.encode("utf-8", "replace")
    reports.event_text(f"BEGIN:VEVENT\n{text}")
    reports.delivery_text(data)
    reports.receipt_text(data)


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HTML = "text/html; charset=utf-8"
# What is read, and the length of a text at its bound. A longer one is cut first.
PARSERS: dict[str, tuple[Callable[[str], object], int]] = {
    "a header": (header, headers.MAX_CHARS),
    "a date": (lambda text: headers.moment(headers.parse(f"Date: {text}".encode()), "date"), 1_000),
    "an email": (email, 20_000),
    "an email of nested parts": (nested_email, 20_000),
    "an email of many parts": (mime_parts, 20_000),
    "encoded words": (lambda text: encoded.without_words(text), headers.MAX_CHARS),
    "a header block": (lambda text: repair.separated(text.encode("utf-8", "replace")), 65_536),
    "base64": (lambda text: transfer.unencoded(text.encode("utf-8", "replace"), "base64"), 100_000),
    "a flowed text": (flowed.joined_lines, mime.MAX_TEXT_CHARS),
    "an invitation, a bounce and a receipt": (report, 20_000),
    "an email's plain text": (lambda text: mime.is_enough(mime.tidied(text)), mime.MAX_TEXT_CHARS),
    "an email's text as it is shown": (mime.shown_text, mime.MAX_TEXT_CHARS),
    "an email's styles": (styled, 8_000),
    "an email's HTML": (markup.text_of, 100_000),
    "a web page": (lambda text: title_and_text(text.encode("utf-8", "replace"), HTML), 100_000),
    "bytes of a charset": (lambda text: charsets.decoded(text.encode("utf-16"), "utf-8"), 100_000),
    "bytes of a Japanese charset": (joined, 100_000),
    "the passages of a document": (words.passages, 100_000),
    "the words of a document": (words.kept_words, 100_000),
    "the words of a query": (words.asked_words, 20_000),
    "the best passage": (lambda text: words.best_passage(text, "the words of a query"), 20_000),
    "the folded form of a text": (words.folded, 20_000),
    "a summary": (tidy_summary, ANSWER_CHARS),
    "a judgement": (lambda text: judgement(text, en), 20_000),
    "a notice": (lambda text: spoken_line(text, en), 20_000),
    "what is said": (lambda text: ear.sentences_of(ear.for_the_ear(text)), ear.LONGEST),
    "what is said so far": (ear.sentences_so_far, 20_000),
    "a yes": (reading, 8_000),
    "a text that may hold an address": (addresses.holds_address, 20_000),
    "what the user may have said": (lambda text: addresses.was_said(text, [text[:8_000]]), 20_000),
    "a text for a question": (plain_text, 20_000),
    "a subject": (plain_line, 1_000),
    "a model's words": (spoken, 20_000),
    "an address in a text": (lambda text: list(mistrust._written_in(text)), 20_000),
}

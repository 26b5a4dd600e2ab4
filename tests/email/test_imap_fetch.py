"""Fetching from a server that cannot process some of its emails."""

import imaplib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from brain.email.imap.commands import Commands, Fetched
from brain.email.imap.fetch import (
    LOAD_BYTES,
    MAX_HTML_BYTES,
    PART_BYTES,
    UNREADABLE,
    WHOLE,
    fetch_emails,
)
from brain.email.model import Folder
from brain.email.parse.mime import CUT

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Shelf(Commands):
    """A folder in memory. An email in `broken` breaks the response that contains it."""

    def __init__(
        self, emails: Mapping[int, bytes], *, broken: Sequence[int] = (), size: int | None = None
    ) -> None:
        self.emails = emails
        self.broken = broken
        self.size = size
        self.asked: list[tuple[tuple[int, ...], tuple[str, ...]]] = []

    def fetch(self, uids: Sequence[int], items: Sequence[str]) -> Mapping[int, Fetched]:
        self.asked.append((tuple(uids), tuple(items)))
        if "FLAGS" not in items and set(uids) & set(self.broken):
            raise ValueError("what is this?")
        return {uid: self._told(uid, items) for uid in uids if uid in self.emails}

    def _told(self, uid: int, items: Sequence[str]) -> dict[bytes, Any]:
        raw = self.emails[uid]
        head, _, body = raw.partition(b"\r\n\r\n")
        told: dict[bytes, Any] = {
            b"FLAGS": (),
            b"INTERNALDATE": NOW,
            b"RFC822.SIZE": len(raw) if self.size is None else self.size,
            b"BODY[]": raw,
            b"BODY[HEADER]<0>": head,
            b"BODY[1]<0>": body,
            b"BODYSTRUCTURE": (b"text", b"plain", None, None, None, b"8bit", len(body), 1),
        }
        return told


def subjects(shelf: Shelf) -> dict[int, str]:
    placed = fetch_emails(shelf, sorted(shelf.emails), Folder.INBOX)
    return {each.uid: each.email.subject for each in placed}


def letters(count: int) -> dict[int, bytes]:
    return {uid: b"Subject: Number %d\r\n\r\nHello" % uid for uid in range(1, count + 1)}


@pytest.mark.parametrize("size", [None, 200_000], ids=["small", "large"])
def test_an_email_that_breaks_the_response_does_not_affect_others(size: int | None) -> None:
    found = subjects(Shelf(letters(7), broken=[3, 6], size=size))
    assert found == {
        **{uid: f"Number {uid}" for uid in (1, 2, 4, 5, 7)},
        3: UNREADABLE,
        6: UNREADABLE,
    }


def test_unreadable_emails_have_different_ids() -> None:
    placed = fetch_emails(Shelf(letters(2), broken=[1, 2]), [1, 2], Folder.INBOX)
    assert len({each.email.id for each in placed}) == 2
    assert [each.email.message_id for each in placed] == ["", ""]


def test_a_failed_connection_is_not_an_unreadable_email() -> None:
    class Lost(Shelf):
        def fetch(self, uids: Sequence[int], items: Sequence[str]) -> Mapping[int, Fetched]:
            raise imaplib.IMAP4.abort("gone")

    with pytest.raises(imaplib.IMAP4.abort):
        fetch_emails(Lost(letters(2)), [1, 2], Folder.INBOX)


def test_emails_deleted_meanwhile_are_skipped() -> None:
    placed = fetch_emails(Shelf(letters(2)), [1, 2, 3], Folder.INBOX)
    assert [each.uid for each in placed] == [1, 2]


def test_each_load_is_limited_in_size() -> None:
    shelf = Shelf(letters(100), size=90_000)
    assert len(subjects(shelf)) == 100
    loads = [len(uids) for uids, items in shelf.asked if items == (WHOLE,)]
    assert sum(loads) == 100
    assert all(count * 90_000 <= LOAD_BYTES for count in loads)


def test_a_large_email_whose_parts_are_not_described_keeps_its_headers() -> None:
    class Vague(Shelf):
        def _told(self, uid: int, items: Sequence[str]) -> dict[bytes, Any]:
            return {**super()._told(uid, items), b"BODYSTRUCTURE": (None,), b"INTERNALDATE": None}

    shelf = Vague(letters(1), size=200_000)
    [each] = fetch_emails(shelf, [1], Folder.INBOX)
    assert (each.email.subject, each.email.text) == ("Number 1", "")


def test_the_languages_of_a_part_are_not_its_disposition() -> None:
    class Bilingual(Shelf):
        def _told(self, uid: int, items: Sequence[str]) -> dict[bytes, Any]:
            told = super()._told(uid, items)
            structure = (*told[b"BODYSTRUCTURE"], None, None, (b"en", b"de"))
            return {**told, b"BODYSTRUCTURE": structure}

    [placed] = fetch_emails(Bilingual(letters(1), size=200_000), [1], Folder.INBOX)
    assert (placed.email.text, placed.email.attachments) == ("Hello", ())


class Paged(Shelf):
    """A large email whose parts are loaded in pieces, as a server sends them."""

    def __init__(self, structure: Any, section: bytes) -> None:
        super().__init__({1: b"Subject: Paged\r\n\r\n"}, size=3_000_000)
        self.structure, self.section = structure, section

    def _told(self, uid: int, items: Sequence[str]) -> dict[bytes, Any]:
        told = {**super()._told(uid, items), b"BODYSTRUCTURE": self.structure}
        for item in items:
            if piece := re.fullmatch(r"BODY.PEEK\[1\]<(\d+)\.(\d+)>", item):
                start, count = map(int, piece.groups())
                told[b"BODY[1]<%d>" % start] = self.section[start : start + count]
        return told


HTML = (b"text", b"html", (b"charset", b"utf-8"), None, None, b"8bit", 3_000_000, 1)
PLAIN = (b"text", b"plain", (b"charset", b"utf-8"), None, None, b"8bit", 3_000_000, 1)


def paged(structure: Any, section: bytes) -> tuple[str, int]:
    """The text, and how many bytes of it were asked for."""
    shelf = Paged(structure, section)
    [placed] = fetch_emails(shelf, [1], Folder.INBOX)
    asked = [item for _, items in shelf.asked for item in items if item.startswith("BODY.PEEK[1]")]
    return placed.email.text, sum(int(item.rpartition(".")[2].rstrip(">")) for item in asked)


def test_more_of_a_large_html_is_loaded_until_it_yields_text() -> None:
    picture = b"<img src='data:image/png;base64," + b"A" * 1_500_000 + b"'>"
    text, asked = paged(HTML, picture + b"<p>The door code is 4711.</p>")
    assert text == "The door code is 4711."
    assert asked <= MAX_HTML_BYTES


def test_no_more_than_the_limit_of_a_large_html_is_loaded() -> None:
    picture = b"<p>Hello</p><img src='data:image/png;base64," + b"A" * 3_000_000
    text, asked = paged(HTML, picture)
    assert text == f"Hello\n\n{CUT}"
    assert asked == MAX_HTML_BYTES


def test_of_a_large_html_with_enough_text_only_the_beginning_is_loaded() -> None:
    text, asked = paged(HTML, b"<p>A line of text.</p>" * 100_000)
    assert text.endswith(CUT)
    assert asked == PART_BYTES


def test_a_large_plain_text_that_is_cut_says_so() -> None:
    text, asked = paged(PLAIN, "会議の資料。\n".encode() * 200_000)
    assert text.startswith("会議の資料。\n会議")
    assert text.endswith(f"\n\n{CUT}")
    assert "\ufffd" not in text
    assert asked == PART_BYTES

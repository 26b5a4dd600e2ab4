"""Fetching from a server that cannot process some of its emails."""

import imaplib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from brain.email.imap.commands import Commands, Fetched
from brain.email.imap.fetch import LOAD_BYTES, UNREADABLE, WHOLE, fetch_emails
from brain.email.model import Folder

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

"""Emails of real programs, which other packages ship as test files: nothing of them is an error.

`make test` installs the packages (`packages.txt`). The files are read where they are.
"""

import mailbox
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

import pytest

from brain.email.model import Folder
from brain.email.parse.decoding import decode
from local.toolchain import HOME

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ENDINGS = frozenset({".eml", ".mbox", ".email", ".msg"})
TESTS = frozenset({"tests", "testdata", "test"})  # folders whose texts are emails as well
MOST_OF_A_MAILBOX = 200


def emails() -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each email, and of each in a mailbox file."""
    for path in sorted((HOME / "emails").rglob("*")):
        is_text = path.suffix == ".txt" and TESTS & set(path.parts)
        if not path.is_file() or not (path.suffix in ENDINGS or is_text):
            continue
        yield path.name, path.read_bytes()
        if path.suffix == ".mbox":
            for message in islice(mailbox.mbox(path, create=False), MOST_OF_A_MAILBOX):
                yield path.name, message.as_bytes()


@pytest.fixture(scope="module")
def corpus() -> list[tuple[str, bytes]]:
    found = list(emails())
    assert len(found) > 150, "the emails are not installed: run `make test` once"
    return found


def test_nothing_that_is_read_is_escaped_or_cannot_be_stored(
    corpus: list[tuple[str, bytes]],
) -> None:
    for name, raw in corpus:
        email = decode(raw, folder=Folder.INBOX, unread=True, arrived_at=NOW)
        names = "".join(attachment.name for attachment in email.attachments)
        text = f"{email.subject}{email.sender}{email.text}{names}"
        text.encode()
        assert "\0" not in text, name
        assert "\x1b$B" not in text, name
        assert "=?utf-8?" not in f"{email.subject}{email.sender}".lower(), name


def test_nearly_every_email_says_something(corpus: list[tuple[str, bytes]]) -> None:
    read = [decode(raw, folder=Folder.INBOX, unread=True, arrived_at=NOW) for _, raw in corpus]
    silent = [email for email in read if not email.text and not email.attachments]
    assert len(silent) < len(read) / 10


def test_every_beginning_of_an_email_is_read(corpus: list[tuple[str, bytes]]) -> None:
    for _, raw in corpus:
        for length in (len(raw) // 3, len(raw) // 2, len(raw) - 7):
            if length < 200_000:
                decode(raw[:length], folder=Folder.INBOX, unread=True, arrived_at=NOW)

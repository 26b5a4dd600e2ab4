"""An email keeps its id, by which it is stored, when it is read better."""

import json
from datetime import UTC, datetime

import pytest

from brain.email.model import Folder
from brain.email.parse.decoding import decode
from brain.email.postmark import PostmarkReader

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = (
    b"From: Anna <anna@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Message-ID: <1@example.org>\r\nDate: Fri, 20 Nov 2026 11:00:00 +0000\r\n"
)
FLOWED = b"Content-Type: text/plain; format=flowed\r\n\r\n"
UTF_8 = "Content-Type: text/html; charset=utf-8\r\n\r\n"
ALTERNATIVE = (
    b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n%s\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n%s\r\n--b--\r\n"
)
MIXED = (
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nOne\r\n--b\r\n\r\nTwo\r\n"
    b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n--b--\r\n"
)
INVISIBLE = "Subject: Gr\u00ad\u200bün\r\n".encode()


# The ids that version 0.2.0 gave to them. Another id would make a second email of each when the
# server renumbers a folder.
@pytest.mark.parametrize(
    ("raw", "id"),
    [
        (HEAD + b"\r\nHello\r\nyou \r\n", "huavu4vra46upe3f"),
        (HEAD + FLOWED + b"> a \r\n> b\r\nHello \r\nyou\r\n", "mmzrvvcuailrjjbh"),
        (
            HEAD
            + (UTF_8 + "<div>Sale\u034f\u200c\u00a0\u034f\u200c</div><p>Ge\u00adsamt").encode(),
            "uzym62ao5ipsym2v",
        ),
        (HEAD + ALTERNATIVE % (b"At seven?", b"<p>At seven?"), "bd3uctmgkvu45jng"),
        (
            HEAD + ALTERNATIVE % (b"See the browser", b"<pre>At\r\nseven?</pre>"),
            "bd3uctmgkvu45jng",
        ),
        (HEAD + MIXED, "ejs5iavbuoa67vm2"),
        (
            HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B2q5D!A\x1b(B\r\n",
            "st63zp6znhp33vob",
        ),
        (HEAD + b"\r\n" + b"word " * 30_000, "dz42oat46beootuv"),
        (
            HEAD.replace(b"From: Anna <anna@example.org>", b"From: Cron Daemon") + b"\r\ndone",
            "rwbnan2k3azqfxac",
        ),
        (
            HEAD.replace(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n", INVISIBLE) + b"\r\nx",
            "6f2dugzz2utgvc6a",
        ),
    ],
)
def test_the_id_of_an_email_that_was_read_right_does_not_change(raw: bytes, id: str) -> None:
    assert decode(raw, folder=Folder.INBOX, unread=True, arrived_at=NOW).id == id


@pytest.mark.parametrize(
    ("address", "sender"),
    [("anna@example.org", b"Anna <anna@example.org>"), ("MAILER-DAEMON", b"MAILER-DAEMON (Anna)")],
)
def test_an_email_has_the_same_id_from_postmark_and_from_the_mailbox(
    address: str, sender: bytes
) -> None:
    html = "<p>Sale\u034f\u200c\u00a0 Ge\u00adsamt</p>"
    head = HEAD.replace(b"Anna <anna@example.org>", sender)
    raw = head + (UTF_8 + html).encode()
    given = {
        "FromFull": {"Email": address, "Name": "Anna"},
        "Subject": "Grüße",
        "HtmlBody": html,
        "TextBody": "",
        "Date": "Fri, 20 Nov 2026 11:00:00 +0000",
        "Headers": [{"Name": "Message-ID", "Value": "<1@example.org>"}],
    }
    brought = PostmarkReader(["x" * 16]).read(json.dumps(given).encode(), now=NOW)
    mirrored = decode(raw, folder=Folder.INBOX, unread=True, arrived_at=NOW)
    assert brought == mirrored

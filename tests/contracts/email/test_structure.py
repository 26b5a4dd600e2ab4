"""A large email, of which only the structure and the texts are loaded, is read like a small one."""

import base64
from datetime import UTC, datetime

import pytest

from brain.email.model import Folder
from brain.email.parse.decoding import decode
from tests.contracts.email.stage import Account
from tests.email.parse.raw import part, parts

LARGE = part(
    "application/pdf; name*=utf-8''%C3%9Cbersicht.pdf",
    base64.encodebytes(bytes(100_000)).decode(),
    "Content-Transfer-Encoding: base64",
    "Content-Disposition: attachment; filename*=utf-8''%C3%9Cbersicht.pdf",
)
PICTURE = part(
    "image/png; name=a.png", "png", "Content-ID: <logo@x>", "Content-Disposition: inline"
)
EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Dentist\nEND:VEVENT\nEND:VCALENDAR"
STATUS = "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ben@x.example\nAction: failed"
BASE64 = base64.encodebytes("Dinner at seven, Grüße".encode()).decode()

PLAIN, HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "inner",
    [
        (part(HTML, "<p>Hello</p>"), part(PLAIN, "A footer")),
        (part(PLAIN, "Hello"), PICTURE, part(HTML, "<p>you</p>")),
        (
            parts(
                "alternative",
                part(PLAIN, "At seven?"),
                parts("related", part(HTML, "<img src=cid:logo@x>"), PICTURE, boundary="r"),
                boundary="a",
            ),
        ),
        (parts("alternative", part(PLAIN, " "), part("text/calendar", EVENT), boundary="a"),),
        (part("message/delivery-status", STATUS),),
        (part("text/plain; charset=utf-8; format=flowed; delsp=yes", "午後 \n三時"),),
        (part(PLAIN, BASE64, "Content-Transfer-Encoding: base64"),),
        (part(PLAIN, "Hi"), part("text/plain; name=a.txt", "x", "Content-Disposition: inline")),
        (part(PLAIN, "Look"), part("message/rfc822", "Subject: Inner\n\nInner")),
    ],
)
async def test_the_structure_gives_the_same_text_and_attachments_as_the_email(
    account: Account, inner: tuple[str, ...]
) -> None:
    head = "From: Anna <anna@example.org>\nSubject: Large\nMessage-ID: <large@x.example>\n"
    raw = (head + parts("mixed", *inner, LARGE)).encode().replace(b"\n", b"\r\n")
    account.arrive(raw)
    await account.new()
    found = await account.read("Large")
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    whole = decode(raw, folder=Folder.INBOX, unread=True, arrived_at=now)
    assert (found.id, found.text) == (whole.id, whole.text)
    named = [(each.name, each.content_type) for each in found.attachments]
    assert named == [(each.name, each.content_type) for each in whole.attachments]

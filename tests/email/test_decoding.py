"""Decoding emails from their bytes, including malformed ones."""

import base64
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, Message
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.email.model import Address, Attachment, Email, Folder
from brain.email.parse.decoding import decode
from brain.email.parse.mime import MAX_TEXT_CHARS

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def decoded(raw: bytes, at: datetime = NOW) -> Email:
    return decode(raw, folder=Folder.INBOX, unread=True, arrived_at=at)


def headed(*headers: bytes, body: bytes = b"Hello") -> Email:
    return decoded(b"\r\n".join([*headers, b"", body]))


def texted(charset: str, data: bytes, kind: str = "plain") -> str:
    head = f"Content-Type: text/{kind}; charset={charset}".encode()
    return headed(head, b"Content-Transfer-Encoding: 8bit", body=data).text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "Grüße, 猫 🐱"),
        ("ISO-2022-JP", "来週の会議は水曜日です。"),
        ("windows-1251", "Давайте встретимся в среду."),
        ("koi8-r", "Рецепт пирога"),
        ("GB18030", "合同的第二版已经发给您"),
        ("big5", "發票已經寄出"),
        ("euc-kr", "안녕하세요"),
        ("shift_jis", "写真ありがとう"),
        ("iso-8859-15", "Preis: 5 €"),
        ("iso-8859-8-i", "שלום"),
        ("utf-16", "Привет"),
    ],
)
def test_a_text_is_read_in_the_charset_it_names(charset: str, text: str) -> None:
    python = {"iso-8859-8-i": "iso-8859-8"}.get(charset, charset)
    data = base64.b64encode(text.encode(python))
    head = f"Content-Type: text/plain; charset={charset}".encode()
    assert headed(head, b"Content-Transfer-Encoding: base64", body=data).text == text


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("utf-8", "Grüße".encode("latin-1"), "Grüße"),
        ("us-ascii", "Grüße".encode(), "Grüße"),
        ("us-ascii", "Grüße".encode("latin-1"), "Grüße"),
        ("no-such-charset", "Grüße".encode(), "Grüße"),
        ("iso-8859-1", b"\x93quoted\x94 \x80 5", "“quoted” € 5"),
        ("gb2312", "镕".encode("gb18030"), "镕"),
        ("utf-8", "Grüße aus Köln".encode() + b"\xff", "Grüße aus Köln\ufffd"),
        ("iso-2022-jp", b"\x1b$B\xff\xff", "\ufffd"),
        ("rot13", b"Hello", "Hello"),
        ("idna", b"Hello", "Hello"),
        ("undefined", b"Hello", "Hello"),
        ("utf-8", b"\xef\xbb\xbfHello", "Hello"),
        ('"; x="', b"Hello", "Hello"),
    ],
)
def test_a_wrong_missing_or_unknown_charset_is_tolerated(
    charset: str, data: bytes, text: str
) -> None:
    assert text in texted(charset, data)


def test_html_may_name_its_charset_itself() -> None:
    html = '<meta charset="windows-1251"><p>Рецепт</p>'.encode("cp1251")
    assert headed(b"Content-Type: text/html", body=html).text == "Рецепт"


def nested(*parts: Message, subtype: str = "mixed") -> EmailMessage:
    whole = EmailMessage(policy=SMTP)
    whole["Content-Type"] = f"multipart/{subtype}; boundary=b{subtype}{len(parts)}"
    whole.set_payload(list(parts))
    return whole


def part(text: str, kind: str = "plain", **headers: str) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made.set_content(text, subtype=kind)
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    return made


LONG = "This is the letter itself, with enough words in it to be one. " * 5


def test_the_plain_text_is_preferred_to_html() -> None:
    raw = nested(part(LONG), part("<p>In HTML</p>", "html"), subtype="alternative").as_bytes()
    assert decoded(raw).text == LONG.strip()


@pytest.mark.parametrize(
    "stub",
    [
        "",
        "View this email in your browser: https://news.example/1",
        "Your mail program does not show HTML.",
        "Diese E-Mail online ansehen: https://x.example",
        "https://x.example/only-a-link",
    ],
)
def test_html_is_read_where_the_plain_text_is_empty_or_points_to_it(stub: str) -> None:
    html = "<h1>News</h1><p>The shop <b>moves</b>.</p>"
    raw = nested(part(stub), part(html, "html"), subtype="alternative").as_bytes()
    assert decoded(raw).text == "News\n\nThe shop moves."


def test_a_short_plain_text_is_the_full_text() -> None:
    raw = nested(part("At seven?"), part("<p>No</p>", "html"), subtype="alternative").as_bytes()
    assert decoded(raw).text == "At seven?"


def test_parts_within_parts_are_found_and_their_attachments_named() -> None:
    letter = nested(part(LONG), part("<p>x</p>", "html"), subtype="alternative")
    picture = EmailMessage(policy=SMTP)
    picture.set_content(b"png", maintype="image", subtype="png")
    picture["Content-ID"] = "<logo>"
    invitation = part("BEGIN:VCALENDAR", "calendar")
    pdf = EmailMessage(policy=SMTP)
    pdf.set_content(b"pdf!", maintype="application", subtype="pdf", filename="plan.pdf")
    raw = nested(nested(letter, picture, subtype="related"), invitation, pdf).as_bytes()
    email = decoded(raw)
    assert email.text == LONG.strip()
    assert email.attachments == (
        Attachment(name="invite.ics", content_type="text/calendar", size=17),
        Attachment(name="plan.pdf", content_type="application/pdf", size=4),
    )


def test_an_invitation_alone_is_read_as_it_stands() -> None:
    email = headed(b"Content-Type: text/calendar", body=b"BEGIN:VCALENDAR\r\nSUMMARY:Dentist")
    assert "SUMMARY:Dentist" in email.text


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b"attachment; filename=plan.pdf", "plan.pdf"),
        (b"attachment; filename*=utf-8''%C3%9Cbersicht.pdf", "Übersicht.pdf"),
        (b"attachment; filename*0*=utf-8''%C3%9C; filename*1=ber.pdf", "Über.pdf"),
        (b'attachment; filename="=?utf-8?B?w5xiZXIucGRm?="', "Über.pdf"),
        ("attachment; filename=Über.pdf".encode(), "Über.pdf"),
        (b"attachment; filename*=no-such'en'x%20y.pdf", "x y.pdf"),
        (b"attachment; filename*" + b"9" * 5_000 + b"=x", "unnamed"),
        (b"attachment; filename*=broken", "broken"),
        (b'attachment; filename="a\r\n b.pdf"', "a b.pdf"),
        (b"attachment", "unnamed"),
    ],
)
def test_an_attachment_is_named_however_its_name_is_written(disposition: bytes, name: str) -> None:
    email = headed(
        b"Content-Type: application/pdf", b"Content-Disposition: " + disposition, body=b"x"
    )
    assert [attachment.name for attachment in email.attachments] == [name]
    assert email.text == ""


def test_an_attached_text_is_not_the_emails_text() -> None:
    attached = part("notes", Content_Disposition="attachment; filename=notes.txt")
    email = decoded(nested(part("Here they are."), attached).as_bytes())
    assert email.text == "Here they are."
    assert [attachment.name for attachment in email.attachments] == ["notes.txt"]


def test_a_message_within_is_named_and_not_read() -> None:
    inner = part("I was forwarded.", Subject="Inner")
    forwarded = Message()
    forwarded["Content-Type"] = "message/rfc822"
    forwarded.set_payload([inner])
    email = decoded(nested(part("Look at this."), forwarded).as_bytes())
    assert email.text == "Look at this."
    [attachment] = email.attachments
    assert (attachment.name, attachment.content_type) == ("message.eml", "message/rfc822")
    assert attachment.size > 0


@pytest.mark.parametrize(
    ("head", "subject"),
    [
        (b"Subject: Plain", "Plain"),
        (b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?q?_an_alle?=", "Grüße an alle"),
        (b"Subject: =?utf-8?b?R3LD?= =?utf-8?b?vMOfZQ==?=", "Grüße"),
        (b"Subject: =?iso-2022-jp?B?GyRCMnE1RBsoQg==?=", "会議"),
        (b"Subject: Re: =?koi8-r?B?8NLJ18XU?= all", "Re: Привет all"),
        ("Subject: Grüße".encode(), "Grüße"),
        ("Subject: Grüße".encode("latin-1"), "Grüße"),
        (b"Subject: =?no-such?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"Subject: =?utf-8?b?!!!?=", ""),
        (b"Subject: =?utf-8?b?QQ?=", "A"),
        (b"Subject: =?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        (b"Subject: two\r\n lines\x00\x07", "two lines"),
        (b"X: y", ""),
        (b"Subject: =?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    ],
)
def test_a_subject_is_one_readable_line(head: bytes, subject: str) -> None:
    assert headed(head).subject == subject


@pytest.mark.parametrize(
    ("head", "people"),
    [
        (b"To: a@b.example", [("", "a@b.example")]),
        (
            b'To: "Lind, Anna" <a@b.example>, c@d.example',
            [("Lind, Anna", "a@b.example"), ("", "c@d.example")],
        ),
        (b"To: =?utf-8?q?M=C3=BCller=2C_Eva?= <e@b.example>", [("Müller, Eva", "e@b.example")]),
        (b"To: undisclosed-recipients:;", []),
        (b"To: a@b.example, a@b.example", [("", "a@b.example")]),
        (b'To: broken" <a@b.example', [("", "a@b.example")]),
        (b"To: " + b"(" * 9_000 + b"a@b.example", [("", "a@b.example")]),
        (b"To: " + b"g:" * 4_500 + b"a@b.example", [("", "a@b.example")]),
        (b"To: nobody", []),
        (b"To: <[", []),
    ],
)
def test_addresses_are_split_and_invalid_ones_are_left_out(
    head: bytes, people: list[tuple[str, str]]
) -> None:
    assert [(person.name, person.address) for person in headed(head).to] == people


def test_an_email_without_a_sender_has_an_unknown_one() -> None:
    assert headed(b"From: ,,,").sender == Address(address="unknown")
    assert headed(b"Sender: list@b.example").sender.address == "list@b.example"


@pytest.mark.parametrize(
    ("date", "at"),
    [
        (b"Fri, 20 Nov 2026 10:00:00 +0100", NOW - timedelta(hours=3)),
        (b"Fri, 20 Nov 2026 10:00:00", NOW - timedelta(hours=2)),
        (b"Tue, 20 Nov 2099 10:00:00 +0000", NOW),
        (b"Thu, 01 Jan 1970 00:00:00 +0000", NOW),
        (b"Mon, 99 Foo 99999 99:99:99 +99999999", NOW),
        (b"yesterday", NOW),
        (b"", NOW),
    ],
)
def test_a_date_is_used_unless_it_is_implausible(date: bytes, at: datetime) -> None:
    assert headed(b"Date: " + date).at == at


def test_message_ids_are_split_and_invalid_ones_are_left_out() -> None:
    email = headed(
        b"Message-ID: <1@x>",
        b"In-Reply-To: your mail of Monday <2@x>",
        b"References: <2@x> junk <3@x>\r\n\t<2@x> <a b@x>",
    )
    assert (email.message_id, email.in_reply_to) == ("<1@x>", "<2@x>")
    assert email.references == ("<2@x>", "<3@x>")


def test_the_same_email_has_the_same_id_and_another_content_another() -> None:
    head = (b"Message-ID: <1@x>", b"From: a@b.example", b"Subject: Hi")
    one = headed(*head, body=b"Hello\r\nyou")
    assert headed(*head, b"X-Other: 1", body=b"Hello \r\n\r\n you").id == one.id
    assert headed(*head, body=b"Hello me").id != one.id
    assert headed(head[0], b"From: c@d.example", head[2], body=b"Hello\r\nyou").id != one.id
    assert headed(*head[:2], b"Subject: Ho", body=b"Hello\r\nyou").id != one.id


def test_emails_without_a_message_id_are_distinguished_by_arrival() -> None:
    raw = b"From: cron@b.example\r\n\r\ndone"
    assert decoded(raw, NOW).id == decoded(raw, NOW).id
    assert decoded(raw, NOW).id != decoded(raw, NOW + timedelta(hours=1)).id


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no headers at all",
        b"Content-Type: multipart/mixed\r\n\r\nHello",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHello",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n!",
        b"Content-Type: ;;;\r\n\r\nHello",
        b"Content-Type: text/plain; charset*=a'b'%ff\r\n\r\nHello",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"\xff\xfe: \x80\r\n\r\n\x81",
    ],
)
def test_malformed_mime_is_read_as_far_as_possible(raw: bytes) -> None:
    email = decoded(raw)
    assert "Hello" in email.text or b"Hello" not in raw


def test_thousands_of_nested_parts_are_tolerated() -> None:
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(3_000)
    )
    assert decoded(b"Subject: Deep\r\n" + deep + b"\r\nHello").subject == "Deep"


def test_a_long_text_is_cut() -> None:
    assert len(headed(body=b"word " * MAX_TEXT_CHARS).text) <= MAX_TEXT_CHARS


def test_no_text_contains_characters_that_cannot_be_stored() -> None:
    email = headed(b"Subject: a\x00b =?utf-8?q?=ED=A0=80?=", body=b"x\x00y\xed\xa0\x80")
    for text in (email.subject, email.text):
        assert "\0" not in text
        text.encode()


@settings(deadline=None)  # a busy machine is slow
@given(st.binary(max_size=2_000))
def test_any_bytes_are_an_email(raw: bytes) -> None:
    email = decoded(raw)
    f"{email.subject}{email.text}{email.sender}".encode()


@settings(deadline=None)  # a busy machine is slow
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["From", "To", "Subject", "Date", "Content-Type", "Message-ID"]),
            st.text(st.sampled_from("\"'<>@,;:=?()[]\\ \t%*0az/ü\r\n")),
        ),
        max_size=6,
    ),
    st.text(),
)
def test_any_headers_are_headers(headers: list[tuple[str, str]], body: str) -> None:
    lines = [f"{name}: {value}" for name, value in headers]
    raw = "\r\n".join([*lines, "", body]).encode("utf-8", "surrogatepass")
    assert len(decoded(raw).id) == 16

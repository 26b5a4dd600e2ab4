"""Postmark's inbound webhook: who may call, what its documented payload becomes, and that nothing
else than WebhookUnreadable comes of any other.
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.email.model import Address, Attachment, Email, Folder
from brain.email.parse.decoding import decode
from brain.email.parse.mime import CUT, MAX_TEXT_CHARS
from brain.email.postmark import MAX_ATTACHMENTS, MAX_RECIPIENTS, PostmarkReader
from brain.errors import SignatureRefused, WebhookUnreadable

type Json = dict[str, Any]

PASSWORD = "correct-horse-battery"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
READER = PostmarkReader([PASSWORD])

# After the example in the vendor's documentation of the inbound webhook.
PAYLOAD: Json = {
    "FromName": "Postmarkapp Support",
    "MessageStream": "inbound",
    "From": "support@postmarkapp.com",
    "FromFull": {
        "Email": "support@postmarkapp.com", "Name": "Postmarkapp Support", "MailboxHash": "",
    },
    "To": '"Firstname Lastname" <yourhash+SampleHash@inbound.postmarkapp.com>',
    "ToFull": [
        {
            "Email": "yourhash+SampleHash@inbound.postmarkapp.com",
            "Name": "Firstname Lastname",
            "MailboxHash": "SampleHash",
        }
    ],
    "Cc": '"First Cc" <firstcc@postmarkapp.com>, secondCc@postmarkapp.com',
    "CcFull": [
        {"Email": "firstcc@postmarkapp.com", "Name": "First Cc", "MailboxHash": ""},
        {"Email": "secondCc@postmarkapp.com", "Name": "", "MailboxHash": ""},
    ],
    "Bcc": "",
    "BccFull": [],
    "OriginalRecipient": "yourhash+SampleHash@inbound.postmarkapp.com",
    "Subject": "Test subject",
    "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
    "ReplyTo": "replyto@postmarkapp.com",
    "MailboxHash": "SampleHash",
    "Date": "Fri, 1 Aug 2014 16:45:32 -04:00",
    "TextBody": "This is a test text body.",
    "HtmlBody": "<html><body><p>This is a test html body.</p></body></html>",
    "StrippedTextReply": "This is the reply text",
    "Tag": "TestTag",
    "Headers": [
        {"Name": "X-Header-Test", "Value": ""},
        {"Name": "X-Spam-Status", "Value": "No"},
        {"Name": "Message-ID", "Value": "<CAGXpo2WKfxHWZ5UFYCR3H@mail.gmail.com>"},
    ],
    "Attachments": [
        {
            "Name": "test.txt",
            "Content": "VGhpcyBpcyBhdHRhY2htZW50IGNvbnRlbnRzLCBiYXNlLTY0IGVuY29kZWQu",
            "ContentType": "text/plain",
            "ContentLength": 45,
        }
    ],
}  # fmt: skip


def read(now: datetime = NOW, **changed: Any) -> Email:
    return READER.read(json.dumps(PAYLOAD | changed).encode(), now=now)


# ---- who may call


def basic(user: str, password: str, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_postmark_comes_in_with_its_user_and_password(scheme: str) -> None:
    READER.check(basic("postmark", PASSWORD, scheme))


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic ",
        basic("postmark", PASSWORD[:-1]),
        basic("postmark", ""),
        basic("Postmark", PASSWORD),
        basic("", PASSWORD),
        basic("postmark", PASSWORD, "Bearer"),
        basic("postmark", PASSWORD, ""),
        f"Basic postmark:{PASSWORD}",
        "Basic grüße \ud83d",
        PASSWORD,
    ],
)
def test_nobody_else_does(authorization: str | None) -> None:
    with pytest.raises(SignatureRefused) as refused:
        READER.check(authorization)
    assert str(refused.value) == "the user or the password is incorrect"


# ---- what becomes of its payload


def test_the_documented_payload_becomes_an_unread_email_of_the_inbox() -> None:
    email = read()
    assert email == Email(
        id=email.id,
        folder=Folder.INBOX,
        message_id="<CAGXpo2WKfxHWZ5UFYCR3H@mail.gmail.com>",
        in_reply_to="",
        references=(),
        sender=Address(address="support@postmarkapp.com", name="Postmarkapp Support"),
        to=(
            Address(
                address="yourhash+SampleHash@inbound.postmarkapp.com", name="Firstname Lastname"
            ),
        ),
        cc=(
            Address(address="firstcc@postmarkapp.com", name="First Cc"),
            Address(address="secondCc@postmarkapp.com"),
        ),
        reply_to=(Address(address="replyto@postmarkapp.com"),),
        subject="Test subject",
        at=datetime(2014, 8, 1, 20, 45, 32, tzinfo=UTC),
        text="This is a test text body.",
        attachments=(Attachment(name="test.txt", content_type="text/plain", size=45),),
        unread=True,
    )


def test_it_is_the_same_when_it_is_posted_again() -> None:
    later = NOW + timedelta(hours=6)
    assert read(now=later).id == read().id
    without: Json = {"Headers": [], "Date": ""}
    assert read(now=later, **without).id == read(**without).id
    assert read(**without, MessageID="another").id != read(**without).id


def test_what_it_answers_is_known_by_the_headers_that_were_passed_on() -> None:
    headers = [
        {"Name": "message-id", "Value": "<3@x>"},
        {"Name": "In-Reply-To", "Value": "<2@x> (yours)"},
        {"Name": "REFERENCES", "Value": "<1@x>\n <2@x>"},
        {"Name": "Reply-To", "Value": "eve@example.org"},
    ]
    email = read(Headers=headers)
    assert (email.message_id, email.in_reply_to) == ("<3@x>", "<2@x>")
    assert email.references == ("<1@x>", "<2@x>")
    assert [person.address for person in email.reply_to] == ["replyto@postmarkapp.com"]


@pytest.mark.parametrize(
    ("plain", "html", "text"),
    [
        ("Hello", "<p>Hi</p>", "Hello"),
        ("", "<p>Grüße,<br>Anna</p>", "Grüße,\nAnna"),
        ("Please view this in a browser.", "<p>The letter</p>", "The letter"),
        ("", "", ""),
        ("See the HTML version.", "<img src=x>", "See the HTML version."),
        ("a\0b\ud83d", "", "ab�"),
        ("", "<p>a\0b\ud83d</p>", "ab�"),
        ("x" * MAX_TEXT_CHARS, "", "x" * MAX_TEXT_CHARS),
        ("x" * (MAX_TEXT_CHARS + 1), "", f"{'x' * (MAX_TEXT_CHARS - len(CUT) - 2)}\n\n{CUT}"),
    ],
)
def test_its_text_is_the_plain_one_or_else_that_of_the_html(
    plain: str, html: str, text: str
) -> None:
    assert read(TextBody=plain, HtmlBody=html).text == text


def test_names_and_subjects_are_one_line_that_can_be_read() -> None:
    email = read(
        Subject="Gr=?utf-8?q?=C3=BC?=\r\nBcc: eve@example.org\0\ud83d",
        FromFull={"Email": "anna@example.org", "Name": "Anna\r\nSmith\0"},
        ReplyTo="a@example.org,\r\nReferences: <9@x>",
    )
    assert email.subject == "Grü Bcc: eve@example.org�"
    assert email.sender == Address(address="anna@example.org", name="Anna Smith")
    assert email.references == ()  # one header cannot bring another along


def test_an_address_with_a_name_in_it_is_an_address_all_the_same() -> None:
    sender = read(FromFull={"Email": "Anna <anna@example.org>"}).sender
    assert sender == Address(address="anna@example.org")


def test_of_many_recipients_and_attachments_the_first_are_kept() -> None:
    people = [{"Email": f"p{number}@example.org"} for number in range(MAX_RECIPIENTS + 1)]
    files = [{"Name": f"f{number}"} for number in range(MAX_ATTACHMENTS + 1)]
    email = read(ToFull=people, Attachments=files)
    assert (len(email.to), len(email.attachments)) == (MAX_RECIPIENTS, MAX_ATTACHMENTS)


@pytest.mark.parametrize("size", [None, -1, True, 1.5, "45", 10**400])
def test_a_size_that_is_none_is_told_as_nothing(size: Any) -> None:
    [attachment] = read(Attachments=[{"Name": "a", "ContentLength": size}]).attachments
    assert (attachment.size, type(attachment.size)) == (0, int)


@pytest.mark.parametrize("date", ["", None, "tomorrow", 7, "Fri, 1 Aug 2114 16:45:32 +0000"])
def test_what_says_no_time_to_be_believed_was_written_now(date: Any) -> None:
    assert read(Date=date).at == NOW


@pytest.mark.parametrize(
    ("email", "name", "sender"),
    [
        ("MAILER-DAEMON", "Mail Delivery System", Address(address="", name="Mail Delivery System")),
        ("MAILER-DAEMON", "", Address(address="", name="MAILER-DAEMON")),
        ("", "Bank of Anna", Address(address="", name="Bank of Anna")),
        ("", "", Address(address="unknown")),
        ("@", "", Address(address="unknown")),
    ],
)
def test_a_sender_without_an_address_is_taken_by_name(
    email: str, name: str, sender: Address
) -> None:
    assert read(FromFull={"Email": email, "Name": name}).sender == sender


def test_a_picture_that_the_html_shows_is_no_attachment() -> None:
    files = [
        {"Name": "logo.png", "ContentType": "image/png", "ContentID": "cid:logo@x"},
        {"Name": "photo.png", "ContentType": "image/png", "ContentID": "photo@x"},
    ]
    email = read(HtmlBody="<img src='cid:logo@x'>", Attachments=files)
    assert [attachment.name for attachment in email.attachments] == ["photo.png"]


def test_an_invitation_without_a_letter_is_read() -> None:
    event = base64.b64encode(b"BEGIN:VEVENT\nSUMMARY:Dentist\nEND:VEVENT").decode()
    file = {"Name": "invite.ics", "ContentType": "text/calendar; method=REQUEST", "Content": event}
    assert read(TextBody=" ", HtmlBody="", Attachments=[file]).text == "What: Dentist"
    assert read(TextBody="See you", HtmlBody="", Attachments=[file]).text == "See you"


# ---- the raw email

RAW = (
    "From: Anna <anna@example.org>\r\nTo: me@brain.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?="
    "\r\nMessage-ID: <raw@example.org>\r\nDate: Fri, 20 Nov 2026 11:00:00 +0000\r\n\r\nHello\r\n"
)


def test_the_raw_email_is_the_whole_truth_where_it_comes_along() -> None:
    email = read(RawEmail=RAW)
    assert email == decode(RAW.encode(), folder=Folder.INBOX, unread=True, arrived_at=NOW)
    assert (email.subject, email.sender.name, email.text) == ("Grüße", "Anna", "Hello")
    assert read(RawEmail=RAW, FromFull=None) == email


def test_a_raw_email_without_a_message_id_is_the_same_when_it_is_posted_again() -> None:
    raw = RAW.replace("Message-ID: <raw@example.org>\r\n", "")
    email = read(RawEmail=raw)
    assert email.message_id == ""
    assert read(now=NOW + timedelta(hours=1), RawEmail=raw).id == email.id
    assert read(RawEmail=raw, MessageID="another").id != email.id


@pytest.mark.parametrize("raw", [None, "", 7, ["x"]])
def test_a_raw_email_that_is_none_is_not_missed(raw: Any) -> None:
    assert read(RawEmail=raw) == read()


# ---- invalid bodies


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is not valid JSON"),
        (b"{", "the body is not valid JSON"),
        (b"\xff\x00{}", "the body is not valid JSON"),
        (b"[" * 100_000, "the body is not valid JSON"),
        (b"9" * 5_000, "the body is not valid JSON"),
        (b"[]", "the body is not an object"),
        (b"null", "the body is not an object"),
        (b"{}", "FromFull has no Email"),
        (b'{"FromFull":[]}', "FromFull has no Email"),
        (b'{"FromFull":{"Email":7}}', "FromFull has no Email"),
    ],
)
def test_another_body_is_unreadable_and_nothing_of_it_is_told(body: bytes, reason: str) -> None:
    with pytest.raises(WebhookUnreadable) as unreadable:
        READER.read(body, now=NOW)
    assert str(unreadable.value) == reason


ODD = st.text(st.sampled_from('a@.<>(,;:"\\=?\0\r\n \ud83d\udc31猫'), max_size=30)
PEOPLE = st.fixed_dictionaries({"Email": ODD.map("a{}@b.c".format)}, optional={"Name": ODD})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD | PEOPLE | st.lists(PEOPLE),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Email", "Name", "Value", "ContentType", "ContentLength"]), inner
        )
    ),
    max_leaves=8,
)
FIELDS = ["FromFull", "ToFull", "CcFull", "ReplyTo", "Subject", "MessageID", "Date", "TextBody"]
FIELDS += ["HtmlBody", "Headers", "Attachments", "RawEmail"]
HOSTILE = st.dictionaries(st.sampled_from(FIELDS), VALUES)


@settings(deadline=None, max_examples=300)  # a busy machine is slow
@given(HOSTILE)
def test_values_of_any_type_are_read_or_unreadable_and_can_be_kept(changed: Json) -> None:
    try:
        email = read(**changed)
    except WebhookUnreadable:
        return
    texts = [email.id, email.message_id, email.in_reply_to, *email.references, email.subject]
    texts += [email.text, *(file.name + file.content_type for file in email.attachments)]
    for person in (email.sender, *email.to, *email.cc, *email.reply_to):
        assert "\n" not in str(person)
        texts.append(str(person))
    assert "\0" not in "".join(texts).encode().decode()
    assert email.at.tzinfo is not None
    assert all(type(file.size) is int and file.size >= 0 for file in email.attachments)


@settings(deadline=None)  # a busy machine is slow
@given(st.binary(max_size=50))
def test_bytes_of_any_kind_are_unreadable(body: bytes) -> None:
    with pytest.raises(WebhookUnreadable):
        READER.read(body, now=NOW)


def test_a_letter_of_comments_within_comments_does_not_stop_it() -> None:
    deep = "(" * 20_000
    email = read(ReplyTo=deep, ToFull=[{"Email": deep + "a@b.c"}], HtmlBody="<div>" * 20_000)
    assert email.sender.address == "support@postmarkapp.com"

"""Emails that do not follow the standards, as programs write them and others read them."""

import base64

import pytest

from brain.email.model import Address
from brain.email.parse.transfer import token, unencoded
from tests.email.parse.raw import part, parts, read

LETTER = "From: Anna Lind <anna@example.org>\nSubject: Hi there"


@pytest.mark.parametrize(
    "head",
    [
        "From: Anna Lind <anna@example.org>\nScanned by the gate\nSubject: Hi there",
        "X-Spam Score: 5\nFrom: Anna Lind <anna@example.org>\nSubject: Hi there",
        ">From anna@example.org Mon Nov 23 10:00:00 2026\n" + LETTER,
        "From anna@example.org Mon Nov 23 10:00:00 2026\n" + LETTER,
        "From : Anna Lind <anna@example.org>\nSubject\t: Hi there",
        LETTER + "\nScanned by the gate",
        "Junk\n with a fold: x\n" + LETTER,
        ": nameless\n" + LETTER,
        "\n\n" + LETTER,
        LETTER.replace("Lind", "Lind\n"),
    ],
)
def test_a_line_that_is_no_header_is_skipped(head: str) -> None:
    email = read(f"{head}\n\nThe letter")
    assert (email.sender, email.subject, email.text) == (
        Address(name="Anna Lind", address="anna@example.org"),
        "Hi there",
        "The letter",
    )


def test_the_headers_of_a_part_are_repaired_as_well() -> None:
    head = "Content-Type : text/html\njunk\nContent-Transfer-Encoding : base64"
    raw = parts("mixed", f"{head}\n\n{base64.b64encode(b'<b>Hello</b>').decode()}")
    assert read(raw).text == "Hello"


@pytest.mark.parametrize("raw", ["Subject: Hi\nHello\nyou", "Subject: Hi\nHello\nyou\n\n"])
def test_the_empty_line_before_the_body_may_be_missing(raw: str) -> None:
    assert (read(raw).subject, read(raw).text) == ("Hi", "Hello\nyou")


# ---- transfer encodings


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("base64", "base64"),
        ("Base64 ", "base64"),
        ("base64;", "base64"),
        ("base64 (as ever)", "base64"),
        ("(always) base64", "base64"),
        ('"base64"', "base64"),
        ("'quoted-printable'", "quoted-printable"),
        ("Quoted-Printable (7 bit)", "quoted-printable"),
        ("\r\n base64", "base64"),
        ("", ""),
        ("()", ""),
    ],
)
def test_a_transfer_encoding_is_the_first_token_of_its_header(value: str, name: str) -> None:
    assert token(value) == name


FOOTER = b"_______________\nThe list: https://lists.example/team"


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"RGlubmVyIGF0IHNldmVuLg==\nQnJpbmcgdGhlIHdpbmUu", b"Dinner at seven.Bring the wine."),
        (b"RGlubmVyIGF0IHNldmVuLg==QnJpbmcgdGhlIHdpbmUu", b"Dinner at seven.Bring the wine."),
        (b"RGlubmVyIGF0IHNldmVuLg==\n" + FOOTER, b"Dinner at seven.\n" + FOOTER),
        (b"RGlubmVyIGF0IHNldmVuLg==\n\n" + FOOTER + b"\n", b"Dinner at seven.\n\n" + FOOTER),
        (b"RGlu\r\n bmVy\r\n", b"Dinner"),
        (b"RGlubmVy!IGF0\nIHNldmVuLg==", b"Dinner at seven."),
        (b"RGlubmVyIGF0IHNldmVuLg", b"Dinner at seven."),
        (b"RGlubmVyIGF0IHNldmVuL", b"Dinner at seven"),
        (b"Not encoded at all, it seems.", b"Not encoded at all, it seems."),
        (b"", b""),
    ],
)
def test_every_segment_of_base64_is_decoded_and_a_footer_is_kept(data: bytes, plain: bytes) -> None:
    assert unencoded(data, "base64") == plain


def test_a_text_in_quoted_printable_or_uuencode_is_decoded() -> None:
    assert unencoded(b"Gr=C3=BC=\r\n=C3=9Fe", "quoted-printable") == "Grüße".encode()
    assert unencoded(b"begin 644 x\n#2&5Y\n \nend\n", "x-uuencode") == b"Hey"
    assert unencoded(b"Hey=20", "8bit") == b"Hey=20"


# ---- encoded words


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?UTF-8?Q?Where_are_you??=", "Where are you?"),
        ("=?UTF-8?Q?Ready?=20Go?=", "Ready? Go"),
        ("=?UTF-8?Q?What are you doing? [ask]?= now", "What are you doing? [ask] now"),
        ("=?utf-8?B?R3LD?= =?UTF-8?B?vMOfZQ==?=", "Grüße"),
        ("=?utf-8*en?Q?Hi?=", "Hi"),
        ("=?utf-8?B?R3LD\n vMOfZQ==?=", "Grüße"),
        ("=?utf-8?Q?open =?utf-8?Q?word?=", "=?utf-8?Q?open word"),
        ("=?utf-8?Q?a?=b=?utf-8?Q?c?=", "abc"),
        ("=?ISO-2022-JP?B?GyRCLSEbKEIbJEIycTVEGyhC?=", "①会議"),
        ("a =?b?= c", "a =?b?= c"),
    ],
)
def test_an_encoded_word_extends_to_its_end(raw: str, subject: str) -> None:
    assert read(f"Subject: {raw}\n\nx").subject == subject


@pytest.mark.parametrize(
    ("raw", "people"),
    [
        ("=?utf-8?Q?M=C3=BCller,_Eva?= <eva@x.example>", [("Müller, Eva", "eva@x.example")]),
        ("=?utf-8?Q?Eva @ home?= <eva@x.example>", [("Eva @ home", "eva@x.example")]),
        ('"=?utf-8?Q?M=C3=BCller,_Eva?=" <eva@x.example>', [("Müller, Eva", "eva@x.example")]),
        ("=?utf-8?Q?Eva_<eva@x.example>?=", [("Eva", "eva@x.example")]),
        (
            "=?utf-8?B?R3LD?= =?UTF-8?B?vMOfZQ==?= <a@x.example>, b@x.example",
            [("Grüße", "a@x.example"), ("", "b@x.example")],
        ),
    ],
)
def test_encoded_words_are_found_before_the_list_is_split(
    raw: str, people: list[tuple[str, str]]
) -> None:
    assert [(one.name, one.address) for one in read(f"To: {raw}\n\nx").to] == people


def test_raw_bytes_in_headers_are_in_the_charset_of_the_text() -> None:
    head = "From: Иван <ivan@example.org>\nSubject: Десятка\n".encode("koi8-r")
    file = 'Content-Type: text/plain; charset=koi8-r; name="Отчёт.txt"\n\nx\n'.encode("koi8-r")
    text = "--b\nContent-Type: text/plain; charset=koi8-r\n\nИюнь\n--b\n".encode("koi8-r")
    email = read(head + b"Content-Type: multipart/mixed; boundary=b\n\n" + text + file)
    assert (email.subject, email.sender.name, email.text) == ("Десятка", "Иван", "Июнь")
    assert [attachment.name for attachment in email.attachments] == ["Отчёт.txt"]


# ---- senders


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("MAILER-DAEMON (Mail Delivery System)", "Mail Delivery System"),
        ("root (Cron Daemon)", "Cron Daemon"),
        ("Bank of Anna", "Bank of Anna"),
        ('"Bank of Anna" <>', "Bank of Anna"),
        ("Bank of Anna <undisclosed>", "Bank of Anna"),
        ("<MAILER-DAEMON>", "MAILER-DAEMON"),
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("postmaster", "postmaster"),
    ],
)
def test_a_sender_without_an_address_has_a_name(raw: str, name: str) -> None:
    sender = read(f"From: {raw}\n\nx").sender
    assert (sender, str(sender)) == (Address(address="", name=name), name)


# ---- format=flowed


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("One \nline\nTwo", "One line\nTwo"),
        ("> a \n> b\n>> c \n> d", "> a b\n>> c\n> d"),
        ("Bye \n-- \nAnna", "Bye\n--\nAnna"),
        (" From me \nto you", "From me to you"),
        ("a \n\nb", "a\n\nb"),
    ],
)
def test_lines_of_a_flowed_text_are_joined(text: str, joined: str) -> None:
    assert read(part("text/plain; format=flowed", text)).text == joined


def test_with_delsp_the_blank_is_not_part_of_the_text() -> None:
    kind = "text/plain; charset=utf-8; format=Flowed; DelSp=Yes"
    raw = part(kind, "午後 \n三時\n\nhttps://x.example/a \n/b\n", "Content-Transfer-Encoding: 8bit")
    assert read(raw).text == "午後三時\n\nhttps://x.example/a/b"

"""Which parts of an email make up its text, and which are its attachments."""

import pytest

from brain.email.parse.mime import CUT, MAX_TEXT_CHARS
from tests.email.parse.raw import part, parts, read

PLAIN, HTML = "text/plain", "text/html"
INLINE = "Content-Disposition: inline; filename={}"
PICTURE = part("image/png; name=a.png", "png", "Content-ID: <logo@x>", INLINE.format("a.png"))
EVENT = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Dentist\\, at last
DTSTART;TZID="Europe/Berlin":20261203T090000
DTEND;TZID=Europe/Berlin:20261203T093000
LOCATION:Main street 4
 , second floor
ORGANIZER;CN="Dr. Lind":mailto:lind@example.org
ATTENDEE;CN=Robin;X="a:b":MAILTO:robin@example.org
BEGIN:VALARM
SUMMARY:Alarm
END:VALARM
END:VEVENT
END:VCALENDAR"""


def names(raw: str) -> list[str]:
    return [attachment.name for attachment in read(raw).attachments]


@pytest.mark.parametrize("kind", ["mixed", "related", "signed", "x-unknown"])
def test_parts_that_follow_each_other_are_all_read_in_their_order(kind: str) -> None:
    raw = parts(kind, part(HTML, "<p>We meet on Friday.</p>"), part(PLAIN, "The list's footer"))
    assert read(raw).text == "We meet on Friday.\n\nThe list's footer"
    assert names(raw) == []


def test_a_short_plain_text_is_a_stub_only_among_alternatives() -> None:
    plain, html = part(PLAIN, "Also online: we meet at ten"), part(HTML, "<p>A footer</p>")
    assert read(parts("mixed", plain, html)).text == "Also online: we meet at ten\n\nA footer"
    assert read(parts("alternative", plain, html)).text == "A footer"


def test_a_picture_between_texts_divides_nothing() -> None:
    raw = parts("mixed", part(PLAIN, "Hi Robin,"), PICTURE, part(HTML, "we land at <b>18:40</b>"))
    assert read(raw).text == "Hi Robin,\n\nwe land at 18:40"
    assert names(raw) == ["a.png"]


def test_alternatives_within_and_around_other_parts_are_read_once() -> None:
    related = parts(
        "related", part(HTML, "<p>Hello <img src=cid:logo@x></p>"), PICTURE, boundary="r"
    )
    inner = parts("alternative", part(PLAIN, " "), related, boundary="a")
    raw = parts("mixed", inner, part("application/pdf; name=plan.pdf", "pdf"), part(PLAIN, "Bye"))
    assert read(raw).text == "Hello\n\nBye"
    assert names(raw) == ["plan.pdf"]


def test_a_text_that_is_sent_twice_is_read_once() -> None:
    raw = parts("mixed", part(PLAIN, "At seven?"), part(HTML, "<p>At  seven?</p>"))
    assert read(raw).text == "At seven?"


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "text/csv"])
def test_a_text_with_a_file_name_beside_the_letter_is_an_attachment(kind: str) -> None:
    file = part(f"{kind}; name=a.txt", "Numbers", INLINE.format("a.txt"))
    raw = parts("mixed", part(PLAIN, "Here is the log."), file)
    assert (read(raw).text, names(raw)) == ("Here is the log.", ["a.txt"])


def test_a_text_with_a_file_name_is_read_if_there_is_no_other() -> None:
    raw = part("text/plain; name=letter.txt", "Hello")
    assert (read(raw).text, names(raw)) == ("Hello", ["letter.txt"])


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Hi <img src='cid:logo@x'></p>", []),
        ("<p>Hi <img src='CID:logo%40x'></p>", []),
        ("<p style='background:url(cid:logo@x)'>Hi</p>", []),
        ("<p>Hi</p>", ["a.png"]),
    ],
)
def test_a_picture_is_an_attachment_unless_the_html_shows_it(html: str, found: list[str]) -> None:
    assert names(parts("related", part(HTML, html), PICTURE)) == found
    plain = part(PLAIN, "Hi, this is the whole text.")
    alternative = parts("alternative", plain, part(HTML, html), boundary="a")
    assert names(parts("mixed", alternative, PICTURE)) == found


def test_an_alternative_that_is_not_read_is_no_attachment() -> None:
    amp = part("text/x-amp-html", "<html amp4email>Parcel</html>")
    raw = parts("alternative", part(PLAIN, "It comes on Friday."), amp, part(HTML, "<p>Friday</p>"))
    assert (read(raw).text, names(raw)) == ("It comes on Friday.", [])


@pytest.mark.parametrize("blank", [" ", "\u00a0\u200b\u00ad"])
def test_an_invitation_without_a_letter_says_what_when_where_and_who(blank: str) -> None:
    calendar = part("text/calendar; charset=utf-8; method=REQUEST", EVENT)
    raw = parts("alternative", part("text/plain; charset=utf-8", blank), calendar)
    assert read(raw).text == (
        "What: Dentist, at last\n"
        "When: 2026-12-03 09:00 (Europe/Berlin) to 2026-12-03 09:30 (Europe/Berlin)\n"
        "Where: Main street 4, second floor\n"
        "Who: Dr. Lind <lind@example.org>, Robin <robin@example.org>"
    )
    assert names(raw) == []


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("DTSTART:20261203T090000Z", "2026-12-03 09:00 UTC".replace(" UTC", " (UTC)")),
        ("DTSTART;VALUE=DATE:20261203", "2026-12-03"),
        ("DTSTART:20261203T090000", "2026-12-03 09:00"),
        ("DTSTART:tomorrow", "tomorrow"),
    ],
)
def test_the_time_of_an_event_is_told_as_it_is_written(line: str, when: str) -> None:
    calendar = f"BEGIN:VEVENT\n{line}\nSUMMARY:X\nEND:VEVENT"
    assert f"When: {when}" in read(part("text/calendar", calendar)).text.splitlines()


STATUS = """Reporting-MTA: dns; mail.example

Original-Recipient: rfc822;ben@example.org
Final-Recipient: rfc822; ben@example.org
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 mailbox
 full

Final-Recipient: rfc822; eva@example.org
Action: delayed"""


@pytest.mark.parametrize("kind", ["delivery-status", "global-delivery-status"])
def test_a_bounce_without_a_letter_says_who_did_not_get_it_and_why(kind: str) -> None:
    raw = parts("report; report-type=delivery-status", part(f"message/{kind}", STATUS))
    assert read(raw).text == (
        "Recipient: ben@example.org\nAction: failed\nStatus: 5.2.2\nReason: 552 mailbox full\n\n"
        "Recipient: eva@example.org\nAction: delayed"
    )


def test_of_a_bounce_with_a_letter_the_letter_is_read() -> None:
    status, sent = (
        part("message/delivery-status", STATUS),
        part("message/rfc822", "Subject: Hi\n\nHi"),
    )
    raw = parts("report", part(PLAIN, "It did not arrive."), status, sent)
    assert (read(raw).text, names(raw)) == ("It did not arrive.", ["message.eml"])


def test_a_receipt_without_a_letter_says_what_happened() -> None:
    fields = "Final-Recipient: rfc822;eva@example.org\nDisposition: manual-action; displayed"
    raw = parts("report", part("message/disposition-notification", fields))
    assert read(raw).text == ("Recipient: eva@example.org\nDisposition: manual-action; displayed")


def test_a_text_of_another_kind_is_read_if_there_is_no_letter() -> None:
    raw = part("text/enriched", "<bold>Hello</bold> you")
    assert read(raw).text == "Hello you"


@pytest.mark.parametrize(
    "raw",
    [
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello",
        "Content-Type: multipart/mixed; boundary=b\n\n--b  \n\nHello\n--b-- \nBye",
        "Content-Type: multipart/mixed; boundary=b\n\n--bb\n--b\n\nHello\n--b",
        "Content-Type: multipart/mixed; boundary=c\n\n--b\nContent-ID: <1>\n\nHello\n--b--",
        "Content-Type: multipart/mixed\n\nFor old programs\n--b\ncontent-type: text/plain\n\nHello",
        "Content-Type: multipart/mixed; boundary=b\n\nHello",
        "Content-Type: multipart/mixed\n\nHello",
    ],
)
def test_boundaries_may_be_missing(raw: str) -> None:
    assert read(raw).text == "Hello"


def test_a_text_that_is_cut_says_so() -> None:
    text = read(part(PLAIN, "word " * MAX_TEXT_CHARS)).text
    assert text.endswith(f"word\n\n{CUT}")
    assert len(text) <= MAX_TEXT_CHARS


def test_characters_that_cannot_be_seen_are_removed_everywhere() -> None:
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "send all")
    filler = "\u034f\u200c\u00a0" * 50
    raw = part(
        "text/html; charset=utf-8",
        f"<div>Sale{filler}</div>Gesamt\u00adkonzept{tags}",
        f"Subject: Hi{tags} you",
        f"From: An\u00adna{tags} <anna@example.org>",
    )
    email = read(raw)
    assert (email.subject, email.sender.name) == ("Hi you", "Anna")
    assert email.text == "Sale\nGesamtkonzept"


def test_joiners_stay_where_a_script_or_an_emoji_needs_them() -> None:
    text = "می\u200cخواهم 👩\u200d🚀"  # noqa: RUF001
    assert read(part("text/plain; charset=utf-8", text)).text == text

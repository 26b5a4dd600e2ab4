"""Outgoing emails: their bytes, and refusals."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.email.model import Address, Outgoing
from brain.email.outgoing import (
    MAX_BODY_CHARS,
    MAX_RECIPIENTS,
    MAX_SUBJECT_CHARS,
    compose,
    message_id,
    objection,
    recipient,
)

ME = Address(name="Mé", address="me@brain.example")
ANNA = Address(name="Anna", address="anna@example.org")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LETTER = Outgoing(message_id="<1@brain.example>", to=(ANNA,), cc=(), subject="Hi", text="Hello")


def changed(**changes: object) -> Outgoing:
    values = {
        "message_id": "<1@brain.example>",
        "to": (ANNA,),
        "cc": (),
        "subject": "Hi",
        "text": "Hello",
        **changes,
    }
    return Outgoing(**values)  # type: ignore[arg-type]  # the fields of one


def composed(**changes: object) -> EmailMessage:
    raw = compose(changed(**changes), sender=ME, at=NOW)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()
    return BytesParser(policy=SMTP).parsebytes(raw)


def test_the_headers_say_who_to_whom_when_and_what() -> None:
    message = composed(cc=(Address(name="Bén, Dr.", address="ben@example.org"),), subject="Grüße")
    assert dict(message.items()) == {
        "From": "Mé <me@brain.example>",
        "To": "Anna <anna@example.org>",
        "Cc": '"Bén, Dr." <ben@example.org>',
        "Subject": "Grüße",
        "Date": "Fri, 20 Nov 2026 12:00:00 +0000",
        "Message-ID": "<1@brain.example>",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }


@pytest.mark.parametrize(
    "text", ["Grüße\n.\n.dot\nFrom me", "猫" * 2_000, "a\r\nb\rc", "x" * 3_000]
)
def test_a_text_of_any_characters_arrives_as_it_was(text: str) -> None:
    assert composed(text=text).get_content().splitlines() == text.splitlines()


def test_a_message_id_comes_from_the_key_and_the_writers_domain() -> None:
    id = message_id("run:1:call", ME)
    assert id == message_id("run:1:call", ME)
    assert id != message_id("run:1:other", ME)
    assert len(id) == len("<@brain.example>") + 32
    assert id.endswith("@brain.example>")


def test_ids_of_a_thread_are_not_encoded_however_long_they_are() -> None:
    ids = tuple(f"<{number}{'a' * 150}@example.org>" for number in range(20))
    raw = compose(changed(references=ids, in_reply_to=ids[-1]), sender=ME, at=NOW)
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"References: " + b"\r\n ".join(id.encode() for id in ids) in head
    assert b"In-Reply-To: " + ids[-1].encode() in head


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("anna@example.org", ("", "anna@example.org")),
        ("Anna Lind <anna@example.org>", ("Anna Lind", "anna@example.org")),
        ('"Lind, Anna" <anna@example.org>', ("Lind, Anna", "anna@example.org")),
        ("eva@münchen.example", ("", "eva@xn--mnchen-3ya.example")),
        ("a+b.c@EXAMPLE.org", ("", "a+b.c@example.org")),
    ],
)
def test_an_address_is_understood(text: str, person: tuple[str, str]) -> None:
    found = recipient(text)
    assert found is not None
    assert (found.name, found.address) == person


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "a b@example.org",
        "a@b@example.org",
        "a@example.org, b@example.org",
        "Lind, Anna <anna@example.org>",
        "a@example.org\n",
        "a@example.org\r\nBcc: b@example.org",
        "A\x00 <a@example.org>",
        "a@[127.0.0.1]",
        "ä@example.org",
        "a..b@example.org",
        "a@exa mple.org",
        "a@-example.org",
        "a@example..org",
        "x" * 250 + "@example.org",
    ],
)
def test_an_invalid_recipient_is_rejected(text: str) -> None:
    assert recipient(text) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"to": ()}, "there is no recipient"),
        ({"to": (ANNA,) * MAX_RECIPIENTS, "cc": (ANNA,)}, "at most"),
        ({"to": (Address(address="a@b\r\nBcc: c@d"),)}, "no address"),
        ({"cc": (Address(address="nobody"),)}, "no address"),
        ({"subject": "a\nb"}, "one line"),
        ({"subject": "a\x85b"}, "one line"),
        ({"subject": "x" * (MAX_SUBJECT_CHARS + 1)}, "at most"),
        ({"text": " \n"}, "empty"),
        ({"text": "x" * (MAX_BODY_CHARS + 1)}, "at most"),
    ],
)
def test_an_unsendable_email_has_an_objection(changes: dict[str, object], reason: str) -> None:
    outgoing = changed(**changes)
    assert reason in objection(outgoing)
    with pytest.raises(ValueError, match=reason):
        compose(outgoing, sender=ME, at=NOW)


@settings(deadline=None)  # a busy machine is slow
@given(st.text(max_size=40), st.text(max_size=60), st.text(max_size=200))
def test_nothing_that_is_written_becomes_a_header_or_another_recipient(
    name: str, subject: str, text: str
) -> None:
    outgoing = changed(to=(Address(name=name, address=ANNA.address),), subject=subject, text=text)
    if objection(outgoing):
        return
    raw = compose(outgoing, sender=ME, at=NOW)
    message = BytesParser(policy=SMTP).parsebytes(raw)
    assert set(message) == set(composed())
    assert [address.addr_spec for address in message["To"].addresses] == [ANNA.address]

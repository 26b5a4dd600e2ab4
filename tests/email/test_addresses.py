"""The header fields of outgoing emails: whatever the names are, readers find the same people."""

import re
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.email.addresses import address_field, text_field
from brain.email.model import Address

LONG = "legal@victim.example, and a very long rest of the display name that goes on and on"
# Names as `brain.texts.plain.plain_line` leaves them: no control characters, blanks one at a time.
LETTERS = st.characters(exclude_categories=("C", "Z"), exclude_characters="\u2028\u2029")
WORDS = st.text(LETTERS | st.sampled_from("@,;<>\"\\()[]:.=?_' üßé猫😀"), min_size=1, max_size=40)
NAMES = st.lists(WORDS, max_size=12).map(lambda words: " ".join(" ".join(words).split()))
PEOPLE = st.lists(
    st.builds(
        Address,
        name=NAMES,
        address=st.from_regex(r"[a-z]{1,60}@[a-z]{1,60}\.example", fullmatch=True),
    ),
    min_size=1,
    max_size=6,
)


def read_plainly(field: bytes) -> list[tuple[str, str]]:
    """Read a field as the oldest of the standard library's parsers does: unfold, split, decode."""
    text = re.sub(r"\r\n(?=[ \t])", "", field.decode("ascii")).partition(":")[2].strip()
    found = getaddresses([text])
    return [(str(make_header(decode_header(name))), address) for name, address in found]


def read_strictly(field: bytes) -> list[tuple[str, str]]:
    message = BytesParser(policy=SMTP).parsebytes(field + b"\r\n")
    return [(one.display_name, one.addr_spec) for one in message["To"].addresses]


@given(people=PEOPLE)
@settings(max_examples=500, deadline=None)
def test_readers_find_the_people_that_were_written(people: list[Address]) -> None:
    field = address_field("To", people)
    assert read_plainly(field) == [(one.name, one.address) for one in people]
    assert all(len(line) <= 998 for line in field.split(b"\r\n"))


@pytest.mark.parametrize(
    "name",
    [
        "Anna", "Anna Lind", "Lind, Anna", "J. Smith", "Ann (at work)", 'Ann "the boss" Lind',
        "Müller", "猫" * 90, "=?utf-8?q?Eve?=", "eve@example.net", "Eve <eve@example.net>,", LONG,
        "a" * 300, "Anna\\", "😀 " * 30 + "end",
    ],
)  # fmt: skip
def test_a_name_stays_one_name(name: str) -> None:
    people = [Address(name=name, address="anna@example.org")] * 3
    field = address_field("To", people)
    wanted = [(name, "anna@example.org")] * 3
    assert read_plainly(field) == wanted
    # Some versions of this parser keep the blanks between encoded words (python/cpython#92081).
    assert [("".join(n.split()), a) for n, a in read_strictly(field)] == [
        ("".join(n.split()), a) for n, a in wanted
    ]


def test_an_ordinary_name_is_written_as_it_is_and_ascii_stays_readable() -> None:
    anna = Address(name="Anna Lind", address="anna@example.org")
    assert address_field("To", [anna]) == b"To: Anna Lind <anna@example.org>\r\n"
    assert b"=?utf-8?q?J=2E_Smith?=" in address_field(
        "To", [Address(name="J. Smith", address="j@a.b")]
    )


@given(people=PEOPLE)
@settings(max_examples=200, deadline=None)
def test_encoded_words_and_lines_have_the_length_of_the_standard(people: list[Address]) -> None:
    for line in address_field("Cc", people).decode("ascii").split("\r\n"):
        words = line.split()
        assert all(len(word) <= 75 for word in words if word.startswith("=?"))  # RFC 2047, 2
        assert len(line) <= 77 or len(words) == 1


@pytest.mark.parametrize(
    "subject", ["Hi", "a  b   c", "x" * 299, "Re: Grüße " * 20, "=?q?", "a b " * 70]
)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    field = text_field("Subject", subject)
    text = re.sub(r"\r\n(?=[ \t])", "", field.decode("ascii")).removesuffix("\r\n")
    assert str(make_header(decode_header(text.removeprefix("Subject: ")))) == subject

"""Malformed headers and bytes of emails."""

import pytest

from brain.email.parse import headers
from brain.email.parse.parts import MAX_LEAVES, parsed
from brain.texts.charsets import decoded


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([("name*0", "a"), ("name*1", "b.pdf")], "ab.pdf"),
        ([("name*", "utf-8''%C3%BC.pdf")], "ü.pdf"),
        ([("name*", "no-such-charset''a.pdf")], "a.pdf"),
        ([("name*", "utf-8''a"), ("name*0", "b.pdf")], ""),
        ([("name*" + "9" * 5000, "a.pdf")], ""),
    ],
)
def test_a_parameter_in_pieces_is_put_together_and_one_that_cannot_be_is_none(
    pairs: list[tuple[str, str]], told: str
) -> None:
    assert headers.parameter(pairs, "name") == told


@pytest.mark.parametrize("word", ["=?utf-8?b?x?=", "=?utf-8?B?!?="])
def test_an_encoded_word_that_is_not_encoded_costs_nothing_else_of_the_subject(word: str) -> None:
    assert headers.plain(f"Dinner {word} at seven").startswith("Dinner ")
    assert headers.plain(f"Dinner {word} at seven").endswith(" at seven")


@pytest.mark.parametrize(
    ("charset", "text"), [("utf-32", "Grüße"), ("utf-16", "Grüße"), ("rot13", "Hi"), ("x\0", "Hi")]
)
def test_only_text_codecs_count_as_charsets(charset: str, text: str) -> None:
    data = text.encode(charset if charset.startswith("utf") else "utf-8")
    assert decoded(data, charset) == text


def test_only_the_first_parts_of_an_email_with_very_many_are_read() -> None:
    parts = [b"--b\r\n\r\nPart %d\r\n" % number for number in range(MAX_LEAVES + 50)]
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    assert [data.decode() for data in parsed(head + b"".join(parts)).content.values()] == [
        f"Part {number}" for number in range(MAX_LEAVES)
    ]

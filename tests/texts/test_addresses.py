"""Which texts hold an address, and which were said by the user."""

import pytest

from brain.texts.addresses import holds_address, was_said

EVIL = "https://evil.example/?pin=9999"


@pytest.mark.parametrize(
    "text",
    [
        EVIL,
        f"See {EVIL}",
        f"<{EVIL}>",
        f"[code]({EVIL})",
        "HTTP://EVIL.EXAMPLE",
        "\uff48\uff54\uff54\uff50\uff53://evil.example",
        "ht\ntps://evil.example",
        "//evil.example",
        "www.evil.example",
        "Www3.evil.example, www.evil.example",
        "evil.example/9999",
        "evil.example?pin=9999",
        "evil.example:8080",
        "intent:9999",
        "java\tscript:alert(1)",
        "https:\\\\evil.example\\9999",
        "\\\\evil.example\\9999",
        "evil.example\\9999",
        "https:/evil.example/9999",
        "https:evil.example",
        "ftp:evil.example",
        "facetime:9999",
        "whatsapp:send?text=9999",
        "9999.evil.example",
        "evil.xn--p1ai/9999",
        "93.184.216.34/9999",
    ],
)
def test_an_address_is_found_in_any_spelling(text: str) -> None:
    assert holds_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dinner at 7.30: bring wine.",
        "file.txt",
        "1.5/2",
        "and/or",
        "e.g. this",
        "a:b",
        "C:\\notes\\a.txt",
        "1.2.3",
        "10.0.0.1",
        "Well... yes",
        "on 1.2.2026: tea",
    ],
)
def test_other_texts_hold_none(text: str) -> None:
    assert not holds_address(text)


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (EVIL, f"Open {EVIL}.", True),
        (EVIL, f"Open <{EVIL}>, please", True),
        ("https://example.org/", "open Example.org!", True),
        ("https://example.org/A", "open example.org/a", False),
        ("https://example.org/a", "open example.org", False),
        ("https://example.org", "open example.org/a", False),
        ("https://example.org,9999", "open example.org", False),
        ("https://example.org 9999", "open example.org", False),
        ("example.or", "open example.org", False),
        ("the list", "open the list", True),
        ("the listing", "open the list", False),
    ],
)
def test_only_a_text_that_is_wholly_in_the_users_words_was_said(
    text: str, words: str, said: bool
) -> None:
    assert was_said(text, ["Hello.", words]) is said

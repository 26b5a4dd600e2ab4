"""Texts without anything that a reader cannot see: every class of characters, and what is kept."""

import json
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.texts.plain import MAX_BLANKS, plain_line, plain_text, reorders
from local.toolchain import ROOT

LINE_ENDS = ["\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]
# Named one by one: letters and marks without a glyph.
UNSEEN = [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFFA0]
SELECTORS = [*range(0x180B, 0x180E), 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
ALL = [chr(code) for code in range(sys.maxunicode + 1)]
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HIDING = st.sampled_from(
    [*BIDI, *"\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\ufe0e\u2800\u3164\U000e0064\U000e0101"]
)
SEEN = st.sampled_from(
    [*"ab \n\t1#", "❤", "👩", "🏽", "م", "ی", "क", "्", "\u20e3", "\u3000", "\u00a0"]
)
TEXTS = st.one_of(st.text(), st.lists(st.one_of(HIDING, SEEN)).map("".join))


def test_between_letters_every_character_that_no_font_shows_is_removed() -> None:
    unwanted = {"Cc", "Cf", "Co", "Cn", "Cs"}
    hidden = [one for one in ALL if unicodedata.category(one) in unwanted]
    hidden = [one for one in hidden if one not in {"\n", "\t", *LINE_ENDS}]
    hidden += map(chr, [*UNSEEN, *SELECTORS])
    assert len(hidden) > 900_000
    assert plain_text("".join(f"a{one}b" for one in hidden)) == "ab" * len(hidden)


def test_every_other_character_stays_as_it_is() -> None:
    gone = {*map(chr, UNSEEN), *map(chr, SELECTORS), "\u2800"}
    seen = [one for one in ALL if unicodedata.category(one)[0] in "LMNPS" and one not in gone]
    text = "".join(f"a{one}b" for one in seen)
    assert len(seen) > 140_000
    assert plain_text(text) == text


@pytest.mark.parametrize("end", LINE_ENDS)
def test_every_line_end_becomes_one_and_a_name_has_none(end: str) -> None:
    assert plain_text(f"a{end}b") == "a\nb"
    assert plain_line(f"a{end}b") == "a b"


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("Thanks!" + "\n" * 60 + "PS: 9999", "Thanks!\n\nPS: 9999"),
        ("Thanks!" + "\r\n" * 60 + "PS", "Thanks!\n\nPS"),
        ("a\n \n\t\n\u3000\n\u00a0\n\u2800\nb", "a\n\nb"),
        ("a\u200b\n\u200b\n\u200b\nb", "a\n\nb"),
        ("a" + " " * MAX_BLANKS + "b", "a" + " " * MAX_BLANKS + "b"),
        ("a" + " " * (MAX_BLANKS + 1) + "b", "a b"),
        ("a" + "\u3000\t" * 5 + "b", "a b"),
        ("a" + " \u200b" * 9 + "b", "a b"),
        ("a" + "\u2800" * 9 + "b", "a b"),
        ("\n\n\n  a\n\n \n", "  a"),
        ("\u200b \n\u3164", ""),
    ],
)
def test_no_run_of_blanks_pushes_a_text_out_of_sight(given: str, seen: str) -> None:
    assert plain_text(given) == seen


@pytest.mark.parametrize(
    "text",
    [
        "❤️ and ☎︎",
        "👩‍👩‍👧 👩🏽‍🚀 🏳️‍⚧️ 👩‍❤️‍👩 🧑‍💻",
        "1️⃣ #️⃣ *️⃣",
        "می‌خواهم",
        "क्‍ष क्‌ष",
        "ශ්‍රී ലങ്ക",
        "שלום مرحبا はい ไทย ñ 가",
        "def f():\n\treturn 1\n\n# done",
    ],
)
def test_what_scripts_and_emoji_need_is_kept(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("x\ufe0f 5\ufe0f #\ufe0f", "x 5 #"),
        ("❤\ufe0f\ufe0f\ufe0e", "❤\ufe0f"),
        ("a\u200db a\u200cb", "ab ab"),
        ("👩\u200d 👩\u200dx", "👩 👩x"),
        ("👩\u200c👩", "👩👩"),
        ("👩\u200d\u200c\u200d👩", "👩\u200d👩"),
        ("می\u200c\u200c\u200dخ", "می\u200cخ"),
        ("م\u200c \u200cم م\u200d1", "م م م1"),
        ("क\u200cم", "क\u200cم"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴"),
        ("Pay \u2067001\u2069 euros\u200f", "Pay 001 euros"),
    ],
)
def test_joiners_and_selectors_are_kept_only_where_they_are_seen(given: str, seen: str) -> None:
    assert plain_text(given) == seen


def test_a_name_or_subject_is_one_line_that_no_mail_program_decodes() -> None:
    assert plain_line("  a \t b\u00a0\u3000c\n d ") == "a b c d"
    assert plain_line("=?utf-8?q?Pay=20Eve?=") == "= ?utf-8?q?Pay=20Eve?="


@pytest.mark.parametrize("char", BIDI)
def test_every_control_of_direction_is_recognised_and_removed(char: str) -> None:
    assert reorders(f"a{char}b")
    assert plain_text(f"a{char}b") == "ab"


def test_right_to_left_letters_are_not_controls() -> None:
    assert not reorders("שלום مرحبا hello")


@given(TEXTS)
def test_the_result_of_a_result_is_the_same_and_never_longer(text: str) -> None:
    once = plain_text(text)
    assert plain_text(once) == once
    assert len(once) <= len(text)
    assert not reorders(once)
    line = plain_line(text)
    assert plain_line(line) == line
    assert "\n" not in line


def test_the_table_of_emoji_is_that_of_the_standard() -> None:
    """Node knows the property Emoji; it does not change for characters below U+10000."""
    script = (
        "const found = []; for (let code = 0x80; code < 0x10000; code++)"
        " if (/\\p{Emoji}/u.test(String.fromCharCode(code))) found.push(code);"
        " console.log(JSON.stringify(found))"
    )
    listed = subprocess.run(["node", "-e", script], cwd=ROOT, check=True, capture_output=True)
    emoji = [code for code in range(0x80, 0x10000) if plain_text(f"{chr(code)}\ufe0f")[1:]]
    assert emoji == json.loads(listed.stdout)

"""Decoding bytes in the charset that they declare, and in another one that can be told."""

import pytest

from brain.texts.charsets import decoded, reading


@pytest.mark.parametrize(
    ("label", "python", "text"),
    [
        ("windows-874", "cp874", "สวัสดี"),
        ("x-euc-jp", "euc_jp", "会議"),
        ("x-cp1250", "cp1250", "Łódź"),
        ("windows-31j", "cp932", "①会議"),
        ("gb_2312-80", "gb2312", "你好"),
        ("cn-gb", "gb2312", "你好"),
        ("x-gb2312", "gb2312", "你好"),
        ("x-mac-roman", "mac-roman", "Grüße"),
        ("x-mac-ce", "mac-latin2", "Łódź"),
        ("windows-936", "gbk", "你好"),
        ("MS936", "gbk", "你好"),
        ("windows-950", "cp950", "會議"),
        ("cn-big5", "big5", "會議"),
        ("x-windows-949", "cp949", "안녕하세요"),
        ("cp-850", "cp850", "Grüße"),
        ("IBM850", "cp850", "Grüße"),
        ("dos-866", "cp866", "Привет"),
        ("_iso-2022-jp$ESC", "iso2022_jp", "会議"),
        ("iso-2022-kr", "iso2022_kr", "안녕하세요"),
        ("hz-gb-2312", "hz", "你好"),
        ("unicode-1-1-utf-7", "utf-7", "Grüße"),
        ("utf-16be", "utf-16-be", "Grüße"),
        ("utf-16", "utf-16-be", "Grüße"),
        ("utf-16", "utf-16", "Привет"),
        ("'ISO-8859-15' ", "iso8859-15", "5 €"),
    ],
)
def test_a_charset_is_known_by_the_names_that_programs_write(
    label: str, python: str, text: str
) -> None:
    found = reading(text.encode(python), label)
    assert (found.text, found.is_guess, found.broken) == (text, False, 0)


NEC_ROW_13 = b"\x1b$B-!\x1b(B\x1b$B2q5D\x1b(B"


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (NEC_ROW_13, "iso-2022-jp", "①会議"),
        (NEC_ROW_13, "", "①会議"),
        (NEC_ROW_13, "us-ascii", "①会議"),
        (b"\x1b(I123\x1b(B!", "iso-2022-jp", "ｱｲｳ!"),
        (b"\x0e123\x0f \x1b$B2q\x1b(B", "iso-2022-jp", "ｱｲｳ 会"),
        (b"\x1b$B|q\x1b(B", "iso-2022-jp", "ⅰ"),  # noqa: RUF001
        (b"\x1b(J\\1~\x1b(B\\", "iso-2022-jp", "¥1‾\\"),
        (b"\x1b$(D0!\x1b(B", "iso-2022-jp-1", "丂"),
        (b"\x1b$B2q\nHello", "iso-2022-jp", "会\nHello"),
        (b"\x1b$B2q)!5D\x1b(B", "iso-2022-jp", "会�議"),
        ("Grüße".encode(), "iso-2022-jp", "Grüße"),
        (b"\xad\xa1\xb2\xf1\xb5\xc4", "euc-jp", "①会議"),
        (b"\xa9\xa1\xb2\xf1\xad\xa1\x8e\xb1", "euc-jp", "�会①ｱ"),
        (b"\x8f\xb0\xa1\xad\xa1", "euc-jp", "丂①"),
        (b"~{Dc:C~}", "hz-gb-2312", "你好"),
        (b"~{Dc\xff\xff~}", "hz-gb-2312", "你��"),
        (b"+AP", "utf-7", "�"),
    ],
)
def test_a_charset_of_seven_bits_is_never_read_as_another_one(
    data: bytes, charset: str, text: str
) -> None:
    assert decoded(data, charset).replace("�" * 4, "��") == text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-2022-jp", "会議の資料"),
        ("euc-jp", "①会議の資料"),
        ("shift_jis", "会議の資料"),
        ("utf-8", "会議の資料"),
        ("gb18030", "会議の資料"),
        ("euc-kr", "안녕하세요"),
        ("iso-2022-kr", "안녕하세요"),
        ("utf-16", "会議の資料"),
    ],
)
def test_of_a_text_that_was_cut_only_the_last_character_is_lost(charset: str, text: str) -> None:
    data = text.replace("①", "").encode(charset)
    if "①" in text:  # a character that Python's codec does not know
        data = b"\xad\xa1" + data
    for length in range(len(data) // 2, len(data)):
        found = reading(data[:length], charset, is_cut=True)
        assert text.startswith(found.text)
        assert len(found.text) >= length // len("議".encode(charset)) - 4


@pytest.mark.parametrize(
    ("data", "charset", "otherwise", "text"),
    [
        (b"\xe4\xc5\xd3\xd1\xd4\xcb\xc1", "", "koi8-r", "Десятка"),
        (b"\xe4\xc5\xd3\xd1\xd4\xcb\xc1", "x-unknown", "koi8-r", "Десятка"),
        ("Grüße".encode(), "", "koi8-r", "Grüße"),
        ("Grüße".encode("latin-1"), "", "", "Grüße"),
        ("Grüße".encode("latin-1"), "utf-16", "", "Grüße"),
        ("Grüße".encode("latin-1"), "", "utf-16", "Grüße"),
    ],
)
def test_without_a_usable_charset_that_of_the_text_is_tried_and_told_as_a_guess(
    data: bytes, charset: str, otherwise: str, text: str
) -> None:
    found = reading(data, charset, otherwise=otherwise)
    assert (found.text, found.is_guess) == (text, True)


def test_what_cannot_be_decoded_is_marked_and_counted() -> None:
    found = reading("Köln, Łódź".encode() + b"\xff!\xfe", "utf-8")
    assert (found.text, found.broken) == ("Köln, Łódź�!�", 2)

"""Takes markup, addresses and pictures out of a text that is to be spoken. See `brain.texts.ear`.

What is protected from further reading (an escaped mark, code, an entity) is kept as a character of
the private use area until the end. Texts cannot contain these characters: they are removed first.
"""

import re
import unicodedata
from itertools import pairwise

from brain.texts.emphasis import without_emphasis
from brain.texts.spans import GONE, HIDDEN, without_spans

CODE = "There is code on your screen."
TABLE = "There is a table on your screen."
SIGNS = "°©®™№"  # pictures that are words

_LINE_ENDS = "\r\u2028\u2029"
_FENCE = re.compile(r"\A(?:[>*+-] ?|\d{1,9}[.)] )*(?:(`{3,})[^`]*|(~{3,})[^`~]*)$")
_FENCE_END = re.compile(r"\A(?:> ?)*(`{3,}|~{3,})$")
_MARKS = re.compile(r"(?:(?:>|(?:[-*+•‣·–—]|#{1,6}|\[[ xX]?\])(?= |$)) ?)+")  # noqa: RUF001 - dashes
_NUMBER = re.compile(r"(\d{1,9})[.)] (?=\S)")
_HEADING_END = re.compile(r" #+$")
_RULE = frozenset("-=*_#>+|~•‣·–— ")  # noqa: RUF001 - dashes
_DEFINITION = re.compile(r"\[([^\[\]^][^\[\]]*)\]: ?<?[^\s/.#]*[/.#]\S*(?: .*)?$")
_NOTE_TEXT = re.compile(r"\[(?:\^[^\[\]\s]{1,60}|\d{1,3})\]: ?")
_PICTURES = re.compile(rf"(?: ?{GONE})+ ?")
_CLOSERS, _OPENERS = ".,;:!?…)]}»”’。，！？、", "([{«“„‘"  # noqa: RUF001 - of other scripts
_DASH = re.compile(r"([,;:.!?…]?) [–—](?: [–—])*(?= |$)")  # noqa: RUF001 - dashes
_FIRST_DASH = re.compile(r"(?:[–—] )+")  # noqa: RUF001 - dashes


# Signs that join or part letters belong to words in these scripts (Arabic to Sinhala, Myanmar,
# Khmer, Mongolian), and to nothing elsewhere.
_JOINING = "\u0600-\u06ff\u0750-\u077f\u08a0-\u0dff\u1000-\u109f\u1780-\u18af"
_JOINERS = "\u200c\u200d"
_LOOSE = re.compile(rf"(?<![{_JOINING}])[{_JOINERS}]|[{_JOINERS}](?![{_JOINING}])")


class _Characters(dict[int, str]):
    """Maps a character to what stands for it. Filled on demand."""

    def __missing__(self, code: int) -> str:
        char = self[code] = _seen(code)
        return char


def _seen(code: int) -> str:
    char = chr(code)
    if char in _LINE_ENDS or char == "\n":
        return "\n"
    if char in _JOINERS:
        return char
    category = unicodedata.category(char)
    if category == "Cf" or _belongs_to_a_picture(code) or char in HIDDEN:
        return ""
    if category == "So" and char not in SIGNS:
        return GONE
    return " " if category == "Cc" else char


def _belongs_to_a_picture(code: int) -> bool:
    """Whether it is a variation selector, a skin tone or the frame of a key."""
    return (
        0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or 0x1F3FB <= code <= 0x1F3FF
        or code == 0x20E3
    )


_CHARACTERS = _Characters()


def seen(text: str) -> str:
    """Return the text with a mark for each picture, and without what nobody sees."""
    return _LOOSE.sub("", text.replace("\r\n", "\n").translate(_CHARACTERS))


def lines_of(text: str) -> list[str]:
    """Return the lines that are to be spoken, without markup and without empty ones."""
    lines = [" ".join(line.split()) for line in seen(text).split("\n")]
    # Of several empty lines one is enough to end what stands before them.
    lines = [line for before, line in pairwise(["", *lines]) if line or before]
    lines, defined = _without_definitions(_without_tables(_without_code(lines)))
    flat = without_spans("\n".join(lines), seen, defined)
    words = without_emphasis("\n".join(map(_without_marks, flat.split("\n"))))
    return [line for line in map(_finished, words.split("\n")) if line]


def _without_code(lines: list[str]) -> list[str]:
    """Put a sentence in the place of each block of fenced code. It may lack its end."""
    found: list[str] = []
    fence = ""
    for line in lines:
        if fence:
            end = _FENCE_END.match(line)
            if end and end[1].startswith(fence):
                fence = ""
        elif begin := _FENCE.match(line):
            fence = begin[1] or begin[2]
            found.append(CODE)
        else:
            found.append(line)
    return found


def _without_tables(lines: list[str]) -> list[str]:
    """Put a sentence in the place of each table: lines with bars, one of them the rule."""
    found: list[str] = []
    rows: list[str] = []
    for line in [*lines, ""]:
        if "|" in line:
            rows.append(line)
            continue
        is_table = len(rows) > 1 and any(_is_table_rule(row) for row in rows)
        found += [TABLE] if is_table else rows
        found.append(line)
        rows = []
    return found[:-1]


def _is_table_rule(line: str) -> bool:
    return "-" in line and set(line) <= set("|:-> +")


def _without_marks(line: str) -> str:
    """Remove what makes a line a heading, a quote, an item or a rule. An item keeps its number."""
    if len(line) > 1 and set(line) <= _RULE:
        return ""
    marks = _length(_MARKS.match(line))
    rest = line[marks:]
    if "#" in line[:marks]:
        rest = _HEADING_END.sub("", rest)
    if number := _NUMBER.match(rest):
        item = rest[number.end() :]
        return f"{number[1]}: {item[_length(_MARKS.match(item)) :]}"
    return rest


def _without_definitions(lines: list[str]) -> tuple[list[str], set[str]]:
    """Take out the lines that define links; also return the links' names in lower case."""
    names = {found[1].lower() for line in lines if (found := _DEFINITION.match(line))}
    kept = [line for line in lines if not _DEFINITION.match(line)] if names else lines
    return [line[_length(_NOTE_TEXT.match(line)) :] for line in kept], names


def _finished(line: str) -> str:
    """Close the gaps that removed words left, turn dashes into pauses, and show what was hidden."""
    line = _PICTURES.sub(_gap, " ".join(line.split())).strip()
    line = _DASH.sub(_pause, line[_length(_FIRST_DASH.match(line)) :])
    return " ".join(line.translate(_SHOWN).split())


def _gap(pictures: re.Match[str]) -> str:
    text, start, end = pictures.string, pictures.start(), pictures.end()
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    return "" if before in _OPENERS or after in _CLOSERS else " "


def _pause(dash: re.Match[str]) -> str:
    is_last = dash.end() == len(dash.string)
    return dash[1] if dash[1] or is_last else ","


def _length(found: re.Match[str] | None) -> int:
    return found.end() if found else 0


_SHOWN = {ord(hidden): chr(ord(hidden) - ord(HIDDEN[0])) for hidden in HIDDEN[:128]}

"""Removes from a text what a reader cannot see, before the text is shown, hashed and sent.

A user who approves a text approves its bytes but sees its glyphs. So a text must not contain
characters that no font shows, that change the order of others, or that push text out of sight.

The categories come from `unicodedata` (Cf: format, Co: private use, Cn: unassigned, Cs: surrogate,
Cc: control). The tables here name their source. All functions take time linear in the text.
"""

import re
import unicodedata
from functools import cache

MAX_BREAKS = 2  # line breaks in a row: one empty line
MAX_BLANKS = 8  # blanks in a row, such as an indentation

# UAX #14 and UAX #9: characters that end a line or a paragraph.
_LINE_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
# Letters and marks without a glyph (Default_Ignorable_Code_Point in DerivedCoreProperties.txt, and
# the two Khmer vowels that UAX #44 lists there). Tags and variation selectors are added below.
_UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
_BRAILLE_BLANK = "\u2800"  # a symbol, but it looks like a space
# Property Variation_Selector in PropList.txt, without VS15 and VS16.
_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0D), (0xE0100, 0xE01EF))
_VS15, _VS16, _ZWNJ, _ZWJ = "\ufe0e", "\ufe0f", "\u200c", "\u200d"
# Property Bidi_Control in PropList.txt.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNWANTED = ("Cc", "Cf", "Co", "Cn", "Cs")

# Property Emoji in emoji-data.txt (UTS #51), without digits, number sign and asterisk. Above
# U+FFFF: the blocks with pictographs, of which only assigned characters get here.
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9-\u21aa\u231a-\u231b\u2328\u23cf"
    "\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa-\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e"
    "\u2611\u2614-\u2615\u2618\u261d\u2620\u2622-\u2623\u2626\u262a\u262e-\u262f\u2638-\u263a"
    "\u2640\u2642\u2648-\u2653\u265f-\u2660\u2663\u2665-\u2666\u2668\u267b\u267e-\u267f"
    "\u2692-\u2697\u2699\u269b-\u269c\u26a0-\u26a1\u26a7\u26aa-\u26ab\u26b0-\u26b1\u26bd-\u26be"
    "\u26c4-\u26c5\u26c8\u26ce-\u26cf\u26d1\u26d3-\u26d4\u26e9-\u26ea\u26f0-\u26f5\u26f7-\u26fa"
    "\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733-\u2734\u2744"
    "\u2747\u274c\u274e\u2753-\u2755\u2757\u2763-\u2764\u2795-\u2797\u27a1\u27b0\u27bf"
    "\u2934-\u2935\u2b05-\u2b07\u2b1b-\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff"
)
_EMOJI_ENDS = f"{_EMOJI}{_VS16}"
# UTS #51, emoji keycap sequence: one of these, VS16, and the keycap.
_KEYCAP_BASES, _KEYCAP = tuple("0123456789#*"), "\u20e3"

# Blocks (Blocks.txt) of scripts in which a joiner between two letters changes how they look: those
# with the property Joining_Type (ArabicShaping.txt), and those with a virama.
_JOINING = (
    "\u0600-\u06ff\u0700-\u077f\u07c0-\u07ff\u0840-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f"
    "\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1bff\ua840-\ua87f\ua8e0-\ua8ff\ua980-\ua9ff\uaa60-\uaa7f"
    "\uabc0-\uabff\U00010a00-\U00010aff\U00010d00-\U00010d3f\U00010f30-\U00010fdf"
    "\U00011000-\U0001137f\U00011400-\U0001177f\U0001e900-\U0001e95f"
)

_SELECTOR_RUN = re.compile(f"[{_VS15}{_VS16}]+")
_JOINER_RUN = re.compile(f"[{_ZWNJ}{_ZWJ}]+")
_BLANK_RUN = re.compile(rf"[^\S\n]{{{MAX_BLANKS + 1},}}")
_BREAK_RUN = re.compile(rf"\n{{{MAX_BREAKS + 1},}}")
# RFC 2047: mail programs decode this in a header, so the reader would see other words.
_ENCODED_WORD = re.compile(r"=(?=\?)")


class _Characters(dict[int, int | None]):
    """Maps a character to what replaces it; None removes it. Filled on demand."""

    def __missing__(self, code: int) -> int | None:
        self[code] = code if _is_wanted(code) else None
        return self[code]


def _is_wanted(code: int) -> bool:
    char = chr(code)
    if char in (_ZWNJ, _ZWJ):
        return True  # depends on the neighbours
    is_selector = any(first <= code <= last for first, last in _SELECTORS)
    return not is_selector and unicodedata.category(char) not in _UNWANTED


_CHARACTERS = _Characters(
    {ord("\n"): ord("\n"), ord("\t"): ord("\t"), ord(_BRAILLE_BLANK): ord(" ")}
    | dict.fromkeys(map(ord, _LINE_ENDS), ord("\n"))
    | dict.fromkeys(map(ord, _UNSEEN))
)


def plain_text(text: str) -> str:
    """Return the text as it will be shown and sent: several lines, only what can be seen.

    The result of a result is the same. It is empty if nothing can be seen, and never longer.
    """
    seen = text.replace("\r\n", "\n").translate(_CHARACTERS)
    if not seen.isascii():
        seen = _JOINER_RUN.sub(_joiner, _SELECTOR_RUN.sub(_selector, seen))
    seen = _BLANK_RUN.sub(" ", seen)
    lines = (line if line.strip() else "" for line in seen.split("\n"))
    return _BREAK_RUN.sub("\n" * MAX_BREAKS, "\n".join(lines)).lstrip("\n").rstrip()


def plain_line(text: str) -> str:
    """Return the text on one line, with single spaces: for a name, a subject or a title."""
    return " ".join(_ENCODED_WORD.sub("= ", plain_text(text)).split())


def reorders(text: str) -> bool:
    """Whether the text has controls that change the order in which characters are shown.

    See UAX #9 and "bidirectional text spoofing" in UTR #36.
    """
    return _BIDI.search(text) is not None


def _selector(run: re.Match[str]) -> str:
    """Keep one VS15 or VS16 after an emoji, and VS16 in a keycap."""
    before, after = _neighbours(run)
    if before in _KEYCAP_BASES:
        return _VS16 if after == _KEYCAP and _VS16 in run[0] else ""
    return run[0][0] if _is_one_of(_EMOJI, before) else ""


def _joiner(run: re.Match[str]) -> str:
    """Keep one joiner in an emoji sequence or between letters of a script that uses joiners."""
    before, after = _neighbours(run)
    if _is_one_of(_EMOJI_ENDS, before) and _is_one_of(_EMOJI, after):
        return _ZWJ if _ZWJ in run[0] else ""
    return run[0][0] if _joins(before) and _joins(after) else ""


def _neighbours(run: re.Match[str]) -> tuple[str, str]:
    """Return the characters before and after; empty at the ends of the text."""
    text, start, end = run.string, run.start(), run.end()
    return text[max(start - 1, 0) : start], text[end : end + 1]


@cache
def _joins(char: str) -> bool:
    """Whether a joiner may stand next to this character."""
    return _is_one_of(_JOINING, char) and unicodedata.category(char)[0] in "LM"


@cache
def _is_one_of(characters: str, char: str) -> bool:
    # Compiled at first use: few texts need these large classes, and a cold start does not.
    return re.match(f"[{characters}]", char) is not None

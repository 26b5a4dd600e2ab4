"""Splits what is said into sentences. See `brain.texts.ear`."""

import re
import unicodedata
from collections.abc import Iterator

MOST_CHARS = 200  # of one sentence; some voices fall silent in the middle of longer ones
LEAST_CHARS = 60  # before a cut at a comma; an earlier one would leave a stump

_ENDS = re.compile(r"(?:[.!?…؟۔।॥።]+|[。！？｡။។]+)([\"'”’“»)\]}」』）】》〉]*)")  # noqa: RUF001 - full stops of other scripts
_WIDE = "。！？｡။។"  # noqa: RUF001 - these end a sentence without a space
_UNSPACED = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")  # Chinese and Japanese
# These stand before a name, a number or a word, or are also written within a sentence.
_SHORT = re.compile(
    r"(?<![^\W_])(?:Mrs?|Ms|Mx|Drs?|Profs?|St|No|Nos|vs|Jr|Sr|Gen|Col|Capt|Sgt|Lt|Rev|Hon|Mt|Ave|Blvd|Rd"
    r"|Jan|Feb|Apr|Aug|Sept?|Oct|Okt|Nov|Dec|Dez|Mon|Tue|Wed|Thu|Fri|[Ff]igs?|[Ee]q|[Ss]ec|[Vv]ols?|pp|cf"
    r"|al|etc|[Aa]pprox|est|[Ee]xt|[Ii]nc|Ltd|Corp|Co|[Dd]ept|[Mm]in|[Mm]ax|[Tt]el|[Ee]d|ca|Ca|Nrn?|Bzw|bzw"
    r"|Hr|Fr|Str|Abs|Art|Abb|Bd|Mio|Mrd|Std|Sek|Jh|Ing|Dipl|[Vv]gl|[Uu]sw|[Bb]zgl|[Ee]vtl|[Gg]gf|[Ii]nkl"
    r"|[Ee]xkl|[Zz]zgl|[Ss]og|[Bb]spw|[Gg]eb|[Mm]ind|Mme|Mlle|[Aa]v|[Ee]nv|[Ee]x|[Ee]j|Sra|Dra|Uds?|[Nn]úm"
    r"|[Pp]ágs?|[Aa]prox|Sig|[Dd]ott|[Ee]cc|[Pp]ag)$"
)
_PARTS = "deghimnopsuvz"  # letters of abbreviations in parts: "d. h.", "p. m."
_ORDINAL = re.compile(r"(?:^|[\s(])\d{1,2}$")  # "3. May" in German: the number is not the end
_SHORT_CHARS = 8  # more than the longest of these
_PAUSES = ("; ", ", ", "؛ ", "، ", "；", "，", "、")  # noqa: RUF001 - those of other scripts
_BLANKS = re.compile(r"\s*")
_NEAR_CHARS = 40  # how far before the limit a place between words is looked for
_KANA = range(0x3041, 0x3097)  # Hiragana, which ends most Japanese words
_VIRAMA = 9  # the combining class of the sign that joins Indic letters
_ONE = "\u0e33\u0eb3\u200c\u200d"  # letters that belong to the one before
_LEADING = range(0x0E40, 0x0E45), range(0x0EC0, 0x0EC5)  # Thai and Lao vowels before their letter
_JAMO_FIRST, _JAMO_NEXT, _SYLLABLES = (
    range(0x1100, 0x1160),
    range(0x1160, 0x1200),
    range(0xAC00, 0xD7A4),
)


def sentences_in(speech: str) -> tuple[str, ...]:
    """Return the sentences without the white space between them."""
    found: list[str] = []
    for sentence in _split(speech):
        found += _cut(sentence.strip())
    return tuple(filter(None, found))


def _split(speech: str) -> Iterator[str]:
    begin = 0
    for end in _ENDS.finditer(speech):
        if _is_end(speech, end):
            yield speech[begin : end.end()]
            begin = end.end()
    yield speech[begin:]


def _is_end(speech: str, end: re.Match[str]) -> bool:
    after = speech[end.end() : end.end() + 1]
    if not after:
        return True
    is_wide = end[0][0] in _WIDE or (end[0][0] != "." and _UNSPACED.match(after))
    if not is_wide and not after.isspace():
        return False  # inside a number, an address or a word
    if end[1]:  # after a closing quote, a small letter continues the sentence
        blanks = _BLANKS.match(speech, end.end())
        following = blanks.end() if blanks else end.end()
        return not speech[following : following + 1].islower()
    return end[0] != "." or not _is_abbreviation(
        speech[max(end.start() - _SHORT_CHARS, 0) : end.start()]
    )


def _is_abbreviation(before: str) -> bool:
    """Whether the words before a full stop end with an abbreviation, an initial or an ordinal."""
    last = before[-1:]
    if before and (last.isupper() or last in _PARTS) and not before[-2:-1].isalnum():
        return True
    return (_SHORT.search(before) or _ORDINAL.search(before)) is not None


def _cut(sentence: str) -> Iterator[str]:
    while len(sentence) > MOST_CHARS:
        place = _place(sentence)
        yield sentence[:place].rstrip()
        sentence = sentence[place:].lstrip()
    yield sentence


def _place(sentence: str) -> int:
    """Return where to cut a sentence that is too long: at a pause, else between words."""
    pause = max(sentence.rfind(mark, 0, MOST_CHARS + 1) for mark in _PAUSES)
    if LEAST_CHARS <= pause < MOST_CHARS:
        return pause + 1
    last = space = sentence.rfind(" ", 1, MOST_CHARS + 1)
    while space > 0 and _is_joined(sentence, space):
        space = sentence.rfind(" ", 1, space)
    return space if space > 0 else last if last > 0 else _place_within(sentence)


def _is_joined(sentence: str, space: int) -> bool:
    """Whether the words around a space belong together: "Dr. Lee", "3. Mai", "1 000"."""
    before, after = sentence[space - 1], sentence[space + 1 : space + 2]
    return before == "." or (before.isdigit() and after.isdigit())


def _place_within(sentence: str) -> int:
    """Return where to cut a text without spaces: after a word where the script shows it, but never
    inside what is written as one character.
    """
    whole = [
        place
        for place in range(MOST_CHARS, MOST_CHARS - _NEAR_CHARS, -1)
        if not _is_one(sentence[place - 1], sentence[place])
    ]
    words = (
        place
        for place in whole
        if ord(sentence[place - 1]) in _KANA and ord(sentence[place]) not in _KANA
    )
    return next(words, whole[0] if whole else MOST_CHARS)


def _is_one(before: str, after: str) -> bool:
    """Whether these two characters are written as one, or the second belongs to the first."""
    first, second = ord(before), ord(after)
    if unicodedata.category(after).startswith("M") or after in _ONE or before == "\u200d":
        return True
    if first in _JAMO_FIRST and (second in _JAMO_FIRST or second in _SYLLABLES):
        return True
    is_leading = any(first in vowels for vowels in _LEADING)
    is_conjunct = unicodedata.combining(before) == _VIRAMA and after.isalpha()
    return second in _JAMO_NEXT or is_leading or is_conjunct

"""Splits what is said into sentences. See `brain.texts.ear`."""

import re
from collections.abc import Iterator

MOST_CHARS = 200  # of one sentence; some voices fall silent in the middle of longer ones
LEAST_CHARS = 60  # before a cut at a comma; an earlier one would leave a stump

_ENDS = re.compile(r"(?:[.!?…؟۔।]+|[。！？]+)([\"'”’“»)\]}」』）】]*)")  # noqa: RUF001 - full stops of other scripts
_WIDE = "。！？"  # noqa: RUF001 - these end a sentence without a space
_SHORT = re.compile(
    r"(?<![^\W_])(?:Mrs?|Ms|Dr|Prof|St|No|vs|[Ee]\.g|[Ii]\.e|[Aa]pprox|[ap]\.m|[Zz]\.B|[Bb]zw|[Cc]a|Nr)$"
)
_SHORT_CHARS = 8  # more than the longest of these
_PAUSES = ("; ", ", ", "；", "，", "、")  # noqa: RUF001 - those of other scripts
_BLANKS = re.compile(r"\s*")


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
    if end[0][0] not in _WIDE and not after.isspace():
        return False  # inside a number, an address or a word
    if end[1]:  # after a closing quote, a small letter continues the sentence
        blanks = _BLANKS.match(speech, end.end())
        following = blanks.end() if blanks else end.end()
        return not speech[following : following + 1].islower()
    return end[0] != "." or not _is_abbreviation(
        speech[max(end.start() - _SHORT_CHARS, 0) : end.start()]
    )


def _is_abbreviation(before: str) -> bool:
    """Whether the words before a full stop end with an abbreviation or an initial."""
    if before[-1:].isupper() and not before[-2:-1].isalnum():
        return True
    return _SHORT.search(before) is not None


def _cut(sentence: str) -> Iterator[str]:
    while len(sentence) > MOST_CHARS:
        place = _place(sentence)
        yield sentence[:place].rstrip()
        sentence = sentence[place:].lstrip()
    yield sentence


def _place(sentence: str) -> int:
    """Return where to cut a sentence that is too long: at a pause, else at a space."""
    pause = max(sentence.rfind(mark, 0, MOST_CHARS + 1) for mark in _PAUSES)
    if LEAST_CHARS <= pause < MOST_CHARS:
        return pause + 1
    space = sentence.rfind(" ", 1, MOST_CHARS + 1)
    return space if space > 0 else MOST_CHARS

"""Turns a text that is shown into what a voice says: without markup, addresses and pictures.

`public/voice/ear.js` does the same in the browser; both pass the table in tests/texts/ear.json. All
functions take time linear in the text.
"""

import re
from functools import lru_cache

LONGEST = 64_000  # characters of a text that are read; a message has at most half of that
REMEMBERED = 64  # speeches of recent texts: a message is written for several listeners

# One line of words and ordinary punctuation: most of what is said. It needs no further look.
_ORDINARY = re.compile(r"[^\W\d_](?:[^\W_]| (?! )|[,.;:!?'’“”\"()€$%])*")  # noqa: RUF001 - a quotation mark
_ENDED = re.compile(r"[.!?…。！？؟۔।][\"'”’“»)\]}」』）】]*$")  # noqa: RUF001 - full stops of other scripts
_COLONS = ":："  # noqa: RUF001 - at the end of a text they stay
_OPEN = ",;:，；：、"  # noqa: RUF001 - at a line's end these become a full stop


def for_the_ear(text: str) -> str:
    """Return what to say for a text; empty if there is nothing to say."""
    if _ORDINARY.fullmatch(text) and text[-1] != " " and "www." not in text.lower():
        return text
    from brain.texts.unmarked import lines_of  # only texts with more than words need it

    speech = " ".join(_as_sentences(lines_of(text[:LONGEST])))
    return speech if speech == text or any(map(str.isalnum, speech)) else ""


@lru_cache(maxsize=REMEMBERED)
def speech_of(text: str) -> str | None:
    """Return what to say where it differs from the text; None where it does not."""
    speech = for_the_ear(text)
    return None if speech == text else speech


def sentences_of(speech: str) -> tuple[str, ...]:
    """Split what is said into sentences of at most 200 characters."""
    from brain.texts.sentences import sentences_in

    return sentences_in(speech)


def sentences_so_far(text: str) -> tuple[str, ...]:
    """Return the sentences that can be said of a text while it is still being written.

    They are the first ones of `sentences_of(for_the_ear(whole text))`, however the text goes on.
    """
    from brain.texts.streamed import decided

    part, gap = decided(text)
    if not part:
        return ()
    # With a word behind it, so that its last sentence ends as it will. A small letter continues
    # some sentences, a capital begins others, and of a next line neither is known.
    if "\n" in gap:
        small, capital = _before_a_word(f"{part}\nx"), _before_a_word(f"{part}\nX")
        return tuple(one for one, other in zip(small, capital, strict=False) if one == other)
    after = text[len(part) + len(gap)]
    return _before_a_word(f"{part}{gap}{after if after.isalnum() else 'x'}")


def _before_a_word(text: str) -> tuple[str, ...]:
    return sentences_of(for_the_ear(text))[:-1]


def _as_sentences(lines: list[str]) -> list[str]:
    """End each of several lines with a full stop. A colon stays if nothing follows it."""
    if len(lines) < 2:
        return lines
    *others, last = lines
    ends = [line if _ENDED.search(line) else f"{line.rstrip(_OPEN)}." for line in others]
    return [*ends, last if _ENDED.search(last) or last[-1] in _COLONS else f"{last}."]

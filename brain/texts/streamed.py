"""Finds what can be said of a text while it is still being written. See `brain.texts.ear`.

What follows can change what stands before it: a star may begin emphasis, a line may be the head of
a table. So the text counts up to the last place behind which everything is decided. What is in
doubt waits, at the latest for the whole text.
"""

import re

_STOPS = ".!?…。！？؟۔।"  # noqa: RUF001 - full stops of other scripts
# The end of a sentence or of a line, before a word.
_PLACE = re.compile(
    rf"(?:[{_STOPS}][\"'”’“»)\]}}」』）】]?|\S(?=\s{{0,3}}\n))(\s{{1,4}})(?=[^\W_])"  # noqa: RUF001 - quotes
)
_WIDE_PLACE = re.compile(r"[。！？]()(?=[^\W_])")  # noqa: RUF001 - of scripts without spaces
_FENCED = re.compile(r"(?m:^)[ \t]*(`{3,}|~{3,})[^\n`~]*\n(?:[^\n]*\n)*?[ \t]*\1(?=\n)")
# Markup that is complete, whatever follows: with words, and without.
_WORDS = re.compile(
    r"(?m:^)[ \t]*(?:[-*+]|#{1,6}) (?=[^\W_])|\[[^\[\]\n]*\]\([^()\s]*\)|`[^`\n]+`(?!`)"
    r"|(?<![\w*])(\*{1,2})[^*\s](?:[^*\n]*[^*\s])?\1(?![\w*])|\\[!-/:-@\[-`{-~]"
    r"|(?<=[^\W_])_+(?=[^\W_])"
)
_WORDLESS = re.compile(r"\[\^?\w{1,20}\](?=[\s.,;!?])|</?(?!script|style)[a-z][^<>]*>", re.I)
_OPEN = re.compile(r"[`*_\[]|~~|<(?=[a-zA-Z!?/])|&(?=[#\w]{0,31}\Z)")


def decided(text: str) -> tuple[str, str]:
    """Return the decided part of a text, and the white space behind it; both may be empty."""
    filled = _FENCED.sub(lambda found: "a" * len(found[0]), text)
    filled = _WORDS.sub(lambda found: "a" * len(found[0]), filled)
    filled = _WORDLESS.sub(lambda found: " " * len(found[0]), filled)
    begun = _OPEN.search(filled)
    limit = min(begun.start() if begun else len(text), _table_begins(filled))
    last = [0, 0]
    for pattern in (_PLACE, _WIDE_PLACE):
        for found in pattern.finditer(filled, 0, min(limit + 1, len(text))):
            last = max(last, list(found.span(1)))
    return text[: last[0]], text[last[0] : last[1]]


def _table_begins(text: str) -> int:
    """Return where the last lines begin if they may become a table; else the text's length."""
    place = text.rfind("\n") + 1
    begins = place if "|" in text[place:] else len(text)
    while place and "|" in (line := text[text.rfind("\n", 0, place - 1) + 1 : place - 1]):
        place -= len(line) + 1
        begins = place
    return begins

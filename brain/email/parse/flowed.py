"""Joins the lines of format=flowed (RFC 3676)."""

import re

_QUOTES = re.compile(r">*")
_SIGNATURE = "-- "


def joined_lines(text: str, *, drops_space: bool = False) -> str:
    """Join each line that ends in a blank with the next one of the same quote level. The line that
    introduces a signature is not joined. `drops_space`: the blank is not part of the text (delsp).
    """
    made: list[str] = []
    level, is_open = -1, False
    for line in text.splitlines():
        quotes = len(_QUOTES.match(line)[0])  # type: ignore[index]  # it always matches
        words = line[quotes:].removeprefix(" ")  # space-stuffed
        is_flowed = words.endswith(" ") and words != _SIGNATURE
        if is_open and quotes == level and words not in ("", _SIGNATURE):
            made[-1] += words
        else:
            made.append(f"{'>' * quotes} {words}" if quotes else words)
        if is_flowed and drops_space:
            made[-1] = made[-1][:-1]
        level, is_open = quotes, is_flowed
    return "\n".join(made)

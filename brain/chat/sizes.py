"""The size of texts and lines, and how lines are shortened.

A text has about one token for four characters of an alphabet, and one for each Chinese, Japanese
or Korean character. Sizes count characters of an alphabet: a Chinese character counts four.
"""

import re
from collections.abc import Callable, Sequence

from brain.codec import Json, dumps

CHARS_PER_TOKEN = 4
LEFT_OUT = "[left out for length: {} characters]"
SHORT_CHARS = 200  # a shorter text is never left out: it saves too little
LONG_CHARS = 2_000  # a long text is cut to this if leaving out tool results is not enough
END = "\n>>>"  # ends a text by others; it stays when the text is cut

_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
_CUT = re.compile(r"(\[left out for length: (\d+) characters\])(?:\n>>>)?$")

type Shrink = Callable[[Json], Json]


def weight(text: str) -> int:
    """Return the size of a text in characters of an alphabet."""
    if text.isascii():
        return len(text)
    return len(text) + (CHARS_PER_TOKEN - 1) * len(_WIDE.findall(text))


def tokens(text: str) -> int:
    """Return how many tokens the text has, about."""
    return -(-weight(text) // CHARS_PER_TOKEN)


def line_weight(line: Json) -> int:
    """Return the size of a line's texts and arguments, as `weight` counts."""
    calls = line.get("tool_calls") or ()
    arguments = sum(weight(call["function"]["arguments"]) for call in calls)
    return weight(line["content"] or "") + arguments


def json_chars(value: Json) -> int:
    """Return the characters of the value as compact JSON, with a comma after it."""
    return len(dumps(value)) + 1


def shorten(text: str, limit: int) -> str:
    """Cut the text to `limit` characters and note how many are missing."""
    if len(text) <= limit:
        return text
    end = END if text.endswith(END) else ""
    return text[:limit] + LEFT_OUT.format(len(text) - limit - len(end)) + end


def shortened(line: Json, limit: int) -> Json:
    """Cut the line's text to `limit` characters."""
    return {**line, "content": shorten(line["content"], limit)}


def drop_result(line: Json) -> Json:
    """Replace a long tool result by a note."""
    content = line["content"] or ""
    if line["role"] != "tool" or len(content) <= SHORT_CHARS:
        return line
    return {**line, "content": LEFT_OUT.format(_whole_length(content))}


def _whole_length(text: str) -> int:
    """Return the length of a text before it was cut."""
    found = _CUT.search(text)
    return len(text) - len(found[1]) + int(found[2]) if found else len(text)


def cut(line: Json, limit: int = LONG_CHARS) -> Json:
    """Cut the line's text to `limit` characters. Arguments that are longer are left out."""
    content = line["content"] or ""
    # A text that is hardly longer is not cut: its note would take the place that is saved.
    short = (
        {**line, "content": shorten(content, limit)} if len(content) > limit + SHORT_CHARS else line
    )
    if any(len(call["function"]["arguments"]) > limit for call in line.get("tool_calls") or ()):
        short = {**short, "tool_calls": [_cut_call(call, limit) for call in line["tool_calls"]]}
    return short


def _cut_call(call: Json, limit: int) -> Json:
    if len(call["function"]["arguments"]) <= limit:
        return call
    return {**call, "function": {"name": call["function"]["name"], "arguments": "{}"}}


def fitted(
    lines: Sequence[Json],
    budget: int,
    *,
    shrinks: Sequence[Shrink] = (drop_result, cut),
    measure: Callable[[Json], int] = line_weight,
) -> list[Json]:
    """Return the lines, shortened where they exceed the budget, the oldest first.

    The lines are gone through in their order. Whenever they exceed the budget, a good part is
    shortened at once, down to two thirds. So the result for more lines begins with the result for
    the first of them, until it exceeds the budget again: a request begins with the request before
    it, which the server has in its cache.
    """
    kept: list[Json] = []
    total = 0
    for line in lines:
        kept.append(line)
        total += measure(line)
        if total > budget:
            total = _shrink(kept, total, max(budget, 0) * 2 // 3, shrinks, measure)
    return kept


def _shrink(
    lines: list[Json],
    total: int,
    target: int,
    shrinks: Sequence[Shrink],
    measure: Callable[[Json], int],
) -> int:
    """Shorten the oldest lines until they fit, and return the new total.

    The last line is not left out as a whole: the model would never see what it has asked for.
    """
    for shrink in shrinks:
        last = len(lines) - (shrink is drop_result)
        for i in range(last):
            if total <= target:
                return total
            before, lines[i] = lines[i], shrink(lines[i])
            if lines[i] is not before:
                total -= measure(before) - measure(lines[i])
    return total


def first_kept(places: Sequence[int], sizes: Sequence[int], room: int) -> int:
    """Return the index of the first entry of a history that is shown.

    `places` are ascending numbers of the entries, which never change. The entries from the result
    on have at most the size `room`, and at least two thirds of it if possible. Within these bounds
    the place with the largest power of two as a divisor is chosen. So the beginning stays the same
    while the history grows, until a third is dropped at once.
    """
    total, fits = 0, len(places)
    good: list[int] = []
    for i in range(len(places) - 1, -1, -1):
        total += sizes[i]
        if total > room:
            break
        fits = i
        if total * 3 >= room * 2:
            good.append(i)
    return max(good, key=lambda i: (places[i] & -places[i], -i), default=fits)

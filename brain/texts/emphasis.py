"""Removes the marks of emphasis from a text: `**bold**`, `*italic*`, `_italic_`, `__bold__`.

Marks are paired as in CommonMark, but without its rules about punctuation. A mark between spaces or
beside a digit inside a word is an ordinary character, and so is an underscore inside a word. The
time is linear in the text.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

_RUN = re.compile(r"\*+|_+")
_SPACE = re.compile(r"\s")


class _Run(Struct):
    """Marks in a row. `left` counts those that have no partner yet."""

    start: int
    end: int
    before: str
    after: str
    left: int
    word: int  # how many spaces stand before it

    @property
    def is_inside(self) -> bool:
        """Whether it stands inside a word."""
        return self.before.isalnum() and self.after.isalnum()

    def opens(self, mark: str) -> bool:
        """Whether emphasis can begin here."""
        if self.is_inside and (mark == "_" or self._is_beside_a_digit):
            return False
        return not self.after.isspace() and not (mark == "_" and self.before.isalnum())

    def closes(self, mark: str) -> bool:
        """Whether emphasis can end here."""
        if self.is_inside and (mark == "_" or self._is_beside_a_digit):
            return False
        return not self.before.isspace() and not (mark == "_" and self.after.isalnum())

    @property
    def _is_beside_a_digit(self) -> bool:
        return self.before.isdigit() or self.after.isdigit()


def without_emphasis(text: str) -> str:
    """Return the text without these marks."""
    runs = list(_runs(text))
    if not runs:
        return text
    for mark in "*_":
        _pair([run for run in runs if text[run.start] == mark], mark)
    edges = [_Run(0, 0, "", "", 0, 0), *runs, _Run(len(text), len(text), "", "", 0, 0)]
    parts = [_kept(text, run) + text[run.end : after.start] for run, after in pairwise(edges)]
    return "".join(parts)


def _runs(text: str) -> Iterator[_Run]:
    word = done = 0
    for found in _RUN.finditer(text):
        start, end = found.span()
        word += len(_SPACE.findall(text, done, start))
        done = end
        before, after = text[max(start - 1, 0) : start] or " ", text[end : end + 1] or " "
        yield _Run(start, end, before, after, end - start, word)


def _pair(runs: list[_Run], mark: str) -> None:
    """Take partners away from `left`: each end takes from the nearest beginning."""
    begun: list[_Run] = []
    for run in runs:
        while run.left and begun and run.closes(mark) and not _multiplies(begun[-1], run):
            paired = min(run.left, begun[-1].left)
            run.left -= paired
            begun[-1].left -= paired
            if not begun[-1].left:
                begun.pop()
        if run.left and run.opens(mark):
            begun.append(run)


def _multiplies(begin: _Run, end: _Run) -> bool:
    """Whether two stars are no emphasis but signs in formulas: "x*y = z*w"."""
    is_single = begin.end - begin.start == end.end - end.start == 1
    return is_single and begin.is_inside and end.is_inside and begin.word != end.word


def _kept(text: str, run: _Run) -> str:
    """Return what stays of these marks."""
    mark = text[run.start : run.start + 1]
    # Two or more beside a word are emphasis whose other end is missing: the text was cut.
    is_lost = run.left > 1 and not run.is_inside and f"{run.before}{run.after}".strip() != ""
    return "" if is_lost else mark * run.left

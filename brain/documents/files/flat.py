"""Turns the HTML of a Word document into text, as Markdown: headings, lists, and rows with bars."""

import re
from collections.abc import Iterator

import selectolax.lexbor  # noqa: F401 - the conversion loads it at first use: too late here

from brain.texts.markup import shallow_text

# The library writes few elements, and each < of the text as &lt;.
_TAG = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>")
_BACK = re.compile(r'<a href="#[^"<>]*-ref-[^"<>]*">\u2191</a>')  # from a note to its place
_HEADING = re.compile(r"h([1-6])")
_EMPTY_LINES = re.compile(r"\n{3,}")


def flat_text(html: str, *, most_chars: int) -> tuple[str, bool]:
    """Return the text, and whether it is longer than `most_chars`."""
    found = shallow_text("".join(_Flat().parts(_BACK.sub("", html))), most_chars=most_chars)
    text = _EMPTY_LINES.sub("\n\n", found.text).strip()
    return text, found.is_cut or len(text) > most_chars


class _Flat:
    """Writes each row of a table and each point of a list as a line of its own."""

    def __init__(self) -> None:
        self._tables = 0  # open; a table in a cell is part of its row
        self._cells = 0  # in the open row of the outer table
        self._lists: list[int | None] = []  # open: the number of the last point; None for dots

    def parts(self, html: str) -> Iterator[str]:
        """Yield the HTML with the marks of Markdown, and without what is nested."""
        place = 0
        for tag in _TAG.finditer(html):
            yield html[place : tag.start()]
            place = tag.end()
            yield self._mark(tag[2], is_end=tag[1] == "/")
        yield html[place:]

    def _mark(self, name: str, *, is_end: bool) -> str:
        if name == "table":
            return self._table(is_end=is_end)
        if self._tables:
            return self._in_table(name, is_end=is_end)
        if name in ("ul", "ol"):
            return self._list(name, is_end=is_end)
        if name == "li":
            return "</div>" if is_end else self._point()
        if level := _HEADING.fullmatch(name):
            return f"</{name}>" if is_end else f"<{name}>{'#' * int(level[1])} "
        if name == "p" and self._lists:  # a note: its mark and its text are one line
            return " "
        return {"p": "</p>" if is_end else "<p>", "br": "<br>"}.get(name, "")

    def _table(self, *, is_end: bool) -> str:
        self._tables += -1 if is_end else 1
        return "<p></p>" if self._tables == (0 if is_end else 1) else " "

    def _in_table(self, name: str, *, is_end: bool) -> str:
        is_inner = self._tables > 1
        if name == "tr" and not is_inner:
            self._cells = 0
            return " |</div>" if is_end else "<div>|"
        if name in ("td", "th") and not is_inner and not is_end:
            self._cells += 1
            return " " if self._cells == 1 else " | "
        is_block = name in ("p", "br", "li", "tr", "td", "th") or _HEADING.fullmatch(name)
        return " " if is_block else ""

    def _list(self, name: str, *, is_end: bool) -> str:
        if is_end:
            self._lists.pop()
        else:
            self._lists.append(0 if name == "ol" else None)
        return "" if len(self._lists) > (0 if is_end else 1) else "<p></p>"

    def _point(self) -> str:
        last = self._lists[-1] if self._lists else None
        if last is None:
            return "<div>- "
        self._lists[-1] = last + 1
        return f"<div>{last + 1}. "

"""Converts HTML to the text that a person would see. Uses selectolax.

Hidden text is left out: the user cannot see it, so they could not confirm anything about it.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from brain.texts.looks import Look
from brain.texts.nesting import bounded
from brain.texts.styles import Styles

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML_CHARS = 2_000_000  # of an email; newsletters have up to 100,000, pictures in it more
MAX_SHOWN_CHARS = 300_000  # of the text: a book

SKIPPED = frozenset(
    {"head", "script", "style", "template", "title", "svg", "math", "noscript", "datalist"}
)
LINES = frozenset(
    {"address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "fieldset", "figure"}
    | {"footer", "form", "header", "hr", "li", "main", "nav", "ol", "pre", "section", "table"}
    | {"tr", "ul"}
)
PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
CELLS = frozenset({"td", "th"})
KEPT = frozenset({"pre", "listing", "textarea", "xmp"})  # white space counts

_SPACE = re.compile(r"\s+")
_SMALL = frozenset({"0", "1", "0px", "1px"})  # the width of a picture that cannot be seen


class VisibleText(Struct, frozen=True, kw_only=True):
    """The text of an HTML page. `is_cut`: only the beginning of the page was read."""

    text: str
    is_cut: bool = False


def text_of(html: str) -> str:
    """Convert HTML to text: one line per visible line, quotations marked with >."""
    return read_html(html).text


def read_html(html: str) -> VisibleText:
    """Convert HTML to text, and say whether the text is complete."""
    kept, ends_early = bounded(html[:MAX_HTML_CHARS])
    found = shallow_text(kept, most_chars=MAX_SHOWN_CHARS)
    is_cut = ends_early or found.is_cut or len(html) > MAX_HTML_CHARS
    return replace(found, is_cut=is_cut)


def shallow_text(html: str, *, most_chars: int) -> VisibleText:
    """Convert HTML in which little is nested to text, up to about `most_chars` characters of it.

    Only for HTML that our own code made or bounded: the time grows with the square of the depth.
    """
    from selectolax.lexbor import LexborHTMLParser

    parser = LexborHTMLParser(html)
    lines = _Lines(_styles(parser), most_chars)
    if parser.body is not None:
        _walk(parser.body, lines.enter, lines.leave)
    return VisibleText(text=lines.text(), is_cut=lines.is_full)


class _Lines:
    """Collects the lines of text that can be seen."""

    def __init__(self, styles: Styles, most_chars: int) -> None:
        self._styles = styles
        self._most_chars = most_chars
        self._looks = [Look()]
        self._lines: list[str] = []
        self._line: list[str] = []
        self._is_kept = False  # the line has white space that counts
        self._quoted = 0
        self._size = 0

    @property
    def is_full(self) -> bool:
        """Whether the rest of the page is not read."""
        return self._size > self._most_chars

    def enter(self, node: "LexborNode") -> bool:
        """Process the start of a node. Returns whether what is inside may be seen."""
        tag = node.tag or ""
        if tag == "-text":
            self._take(node.text_content or "")
            return False
        if tag.startswith("-"):  # a comment
            return False
        look = self._look(tag, node)
        self._looks.append(look)
        if look.is_gone:
            return False
        self._edge(tag)
        if tag == "blockquote":
            self._quoted += 1
        elif tag == "li":
            self._add("- ")
        elif tag == "img" and look.is_seen:
            self._add(f" {node.attributes.get('alt') or ''} ")
        return not self.is_full

    def leave(self, node: "LexborNode") -> None:
        """Process the end of a node."""
        tag = node.tag or ""
        if tag.startswith("-") or self._looks.pop().is_gone:
            return
        self._edge(tag)
        if tag == "blockquote":
            self._quoted -= 1

    def text(self) -> str:
        """Return the collected text."""
        self._break()
        return "\n".join(self._lines)

    def _look(self, tag: str, node: "LexborNode") -> Look:
        parent = self._looks[-1]
        if tag in SKIPPED:
            return replace(parent, is_gone=True)
        attributes = node.attributes
        is_plain = tag not in KEPT and tag != "dialog" and not self._styles.has_rules
        if is_plain and not attributes:
            return parent
        if tag in KEPT:
            parent = replace(parent, keeps="all")
        look = self._styles.look(tag, attributes, parent)
        is_hidden = "hidden" in attributes or (tag == "dialog" and "open" not in attributes)
        is_dot = tag == "img" and any(
            (attributes.get(name) or "").strip().lower() in _SMALL for name in ("width", "height")
        )
        return replace(look, is_gone=True) if is_hidden or is_dot else look

    def _take(self, text: str) -> None:
        """Process a text, with its lines if they count."""
        look = self._looks[-1]
        if not look.is_seen:
            return
        if not look.keeps:
            self._add(text)
            return
        first, *others = text.replace("\r\n", "\n").split("\n")
        self._add(first, is_kept=look.keeps == "all")
        for line in others:
            self._break(is_line=True)
            self._add(line, is_kept=look.keeps == "all")

    def _add(self, text: str, *, is_kept: bool = False) -> None:
        self._size += len(text)
        if is_kept and text:
            if not self._is_kept:
                self._line = [_SPACE.sub(" ", "".join(self._line)).lstrip()]
                self._is_kept = True
            self._line.append(text)
        else:
            self._line.append(_SPACE.sub(" ", text) if self._is_kept else text)

    def _edge(self, tag: str) -> None:
        if tag in LINES or tag == "br":
            self._break()
        elif tag in PARAGRAPHS:
            self._break(gap=True)
        elif tag in CELLS:
            self._add(" ")

    def _break(self, *, gap: bool = False, is_line: bool = False) -> None:
        whole = "".join(self._line)
        line = whole.rstrip() if self._is_kept else " ".join(whole.split())
        self._line, self._is_kept = [], False
        if line or is_line:
            self._lines.append("> " * self._quoted + line)
        if gap:
            self._lines.append("")


def _styles(parser: "LexborHTMLParser") -> Styles:
    styles = Styles()
    for node in parser.css("style"):
        styles.add(node.text(deep=True) or "", (node.attributes.get("media") or ""))
    return styles


def _walk(
    root: "LexborNode",
    enter: "Callable[[LexborNode], bool]",
    leave: "Callable[[LexborNode], None]",
) -> None:
    """Enter and leave every node of which something may be seen. Not recursive."""
    enter(root)
    end = root.mem_id  # comparing two nodes compares their HTML
    node = root.child
    while node is not None:
        inner = node.child if enter(node) else None
        if inner is not None:
            node = inner
            continue
        up: LexborNode | None = node
        while up is not None and up.mem_id != end and up.next is None:
            leave(up)
            up = up.parent
        if up is None or up.mem_id == end:
            return
        leave(up)
        node = up.next

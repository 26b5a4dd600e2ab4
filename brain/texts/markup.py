"""Converts HTML to the text that a person would see. Uses selectolax.

Hidden text is left out: the user cannot see it, so they could not confirm anything about it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_HTML_CHARS = 300_000  # of an email; newsletters have up to 100,000
# Nested elements; newsletters have up to 100. The parser's time grows with the square of the depth:
# an email that consists only of <div> would block the process for half a minute.
MAX_DEPTH = 500

SKIPPED = frozenset({"head", "script", "style", "template", "title", "svg", "math", "noscript"})
LINES = frozenset(
    {"address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "fieldset", "figure"}
    | {"footer", "form", "header", "hr", "li", "main", "nav", "ol", "pre", "section", "table"}
    | {"tr", "ul"}
)
PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
CELLS = frozenset({"td", "th"})
# The end tags of these may be omitted, so many of them in a row are not nested.
UNENDED = frozenset(
    {"area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta"}
    | {"option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "wbr"}
)

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)[^<>]*>")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])"
)


def text_of(html: str) -> str:
    """Convert HTML to text: one line per visible line, quotations marked with >."""
    html = html[:MAX_HTML_CHARS]
    if _depth(html) > MAX_DEPTH:
        return unescape(_TAG.sub(" ", html))
    from selectolax.lexbor import LexborHTMLParser

    body = LexborHTMLParser(html).body
    page = _Page()
    for node, is_entered in _walk(body) if body is not None else ():
        page.take(node, is_entered=is_entered)
    return page.text()


class _Page:
    """Collects the lines of text."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._quoted = 0

    def take(self, node: "LexborNode", *, is_entered: bool) -> None:
        """Process the start or the end of a node."""
        tag = node.tag or ""
        if tag == "-text":
            self._add(node.text_content or "" if is_entered else "")
        elif tag in LINES or tag == "br":
            self._break()
        elif tag in PARAGRAPHS:
            self._break(gap=True)
        elif tag in CELLS:
            self._add(" ")
        if tag == "blockquote":
            self._quoted += 1 if is_entered else -1
        elif tag == "li" and is_entered:
            self._add("- ")
        elif tag == "img" and is_entered:
            self._add(f" {node.attributes.get('alt') or ''} ")

    def text(self) -> str:
        """Return the collected text."""
        self._break()
        return "\n".join(self._lines)

    def _add(self, text: str) -> None:
        self._line += text

    def _break(self, *, gap: bool = False) -> None:
        line, self._line = " ".join(self._line.split()), ""
        if line:
            self._lines.append("> " * self._quoted + line)
        if gap:
            self._lines.append("")


def _walk(root: "LexborNode") -> Iterator[tuple["LexborNode", bool]]:
    """Yield every visible node twice: when it is entered (True) and left (False). Not recursive."""
    end = root.mem_id  # comparing two nodes compares their HTML
    node = root.child
    while node is not None:
        yield node, True
        inner = None if _is_hidden(node) else node.child
        if inner is not None:
            node = inner
            continue
        up: LexborNode | None = node
        while up is not None and up.mem_id != end and up.next is None:
            yield up, False
            up = up.parent
        if up is None or up.mem_id == end:
            return
        yield up, False
        node = up.next


def _is_hidden(node: "LexborNode") -> bool:
    tag = node.tag or ""
    if tag in SKIPPED:
        return True
    if tag.startswith("-"):  # text and comments
        return False
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search((attributes.get("style") or "").lower()))


def _depth(html: str) -> int:
    """Return the largest nesting depth. An end tag without a start tag does not count."""
    opened: Counter[str] = Counter()
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in UNENDED:
            continue
        if not tag[1]:
            opened[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return deepest

"""Which parts of an email contain its text.

Of alternatives one is read, the richest that contains text. Other parts follow each other
(RFC 2046, section 5.1.3).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from msgspec import Struct

from brain.codec import clean
from brain.email.parse import reports
from brain.email.parse.flowed import joined_lines
from brain.email.parse.parts import HTML, PLAIN, REPORTS, Leaf, Node, charset_of, leaves
from brain.texts.charsets import reading
from brain.texts.markup import read_html
from brain.texts.plain import plain_text
from brain.texts.visible import is_blank

MAX_TEXT_CHARS = 100_000  # of an email's text that are stored: a chapter of a book
MAX_TEXTS = 20  # parts that are read; real emails have fewer than five
STUB_WORDS = 40  # a plain text with fewer words that refers to the HTML is only a stub
CUT = "[The email is longer. The rest is left out here.]"
# Which parts may be read: the letter; else named texts; else everything that says something.
LEVELS = (0, 1, 2)

_META_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_POINTS_TO_HTML = re.compile(
    r"html|browser|online|web ?version|webansicht|navigateur|navegador|браузер|ブラウザ|浏览器"
)
_SHOWN_PICTURE = re.compile(r"cid:([^\s\"'<>()]{1,300})", re.IGNORECASE)
_MARKUP = frozenset({HTML, "text/x-amp-html", "text/enriched", "text/richtext"})
_NOT_READ = frozenset({"text/rfc822-headers", "text/css", "text/vcard", "text/x-vcard"})


class Content(Struct, frozen=True, kw_only=True):
    """What is known of a leaf's content. `is_cut`: the rest was not loaded."""

    data: bytes
    is_cut: bool = False


class EmailText(Struct, frozen=True, kw_only=True):
    """The text of an email.

    `words` is the text as it identifies the email: before lines are joined and invisible characters
    removed, which says nothing else and may be done better some day. `read` are the parts that it
    came from. `broken` characters could not be decoded, and a charset was guessed or not.
    """

    text: str
    words: str
    read: frozenset[Leaf]
    shown_pictures: frozenset[str]
    broken: int
    is_guess: bool


def to_read(tree: Node, level: int) -> tuple[Leaf, ...]:
    """Return the parts that may contain the email's text, at one of LEVELS."""
    return tuple(leaf for leaf in leaves(tree) if _may_be_read(leaf, level))[:MAX_TEXTS]


def readable(tree: Node) -> tuple[Leaf, ...]:
    """Return the parts that may be read at any level."""
    return tuple(dict.fromkeys(leaf for level in LEVELS for leaf in to_read(tree, level)))


def letter(tree: Node, content: Mapping[Leaf, Content]) -> EmailText:
    """Return the text of the parts whose content is known."""
    otherwise = charset_of(tree)
    texts = {leaf: _text(leaf, each, otherwise) for leaf, each in content.items()}
    for level in LEVELS:
        allowed = frozenset(to_read(tree, level)) & texts.keys()
        chosen = tuple(_chosen(tree, {leaf: texts[leaf] for leaf in allowed}))
        if any(texts[leaf].says_something for leaf in chosen):
            break
    used = [texts[leaf] for leaf in _without_repetition(chosen, texts)]
    return EmailText(
        text=shown_text(
            "\n\n".join(each.text for each in used), is_cut=any(each.is_cut for each in used)
        ),
        words=tidied("\n\n".join(each.words for each in used)),
        read=frozenset(chosen),
        shown_pictures=frozenset().union(*(each.pictures for each in texts.values())),
        broken=sum(each.broken for each in used),
        is_guess=any(each.is_guess for each in used),
    )


def is_enough(plain: str) -> bool:
    """Whether the plain text is the full text, and not empty or a hint to open the HTML."""
    words = [word for word in plain.split() if "://" not in word]
    return len(words) >= STUB_WORDS or (
        not is_blank("".join(words)) and not _POINTS_TO_HTML.search(plain.casefold())
    )


def shown_text(text: str, *, is_cut: bool = False) -> str:
    """Return the text as it is stored: without what cannot be seen, and with a note if it is cut.

    A text that is longer than MAX_TEXT_CHARS is cut.
    """
    whole = _tidy(plain_text(text))
    if len(whole) <= MAX_TEXT_CHARS and not is_cut:
        return whole
    return f"{whole[: MAX_TEXT_CHARS - len(CUT) - 2].rstrip()}\n\n{CUT}"


def tidied(text: str) -> str:
    """Remove trailing spaces and repeated empty lines; cut to MAX_TEXT_CHARS."""
    return _tidy(text)[:MAX_TEXT_CHARS]


class _Text(Struct, frozen=True, kw_only=True):
    """The text of one leaf, decoded."""

    text: str
    words: str
    pictures: frozenset[str] = frozenset()
    broken: int = 0
    is_guess: bool = False
    is_cut: bool = False
    says_something: bool = True


def _text(leaf: Leaf, content: Content, otherwise: str) -> _Text:
    data, charset = content.data, leaf.charset
    if leaf.content_type in reports.DELIVERY:
        return _same(reports.delivery_text(data))
    if leaf.content_type in reports.RECEIPT:
        return _same(reports.receipt_text(data))
    if leaf.content_type == HTML and not charset and (meta := _META_CHARSET.search(data[:2_000])):
        charset = meta[1].decode("ascii", "replace")
    found = reading(data, charset, otherwise=otherwise, is_cut=content.is_cut)
    whole = clean(found.text).strip()
    text, is_cut, pictures = whole, content.is_cut, frozenset[str]()
    if leaf.content_type in _MARKUP:
        pictures = frozenset(unquote(cid[1]) for cid in _SHOWN_PICTURE.finditer(whole))
        page = read_html(whole)
        text, is_cut = page.text, page.is_cut or content.is_cut
        whole = text
    elif leaf.content_type == reports.CALENDAR:
        text = reports.event_text(whole)
    elif leaf.is_flowed:
        text = joined_lines(found.text.strip("\r\n"), drops_space=leaf.drops_space)
    text = clean(text)
    return _Text(
        text=text, words=whole, pictures=pictures, broken=found.broken,
        is_guess=found.is_guess, is_cut=is_cut, says_something=not is_blank(text),
    )  # fmt: skip


def _same(text: str) -> _Text:
    text = clean(text)
    return _Text(text=text, words=text, says_something=not is_blank(text))


def _may_be_read(leaf: Leaf, level: int) -> bool:
    kind = leaf.content_type
    if level == 2 and kind in (reports.CALENDAR, *REPORTS):
        return True
    if leaf.is_attached or not kind.startswith("text/") or kind in _NOT_READ:
        return False
    return level == 2 or (kind in (PLAIN, HTML) and (level == 1 or not leaf.name))


def _chosen(node: Node, texts: Mapping[Leaf, _Text]) -> Iterator[Leaf]:
    """Yield the leaves that make up the text of a part, in order."""
    if isinstance(node, Leaf):
        if node in texts:
            yield node
        return
    parts = [tuple(_chosen(part, texts)) for part in node.parts]
    if node.kind != "alternative":
        for part in parts:
            yield from part
        return
    yield from _richest([part for part in parts if part], texts)


def _richest(parts: Sequence[tuple[Leaf, ...]], texts: Mapping[Leaf, _Text]) -> tuple[Leaf, ...]:
    """Return the alternative that is the full text: the plain one unless it is a stub."""
    written = {
        part: "\n".join(texts[leaf].text for leaf in part)
        for part in parts
        if any(texts[leaf].says_something for leaf in part)
    }
    plain = [part for part in written if not any(leaf.content_type in _MARKUP for leaf in part)]
    full = [part for part in plain if is_enough(written[part])]
    rich = [part for part in written if part not in plain]
    return next(iter([*full[:1], *rich[-1:], *plain[-1:]]), ())


def _without_repetition(chosen: Sequence[Leaf], texts: Mapping[Leaf, _Text]) -> Iterator[Leaf]:
    """Yield the leaves with text. Some programs send the same text twice, as if they followed each
    other.
    """
    seen = set[str]()
    for leaf in chosen:
        words = " ".join(texts[leaf].text.split())
        if words and words not in seen:
            seen.add(words)
            yield leaf


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in clean(text).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip("\n"))

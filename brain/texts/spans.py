"""Reads what stands inside lines: code, escaped marks, entities, tags, links and addresses.

See `brain.texts.ear`. Each pattern takes time linear in the text, or has a bound.
"""

import re
from collections.abc import Callable, Container
from html.entities import html5

LINK = "a link"
# Protected characters: ASCII punctuation, as characters that no text contains.
HIDDEN = "".join(map(chr, range(0xE000, 0xE100)))
GONE = HIDDEN[-1]  # a picture, or words that were taken out

_SPAN = re.compile(
    r"""
    (?P<ticks>`+)(?!`)(?P<code>[^`](?:[\s\S]{0,1000}?[^`])??)(?P=ticks)(?!`)
    | (?P<loose>`+)
    | \\(?P<escaped>[!-/:-@\[-`{-~])
    | &(?P<entity>\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});
    | <!--[\s\S]*?(?:-->|\Z)
    | <(?P<raw>script|style)\b[^<>]*>[\s\S]*?(?:</(?P=raw)\s*>|\Z)
    | <(?P<address>[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*)>
    | <(?P<email>[^\s<>@]{1,64}@[^\s<>@]{1,255})>
    | </?(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)(?P<rest>[\s/][^<>]*)?>
    | <[!?][a-zA-Z][^<>]*>
    """,
    re.VERBOSE,
)
_ALTERNATIVE = re.compile(r"""\salt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
# Tags inside a word or a sentence. The others separate words. What is no name of HTML stays.
_INLINE = re.compile(
    r"a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|"
    r"small|span|strike|strong|sub|sup|tt|u|var"
)
_SEPARATING = re.compile(
    r"address|article|aside|audio|base|blockquote|body|br|button|canvas|caption|"
    r"center|col|colgroup|data|dd|details|dfn|dialog|div|dl|dt|embed|fieldset|"
    r"figcaption|figure|footer|form|h1|h2|h3|h4|h5|h6|head|header|hgroup|hr|"
    r"html|iframe|img|input|label|legend|li|link|main|map|menu|meta|meter|nav|"
    r"noscript|object|ol|optgroup|option|output|p|picture|pre|progress|script|"
    r"section|select|source|style|summary|svg|table|tbody|td|template|textarea|"
    r"tfoot|th|thead|time|title|tr|track|ul|video|wbr"
)
_TARGET = r"""\(\s*[^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)"""
_IMAGE = re.compile(rf"!\[([^\[\]]*)\]{_TARGET}")
_LINK = re.compile(rf"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]{_TARGET}")
_REFERENCE = re.compile(r"!?\[([^\[\]]*)\](?:\[([^\[\]]*)\])?")
_NOTE = re.compile(r"\[(?:\^[^\[\]\s]{1,60}|\d{1,3})\]|【[^【】\n]{0,80}】")
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,31}://|(?<![a-z0-9@])www\.(?=[^\s.]))"
    rf"[^\s<>\"“”„«»。，、；：！？（）「」『』《》{GONE}]+",  # noqa: RUF001 - of other scripts
    re.IGNORECASE,
)
_AFTER_ADDRESS = ".,;:!?'’\"]}*_~…)"  # noqa: RUF001 - not a part of an address at its end
_EMAIL = re.compile(r"(?:mailto:)?([^\s@]{1,64}@[^\s@]{1,255})")
_STRUCK = re.compile(r"~~(?=[^\s~])(?:(?!~~)[^\n])*~~")
_LOOSE_STRIKE = re.compile(r"~~+")
_IN_CODE = {ord(mark): HIDDEN[ord(mark)] for mark in "*_~[]<>#+!|`\\"}


def without_spans(text: str, seen: Callable[[str], str], defined: Container[str]) -> str:
    """Return the text with words instead of code, tags, links and addresses.

    `seen` is applied to the characters that entities stand for. `defined` are the names, in lower
    case, of links whose address stands elsewhere in the text.
    """
    found = _SPAN.sub(lambda span: _words(span, seen), text)
    found = _LINK.sub(lambda link: link[1] or LINK, _IMAGE.sub(r"\1", found))
    if defined:
        found = _REFERENCE.sub(lambda link: _referring(link, defined), found)
    found = _STRUCK.sub(GONE, _without_addresses(_NOTE.sub(GONE, found)))
    return _LOOSE_STRIKE.sub("", found)


def _referring(link: re.Match[str], defined: Container[str]) -> str:
    """Return the words of a link by name. A number alone in brackets is a footnote mark."""
    words, name = link[1], link[2] or link[1]
    is_note = link[2] is None and words.isdigit()
    return words if name.lower() in defined and not is_note else link[0]


def _without_addresses(text: str) -> str:
    return _EMAIL.sub(r"\1", _ADDRESS.sub(_link, text))


def _words(span: re.Match[str], seen: Callable[[str], str]) -> str:
    if code := span["code"]:
        return _without_addresses(" ".join(code.split())).translate(_IN_CODE)
    if escaped := span["escaped"]:
        return HIDDEN[ord(escaped)]
    if entity := span["entity"]:
        return _character(entity, seen) or span[0]
    if address := span["address"]:
        return address[7:] if address.lower().startswith("mailto:") else LINK
    if tag := span["tag"]:
        found = _tag(tag.lower(), span["rest"] or "")
        return span[0] if found is None else found
    return span["email"] or ""


def _character(entity: str, seen: Callable[[str], str]) -> str:
    """Return the character that an entity stands for; empty for an unknown one."""
    if not entity.startswith("#"):
        return "".join(map(_protected, seen(html5.get(f"{entity};", ""))))
    code = int(entity[2:], 16) if entity[1] in "xX" else int(entity[1:])
    is_one = 0 < code < 0xD800 or 0xDFFF < code <= 0x10FFFF
    return _protected(seen(chr(code))) if is_one else GONE


def _protected(char: str) -> str:
    is_mark = char.isascii() and char.isprintable() and not char.isalnum() and char != " "
    return HIDDEN[ord(char)] if is_mark and char else char


def _tag(name: str, rest: str) -> str | None:
    """Return what stands for a tag; None for what only looks like one: "a <b and c> d"."""
    if rest.strip() not in ("", "/") and "=" not in rest:
        return None
    if name == "img":
        found = _ALTERNATIVE.search(rest)
        return (found[1] or found[2] or found[3] or "") if found else ""
    if _INLINE.fullmatch(name):
        return ""
    return " " if _SEPARATING.fullmatch(name) else None


def _link(address: re.Match[str]) -> str:
    """Return `a link`, and what stands behind the address."""
    text = address[0]
    end, closed = len(text), text.count(")") - text.count("(")
    while end and text[end - 1] in _AFTER_ADDRESS and (text[end - 1] != ")" or closed > 0):
        closed -= text[end - 1] == ")"
        end -= 1
    return LINK + text[end:]

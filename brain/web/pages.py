"""The bytes of a page into its title and its text, by what the server says of them."""

import re
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from html import unescape

from brain.codec import clean
from brain.errors import PageUnreadable
from brain.texts.charsets import decoded
from brain.texts.markup import text_of

MAX_BYTES = 2_000_000  # of a page, unpacked; a long article with its scripts has half of that
MAX_TITLE_CHARS = 300
META_BYTES = 4_096  # of a page's beginning in which it may name its charset
HTML = frozenset({"text/html", "application/xhtml+xml"})
READABLE = HTML | {"text/plain", "text/markdown", "application/json"}

TOO_LARGE = f"it is larger than {MAX_BYTES // 1_000_000} MB"
NO_KIND = "its server does not say what it is"
PACKED = "it is packed in a way that was not asked for"
BROKEN = "what its server sent is broken"

# What is not read, in our words: the server's could be an instruction.
_KINDS = {
    "application/pdf": "a PDF",
    "application/zip": "an archive",
    "audio/": "a sound",
    "font/": "a font",
    "image/": "a picture",
    "text/": "a text of a kind that is not read",
    "video/": "a video",
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)
_META = re.compile(
    r"<meta\s[^<>]*?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE | re.ASCII
)
_TITLE = re.compile(r"<title\b[^<>]*>([^<]*)", re.IGNORECASE)
_GAP = re.compile(r"\n{3,}")
_UNSHOWN = re.compile(r"<(script|style|svg|template)\b", re.IGNORECASE)
_ENDS = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE)
    for name in ("script", "style", "svg", "template")
}


class Unpacking:
    """What came of a page so far, unpacked as it comes: a few bytes may stand for gigabytes."""

    def __init__(self, encoding: str) -> None:
        """Raises PageUnreadable for what is packed in another way than gzip."""
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise PageUnreadable(PACKED)
        self._gzip = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding.endswith("gzip") else None
        self._came = 0
        self.data = bytearray()

    def take(self, chunk: bytes) -> None:
        """Raises PageUnreadable for what is too large, or broken."""
        self._came += len(chunk)
        room = MAX_BYTES - len(self.data)
        try:
            self.data += self._gzip.decompress(chunk, room + 1) if self._gzip else chunk
        except zlib.error as error:
            raise PageUnreadable(BROKEN) from error
        # What came counts too: behind the end of what is packed there may be any amount.
        if max(self._came, len(self.data)) > MAX_BYTES:
            raise PageUnreadable(TOO_LARGE)


def kind_of(content_type: str, *, size: int | None) -> str:
    """The kind of a content type, if it can be read. Raises PageUnreadable, which names the others
    and their size in bytes, where it is known.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in READABLE:
        return kind
    if not kind:
        raise PageUnreadable(NO_KIND)
    name = _KINDS.get(kind) or _KINDS.get(f"{kind.partition('/')[0]}/") or "a file"
    raise PageUnreadable(f"it is {name}{_of_size(size)}, and only pages and plain texts are read")


def title_and_text(data: bytes, content_type: str) -> tuple[str, str]:
    """Both as they are shown; plain texts have no title."""
    if content_type.partition(";")[0].strip().lower() not in HTML:
        return "", clean(decoded(data, _charset(data, content_type)))
    html = decoded(data, _charset(data, content_type) or _charset_within(data))
    title = _TITLE.search(html)
    words = " ".join(unescape(title[1]).split()) if title else ""
    text = _GAP.sub("\n\n", text_of(_shown(html)).strip())
    return clean(words[:MAX_TITLE_CHARS]), clean(text)


def _charset(data: bytes, content_type: str) -> str:
    """By the mark at its beginning, which nobody sets by mistake, or by its server."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    named = _CHARSET.search(content_type)
    return named[1] if named else ""


def _charset_within(data: bytes) -> str:
    """What the page itself names; not UTF-16, in which its name could not have been read."""
    named = _META.search(data[:META_BYTES].decode("ascii", "replace"))
    return "" if named is None or named[1].lower().startswith("utf-16") else named[1]


def _shown(html: str) -> str:
    """The page without its scripts and drawings: they may be longer than what `text_of` looks at,
    and come first.
    """
    parts: list[str] = []
    place = 0
    while (found := _UNSHOWN.search(html, place)) is not None:
        end = _ENDS[found[1].lower()].search(html, found.end())
        if end is None:
            break
        parts.append(html[place : found.start()])
        place = end.start()
    return "".join((*parts, html[place:]))


def _of_size(size: int | None) -> str:
    if size is None:
        return ""
    return f" of {size / 1e6:.0f} MB" if size >= 1_000_000 else f" of {size / 1e3:.0f} kB"

"""Converts the bytes of a web page to its title and text, according to its headers."""

import re
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from html import unescape

from brain.codec import clean
from brain.errors import PageUnreadable
from brain.texts.charsets import decoded
from brain.texts.markup import text_of

MAX_BYTES = 2_000_000  # of a decompressed page; a long article with its scripts has half of that
MAX_TITLE_CHARS = 300
META_BYTES = 4_096  # at the start of a page, where a <meta> may declare its charset
HTML = frozenset({"text/html", "application/xhtml+xml"})
READABLE = HTML | {"text/plain", "text/markdown", "application/json"}

TOO_LARGE = f"it is larger than {MAX_BYTES // 1_000_000} MB"
NO_KIND = "its server does not name a content type"
PACKED = "its server used an unsupported compression"
BROKEN = "its server sent damaged data"

# Our own names for unsupported types: the server's text could contain an instruction.
_KINDS = {
    "application/pdf": "a PDF",
    "application/zip": "an archive",
    "audio/": "a sound",
    "font/": "a font",
    "image/": "a picture",
    "text/": "a text of an unsupported type",
    "video/": "a video",
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)
_META = re.compile(
    r"<meta\s[^<>]*?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE | re.ASCII
)
_TITLE = re.compile(r"<title\b[^<>]*>([^<]*)", re.IGNORECASE)
_GAP = re.compile(r"\n{3,}")


class Unpacking:
    """Decompresses a page while it arrives, with a limit: a few bytes can expand to gigabytes."""

    def __init__(self, encoding: str) -> None:
        """Raises PageUnreadable for any compression other than gzip."""
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise PageUnreadable(PACKED)
        self._gzip = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding.endswith("gzip") else None
        self._received = 0
        self.data = bytearray()

    def take(self, chunk: bytes) -> None:
        """Add a chunk to `data`. Raises PageUnreadable if the page is too large or damaged."""
        self._received += len(chunk)
        room = MAX_BYTES - len(self.data)
        try:
            self.data += self._gzip.decompress(chunk, room + 1) if self._gzip else chunk
        except zlib.error as error:
            raise PageUnreadable(BROKEN) from error
        # The received bytes count too: any amount of data can follow the end of the gzip stream.
        if max(self._received, len(self.data)) > MAX_BYTES:
            raise PageUnreadable(TOO_LARGE)


def kind_of(content_type: str, *, size: int | None) -> str:
    """Return the media type of a content type. Raises PageUnreadable for an unsupported one, with
    its name and its `size` in bytes, if known.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in READABLE:
        return kind
    if not kind:
        raise PageUnreadable(NO_KIND)
    name = _KINDS.get(kind) or _KINDS.get(f"{kind.partition('/')[0]}/") or "a file"
    raise PageUnreadable(f"it is {name}{_of_size(size)}; only web pages and plain text can be read")


def title_and_text(data: bytes, content_type: str) -> tuple[str, str]:
    """Return the visible title and text. Plain text has an empty title."""
    if content_type.partition(";")[0].strip().lower() not in HTML:
        return "", clean(decoded(data, _charset(data, content_type)))
    html = decoded(data, _charset(data, content_type) or _charset_within(data))
    title = _TITLE.search(html)
    words = " ".join(unescape(title[1]).split()) if title else ""
    text = _GAP.sub("\n\n", text_of(html).strip())
    return clean(words[:MAX_TITLE_CHARS]), clean(text)


def _charset(data: bytes, content_type: str) -> str:
    """Return the charset that a byte order mark or the content type declares; empty if none."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    named = _CHARSET.search(content_type)
    return named[1] if named else ""


def _charset_within(data: bytes) -> str:
    """Return the charset that the page itself declares; empty if it declares no charset.

    UTF-16 is ignored: a page in UTF-16 could not be searched for its declaration.
    """
    named = _META.search(data[:META_BYTES].decode("ascii", "replace"))
    return "" if named is None or named[1].lower().startswith("utf-16") else named[1]


def _of_size(size: int | None) -> str:
    if size is None:
        return ""
    return f" of {size / 1e6:.0f} MB" if size >= 1_000_000 else f" of {size / 1e3:.0f} kB"

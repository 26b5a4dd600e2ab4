"""The process that reads one file: a hostile file can spin, or eat memory, and is ended with it.

It reads a line of JSON and then the file from its input, and writes one line of JSON. The process
has no secrets, opens no connections, and can write no files.
"""

import json
import sys
import unicodedata
from dataclasses import replace
from typing import Any, BinaryIO

from brain.documents.files.kinds import FileFault, FileKind, FileUnreadable, ReadFile, kind_of
from brain.documents.files.limits import TimeUp, limit_process, no_time_limit

# Letters that are printed as one: nobody who searches for "find" types them. A soft hyphen at the
# end of a line divides a word.
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
SOFT_HYPHEN = "\u00ad"


def _whole_words(read: ReadFile) -> ReadFile:
    """Return a typeset text as people would type it."""
    text = read.text.replace(f"{SOFT_HYPHEN}\n", "")
    return replace(read, text=text.translate({**_LIGATURES, ord(SOFT_HYPHEN): ""}))


def answer(stream: BinaryIO) -> dict[str, Any]:
    """Read the file of a request. Return its title, its text and what is missing; or the fault."""
    try:
        asked = json.loads(stream.readline())
        raw = stream.read()
        try:
            read = _read(raw, **asked)
        finally:
            no_time_limit()
    except FileUnreadable as error:
        return {"fault": error.fault}
    except TimeUp:
        return {"fault": FileFault.SLOW}
    except MemoryError:
        return {"fault": FileFault.LARGE}
    except Exception:  # noqa: BLE001 - a hostile file makes libraries raise any error
        return {"fault": FileFault.BROKEN}
    return {"title": read.title, "text": read.text, "cut": read.cut}


def _read(raw: bytes, *, kind: str, most_chars: int, seconds: float) -> ReadFile:
    """Read the file within the limits. They begin after the library is loaded."""
    match kind_of(raw, FileKind(kind)):
        case FileKind.PDF:
            from brain.documents.files.pdf import read_pdf

            limit_process(seconds=seconds)
            return _whole_words(read_pdf(raw, most_chars=most_chars))
        case FileKind.DOCX:
            from brain.documents.files.docx import read_docx

            limit_process(seconds=seconds)
            return _whole_words(read_docx(raw, most_chars=most_chars))
        case text:
            from brain.documents.files.plain import read_plain

            limit_process(seconds=seconds)
            return read_plain(raw, text, most_chars=most_chars)


def main() -> None:
    """Serve one request."""
    sys.stdout.write(json.dumps(answer(sys.stdin.buffer)) + "\n")


if __name__ == "__main__":
    main()

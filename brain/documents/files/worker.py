"""The process that reads one file: a hostile file can spin, or eat memory, and is ended with it.

It reads a line of JSON and then the file from its input, and writes one line of JSON. The process
has no secrets, opens no connections, and can write no files. Only here are the libraries for PDF
and Word files loaded.
"""

import json
import sys
import unicodedata
from typing import Any, BinaryIO

from msgspec.structs import asdict, replace

from brain.documents.files.kinds import FileFault, FileKind, FileUnreadable, ReadFile, check_kind
from brain.documents.files.limits import close_doors, limit_process

# Letters that are printed as one: nobody who searches for "find" types them. A soft hyphen at the
# end of a line divides a word.
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
SOFT_HYPHEN = "\u00ad"


def _whole_words(read: ReadFile) -> ReadFile:
    """Return a typeset text as people would type it."""
    text = read.text.replace(f"{SOFT_HYPHEN}\n", "")
    return replace(read, text=text.translate({**_LIGATURES, ord(SOFT_HYPHEN): ""}))


def answer(stream: BinaryIO) -> dict[str, Any]:
    """Read the file of a request. Return its title, its text and so on; or the fault."""
    try:
        asked = json.loads(stream.readline())
        limit_process(seconds=asked["seconds"])
        return asdict(_read(stream.read(), FileKind(asked["kind"]), asked["most_chars"]))
    except FileUnreadable as error:
        return {"fault": error.fault}
    except MemoryError:
        return {"fault": FileFault.MEMORY}
    except Exception:  # noqa: BLE001 - a hostile file makes libraries raise any error
        return {"fault": FileFault.BROKEN}


def _read(raw: bytes, kind: FileKind, most_chars: int) -> ReadFile:
    """Read the file. The library is loaded first: then nothing can be opened any more."""
    check_kind(raw, kind)
    match kind:
        case FileKind.PDF:
            from brain.documents.files.pdf import read_pdf

            close_doors()
            return _whole_words(read_pdf(raw, most_chars=most_chars))
        case FileKind.DOCX:
            from brain.documents.files.docx import read_docx

            close_doors()
            return _whole_words(read_docx(raw, most_chars=most_chars))
        case text:
            from brain.documents.files.plain import read_plain

            close_doors()
            return read_plain(raw, text, most_chars=most_chars)


def main() -> None:
    """Serve one request."""
    sys.stdout.write(json.dumps(answer(sys.stdin.buffer)) + "\n")


if __name__ == "__main__":
    main()

"""Separates the header block from the body, and repairs it for the standard library's parser.

That parser ends the headers at the first line that is not one. Mail programs skip such a line.
"""

import re
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_HEADER = re.compile(rb"([!-9;-~]{1,200})[ \t]{0,20}:")
BODY_LINES = 2  # lines in a row that are no headers: the empty line before the body is missing


class _AsItStands(Compat32):
    """Returns a header's raw text, with bytes as surrogates, instead of a `Header` object."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_PARSER = BytesParser(policy=_AsItStands())


def separated(raw: bytes) -> tuple[Message, bytes]:
    """Return the headers and the body of a message or a part. Never raises."""
    kept: list[bytes] = []
    others: list[int] = []  # where the lines begin that are no headers, since the last header
    end = len(raw)
    for line in _LINE.finditer(raw):
        if line.start() == len(raw):
            end = others[0] if others else len(raw)
            break
        if not line[0].strip(b"\r\n"):
            end = others[0] if len(others) >= BODY_LINES or (others and not kept) else line.end()
            break
        if line[0][:1] in b" \t" and (kept or others):
            if not others:
                kept.append(line[0])
        elif header := _HEADER.match(line[0]):
            others = []
            kept.append(header[1] + b":" + line[0][header.end() :])
        else:
            others.append(line.start())
    head = _PARSER.parsebytes(b"".join(kept), headersonly=True) if kept else Message()
    return head, raw[end:]

"""Reads bodies of the type multipart/form-data."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message

CUT = b"\r\n--"


class NotMultipart(Exception):
    """The body is not multipart/form-data. The text says what is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One field. `filename` is empty if the field is not a file."""

    content: bytes
    content_type: str
    filename: str

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


def parts_of(body: bytes, content_type: str) -> dict[str, Part]:
    """Return the fields by name; of two with one name, the last. Raises NotMultipart."""
    kind, options = _options(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise NotMultipart("the type is not multipart/form-data with a boundary")
    _, *pieces = (b"\r\n" + body).split(CUT + options["boundary"].encode())
    if not pieces or not pieces[-1].startswith(b"--"):
        raise NotMultipart("the body has no closing boundary")
    return dict(_part(piece) for piece in pieces[:-1])


def _part(piece: bytes) -> tuple[str, Part]:
    head, cut, content = piece.partition(b"\r\n\r\n")
    lines = (line.partition(":") for line in head.decode(errors="replace").splitlines() if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    _, options = _options(headers.get("content-disposition", ""))
    if not cut or "name" not in options:
        raise NotMultipart("a part has no name")
    kind = headers.get("content-type", "text/plain")
    return options["name"], Part(
        content=content, content_type=kind, filename=options.get("filename", "")
    )


def _options(header: str) -> tuple[str, dict[str, str]]:
    """Return the value of a header before its options, and the options by name."""
    message = Message()
    message["content-type"] = header
    (kind, _), *options = message.get_params(failobj=[(header, "")], header="content-type")
    return kind.lower(), {name.lower(): str(value) for name, value in options}

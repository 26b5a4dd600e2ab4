"""Raw emails for the tests."""

from datetime import UTC, datetime

from brain.email.model import Email, Folder
from brain.email.parse.decoding import decode

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def read(raw: bytes | str) -> Email:
    """The email as it is stored. Line ends become CRLF."""
    data = raw.encode() if isinstance(raw, str) else raw
    data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return decode(data, folder=Folder.INBOX, unread=True, arrived_at=NOW)


def parts(kind: str, *inner: str, boundary: str = "b") -> str:
    """A part of parts, with its headers."""
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\nFor old programs.\n'
    return head + "".join(f"--{boundary}\n{each}\n" for each in inner) + f"--{boundary}--\nBye.\n"


def part(kind: str, body: str, *headers: str) -> str:
    """A leaf, with its headers."""
    return "\n".join([f"Content-Type: {kind}", *headers, "", body])

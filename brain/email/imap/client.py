"""IMAPClient, made to lose no more than what a server sends wrongly.

The library reads all folders, or all emails of an answer, or none of them. Here each folder and
each email is read separately, and one that cannot be read costs itself. This module is imported
with the first connection, because the library takes time to load.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from imapclient.imap_utf7 import decode as from_utf7
from imapclient.imap_utf7 import encode as to_utf7
from imapclient.response_parser import parse_fetch_response, parse_response

type Listed = tuple[tuple[bytes, ...], bytes | None, bytes]

# What the library's parsers raise for an answer that they do not understand.
UNREADABLE = (IMAPClientError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


class Client(IMAPClient):  # type: ignore[misc]  # the library's types are incomplete
    """One connection. Names of folders are bytes as the server writes them."""

    def forget_capabilities(self) -> None:
        """Ask for the server's capabilities again when they are next needed."""
        self._cached_capabilities = None
        self._imap.untagged_responses.pop("CAPABILITY", None)

    def folders_with_uses(self) -> list[Listed]:
        """Return flags, delimiter and name of each folder; the flags include its special use.

        Some servers tell the uses only if they are asked (RFC 6154, section 2).
        """
        if self.has_capability("SPECIAL-USE") and self.has_capability("LIST-EXTENDED"):
            with suppress(IMAPClientError):
                return self._list("LIST", "RETURN (SPECIAL-USE)")
        if self.has_capability("XLIST"):
            with suppress(IMAPClientError):
                return self._list("XLIST")
        return self._list("LIST")

    def _list(self, command: str, *options: str) -> list[Listed]:
        code, answer = self._imap._simple_command(command, '""', '"*"', *options)
        self._checkok(command, code, answer)
        _, lines = self._imap._untagged_response(code, answer, command)
        return [folder for line in lines if line for folder in _folder(line)]

    def fetch_each(self, uids: Sequence[int], items: Sequence[str]) -> dict[int, dict[bytes, Any]]:
        """Return the items of each of these UIDs that the server sends and that can be read.

        Servers send changes of other emails in between, some without a UID. Those belong to the
        email with that sequence number (RFC 3501, section 7.4.2), unless the numbers have moved.
        """
        for earlier in ("FETCH", "EXPUNGE"):
            self._imap.untagged_responses.pop(earlier, None)
        names = f"({' '.join(item.upper() for item in items)})"
        tag = self._imap._command("UID", "FETCH", ",".join(map(str, uids)), names)
        code, answer = self._imap._command_complete("FETCH", tag)
        self._checkok("fetch", code, answer)
        _, pieces = self._imap._untagged_response(code, answer, "FETCH")
        numbers_moved = "EXPUNGE" in self._imap.untagged_responses
        found: dict[int, dict[bytes, Any]] = {}
        of_number: dict[int, int] = {}
        unnamed: list[tuple[int, dict[bytes, Any]]] = []
        for number, items_of_one in _each_fetched(pieces):
            uid = items_of_one.pop(b"UID", None)
            if uid is None:
                unnamed.append((number, items_of_one))
            elif uid in uids:
                of_number[number] = uid
                found.setdefault(uid, {}).update(items_of_one)
        for number, items_of_one in unnamed:
            if number in of_number and not numbers_moved:
                found[of_number[number]].update(items_of_one)
        return found

    def _normalise_folder(self, folder_name: str | bytes) -> bytes:
        """Quote the name of a folder. Bytes are sent as the server has written them."""
        raw = folder_name if isinstance(folder_name, bytes) else to_utf7(folder_name)
        return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def shown_name(raw: bytes) -> str:
    """Return a folder's name as people read it, also if the server has not encoded it."""
    if raw.isascii():
        with suppress(*UNREADABLE):
            return str(from_utf7(raw))
    return raw.decode("utf-8", "replace")


def _folder(line: object) -> Iterator[Listed]:
    """Yield the folder of one line; nothing if it cannot be read."""
    try:
        flags, delimiter, name = parse_response([line])
    except UNREADABLE:
        return
    if isinstance(flags, tuple) and name is not None:
        # The library reads a name of digits as a number.
        raw = name if isinstance(name, bytes) else str(name).encode()
        yield tuple(bytes(flag) for flag in flags if isinstance(flag, bytes)), delimiter, raw


def _each_fetched(pieces: Sequence[Any]) -> Iterator[tuple[int, dict[bytes, Any]]]:
    """Yield number and items of each email in an answer; nothing for one that cannot be read.

    An email with literals takes several pieces, all but the last of which are pairs.
    """
    begun: list[Any] = []
    for piece in pieces:
        if piece is None:
            continue
        begun.append(piece)
        if not isinstance(piece, tuple):
            yield from _fetched(begun)
            begun = []
    yield from _fetched(begun)


def _fetched(pieces: list[Any]) -> Iterator[tuple[int, dict[bytes, Any]]]:
    try:
        found = parse_fetch_response(pieces, normalise_times=False, uid_is_key=False)
    except UNREADABLE:
        return
    yield from ((number, dict(items)) for number, items in found.items())

"""A typed interface to the IMAP commands we use. They block; server.py runs them in a thread."""

import imaplib
import logging
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct

from brain.email.imap.sent_names import is_sent_name
from brain.email.settings import MailServer
from brain.errors import MailboxUnreachable
from brain.http.version import VERSION

CHUNK = 500  # UIDs in one command, so that its line stays below every server's limit
INBOX = b"INBOX"
NEW_SENT = b"Sent"
REASON_CHARS = 200  # of the server's text in our log

type Fetched = Mapping[bytes, Any]

log = logging.getLogger(__name__)


class FolderStatus(Struct, frozen=True, kw_only=True):
    """The current state of a folder. `modseq` is the number of its last change; None if the server
    does not number changes.
    """

    validity: int
    next_uid: int
    emails: int
    modseq: int | None


class Commands:
    """One connection. Raises the errors of the library and the socket, and MailboxUnreachable."""

    def __init__(
        self, server: MailServer, ssl_context: ssl.SSLContext | None, *, timeout_s: float
    ) -> None:
        from brain.email.imap.client import Client

        self._server = server
        self._ssl_context = ssl_context or ssl.create_default_context()
        self._client = Client(
            server.host,
            server.port,
            ssl=server.tls,
            ssl_context=self._ssl_context if server.tls else None,
            timeout=timeout_s,
        )
        self._has_modseq = False

    def login(self) -> None:
        """Log in over an encrypted connection; unencrypted only to a server on this machine."""
        from imapclient.exceptions import LoginError

        client, server = self._client, self._server
        if not server.tls and client.has_capability("STARTTLS"):
            client.starttls(self._ssl_context)
        elif not server.tls and not server.is_here:
            raise MailboxUnreachable("the mailbox server does not support encryption")
        is_plain = client.has_capability("AUTH=PLAIN")  # allows any characters in the password
        client.forget_capabilities()  # a server may have others after the login
        try:
            (client.plain_login if is_plain else client.login)(server.user, server.password)
        except LoginError:
            raise MailboxUnreachable("the mailbox server rejected the login") from None
        self._has_modseq = client.has_capability("CONDSTORE")
        if client.has_capability("ID"):
            # Some providers open no folder for a program that has not said its name (RFC 2971).
            with suppress(imaplib.IMAP4.error):
                client.id_({"name": "Second Brain", "version": VERSION})

    def logout(self) -> None:
        """Send LOGOUT."""
        self._client.logout()

    def close(self) -> None:
        """Close without LOGOUT. Another thread may call this to abort the current command."""
        with suppress(OSError):
            self._client.socket().shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            self._client.shutdown()

    def sent_folder(self) -> bytes | None:
        """Return the folder of sent email, by its name on the wire; None if the account has no such
        folder.

        The setting comes first, then the folder that the server marks, then a usual name.
        """
        from brain.email.imap.client import shown_name

        folders = self._client.folders_with_uses()
        names = {name: shown_name(name) for _, _, name in folders}
        if wanted := self._server.sent_folder:
            return next((raw for raw, name in names.items() if name == wanted), to_wire(wanted))
        for flags, _, name in folders:
            if rb"\sent" in {flag.lower() for flag in flags}:
                return name
        for _, delimiter, name in folders:
            parts = names[name].split(delimiter.decode("ascii", "replace") if delimiter else "/")
            if is_sent_name(parts[-1]):
                return name
        return None

    def status(self, folder: bytes) -> FolderStatus:
        """Return the state of a folder. A folder whose server tells too little is opened."""
        items = ["UIDVALIDITY", "UIDNEXT", "MESSAGES"]
        told = self._status(folder, [*items, "HIGHESTMODSEQ"] if self._has_modseq else items)
        if not {b"UIDVALIDITY", b"UIDNEXT", b"MESSAGES"} <= told.keys():
            told = {**self.open(folder), **told}
        if b"UIDNEXT" not in told:
            told[b"UIDNEXT"] = self._highest_uid() + 1
        return FolderStatus(
            validity=int(told.get(b"UIDVALIDITY") or 1),
            next_uid=int(told[b"UIDNEXT"]),
            emails=int(told[b"MESSAGES"] if b"MESSAGES" in told else told[b"EXISTS"]),
            # 0: the server numbers changes, but not in this folder.
            modseq=int(told.get(b"HIGHESTMODSEQ") or 0) or None,
        )

    def _status(self, folder: bytes, items: Sequence[str]) -> dict[bytes, Any]:
        """Return what STATUS tells; nothing if the answer cannot be read."""
        from brain.email.imap.client import UNREADABLE

        try:
            told = self._client.folder_status(folder, items)
        except imaplib.IMAP4.abort:  # the connection has failed
            raise
        except UNREADABLE as refused:
            log.info("imap: no status, answer=%s", answer_of(refused))
            return {}
        return {name: value for name, value in told.items() if isinstance(value, int)}

    def _highest_uid(self) -> int:
        """Return the highest UID of the open folder; 0 if it is empty."""
        return max(self._client.search(["UID", "*"]), default=0)

    def open(self, folder: bytes) -> dict[bytes, Any]:
        """Open a folder read-only. Returns the folder's state as the server reports it."""
        told: dict[bytes, Any] = self._client.select_folder(folder, readonly=True)
        return told

    def uids(self, first: int, last: int) -> list[int]:
        """Return the existing UIDs from `first` to `last`, ascending."""
        if last < first:
            return []
        found = self._client.search(["UID", f"{first}:{last}"])
        return sorted(uid for uid in found if first <= uid <= last)

    def changed(self, first: int, last: int, *, since: int) -> list[int]:
        """Return those of them whose flags changed after the modseq `since`."""
        if last < first:
            return []
        found = self._client.search(["UID", f"{first}:{last}", "MODSEQ", str(since + 1)])
        return sorted(uid for uid in found if first <= uid <= last)

    def unread(self, uids: Sequence[int]) -> dict[int, bool]:
        """Return, for each existing UID, whether it is unread."""
        return {
            uid: is_unread(fetched)
            for chunk in chunks(uids)
            for uid, fetched in self.fetch(chunk, ["FLAGS"]).items()
            if b"FLAGS" in fetched
        }

    def mark_read(self, folder: bytes, places: Sequence[tuple[int, int]]) -> None:
        """Mark the emails at these places (UIDVALIDITY and UID) of a folder as read.

        Places from before the server renumbered the folder are left out: others are there now.
        """
        told = self._client.select_folder(folder)
        validity = int(told.get(b"UIDVALIDITY") or 1)
        uids = [uid for of, uid in places if of == validity]
        if uids:
            self._client.add_flags(uids, [rb"\Seen"], silent=True)

    def fetch(self, uids: Sequence[int], items: Sequence[str]) -> Mapping[int, Fetched]:
        """Return the requested items of each existing UID, as far as they can be read."""
        return self._client.fetch_each(uids, items)

    def holds(self, message_id: str) -> bool:
        """Whether the open folder contains an email with this Message-ID."""
        return bool(self._client.search(["HEADER", "Message-ID", message_id]))

    def append(self, folder: bytes, raw: bytes) -> None:
        """Store an email in a folder, marked as read."""
        self._client.append(folder, raw, [rb"\Seen"])

    def make_sent_folder(self) -> bytes:
        """Create a folder for sent email, and return its name."""
        self._client.create_folder(NEW_SENT)
        return NEW_SENT


def to_wire(name: str) -> bytes:
    """Return a folder's name as it is sent, in modified UTF-7 (RFC 3501, section 5.1.3)."""
    from imapclient.imap_utf7 import encode

    return bytes(encode(name))


def answer_of(error: Exception) -> str:
    """Return a server's own text of a refusal for our log: short, and without addresses."""
    words = str(error).split()
    return " ".join(word for word in words if "@" not in word)[:REASON_CHARS]


def is_unread(fetched: Fetched) -> bool:
    """Whether the fetched flags lack \\Seen."""
    return rb"\Seen" not in fetched.get(b"FLAGS", ())


def chunks(uids: Sequence[int], size: int = CHUNK) -> Iterator[Sequence[int]]:
    """Split UIDs into chunks of at most `size`."""
    for start in range(0, len(uids), size):
        yield uids[start : start + size]

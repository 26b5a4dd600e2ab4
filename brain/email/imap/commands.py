"""A typed interface to the IMAP commands we use. They block; server.py runs them in a thread."""

import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from brain.email.settings import MailServer
from brain.errors import MailboxUnreachable

CHUNK = 500  # UIDs in one command, so that its line stays below every server's limit
# Usual names of the folder of sent email, in lower case; used if the server does not mark one.
SENT_NAMES = frozenset(
    {"sent", "sent items", "sent mail", "sent messages", "gesendet", "gesendete objekte"}
    | {"gesendete elemente", "messages envoyés", "éléments envoyés", "enviados", "inviata"}
    | {"posta inviata", "verzonden", "verzonden items", "skickat", "wysłane", "отправленные"}
)
INBOX = "INBOX"
NEW_SENT = "Sent"

type Fetched = Mapping[bytes, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderStatus:
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
        from imapclient import IMAPClient

        self._server = server
        self._ssl_context = ssl_context or ssl.create_default_context()
        self._client: Any = IMAPClient(
            server.host,
            server.port,
            ssl=server.tls,
            ssl_context=self._ssl_context if server.tls else None,
            timeout=timeout_s,
        )
        self._client.normalise_times = False  # keep the time zones
        self._has_modseq = False

    def login(self) -> None:
        """Log in over an encrypted connection; unencrypted only to a server on this machine."""
        from imapclient.exceptions import LoginError

        client, server = self._client, self._server
        if not server.tls and client.has_capability("STARTTLS"):
            client.starttls(self._ssl_context)
        elif not server.tls and not server.is_here:
            raise MailboxUnreachable("the mailbox server does not support encryption")
        try:
            if client.has_capability("AUTH=PLAIN"):  # allows any characters in the password
                client.plain_login(server.user, server.password)
            else:
                client.login(server.user, server.password)
        except LoginError:
            raise MailboxUnreachable("the mailbox server rejected the login") from None
        self._has_modseq = client.has_capability("CONDSTORE")

    def logout(self) -> None:
        """Send LOGOUT."""
        self._client.logout()

    def close(self) -> None:
        """Close without LOGOUT. Another thread may call this to abort the current command."""
        with suppress(OSError):
            self._client.socket().shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            self._client.shutdown()

    def sent_folder(self) -> str | None:
        """Return the folder that the server marks as \\Sent, or one with a usual name."""
        folders = self._client.list_folders()
        for flags, _, name in folders:
            if rb"\sent" in {bytes(flag).lower() for flag in flags}:
                return str(name)
        for _, delimiter, name in folders:
            parts = str(name).split(delimiter.decode() if delimiter else "/")
            if parts[-1].casefold() in SENT_NAMES:
                return str(name)
        return None

    def status(self, folder: str) -> FolderStatus:
        """Return the state of a folder without opening it."""
        items = ["UIDVALIDITY", "UIDNEXT", "MESSAGES"]
        status = self._client.folder_status(
            folder, [*items, "HIGHESTMODSEQ"] if self._has_modseq else items
        )
        return FolderStatus(
            validity=int(status[b"UIDVALIDITY"]),
            next_uid=int(status[b"UIDNEXT"]),
            emails=int(status[b"MESSAGES"]),
            # 0: the server numbers changes, but not in this folder.
            modseq=int(status.get(b"HIGHESTMODSEQ") or 0) or None,
        )

    def open(self, folder: str) -> None:
        """Open a folder read-only."""
        self._client.select_folder(folder, readonly=True)

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
        }

    def fetch(self, uids: Sequence[int], items: Sequence[str]) -> Mapping[int, Fetched]:
        """Return the requested items of each existing UID."""
        found: Mapping[int, Fetched] = self._client.fetch(list(uids), list(items))
        return found

    def holds(self, message_id: str) -> bool:
        """Whether the open folder contains an email with this Message-ID."""
        return bool(self._client.search(["HEADER", "Message-ID", message_id]))

    def append(self, folder: str, raw: bytes) -> None:
        """Store an email in a folder, marked as read."""
        self._client.append(folder, raw, [rb"\Seen"])

    def make_sent_folder(self) -> str:
        """Create a folder for sent email, and return its name."""
        self._client.create_folder(NEW_SENT)
        return NEW_SENT


def is_unread(fetched: Fetched) -> bool:
    """Whether the fetched flags lack \\Seen."""
    return rb"\Seen" not in fetched.get(b"FLAGS", ())


def chunks(uids: Sequence[int], size: int = CHUNK) -> Iterator[Sequence[int]]:
    """Split UIDs into chunks of at most `size`."""
    for start in range(0, len(uids), size):
        yield uids[start : start + size]

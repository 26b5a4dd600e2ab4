"""The IMAP commands we use, with types. They block: imap.py runs them in a thread."""

import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from brain.email.settings import MailServer
from brain.errors import MailboxUnreachable

CHUNK = 500  # UIDs named in one command, so that its line stays below any server's limit
# What the folder is called where the server does not mark it, in lower case.
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
    """A folder as it is now. `modseq` is the number of its last change, None where the server
    does not count them.
    """

    validity: int
    next_uid: int
    emails: int
    modseq: int | None


class Commands:
    """A connection. Raises what the library and the socket raise, and MailboxUnreachable."""

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
        self._client.normalise_times = False  # times with their zones
        self._has_modseq = False

    def login(self) -> None:
        """Encrypted, unless the server is on this machine."""
        from imapclient.exceptions import LoginError

        client, server = self._client, self._server
        if not server.tls and client.has_capability("STARTTLS"):
            client.starttls(self._ssl_context)
        elif not server.tls and not server.is_here:
            raise MailboxUnreachable("the mailbox's server offers no encryption")
        try:
            if client.has_capability("AUTH=PLAIN"):  # takes a password of any characters
                client.plain_login(server.user, server.password)
            else:
                client.login(server.user, server.password)
        except LoginError:
            raise MailboxUnreachable("the mailbox's server does not let us in") from None
        self._has_modseq = client.has_capability("CONDSTORE")

    def logout(self) -> None:
        """Say good-bye."""
        self._client.logout()

    def close(self) -> None:
        """Without a word. May be called from another thread, which ends what is under way."""
        with suppress(OSError):
            self._client.socket().shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            self._client.shutdown()

    def sent_folder(self) -> str | None:
        """The folder that the server marks as \\Sent, or one of a usual name."""
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
        """How the folder is, without opening it."""
        asked = ["UIDVALIDITY", "UIDNEXT", "MESSAGES"]
        told = self._client.folder_status(
            folder, [*asked, "HIGHESTMODSEQ"] if self._has_modseq else asked
        )
        return FolderStatus(
            validity=int(told[b"UIDVALIDITY"]),
            next_uid=int(told[b"UIDNEXT"]),
            emails=int(told[b"MESSAGES"]),
            # 0: this folder's changes are not counted, though others' are.
            modseq=int(told.get(b"HIGHESTMODSEQ") or 0) or None,
        )

    def open(self, folder: str) -> None:
        """For reading: nothing that we do there changes it."""
        self._client.select_folder(folder, readonly=True)

    def uids(self, first: int, last: int) -> list[int]:
        """The UIDs there are from one to another, ascending."""
        if last < first:
            return []
        found = self._client.search(["UID", f"{first}:{last}"])
        return sorted(uid for uid in found if first <= uid <= last)

    def changed(self, first: int, last: int, *, since: int) -> list[int]:
        """Those of them whose flags changed after a modseq."""
        if last < first:
            return []
        found = self._client.search(["UID", f"{first}:{last}", "MODSEQ", str(since + 1)])
        return sorted(uid for uid in found if first <= uid <= last)

    def unread(self, uids: Sequence[int]) -> dict[int, bool]:
        """Which are unread, of those that are there."""
        return {
            uid: is_unread(told)
            for chunk in chunks(uids)
            for uid, told in self.fetch(chunk, ["FLAGS"]).items()
        }

    def fetch(self, uids: Sequence[int], items: Sequence[str]) -> Mapping[int, Fetched]:
        """What the server tells of each that is there."""
        found: Mapping[int, Fetched] = self._client.fetch(list(uids), list(items))
        return found

    def holds(self, message_id: str) -> bool:
        """Whether the open folder has an email of this Message-ID."""
        return bool(self._client.search(["HEADER", "Message-ID", message_id]))

    def append(self, folder: str, raw: bytes) -> None:
        """Put an email there, as read."""
        self._client.append(folder, raw, [rb"\Seen"])

    def make_sent_folder(self) -> str:
        """For an account that has none."""
        self._client.create_folder(NEW_SENT)
        return NEW_SENT


def is_unread(told: Fetched) -> bool:
    """By the flags that were fetched."""
    return rb"\Seen" not in told.get(b"FLAGS", ())


def chunks(uids: Sequence[int], size: int = CHUNK) -> Iterator[Sequence[int]]:
    """All of them, a few at a time."""
    for start in range(0, len(uids), size):
        yield uids[start : start + size]

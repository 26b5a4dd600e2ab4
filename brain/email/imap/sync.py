"""One sync of the account with its mirror.

It syncs the inbox and the folder of sent email: first new email, then changes and deletions, and in
the remaining time older email. Each batch is one transaction that also records the progress.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from msgspec import Struct

from brain.email.imap.commands import INBOX, Commands, FolderStatus, chunks
from brain.email.imap.fetch import fetch_emails
from brain.email.imap.mirror import Mirror, Renumbered, SyncProgress
from brain.email.imap.server import ImapSession
from brain.email.model import Folder

FIRST_BATCH = 10  # emails in a sync's first batch; a slow server delivers as many in a second
LARGEST_BATCH = 100  # emails; a crash loses at most one batch
QUICK_S = 1.0  # seconds; after a batch that took less, the next may be twice as large
RECENT = 500  # emails whose flags are compared if the server does not number changes
WINDOW = 1_000  # emails that a sync checks for deletions, twice: the newest, and some older ones

log = logging.getLogger(__name__)


class Opened(Struct, frozen=True, kw_only=True):
    """A folder that is being synced: its state, and the mirror's progress when the sync began."""

    folder: Folder
    name: bytes
    status: FolderStatus
    progress: SyncProgress
    mirrored: int

    @property
    def is_as_mirrored(self) -> bool:
        """Whether nothing is new, changed or deleted; False if the server numbers no changes."""
        status, progress = self.status, self.progress
        return (
            (progress.next_uid, progress.modseq) == (status.next_uid, status.modseq)
            and status.modseq is not None
            and progress.low_uid <= 1
            and self.mirrored == status.emails
        )


class Sync:
    """One sync. `has_begun`: the server has answered; `is_whole`: there is nothing left to do."""

    def __init__(
        self, mirror: Mirror, *, now: Callable[[], float], until: float, window: int = WINDOW
    ) -> None:
        self._mirror = mirror
        self._now = now
        self._until = until
        self._window = window
        self._batch = FIRST_BATCH
        self._slowest_s = 0.0
        self.has_begun = False
        self.is_whole = False

    async def run(self, session: ImapSession) -> None:
        """Sync as far as time allows. Raises MailboxUnreachable, DatabaseUnreachable."""
        names = {Folder.INBOX: INBOX, Folder.SENT: await session.do(Commands.sent_folder)}
        try:
            opened = [
                await self._forward(session, folder, name)
                for folder, name in names.items()
                if name is not None
            ]
            for each in opened:
                await self._backward(session, each)
        except (SyncOutOfTime, Renumbered) as reason:
            log.info("sync: ends early, reason=%s", type(reason).__name__)
        else:
            self.is_whole = True

    async def _forward(self, session: ImapSession, folder: Folder, name: bytes) -> Opened:
        """Mirror new email, then changes."""
        opened = await self._open(session, folder, name)
        self.has_begun = True
        if opened.is_as_mirrored:
            return opened
        await session.do(partial(Commands.open, folder=name))
        first, end = opened.progress.next_uid, opened.status.next_uid
        new = await session.do(partial(Commands.uids, first=first, last=end - 1))
        for batch in self._batches(new):
            await self._record(session, opened, batch, next_uid=batch[-1] + 1)
        await self._mirror.record(folder, opened.status.validity, [], next_uid=end)
        await self._flags(session, opened)
        await self._deletions(session, opened)
        return opened

    async def _backward(self, session: ImapSession, opened: Opened) -> None:
        """Mirror older email, newest first."""
        validity, low = opened.status.validity, opened.progress.low_uid
        if low <= 1:
            return
        await session.do(partial(Commands.open, folder=opened.name))
        old = await session.do(partial(Commands.uids, first=1, last=low - 1))
        for batch in self._batches(old[::-1]):
            await self._record(session, opened, batch, low_uid=batch[-1])
        await self._mirror.record(opened.folder, validity, [], low_uid=1)
        await self._mirror.settle(opened.folder, validity)

    async def _open(self, session: ImapSession, folder: Folder, name: bytes) -> Opened:
        status = await session.do(partial(Commands.status, folder=name))
        progress = await self._mirror.begin(
            folder, validity=status.validity, next_uid=status.next_uid
        )
        mirrored = await self._mirror.count(folder, status.validity)
        return Opened(folder=folder, name=name, status=status, progress=progress, mirrored=mirrored)

    def _batches(self, uids: Sequence[int]) -> Iterator[Sequence[int]]:
        """Split UIDs, in their order, into batches that grow while the server is fast.

        Raises OutOfTime.
        """
        place = 0
        while place < len(uids):
            if self._now() + self._slowest_s > self._until:
                raise SyncOutOfTime
            size = self._batch
            yield uids[place : place + size]
            place += size

    async def _record(
        self,
        session: ImapSession,
        opened: Opened,
        uids: Sequence[int],
        *,
        next_uid: int | None = None,
        low_uid: int | None = None,
    ) -> None:
        """Mirror one batch and the new progress."""
        began = self._now()
        placed = await session.do(
            partial(fetch_emails, uids=uids, folder=opened.folder),
            limit_s=self._until - began + QUICK_S,  # later than the sync's own limit
        )
        await self._mirror.record(
            opened.folder, opened.status.validity, placed, next_uid=next_uid, low_uid=low_uid
        )
        took_s = self._now() - began
        self._slowest_s = max(self._slowest_s, took_s)
        if took_s < QUICK_S:
            self._batch = min(2 * self._batch, LARGEST_BATCH)
        log.info("sync: batch, emails=%d ms=%d", len(placed), took_s * 1e3)

    async def _flags(self, session: ImapSession, opened: Opened) -> None:
        """Mirror which emails were marked as read or unread."""
        validity, modseq = opened.status.validity, opened.status.modseq
        unread: dict[int, bool] = {}
        for chunk in chunks(await self._reflagged(session, opened)):
            unread |= await session.do(partial(Commands.unread, uids=chunk))
        await self._mirror.reflag(opened.folder, validity, unread, modseq=modseq)

    async def _reflagged(self, session: ImapSession, opened: Opened) -> Sequence[int]:
        """Return the UIDs whose flags may differ from the mirror's."""
        status, progress = opened.status, opened.progress
        first, last = progress.low_uid, status.next_uid - 1
        if status.modseq is None:
            return await self._mirror.window(
                opened.folder, status.validity, below=None, limit=RECENT
            )
        if progress.modseq is None:  # no change has been mirrored yet
            return await session.do(partial(Commands.uids, first=first, last=last))
        return await session.do(
            partial(Commands.changed, first=first, last=last, since=progress.modseq)
        )

    async def _deletions(self, session: ImapSession, opened: Opened) -> None:
        """Check two windows for deletions: the newest emails, and one that moves down with each
        sync and starts again at the top.
        """
        # Only UIDs in our view of the folder: an email that another sync has just mirrored is not
        # in it and would look deleted.
        newest = await self._look(session, opened, below=opened.status.next_uid)
        if newest is None:
            return
        scan_uid = opened.progress.scan_uid
        below = scan_uid if 0 < scan_uid < newest else newest
        lowest = await self._look(session, opened, below=below)
        await self._mirror.vanish(opened.folder, opened.status.validity, [], scan_uid=lowest or 0)

    async def _look(self, session: ImapSession, opened: Opened, *, below: int) -> int | None:
        """Delete what is gone from a window. Returns its lowest UID, or None if it is empty."""
        folder, validity = opened.folder, opened.status.validity
        window = await self._mirror.window(folder, validity, below=below, limit=self._window)
        if not window:
            return None
        found = await session.do(partial(Commands.uids, first=window[-1], last=window[0]))
        gone = sorted(set(window) - set(found))
        if gone:
            await self._mirror.vanish(folder, validity, gone, scan_uid=None)
        return window[-1]


class SyncOutOfTime(Exception):
    """There is no time left for another batch."""

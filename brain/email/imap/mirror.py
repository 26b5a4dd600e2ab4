"""How far the mirror of a mailbox goes, and the steps that bring it on. Each step is one
transaction that also notes how far it got, so that a death loses one step at most, and nothing
twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import Postgres, statement
from brain.email.imap import mirror_sql as sql
from brain.email.model import Email, Folder
from brain.email.postgres import email_of, in_order, insert, rows

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

CLAIM_S = (
    60.0  # seconds a sync's caller has to put what it got into safety, until it counts as dead
)
CLAIMED = 50  # emails given away at once; the others by the next sync


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncProgress:
    """How far a folder is mirrored: from `low_uid` up to, and without, `next_uid`."""

    validity: int
    next_uid: int
    low_uid: int
    baseline_uid: int | None
    since: datetime
    modseq: int | None
    scan_uid: int

    def is_news(self, uid: int, arrived_at: datetime) -> bool:
        """Whether an email that was not known arrived after the account was first seen."""
        if self.baseline_uid is not None:
            return uid >= self.baseline_uid
        return arrived_at >= self.since


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """An email and where it lies."""

    uid: int
    arrived_at: datetime
    email: Email


class Renumbered(Exception):
    """Meanwhile another sync has met the folder with new UIDs: ours mean nothing any more."""


class Mirror:
    """One user's. Raises DatabaseUnreachable."""

    def __init__(self, database: Postgres, user_id: str) -> None:
        self._database = database
        self._user_id = user_id

    async def begin(self, folder: Folder, *, validity: int, next_uid: int) -> SyncProgress:
        """How far it goes: nowhere in a folder that is new, or whose UIDs were given anew.

        It then grows from the newest email downwards.
        """
        values = self._of(folder, validity, next_uid=next_uid)

        async def work(connection: "Connection") -> SyncProgress:
            await connection.execute(sql.BEGIN, values)
            [state] = await rows(connection, sql.STATE, values)
            return SyncProgress(**state)

        return await self._database.run(work)

    async def record(
        self,
        folder: Folder,
        validity: int,
        placed: Sequence[Placed],
        *,
        next_uid: int | None = None,
        low_uid: int | None = None,
    ) -> None:
        """Keep a batch, and that everything below `next_uid`, or from `low_uid` on, is kept.

        Raises Renumbered.
        """
        values = self._of(folder, validity, next_uid=next_uid, low_uid=low_uid)
        emails = in_order([each.email for each in placed])
        arrived = {each.email.id: each for each in reversed(placed)}

        async def work(connection: "Connection") -> None:
            progress = await self._lock(connection, values)
            for email in emails:
                place = arrived[email.id]
                news = folder is Folder.INBOX and progress.is_news(place.uid, place.arrived_at)
                await insert(connection, self._user_id, email, told=not news)
            for each in placed:
                place_values = {**values, "uid": each.uid, "id": each.email.id}
                await connection.execute(sql.PLACE, place_values)
                if folder is Folder.INBOX:
                    unread = {"unread": each.email.unread}
                    await connection.execute(sql.FOLLOW, {**place_values, **unread})
            await connection.execute(sql.ADVANCE, values)

        await self._database.run(work)

    async def reflag(
        self, folder: Folder, validity: int, unread: Mapping[int, bool], *, modseq: int | None
    ) -> None:
        """Note by UID what is unread, and up to which change the flags are mirrored."""
        values = self._of(folder, validity, modseq=modseq)
        values |= {"uids": list(unread.keys()), "unread": list(unread.values())}

        async def work(connection: "Connection") -> None:
            await self._lock(connection, values)
            await connection.execute(sql.REFLAG, values)
            await connection.execute(sql.MODSEQ, values)

        await self._database.run(work)

    async def window(
        self, folder: Folder, validity: int, *, below: int | None, limit: int
    ) -> list[int]:
        """The highest UIDs that are mirrored, below one or of all, descending."""
        values = self._of(folder, validity, below=below, limit=limit)

        async def work(connection: "Connection") -> list[int]:
            return [row["uid"] for row in await rows(connection, sql.WINDOW, values)]

        return await self._database.run(work)

    async def count(self, folder: Folder, validity: int) -> int:
        """How many places are mirrored."""
        values = self._of(folder, validity)

        async def work(connection: "Connection") -> int:
            [row] = await rows(connection, sql.COUNT, values)
            return int(row["count"])

        return await self._database.run(work)

    async def vanish(
        self, folder: Folder, validity: int, uids: Sequence[int], *, scan_uid: int | None
    ) -> None:
        """Forget what is no longer there, and note, if given, from where upwards was looked."""
        values = self._of(folder, validity, uids=list(uids), scan_uid=scan_uid)

        async def work(connection: "Connection") -> None:
            await self._lock(connection, values)
            await self._drop(connection, sql.VANISH, values)
            await connection.execute(sql.SCANNED, values)

        await self._database.run(work)

    async def settle(self, folder: Folder, validity: int) -> None:
        """The folder is mirrored whole: what lay there before its UIDs were given anew, and does
        not now, is gone.
        """
        values = self._of(folder, validity)

        async def work(connection: "Connection") -> None:
            await self._lock(connection, values)
            await self._drop(connection, sql.SETTLE, values)
            await connection.execute(sql.SETTLED, values)

        await self._database.run(work)

    async def claim(self) -> tuple[Email, ...]:
        """What is to be told of, oldest first, and for a minute the caller's own."""
        values = {"user_id": self._user_id, "claim_s": CLAIM_S, "limit": CLAIMED}

        async def work(connection: "Connection") -> tuple[Email, ...]:
            found = await rows(connection, statement("email_claim"), values)
            return tuple(sorted(map(email_of, found), key=lambda email: (email.at, email.id)))

        return await self._database.run(work)

    def _of(self, folder: Folder, validity: int, **more: object) -> dict[str, Any]:
        return {"user_id": self._user_id, "folder": folder.value, "validity": validity, **more}

    async def _lock(self, connection: "Connection", values: dict[str, Any]) -> SyncProgress:
        """The folder's state, which nobody else changes meanwhile. Raises Renumbered."""
        found = await rows(connection, sql.LOCK, values)
        if not found:
            raise Renumbered
        return SyncProgress(**found[0])

    async def _drop(self, connection: "Connection", removal: bytes, values: dict[str, Any]) -> None:
        ids = [row["email_id"] for row in await rows(connection, removal, values)]
        # In one order, as in `in_order`.
        await connection.execute(sql.DROP, {**values, "ids": sorted(ids)})
        await connection.execute(sql.REMAIN, {**values, "ids": ids})

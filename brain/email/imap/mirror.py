"""Writes the mirror of a mailbox and its progress.

Each step is one transaction that also records the progress, so that a crash loses at most one step
and no step is done twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from brain.cloud.postgres.database import Postgres, statement
from brain.cloud.postgres.rows import dict_rows
from brain.email.imap import mirror_sql as sql
from brain.email.model import Email, Folder
from brain.email.postgres import email_of, in_order, insert

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

CLAIM_S = 60.0  # seconds for a sync's caller to save what it got; then it counts as crashed
CLAIMED = 50  # emails reported by one sync; the next sync reports the others


class SyncProgress(Struct, frozen=True, kw_only=True):
    """How far a folder is mirrored: from `low_uid` (inclusive) to `next_uid` (exclusive)."""

    validity: int
    next_uid: int
    low_uid: int
    baseline_uid: int | None
    since: datetime
    modseq: int | None
    scan_uid: int

    def is_news(self, uid: int, arrived_at: datetime) -> bool:
        """Whether an unknown email arrived after the first sync of the account."""
        if self.baseline_uid is not None:
            return uid >= self.baseline_uid
        return arrived_at >= self.since


class Placed(Struct, frozen=True, kw_only=True):
    """An email and its place in a folder."""

    uid: int
    arrived_at: datetime
    email: Email


class Renumbered(Exception):
    """The server has renumbered the folder, and another sync noticed it: our UIDs are invalid."""


class Mirror:
    """One user's mirror. Raises DatabaseUnreachable."""

    def __init__(self, database: Postgres, user_id: str) -> None:
        self._database = database
        self._user_id = user_id

    async def begin(self, folder: Folder, *, validity: int, next_uid: int) -> SyncProgress:
        """Return the progress. It starts at the newest email for a new or renumbered folder."""
        values = self._of(folder, validity, next_uid=next_uid)

        async def work(connection: "Connection") -> SyncProgress:
            await connection.execute(sql.BEGIN, values)
            [state] = await dict_rows(connection, sql.STATE, values)
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
        """Store a batch and the progress: `next_uid` upwards or `low_uid` downwards.

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
                await _place(connection, {**values, "uid": each.uid}, each.email, folder)
            await connection.execute(sql.ADVANCE, values)

        await self._database.run(work)

    async def reflag(
        self, folder: Folder, validity: int, unread: Mapping[int, bool], *, modseq: int | None
    ) -> None:
        """Store which UIDs are unread, and up to which change (`modseq`) the flags are mirrored."""
        values = self._of(folder, validity, modseq=modseq)
        values |= {"uids": list(unread.keys()), "unread": list(unread.values())}

        async def work(connection: "Connection") -> None:
            await self._lock(connection, values)
            await connection.execute(sql.REFLAG, values)
            await connection.execute(sql.MODSEQ, values)

        await self._database.run(work)

    async def places(self, folder: Folder, email_id: str) -> list[tuple[int, int]]:
        """Return the places of an email in a folder: UIDVALIDITY and UID."""
        values = {"user_id": self._user_id, "folder": folder.value, "id": email_id}

        async def work(connection: "Connection") -> list[tuple[int, int]]:
            found = await dict_rows(connection, sql.PLACES, values)
            return [(row["validity"], row["uid"]) for row in found]

        return await self._database.run(work)

    async def window(
        self, folder: Folder, validity: int, *, below: int | None, limit: int
    ) -> list[int]:
        """Return the highest mirrored UIDs, descending; only those `below`, if given."""
        values = self._of(folder, validity, below=below, limit=limit)

        async def work(connection: "Connection") -> list[int]:
            return [row["uid"] for row in await dict_rows(connection, sql.WINDOW, values)]

        return await self._database.run(work)

    async def count(self, folder: Folder, validity: int) -> int:
        """Return the number of mirrored places."""
        values = self._of(folder, validity)

        async def work(connection: "Connection") -> int:
            [row] = await dict_rows(connection, sql.COUNT, values)
            return int(row["count"])

        return await self._database.run(work)

    async def vanish(
        self, folder: Folder, validity: int, uids: Sequence[int], *, scan_uid: int | None
    ) -> None:
        """Delete places that no longer exist, and store `scan_uid` if given: the lowest UID that
        was checked.
        """
        values = self._of(folder, validity, uids=list(uids), scan_uid=scan_uid)

        async def work(connection: "Connection") -> None:
            await self._lock(connection, values)
            await self._drop(connection, sql.VANISH, values)
            await connection.execute(sql.SCANNED, values)

        await self._database.run(work)

    async def settle(self, folder: Folder, validity: int) -> None:
        """Note that the folder is completely mirrored. Deletes the emails that it contained before
        it was renumbered and no longer contains.
        """
        values = self._of(folder, validity)

        async def work(connection: "Connection") -> None:
            await self._lock(connection, values)
            await self._drop(connection, sql.SETTLE, values)
            await connection.execute(sql.SETTLED, values)

        await self._database.run(work)

    async def claim(self) -> tuple[Email, ...]:
        """Return unreported email, oldest first, reserved for this caller for CLAIM_S seconds."""
        values = {"user_id": self._user_id, "claim_s": CLAIM_S, "limit": CLAIMED}

        async def work(connection: "Connection") -> tuple[Email, ...]:
            found = await dict_rows(connection, statement("email_claim"), values)
            return tuple(sorted(map(email_of, found), key=lambda email: (email.at, email.id)))

        return await self._database.run(work)

    def _of(self, folder: Folder, validity: int, **more: object) -> dict[str, Any]:
        return {"user_id": self._user_id, "folder": folder.value, "validity": validity, **more}

    async def _lock(self, connection: "Connection", values: dict[str, Any]) -> SyncProgress:
        """Lock and return the folder's progress. Raises Renumbered."""
        found = await dict_rows(connection, sql.LOCK, values)
        if not found:
            raise Renumbered
        return SyncProgress(**found[0])

    async def _drop(self, connection: "Connection", removal: bytes, values: dict[str, Any]) -> None:
        ids = [row["email_id"] for row in await dict_rows(connection, removal, values)]
        # Sorted, as in `in_order`.
        await connection.execute(sql.DROP, {**values, "ids": sorted(ids)})
        await connection.execute(sql.REMAIN, {**values, "ids": ids})


async def _place(
    connection: "Connection", values: dict[str, Any], email: Email, folder: Folder
) -> None:
    """Store an email's place. An email in the inbox takes its unread flag from there."""
    values = {**values, "id": email.id}
    await connection.execute(sql.PLACE, values)
    if folder is Folder.INBOX:
        await connection.execute(sql.FOLLOW, {**values, "unread": email.unread})

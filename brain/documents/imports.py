"""Stores imported files as documents, and which file became which document, in Postgres."""

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import Postgres
from brain.cloud.postgres.rows import id_from_key
from brain.documents.parts import Part as Part
from brain.documents.rows import change, insert

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

KNOWN = b"select path, digest from brain.imports where user_id = %(user_id)s and part = 1"
ONE_AT_A_TIME = b"select pg_advisory_xact_lock(hashtextextended(%(user_id)s || %(path)s, 0))"
# Only documents that nobody changed after the import. A changed one stays as a separate document,
# and the file becomes a new document.
UNTOUCHED = b"""
    select part, id
    from brain.imports join brain.documents using (user_id)
    where user_id = %(user_id)s and path = %(path)s
        and id = document_id and updated_at = imported_at
    for update of documents
"""
FORGET = b"delete from brain.imports where user_id = %(user_id)s and path = %(path)s"
DELETE = b"delete from brain.documents where user_id = %(user_id)s and id = any(%(ids)s)"
REMEMBER = b"""
    insert into brain.imports (user_id, path, part, digest, document_id)
    values (%(user_id)s, %(path)s, %(part)s, %(digest)s, %(id)s)
"""


class PostgresImports:
    """Stores imported files. Raises DatabaseUnreachable."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def digests(self, user_id: str) -> Mapping[str, str]:
        """Return the imported files: their path and the digest of their content."""

        async def work(connection: "Connection") -> Mapping[str, str]:
            cursor = await connection.execute(KNOWN, {"user_id": user_id})
            return dict(await cursor.fetchall())

        return await self._database.run(work)

    async def take_in(self, user_id: str, path: str, *, digest: str, parts: Sequence[Part]) -> None:
        """Replace the file's documents by `parts`. Each part must be a valid document."""
        file = {"user_id": user_id, "path": path, "digest": digest}

        async def work(connection: "Connection") -> None:
            await connection.execute(ONE_AT_A_TIME, file)
            old: dict[int, str] = dict(await (await connection.execute(UNTOUCHED, file)).fetchall())
            await connection.execute(FORGET, file)
            for number, part in enumerate(parts, 1):
                row = {**file, "part": number, "title": part.title, "body": part.body}
                await _keep(connection, row, old.pop(number, None))
            await connection.execute(DELETE, {**file, "ids": list(old.values())})

        await self._database.run(work)


async def _keep(connection: "Connection", part: dict[str, Any], old_id: str | None) -> None:
    """Update the part's document, or create it. It counts as written by others, because the author
    of a file is unknown.
    """
    id = old_id or id_from_key(part["user_id"], secrets.token_hex())
    row = {**part, "id": id, "foreign": True}
    await (change(connection, row) if old_id else insert(connection, row))
    await connection.execute(REMEMBER, row)

"""Converts rows of Postgres to values, and derives the ids of new rows."""

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

ID = re.compile("[a-z2-7]{16}")


def id_from_key(user_id: str, key: str) -> str:
    """Derive an id of 16 characters, which a model copies without mistakes: 80 bits of a hash."""
    digest = hashlib.sha256(f"{user_id}\0{key}".encode()).digest()
    return base64.b32encode(digest[:10]).decode().lower()


async def rows[T](
    connection: "Connection", kind: type[T], sql: bytes, values: dict[str, Any]
) -> list[T]:
    """Return the rows of a query, each as an instance of `kind`, with the columns as fields."""
    from psycopg.rows import class_row

    async with connection.cursor(row_factory=class_row(kind)) as cursor:
        await cursor.execute(sql, values)
        return await cursor.fetchall()

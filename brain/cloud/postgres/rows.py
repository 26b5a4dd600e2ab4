"""Converts rows of Postgres to values, and derives the ids of new rows."""

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

from brain.codec.places import ListPlace

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


async def dict_rows(
    connection: "Connection", sql: bytes, values: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows of a query, each as a dict by column."""
    from psycopg.rows import dict_row

    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql, values)
        return await cursor.fetchall()


def all_of(words: str) -> str:
    """Build a tsquery for texts that contain, for each of these, a word that begins with it."""
    return " & ".join(f"'{word}':*" for word in words.split())


def after_values(place: ListPlace | None) -> dict[str, Any]:
    """Return the parameters of a query for the rows after a place."""
    if place is None:
        return dict.fromkeys(("after", "after_at", "after_score"))
    return {"after": place.id, "after_at": place.at, "after_score": place.score}

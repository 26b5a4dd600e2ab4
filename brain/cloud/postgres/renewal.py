"""Brings the search words of rows that older code has stored up to date: before searches, a page at
a time, because the words are made in Python and a table may be large.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

FORM = 2  # of the words that this code stores; sql/010_words.sql lists the forms
MOST_USERS = 1_000  # whose rows are known to be up to date; then all are looked at again

type Renew = Callable[["Connection", str, Sequence[Any]], Awaitable[None]]


class Renewal:
    """The renewal of one table."""

    def __init__(self, stale: bytes, renew: Renew, *, page: int) -> None:
        """`stale` selects and locks up to `page` outdated rows of a user; `renew` rewrites them."""
        self._stale = stale
        self._renew = renew
        self._page = page
        self._done: set[str] = set()

    async def run(self, connection: "Connection", user_id: str) -> None:
        """Renew a page of the user's rows, if there are outdated ones."""
        if user_id in self._done:
            return
        asked = {"user_id": user_id, "page": self._page}
        outdated = await (await connection.execute(self._stale, asked)).fetchall()
        if outdated:
            await self._renew(connection, user_id, outdated)
        if len(outdated) < self._page:
            if len(self._done) >= MOST_USERS:
                self._done.clear()
            self._done.add(user_id)

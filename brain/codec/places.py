"""A place in a list, and the opaque cursor with which a client asks for the rows after it.

A place names a row by what orders the list, and not by how many rows are before it. So a row that
is added or deleted between two pages makes no other row come twice or not at all.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import isfinite

from msgspec import Struct

from brain.codec.text import clean

MOST_CHARS = 400  # of a cursor
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # of a row that is ordered by its id alone


class ListPlace(Struct, frozen=True, kw_only=True):
    """The last row that was shown: its time and its id.

    In the results of a search also its score as a share of the best one, and `ending`: what was put
    behind the words of the query (`:*` for the beginnings of words).
    """

    at: datetime
    id: str
    score: float = 0.0
    ending: str = ""


class ListPage[T](Struct, frozen=True, kw_only=True):
    """A page of a list. `total` counts the rows of the whole list; `next` is None on its end."""

    rows: Sequence[T]
    total: int
    next: ListPlace | None = None


def cursor_of(place: ListPlace) -> str:
    """Return the cursor of a place."""
    form = [place.at.isoformat(), place.id, place.score, place.ending]
    return base64.urlsafe_b64encode(json.dumps(form).encode()).decode().rstrip("=")


def place_of(cursor: str) -> ListPlace:
    """Return the place of a cursor. Raises ValueError for a text that `cursor_of` never made."""
    try:
        padded = cursor[: MOST_CHARS + 1] + "=" * (-len(cursor) % 4)
        match json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
            case [str(at), str(id), float(score), "" | ":*" as ending]:
                place = ListPlace(at=datetime.fromisoformat(at), id=id, score=score, ending=ending)
            case _:
                raise ValueError("not a place")
    except (binascii.Error, UnicodeError, RecursionError) as error:
        raise ValueError("not a cursor") from error
    is_whole = place.at.tzinfo is not None and isfinite(place.score) and clean(place.id) == place.id
    if not is_whole or cursor_of(place) != cursor:
        raise ValueError("not a cursor")
    return place


def page_of_all[T](
    rows: Sequence[T],
    place: Callable[[T], ListPlace],
    *,
    limit: int,
    after: ListPlace | None,
    newest_first: bool,
) -> ListPage[T]:
    """Return a page of a short list, of which all rows are at hand in any order.

    The rows are ordered by time, and those of one time by id. The row of `after` may be gone.
    """
    ordered = sorted(rows, key=lambda row: place(row).id)
    ordered.sort(key=lambda row: place(row).at, reverse=newest_first)

    def follows(row: T) -> bool:
        own = place(row)
        if after is None or own.at == after.at:
            return after is None or own.id > after.id
        return (own.at < after.at) is newest_first

    left = [row for row in ordered if follows(row)]
    return page_of_next(left, place, limit=limit, total=len(rows))


def page_of_next[T](
    rows: Sequence[T], place: Callable[[T], ListPlace], *, limit: int, total: int
) -> ListPage[T]:
    """Return the page of these rows: the next `limit`, and one more if another page follows."""
    shown = rows[:limit]
    return ListPage(rows=shown, total=total, next=place(shown[-1]) if len(rows) > limit else None)

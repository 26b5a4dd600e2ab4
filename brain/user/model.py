"""What a user can have erased."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

type Scope = Literal["all", "conversation", "messages"]
type RowCounts = Mapping[str, int]
"""How much was erased, by kind."""


class Silenced(Struct, frozen=True, kw_only=True):
    """What the store had of an id when its run was ended.

    `was_busy`: a brain was at work, and may notice only later that its run is over. `entries` were
    in its log. `queued` are the ids of the queue's messages for it.
    """

    was_busy: bool
    entries: int
    queued: tuple[str, ...]


class Blank(Struct, frozen=True, kw_only=True):
    """The place of an erased entry of the log."""

    seq: int
    id: str
    role: Literal["user", "brain"]
    created_at: datetime


class Table(Struct, frozen=True, kw_only=True):
    """A table of the database that has rows of users or minds.

    `owners` are the columns that say whose a row is, `key` is its primary key, and `columns` are
    all but those that only searches need.
    """

    name: str
    owners: tuple[str, ...]
    key: tuple[str, ...]
    columns: tuple[str, ...]

"""What a user can have erased."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

type Scope = Literal["all", "conversation", "messages"]
type RowCounts = Mapping[str, int]
"""How much was erased, by kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Silenced:
    """What the store had of an id when its run was ended.

    `was_busy`: a brain was at work, and may notice only later that its run is over. `entries` were
    in its log. `queued` are the ids of the queue's messages for it.
    """

    was_busy: bool
    entries: int
    queued: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Blank:
    """The place of an erased entry of the log."""

    seq: int
    id: str
    role: Literal["user", "brain"]
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table of the database that has rows of users or minds.

    `owners` are the columns that say whose a row is, `key` is its primary key, and `columns` are
    all but those that only searches need.
    """

    name: str
    owners: tuple[str, ...]
    key: tuple[str, ...]
    columns: tuple[str, ...]

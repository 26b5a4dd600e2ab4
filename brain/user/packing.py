"""Packs everything that there is of a user into a ZIP file, while it is read."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime

from msgspec import Struct, field

from brain.codec import Json, dumps, iso
from brain.http.version import VERSION
from brain.run.ports import Clock, Log
from brain.run.records import entry_to_wire
from brain.user.model import Table
from brain.user.ports import Holdings, KeptRows
from brain.user.rules import (
    ABSENT,
    DERIVED,
    document_file,
    file_of,
    push_rows,
    question_rows,
    row_to_wire,
)
from brain.user.zipped import Zipped, whole

PAGE = 200  # entries of the log that are read at a time
FORMAT = 1  # of the file; a number for readers


class Export(Struct, frozen=True, kw_only=True):
    """Makes the file. `rows` is None without a database."""

    log: Log
    traces: Holdings
    rows: KeptRows | None
    clock: Clock
    stand_ins: Callable[[str], Awaitable[Sequence[str]]]

    def day(self) -> str:
        """Return the day (UTC) that is in the file's name."""
        return f"{self.clock.utc():%Y-%m-%d}"

    async def begin(self, user_id: str) -> AsyncIterator[bytes]:
        """Read the first piece, and return all of them. Raises StoreUnreachable and
        DatabaseUnreachable now; later they break the file off, so that it cannot be opened.
        """
        ids = [user_id, *await self.stand_ins(user_id)]
        tables = await self.rows.tables() if self.rows else []
        pieces = _Packing(self, user_id, ids, tables).pieces()
        first = await anext(pieces)

        async def every() -> AsyncIterator[bytes]:
            yield first
            async for piece in pieces:
                yield piece

        return every()


class _Packing(Struct):
    """One file, as far as it is made."""

    made: Export
    user_id: str
    ids: Sequence[str]
    tables: Sequence[Table]
    counts: dict[str, int] = field(default_factory=dict)

    async def pieces(self) -> AsyncIterator[bytes]:
        now = self.made.clock.utc()
        zipped = Zipped(now)
        async for name, parts in self._files():
            async for piece in zipped.add(name, parts):
                yield piece
        async for piece in zipped.add("manifest.json", whole(self._manifest(now))):
            yield piece
        yield zipped.end()

    async def _files(self) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        """Yield the files with their parts; each must be written before the next one is asked."""
        yield "messages.jsonl", self._lines("messages.jsonl", self._messages())
        async for document in self._rows("documents", by=self.ids):
            yield document_file(document), whole(document["body"])
        names = [table.name for table in self.tables if table.name not in DERIVED]
        for table in names:
            name = file_of(table)
            rows = self._rows(table, by=self.ids[1:] if table == "archive" else self.ids)
            yield name, self._file(name, table, rows)
        for name in ABSENT.difference(map(file_of, names)):
            yield name, self._empty(name)
        held = await self.made.traces.holdings(self.user_id)
        reminders = [*held.pop("reminders", {}).values()]
        yield "reminders.json", self._list("reminders.json", _each(reminders))
        devices = push_rows(held.pop("push", {}))
        yield "push.json", self._list("push.json", _each(devices))
        asked = question_rows(held.pop("questions", {}))
        yield "questions.jsonl", self._lines("questions.jsonl", _each(asked))
        kept: list[Json] = [{"key": key, "value": value} for key, value in held.items()]
        yield "store.jsonl", self._lines("store.jsonl", _each(kept))

    def _file(self, name: str, table: str, rows: AsyncIterator[Json]) -> AsyncIterator[bytes]:
        wired = _wired(self.user_id, table, rows)
        return self._list(name, wired) if name.endswith(".json") else self._lines(name, wired)

    async def _messages(self) -> AsyncIterator[Json]:
        since = 0
        while True:
            page = await self.made.log.read(self.user_id, since=since, limit=PAGE)
            for entry in page.entries:
                yield entry_to_wire(entry)
            if not page.entries or page.entries[-1].seq >= page.last_seq:
                return
            since = page.entries[-1].seq

    async def _rows(self, table: str, *, by: Sequence[str]) -> AsyncIterator[Json]:
        for kept in self.tables:
            if kept.name == table and by and self.made.rows is not None:
                async for row in self.made.rows.read(kept, by):
                    yield row

    def _empty(self, name: str) -> AsyncIterator[bytes]:
        nothing = _each([])
        return self._list(name, nothing) if name.endswith(".json") else self._lines(name, nothing)

    async def _lines(self, name: str, rows: AsyncIterator[Json]) -> AsyncIterator[bytes]:
        self.counts[name] = 0
        async for row in rows:
            self.counts[name] += 1
            yield f"{dumps(row)}\n".encode()

    async def _list(self, name: str, rows: AsyncIterator[Json]) -> AsyncIterator[bytes]:
        self.counts[name] = 0
        yield b"["
        async for row in rows:
            yield (",\n" if self.counts[name] else "\n").encode() + dumps(row).encode()
            self.counts[name] += 1
        yield b"\n]\n"

    def _manifest(self, now: datetime) -> str:
        return dumps(
            {
                "format": FORMAT,
                "version": VERSION,
                "user": self.user_id,
                "createdAt": iso(now),
                "counts": self.counts,
            }
        )


async def _wired(user_id: str, table: str, rows: AsyncIterator[Json]) -> AsyncIterator[Json]:
    async for row in rows:
        yield row_to_wire(user_id, table, row)


async def _each(rows: Sequence[Json]) -> AsyncIterator[Json]:
    for row in rows:
        yield row

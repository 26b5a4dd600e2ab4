"""The durable state of the queue, in one SQLite file.

The file is written before a publish is answered and after an attempt has ended. It is read only at
the start: the queue itself works from memory. Write-ahead logging without a sync per commit keeps
every commit through kill -9 of the process; only a power cut can lose the last ones.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.qstash.message import QueueMessage
from local.qstash.retry import Answer
from local.qstash.schedule import Schedule

EVENTS_KEPT = 10_000  # events; enough for a day of development, and small

TABLES = """
CREATE TABLE IF NOT EXISTS pending (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS dead (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deduplication (
    id TEXT PRIMARY KEY, message_id TEXT NOT NULL, until_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS deduplication_until ON deduplication (until_ms);
CREATE TABLE IF NOT EXISTS schedules (id TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    place INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL);
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetter:
    """A message that was given up, and its last answer."""

    id: str
    message: QueueMessage
    answer: Answer
    died_ms: int

    def to_json(self) -> str:
        body = base64.b64encode(self.answer.body).decode("ascii")
        answer = {"status": self.answer.status, "headers": self.answer.headers, "body": body}
        return json.dumps(
            {
                "id": self.id,
                "message": self.message.to_json(),
                "answer": answer | {"error": self.answer.error},
                "died_ms": self.died_ms,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> DeadLetter:
        fields = json.loads(text)
        body = base64.b64decode(fields["answer"]["body"])
        return cls(
            id=fields["id"],
            message=QueueMessage.from_json(fields["message"]),
            answer=Answer(**fields["answer"] | {"body": body}),
            died_ms=fields["died_ms"],
        )


class QueueStore:
    """Used by one thread at a time, which may differ from the thread that opened it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(TABLES)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything in the block, or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def pending(self) -> list[QueueMessage]:
        """Return every message that is neither delivered nor dead, in the order of publishing."""
        rows = self._db.execute("SELECT record FROM pending ORDER BY place")
        return [QueueMessage.from_json(record) for (record,) in rows]

    def save(self, message: QueueMessage) -> None:
        """Add a message, or update it; its place among the others stays."""
        self._db.execute(
            "INSERT INTO pending (id, record) VALUES (?, ?)"
            " ON CONFLICT (id) DO UPDATE SET record = excluded.record",
            (message.id, message.to_json()),
        )

    def remove(self, message_id: str) -> None:
        self._db.execute("DELETE FROM pending WHERE id = ?", (message_id,))

    def first_with(
        self, deduplication_id: str, message_id: str, *, now_ms: int, until_ms: int
    ) -> str:
        """Return the id of the message that holds this deduplication id: this one, or an earlier
        one.
        """
        self._db.execute("DELETE FROM deduplication WHERE until_ms <= ?", (now_ms,))
        self._db.execute(
            "INSERT INTO deduplication VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (deduplication_id, message_id, until_ms),
        )
        query = "SELECT message_id FROM deduplication WHERE id = ?"
        (holder,) = self._db.execute(query, (deduplication_id,)).fetchone()
        return str(holder)

    def add_dead_letter(self, letter: DeadLetter) -> None:
        self.remove(letter.message.id)
        query = "INSERT INTO dead (id, record) VALUES (?, ?)"
        self._db.execute(query, (letter.id, letter.to_json()))

    def dead_letters(self) -> list[DeadLetter]:
        """Return the dead letters, newest first."""
        rows = self._db.execute("SELECT record FROM dead ORDER BY place DESC")
        return [DeadLetter.from_json(record) for (record,) in rows]

    def dead_letter(self, dlq_id: str) -> DeadLetter | None:
        row = self._db.execute("SELECT record FROM dead WHERE id = ?", (dlq_id,)).fetchone()
        return DeadLetter.from_json(row[0]) if row else None

    def delete_dead_letter(self, dlq_id: str) -> bool:
        return self._db.execute("DELETE FROM dead WHERE id = ?", (dlq_id,)).rowcount > 0

    def dead_count(self) -> int:
        (count,) = self._db.execute("SELECT count(*) FROM dead").fetchone()
        return int(count)

    def schedules(self) -> list[Schedule]:
        """Return the schedules in the order in which their ids were first saved."""
        rows = self._db.execute("SELECT record FROM schedules ORDER BY rowid")
        return [Schedule.from_json(record) for (record,) in rows]

    def save_schedule(self, schedule: Schedule) -> None:
        self._db.execute(
            "INSERT INTO schedules VALUES (?, ?)"
            " ON CONFLICT (id) DO UPDATE SET record = excluded.record",
            (schedule.id, schedule.to_json()),
        )

    def remove_schedule(self, schedule_id: str) -> None:
        self._db.execute("DELETE FROM schedules WHERE id = ?", (schedule_id,))

    def note(self, event: dict[str, Any]) -> None:
        query = "INSERT INTO events (record) VALUES (?)"
        place = self._db.execute(query, (json.dumps(event),)).lastrowid or 0
        self._db.execute("DELETE FROM events WHERE place <= ?", (place - EVENTS_KEPT,))

    def events(self) -> list[dict[str, Any]]:
        """Return the events, newest first."""
        rows = self._db.execute("SELECT record FROM events ORDER BY place DESC")
        return [json.loads(record) for (record,) in rows]

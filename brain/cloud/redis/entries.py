"""Entries of the log and the journal, as the scripts answer with them."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from brain.errors import EntryUnreadable
from brain.run import records
from brain.run.journal import Entry
from brain.run.messages import LogEntry


def log(entries: Sequence[Any]) -> tuple[LogEntry, ...]:
    """Entries of a stream: `[id, [kind, form, "r", run id]]`, the id being `<seq>-0`.

    Where only the script knew what a message answers, `"a", seq` follow. Raises EntryUnreadable.
    """
    return tuple(
        records.entry_from_log(
            seq=int(id.partition("-")[0]),
            kind=fields[0],
            run_id=fields[3],
            stored=fields[1],
            answers_seq=int(fields[5]) if len(fields) > 5 else None,
        )
        for id, fields in entries
    )


def legible(entries: Sequence[Any]) -> tuple[LogEntry, ...]:
    """The same without what does not load: an entry that newer code wrote is missing from what the
    brain remembers, and keeps nobody from being answered.
    """
    found: list[LogEntry] = []
    for entry in entries:
        with suppress(EntryUnreadable):
            found += log([entry])
    return tuple(found)


def journal(lines: Sequence[str], *, run_id: str) -> tuple[tuple[Entry, ...], bool]:
    """The entries up to the first that does not load, and whether one did not."""
    entries: list[Entry] = []
    for line in lines:
        try:
            entries.append(records.entry_from_journal(line, run_id=run_id))
        except EntryUnreadable:
            return tuple(entries), True
    return tuple(entries), False

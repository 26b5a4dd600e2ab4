"""Decodes entries of the log and the journal from the answers of the scripts."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from brain.codec import decoded, note_unreadable
from brain.errors import EntryUnreadable
from brain.run import records
from brain.run.journal import Entry
from brain.run.messages import Draft, Kind, LogEntry, Speak, Utterance, UtteranceDraft

KINDS = frozenset("uqwmt")  # that this code knows: texts, withdrawals, messages, last messages
ERASED = "e"
SMALL_CHARS = 1_000  # of the stored form of an entry that is remembered
MOST_REMEMBERED = 2_000  # entries: 50 users' tails, at most 5 MB


def log(entries: Sequence[Any]) -> tuple[LogEntry, ...]:
    """Decode entries of a stream: `[id, [kind, form, "r", run id]]`, where the id is `<seq>-0`.

    `"a", seq` follow if only the script knew which text a message answers, and `"w", seqs` after
    them in an entry that takes others back. Raises EntryUnreadable.
    """
    return tuple(_entry(id, fields) for id, fields in entries)


def marked(entries: Sequence[LogEntry], withdrawn: str) -> tuple[LogEntry, ...]:
    """Mark the entries that were taken back, by their seqs."""
    seqs = numbers(withdrawn)
    return tuple(
        replace(entry, withdrawn=True) if entry.seq in seqs else entry for entry in entries
    )


def numbers(text: str) -> tuple[int, ...]:
    """Return the whole numbers in a text, which are separated by spaces."""
    return tuple(int(part) for part in text.split() if part.isdecimal())


def from_lines(texts: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Split entries that a script has written as one text each: the id and the fields in lines."""
    split = (text.split("\n") for text in texts)
    return [(id, fields) for id, *fields in split]


def legible(entries: Sequence[Any]) -> tuple[LogEntry, ...]:
    """Decode entries like `log`, but skip unreadable ones.

    An entry that newer code wrote is then missing from the context, but the user gets an answer.
    """
    found: list[LogEntry] = []
    for entry in entries:
        try:
            found += log([entry])
        except EntryUnreadable as error:
            note_unreadable(error)
    return tuple(found)


def _entry(id: str, fields: Sequence[str]) -> LogEntry:
    """Decode an entry. A turn reads what the turns before it have read, so that small ones are
    remembered; not those with an object inside, which could be changed.
    """
    try:
        if len(fields[1]) <= SMALL_CHARS and fields[1].find("{", 1) < 0:
            return remembered(id, *fields)
        return _decoded(id, fields)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise EntryUnreadable("the fields of a log entry cannot be read") from error


@lru_cache(maxsize=MOST_REMEMBERED)
def remembered(id: str, *fields: str) -> LogEntry:
    return _decoded(id, fields)


def _decoded(id: str, fields: Sequence[str]) -> LogEntry:
    if fields[0] == ERASED:
        place = decoded(fields[1])
        at = datetime.fromisoformat(place["createdAt"])
        return erased(_seq(id), id=place["id"], role=place["role"], at=at, run_id=fields[3])
    if fields[0] not in KINDS:
        raise EntryUnreadable("a log entry of this kind is not known")
    entry = records.entry_from_log(
        seq=_seq(id),
        kind=fields[0],
        run_id=fields[3],
        stored=fields[1],
        answers_seq=int(fields[5]) if len(fields) > 5 else None,
    )
    if isinstance(entry, Utterance) and len(fields) > 7:
        return replace(entry, withdraws=numbers(fields[7]))
    return entry


def erased(seq: int, *, id: str, role: str, at: datetime, run_id: str = "") -> LogEntry:
    """Return the place of an entry whose text the user has erased."""
    if role == "user":
        said = UtteranceDraft(id=id, text="", message_id=id, created_at=at)
        return replace(said.placed(seq=seq, run_id=run_id), kind="erased")
    draft = Draft(
        id=id, kind=Kind.ERASED, text="", answers_seq=0, speak=Speak.SILENT, created_at=at
    )
    return draft.placed(seq=seq, run_id=run_id, done_after_this=False)


def is_erased(entry: LogEntry) -> bool:
    """Whether the user has erased the text of an entry."""
    return entry.kind == Kind.ERASED


def _seq(id: str) -> int:
    return int(id.partition("-")[0])


def journal(lines: Sequence[str], *, run_id: str) -> tuple[tuple[Entry, ...], bool]:
    """Decode a journal up to the first unreadable entry. The flag says whether there was one."""
    entries: list[Entry] = []
    for line in lines:
        try:
            entries.append(records.entry_from_journal(line, run_id=run_id))
        except EntryUnreadable:
            return tuple(entries), True
    return tuple(entries), False

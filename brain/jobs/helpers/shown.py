"""What a helper is shown of its owner: the facts, and the end of the talk if it was asked for."""

import logging

from brain.errors import Unreachable
from brain.feature import Platform
from brain.jobs.helpers.instructions import NOTES, WITHHELD
from brain.jobs.model import ProgressNote
from brain.jobs.ports import MindRuns
from brain.preferences.flow import preferences_of
from brain.run.messages import Kind, Message, Remark, Utterance
from brain.run.ports import Log
from brain.run.store import StateStore
from brain.run.turn import Turn

TALK_ENTRIES = 20  # of the owner's log
TALK_CHARS = 8_000

log = logging.getLogger(__name__)


class ShownFacts:
    """An `Around` that shows the model the owner's facts. Without them the helper works as well."""

    def __init__(self, platform: Platform, owner: str) -> None:
        self._platform = platform
        self._owner = owner

    async def before(self, turn: Turn) -> None:
        if turn.shown is not None:
            return
        try:
            turn.shown = await self._block()
        except Unreachable as error:
            log.warning("job: facts not shown, reason=%s", type(error).__name__)

    async def _block(self) -> str:
        platform = self._platform
        if platform.database is None or "recall" not in platform.services.tools:
            return ""
        from brain.memory.postgres import PostgresFacts
        from brain.memory.rules import SHOWN_FACTS, memory_block

        facts = await PostgresFacts(platform.database).facts(self._owner, limit=SHOWN_FACTS)
        zone = (await preferences_of(platform.preferences, self._owner)).zone
        return memory_block(facts, "", zone=zone)

    async def between(self, turn: Turn) -> None:
        return None

    async def after(self, turn: Turn) -> None:
        return None

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None


class OthersNotes:
    """An `Around` that shows a helper what the others in its room have noted, at each loop.

    Nobody is woken by a note. Without the notes the helper works as well.
    """

    def __init__(self, runs: MindRuns, job_id: str, number: int) -> None:
        self._runs = runs
        self._job_id = job_id
        self._number = number
        self._before: str | None = None

    async def before(self, turn: Turn) -> None:
        self._before = turn.shown or ""
        await self._show(turn)

    async def between(self, turn: Turn) -> None:
        await self._show(turn)

    async def after(self, turn: Turn) -> None:
        return None

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None

    async def _show(self, turn: Turn) -> None:
        try:
            notes = await self._runs.progress(self._job_id)
        except Unreachable as error:
            log.warning("job: notes not shown, reason=%s", type(error).__name__)
            return
        lines = [_line(note) for note in notes if note.number != self._number]
        shown = NOTES.format("\n".join(lines)) if lines else ""
        turn.shown = "\n\n".join(part for part in (self._before, shown) if part)


def _line(note: ProgressNote) -> str:
    """Return a note as a line. What others may have worded is not passed on from mind to mind."""
    return f"- {note.number}: {WITHHELD if note.foreign else note.text}"


async def end_of_talk(store: StateStore, whole: Log, owner: str) -> tuple[Remark, ...]:
    """Return the end of the owner's talk, without what others have written. Raises Unreachable."""
    last_seq = (await store.status(owner)).last_seq
    page = await whole.read(owner, since=max(last_seq - TALK_ENTRIES, 0), limit=TALK_ENTRIES)
    remarks: list[Remark] = []
    room = TALK_CHARS
    for entry in reversed(page.entries):
        remark = _remark(entry)
        if remark is None:
            continue
        room -= len(remark.text)
        if room < 0:
            break
        remarks.insert(0, remark)
    return tuple(remarks)


def _remark(entry: Utterance | Message) -> Remark | None:
    if isinstance(entry, Utterance):
        is_shown = entry.kind == "text" and not entry.withdrawn
        return Remark(role="user", text=entry.text) if is_shown and entry.text else None
    is_hidden = entry.foreign or entry.withdrawn or entry.kind is Kind.BREADCRUMB
    return Remark(role="assistant", text=entry.text) if entry.text and not is_hidden else None

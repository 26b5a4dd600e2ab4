"""What a helper is shown of its owner: the facts, and the end of the talk if it was asked for."""

import logging

from brain.errors import Unreachable
from brain.feature import Platform
from brain.jobs.model import Job, Mind, ProgressNote
from brain.jobs.ports import MindRuns
from brain.preferences.flow import used_by
from brain.run.messages import Kind, Message, Remark, Utterance
from brain.run.ports import Log
from brain.run.store import StateStore
from brain.run.turn import Turn

TALK_ENTRIES = 20  # of the owner's log
TALK_CHARS = 8_000
OTHERS = "What the other helpers of this job last said of their progress:"
OTHER = "- helper {}: {}"

log = logging.getLogger(__name__)


class ShownToHelper:
    """An `Around` that shows the model the owner's facts and clock, and in a room what others do.

    Without either the helper works as well. Nobody is woken by what another does: it is looked up
    before each loop.
    """

    def __init__(self, platform: Platform, runs: MindRuns, job: Job, mind: Mind) -> None:
        self._platform = platform
        self._runs = runs
        self._job = job
        self._mind = mind
        self._facts: str | None = None

    async def before(self, turn: Turn) -> None:
        await self._show(turn)

    async def between(self, turn: Turn) -> None:
        if self._job.kind == "room":
            await self._show(turn)

    async def after(self, turn: Turn) -> None:
        return None

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None

    async def _show(self, turn: Turn) -> None:
        try:
            if self._facts is None:
                used = await used_by(self._platform, self._job.user_id)
                turn.zone, turn.language = used.zone, used.language
                self._facts = await self._platform.known(self._job.user_id)
            others = await self._others() if self._job.kind == "room" else ""
            turn.shown = "\n\n".join(part for part in (self._facts, others) if part)
        except Unreachable as error:
            log.warning("job: not shown, reason=%s", type(error).__name__)

    async def _others(self) -> str:
        notes = [
            n for n in await self._runs.progress(self._job.id) if n.number != self._mind.number
        ]
        lines = [OTHER.format(note.number, _words(note)) for note in notes]
        return "\n".join([OTHERS, *lines]) if lines else ""


def _words(note: ProgressNote) -> str:
    """Return a note in words; without its text if others may have worded it."""
    share = "" if note.share is None else f"{round(note.share * 100)} %"
    return share or "at work" if note.foreign else f"{note.text} {share}".strip()


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

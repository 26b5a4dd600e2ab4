"""Chooses what is said while something is looked up and that takes long.

    if                                        then
    ----------------------------------------  ------------------------------------------------------
    anything but lookups is being done        nothing is said
    it takes longer than 0.8 s                one of `HOLDING` is said
    it takes longer still                     one of `STILL` is said after every 7 s of silence
    anybody has spoken meanwhile              the time begins again
    three phrases were said in this run       no more is said

A phrase is a breadcrumb in the log like any other, so it is known when somebody quotes it. It waits
until nobody speaks, and is not spoken any more once it is old.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from msgspec import Struct
from msgspec.structs import replace

from brain.errors import StoreUnreachable
from brain.run.deliver import send_websocket_message
from brain.run.loop import draft
from brain.run.messages import Draft, Kind, LogEntry, Message, Speak, Utterance
from brain.run.moves import CommitKind
from brain.run.step import Verdict
from brain.run.turn import Turn
from brain.says.texts import Texts
from brain.tools.spec import Effect

FIRST = timedelta(seconds=0.8)  # of a lookup; with the way to the user it stays below 1.5 s
SOON = timedelta(seconds=0.3)  # of a lookup in a run that has lasted for longer than `EVERY`
EVERY = timedelta(seconds=7)  # of silence; with the way to the user it stays below 8 s
WORTH = timedelta(seconds=6)  # in which a phrase is worth saying; after that the next one is due
MILLISECOND = timedelta(milliseconds=1)
MOST = 3  # phrases in one run
TAIL = 40  # last entries of the log that are looked at

log = logging.getLogger(__name__)


class Silence(Struct, frozen=True, kw_only=True):
    """Who spoke last: the user, and the brain in this run (None: not yet).

    `phrases` are the holding phrases of this run, and `last` is the last one of any run.
    """

    looking_since: datetime
    user_spoke: datetime
    brain_spoke: datetime | None = None
    phrases: tuple[str, ...] = ()
    last: str = ""


def due(silence: Silence) -> datetime | None:
    """Return when the next phrase is due; None if no more is said."""
    if len(silence.phrases) >= MOST:
        return None
    if silence.brain_spoke is None or silence.brain_spoke < silence.user_spoke:
        first = max(silence.looking_since, silence.user_spoke) + FIRST
        return min(first, max(silence.user_spoke + EVERY, silence.looking_since))
    return max(silence.brain_spoke + EVERY, silence.looking_since)


def chosen(silence: Silence, texts: Texts, *, seed: str) -> str:
    """Return the phrase to say: another one than the last time, and any of the others.

    The same `seed` gives the same phrase.
    """
    phrases = texts.STILL if silence.phrases else texts.HOLDING
    fitting = [phrase for phrase in phrases if phrase != silence.last]
    return fitting[crc32(f"{len(silence.phrases)} {seed}".encode()) % len(fitting)]


def silence_of(
    entries: Sequence[LogEntry], run_id: str, texts: Texts, *, looking_since: datetime
) -> Silence:
    """Return who spoke last, according to the end of the log."""
    said = [e for e in entries if isinstance(e, Message) and e.speak is not Speak.SILENT]
    known = {*texts.HOLDING, *texts.STILL}
    phrases = [m for m in said if m.kind is Kind.BREADCRUMB and m.text in known]
    spoken = [m.created_at for m in said if m.run_id == run_id or m.created_at > looking_since]
    asked = [e.created_at for e in entries if isinstance(e, Utterance) and not e.withdrawn]
    return Silence(
        looking_since=looking_since,
        user_spoke=max(asked, default=looking_since),
        brain_spoke=max(spoken, default=None),
        phrases=tuple(m.text for m in phrases if m.run_id == run_id),
        last=phrases[-1].text if phrases else "",
    )


class HoldingPhrases:
    """`Holding`: phrases for what takes long."""

    def __init__(self) -> None:
        self._known: tuple[str, Texts] | None = None  # the last run, and its user's language

    async def during[T](self, turn: Turn, verdict: Verdict, work: Awaitable[T]) -> T:
        """Return the result of `work`; meanwhile say a phrase whenever one is due.

        Only the caller commits while lookups run, and `work` only if it does something else. So
        nothing is said then: two commits must not be under way at once.
        """
        if any(item.spec.effect is not Effect.READS for item in verdict.work):
            return await work
        since = turn.services.clock.utc()
        # Before the work, because a lookup may occupy the only connection to the database.
        reading = asyncio.ensure_future(self._texts_of(turn))
        working = asyncio.ensure_future(work)
        tasks: set[asyncio.Future[Any]] = {reading, working}
        try:
            while True:
                choosing = asyncio.ensure_future(next_phrase(turn, reading, since))
                tasks.add(choosing)
                await asyncio.wait({working, choosing}, return_when=asyncio.FIRST_COMPLETED)
                if working.done() or (crumb := await choosing) is None:
                    return await working
                await _say(turn, verdict, crumb)
        finally:
            for task in tasks:
                task.cancel()
            # Read their errors: asyncio logs those that nobody reads, with a stack trace.
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _texts_of(self, turn: Turn) -> Texts:
        """Return the texts in the user's language. They are read once in a run."""
        run_id = turn.run.run_id
        if self._known is None or self._known[0] != run_id:
            self._known = run_id, await turn.texts()
        return self._known[1]


async def next_phrase(
    turn: Turn, reading: Awaitable[Texts], looking_since: datetime
) -> Draft | None:
    """Return the next phrase once it is due; None if no more is said."""
    clock, run_id = turn.services.clock, turn.run.run_id
    is_young = turn.store_ms - turn.run.spent.started_ms < EVERY / MILLISECOND
    at: datetime | None = looking_since + (FIRST if is_young else SOON)
    texts = await reading
    while at is not None:
        await clock.sleep(max((at - clock.utc()).total_seconds(), 0))
        try:
            page = await turn.services.store.read(
                turn.user_id, since=max(turn.state.seq - TAIL, 0), limit=2 * TAIL
            )
        except StoreUnreachable:
            log.warning("holding: the log could not be read, run=%s", run_id)
            return None
        silence = silence_of(page.entries, run_id, texts, looking_since=looking_since)
        at = due(silence)
        if at is not None and at <= clock.utc():
            crumb = draft(turn, chosen(silence, texts, seed=run_id), Kind.BREADCRUMB)
            return replace(crumb, speak=Speak.WHEN_IDLE, expires_at=crumb.created_at + WORTH)
    return None


async def _say(turn: Turn, verdict: Verdict, crumb: Draft) -> None:
    activity = ", ".join(dict.fromkeys(item.spec.name for item in verdict.work))
    made = await turn.commit(
        CommitKind.RECORD, drafts=(crumb,), activity=activity, progress=verdict.progress
    )
    for message in made.messages:
        send_websocket_message(turn.outbox, turn.reply, message)

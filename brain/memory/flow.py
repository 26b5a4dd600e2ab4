"""Shows the model the user's facts, and a summary of the entries that have left its window."""

import asyncio
import logging
from collections.abc import Sequence

from msgspec import Struct

from brain.errors import ModelFault, Unreachable
from brain.memory.archiving import copy_log, is_due, tidy_log
from brain.memory.model import Fact, Summary
from brain.memory.rules import SHOWN_FACTS, memory_block
from brain.memory.services import MemoryServices
from brain.memory.summary import due, first_seq, portion, summarised, summary_prompt
from brain.preferences.flow import preferences_of
from brain.preferences.model import Preferences
from brain.run.journal import Answered
from brain.run.ports import Prompt
from brain.run.turn import Turn
from brain.tools.spec import Effect

LOAD_S = 3.0  # seconds for a database that has to wake up, if no block is stored
LOAD_SHARE = 0.2  # of an invocation at most, so that a short one still has time for the model
SUMMARY_S = 60.0  # seconds for the model to write it; the user already has their answer
LEAST_S = 5.0  # seconds that must be left of the invocation to begin a summary
PAGE = 200  # entries read for a summary

log = logging.getLogger(__name__)


class Memory(Struct, frozen=True, kw_only=True):
    """The steps of memory around each run."""

    services: MemoryServices

    async def before(self, turn: Turn) -> None:
        """Load what the model is shown, and wait for it at most `LOAD_S` seconds.

        If the database is slower, the run goes on without it, and a later loop shows it: most
        answers do not need it.
        """
        if turn.shown is not None:
            return
        loading = turn.run_beside(_show(self.services, turn), name="memory")
        left_s = turn.invocation.cut - self.services.clock.now()
        await asyncio.wait({loading}, timeout=min(LOAD_S, max(left_s, 0) * LOAD_SHARE))

    async def between(self, turn: Turn) -> None:
        return None

    async def after(self, turn: Turn) -> None:
        await archive_turn(self.services, turn)
        await renew_shown(self.services, turn)
        await summarise(self.services, turn)

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None


async def archive_turn(services: MemoryServices, turn: Turn) -> None:
    """Copy what the turn added to the log into the archive, and shorten the log if due."""
    before_seq, last_seq = turn.began_seq, turn.state.seq
    await copy_log(services, turn.user_id, before_seq=before_seq, last_seq=last_seq)
    if is_due(before_seq, last_seq, keep=services.limits.log_entries):
        await tidy_log(services, turn.user_id, last_seq=last_seq)


async def renew_shown(services: MemoryServices, turn: Turn) -> None:
    """Renew what the model is shown, if the run may have changed it."""
    specs = turn.specs
    called = {call.name for e in turn.run.journal if isinstance(e, Answered) for call in e.calls}
    if any(name in specs and specs[name].effect is Effect.REPEATS for name in called):
        await load_shown(services, turn)


async def load_shown(services: MemoryServices, turn: Turn) -> None:
    """Build and store what the model is shown. If a store cannot be reached, show nothing."""
    if (chosen := await _loaded(services, turn)) is not None:
        await _keep(services, turn, chosen)


async def _show(services: MemoryServices, turn: Turn) -> None:
    """Build what the model is shown; it is stored beside the call of the model."""
    if (chosen := await _loaded(services, turn)) is not None:
        turn.run_beside(_keep(services, turn, chosen), name="memory")


async def _loaded(services: MemoryServices, turn: Turn) -> Preferences | None:
    """Build what the model is shown. Return the user's settings; None if there is nothing new."""
    has_summary = turn.summarised_seq > 0
    if services.facts is None and services.preferences is None and not has_summary:
        return None  # there is nothing to show
    try:
        turn.shown, chosen = await built(services, turn.user_id, has_summary=has_summary)
    except Unreachable as error:
        log.warning("memory: not shown, reason=%s", type(error).__name__)
        return None
    turn.zone, turn.language = chosen.zone or turn.zone, chosen.language or turn.language
    return chosen


async def built(
    services: MemoryServices, user_id: str, *, has_summary: bool
) -> tuple[str, Preferences]:
    """Build what the model is shown; return it with the user's settings. Raises Unreachable."""
    # Side by side: what is in one database is read in one transaction.
    chosen, summary, facts, addition = await asyncio.gather(
        preferences_of(services.preferences, user_id),
        _summary(services, user_id, has_summary),
        _facts(services, user_id),
        services.addition(user_id),
    )
    return memory_block(facts, summary.text, addition=addition), chosen


async def _keep(services: MemoryServices, turn: Turn, chosen: Preferences) -> None:
    try:
        await services.block.keep_block(turn.user_id, turn.shown or "", chosen)
    except Unreachable as error:
        log.warning("memory: not kept, reason=%s", type(error).__name__)


async def _summary(services: MemoryServices, user_id: str, has_summary: bool) -> Summary:
    return await services.block.summary(user_id) if has_summary else Summary()


async def _facts(services: MemoryServices, user_id: str) -> Sequence[Fact]:
    return await services.facts.facts(user_id, limit=SHOWN_FACTS) if services.facts else ()


async def summarise(services: MemoryServices, turn: Turn) -> None:
    """Add entries that are about to leave the window to the summary. Runs after the run's end.

    After a crash or an error the summary is unchanged, and the end of the next run tries again.
    Text that others wrote is never added. Facts are stored separately, so no summary can lose one.
    """
    window = services.limits.tail_entries * 2 // 3  # of which the model is shown all, if short
    reached = Summary(upto_seq=turn.summarised_seq)
    if not due(reached, last_seq=turn.state.seq, window=window):
        return
    try:
        await _summarise(services, turn, window)
    except (Unreachable, ModelFault) as error:
        log.warning("memory: not summarised, reason=%s", type(error).__name__)


async def _summarise(services: MemoryServices, turn: Turn, window: int) -> None:
    user_id = turn.user_id
    left_s = turn.invocation.cut - services.clock.now()
    if left_s < LEAST_S:
        return
    summary = await services.block.summary(user_id)
    since = first_seq(summary, last_seq=turn.state.seq) - 1
    page = await services.log.read(user_id, since=since, limit=PAGE)
    part = portion(summary, page.entries, last_seq=turn.state.seq, window=window)
    if not part.entries:
        return
    prompt = Prompt(messages=summary_prompt(summary, part), tools=())
    answer = await services.model.answer(prompt, limit_s=min(SUMMARY_S, left_s))
    made = summarised(summary, part, answer.text)
    if made != summary and await _is_there(services, user_id, made):
        await services.block.keep_summary(user_id, made, instead_of=summary)
        log.info("memory: summarised, upto=%d", made.upto_seq)


async def _is_there(services: MemoryServices, user_id: str, summary: Summary) -> bool:
    """Whether the log still reaches to what was summarised: the user may have erased it."""
    page = await services.store.read(user_id, since=summary.upto_seq - 1, limit=1)
    return page.last_seq >= summary.upto_seq

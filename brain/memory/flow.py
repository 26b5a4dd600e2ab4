"""What lasts: the facts that the model is shown, and the summary of what has left its window."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from brain.memory.model import Summary
from brain.memory.rules import SHOWN_FACTS, memory_block
from brain.memory.summary import due, first_seq, portion, summarised, summary_prompt
from brain.preferences.flow import preferences_of
from brain.run.errors import ModelFault, Unreachable
from brain.run.journal import Answered
from brain.run.ports import Prompt
from brain.run.reading import read_log
from brain.run.tools import Effect
from brain.run.turn import Turn

LOAD_S = 3.0  # seconds for a database that was asleep, if nothing is there ready made
LOAD_SHARE = 0.2  # of an invocation at most, so that a short one still has time to think
SUMMARY_S = 60.0  # seconds for the model to write it, beside nobody: the user has their answer
LEAST_S = 5.0  # seconds that must be left of the invocation to begin with it
PAGE = 200  # entries read for it

log = logging.getLogger(__name__)


@asynccontextmanager
async def loaded_memory(turn: Turn) -> AsyncIterator[None]:
    """What the model is shown is there from now on, or a moment later if the database is slow:
    nobody waits longer for an answer that may not need it.
    """
    if turn.memory is not None:
        yield
        return
    loading = asyncio.ensure_future(_load(turn))
    try:
        left_s = turn.invocation.cut - turn.services.clock.now()
        await asyncio.wait({loading}, timeout=min(LOAD_S, max(left_s, 0) * LOAD_SHARE))
        yield
    finally:
        loading.cancel()
        await asyncio.wait({loading})
        if not loading.cancelled() and (error := loading.exception()) is not None:
            log.error("memory: not shown, error=%s", type(error).__name__)


async def renew_memory(turn: Turn) -> None:
    """After a run that may have changed what is shown: make it ready for the next one."""
    specs = turn.specs
    called = {call.name for e in turn.run.journal if isinstance(e, Answered) for call in e.calls}
    if any(name in specs and specs[name].effect is Effect.REPEATS for name in called):
        await _load(turn)


async def _load(turn: Turn) -> None:
    """Make what the model is shown anew. What cannot be reached now is left out of this run."""
    services, user_id = turn.services, turn.lease.token.user_id
    if services.memory is None and services.wishes is None and turn.summarised_seq == 0:
        return  # there is nothing that could be shown
    try:
        zone = (await preferences_of(services, user_id)).zone
        summary = await services.block.summary(user_id)
        facts = await services.memory.facts(user_id, limit=SHOWN_FACTS) if services.memory else ()
        turn.memory = memory_block(facts, summary.text, zone=zone)
        await services.block.keep_block(user_id, turn.memory)
    except Unreachable as error:
        log.warning("memory: not shown, reason=%s", type(error).__name__)


async def summarise(turn: Turn) -> None:
    """After the run's end: take into the summary what is about to leave the window.

    A death or a fault leaves the summary as it was; the next run's end tries again. What others
    wrote does not get into it, and facts are kept apart: no summary can lose one.
    """
    services, user_id = turn.services, turn.lease.token.user_id
    window = services.limits.tail_entries
    reached = Summary(upto_seq=turn.summarised_seq)
    if not due(reached, last_seq=turn.seq, window=window):
        return
    try:
        await _summarise(turn, user_id, window)
    except (Unreachable, ModelFault) as error:
        log.warning("memory: not summarised, reason=%s", type(error).__name__)


async def _summarise(turn: Turn, user_id: str, window: int) -> None:
    services = turn.services
    left_s = turn.invocation.cut - services.clock.now()
    if left_s < LEAST_S:
        return
    summary = await services.block.summary(user_id)
    since = first_seq(summary, last_seq=turn.seq) - 1
    page = await read_log(services.store, services.archive, user_id, since=since, limit=PAGE)
    part = portion(summary, page.entries, last_seq=turn.seq, window=window)
    if not part.entries:
        return
    prompt = Prompt(messages=summary_prompt(summary, part), tools=())
    answer = await services.model.answer(prompt, limit_s=min(SUMMARY_S, left_s))
    made = summarised(summary, part, answer.text)
    if made != summary:
        await services.block.keep_summary(user_id, made, instead_of=summary)
        log.info("memory: summarised, upto=%d", made.upto_seq)

"""What lasts: the facts that the model is shown, and the summary of what has left its window."""

import logging

from brain.core.memories import SHOWN_FACTS, memory_block
from brain.core.summary import due, first_seq, portion, summarised, summary_prompt
from brain.domain.errors import ModelFault, Unreachable
from brain.domain.memory import Summary
from brain.flows.reading import read_log
from brain.flows.turn import Turn
from brain.flows.wishes import preferences_of
from brain.ports import Prompt

SUMMARY_S = 60.0  # seconds for the model to write it, beside nobody: the user has their answer
LEAST_S = 5.0  # seconds that must be left of the invocation to begin with it
PAGE = 200  # entries read for it

log = logging.getLogger(__name__)


async def load_memory(turn: Turn) -> None:
    """Make what the model is shown anew, where it is not there ready made. What cannot be reached
    now is left out of this run.
    """
    services, user_id = turn.services, turn.lease.hold.user_id
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
    services, user_id = turn.services, turn.lease.hold.user_id
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

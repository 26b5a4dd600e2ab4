"""Asks the model until its answer is whole, or until all tries have failed.

An answer that the provider ended at a limit is kept, and the model is asked for the rest. An answer
that broke off is asked for again. Both have the same small number of tries, with growing pauses.
"""

import asyncio
import logging
from collections.abc import Callable

from msgspec.structs import replace

from brain.chat.calls import legal_name
from brain.chat.notes import LeftOut
from brain.chat.pieces import Pieces
from brain.codec import clean
from brain.errors import FaultClass, ModelCut, ModelFault, OutOfTime
from brain.run import journal
from brain.run.context import compose
from brain.run.decisions import is_decided_id
from brain.run.journal import Answered, Interrupted
from brain.run.ports import Delta
from brain.run.refused import has_other_text, suspects
from brain.run.turn import Turn
from brain.texts.joining import more
from brain.tools.say import as_arguments
from brain.tools.spec import ToolCall

CUT_TRIES = 3  # attempts at an answer that is cut off each time
CUT_PAUSE_S = 0.3  # seconds before the second attempt; doubled before the third
CUT_GRACE_S = 0.5  # seconds by which a model adapter may exceed its own limit

log = logging.getLogger(__name__)


async def insist(turn: Turn, pieces: Pieces) -> Answered:
    """Return a whole answer, or what there is of it with a sentence that says so.

    What was cut off is in the journal as `Interrupted`, so the next request asks for the rest.
    Raises ModelFault if there is nothing to say, and OutOfTime.
    """
    tries = 1
    while True:
        try:
            return await _attempt(turn, pieces, turn.left_out)
        except ModelFault as fault:
            cut = fault if isinstance(fault, ModelCut) else None
            begun = journal.interrupted_text(turn.run.journal)
            if fault.fault is FaultClass.FILTERED and not begun:
                return await _without(turn, pieces, fault)
            rest = more(begun, clean(cut.text)) if cut and cut.at_limit else ""
            if cut is None or tries == CUT_TRIES:
                if (begun + rest).strip():
                    return await _cut_off(turn, begun + rest)
                raise
            if rest:
                turn.note(Interrupted(text=rest))
            log.warning("model: answer cut off, run=%s try=%d", turn.run.run_id, tries)
            await turn.services.clock.sleep(CUT_PAUSE_S * 2 ** (tries - 1))
            tries += 1


def tidy(answer: Answered) -> Answered:
    """Return the answer in a form that can be stored, with unique call ids.

    Results are found by call id, and some model servers repeat the ids or leave them out.
    """
    ids = [call.id for call in answer.calls]
    # The prefix of decided calls is reserved: a model cannot present its own call as approved.
    are_good = all(ids) and len(set(ids)) == len(ids) and not any(map(is_decided_id, ids))
    calls = tuple(
        ToolCall(
            id=clean(call.id) if are_good else f"call_{i}",
            name=legal_name(call.name),
            arguments=as_arguments(legal_name(call.name), clean(call.arguments)),
        )
        for i, call in enumerate(answer.calls)
    )
    return replace(answer, text=clean(answer.text), calls=calls)


async def _cut_off(turn: Turn, text: str) -> Answered:
    """Return what there is of an answer, and say that the rest is missing."""
    texts = await turn.texts()
    return Answered(text=f"{text.strip()}\n\n{texts.CUT_OFF}", calls=())


async def _without(turn: Turn, pieces: Pieces, fault: ModelFault) -> Answered:
    """Find the text for which a request was refused, and return the answer without it.

    Raises the fault if nothing can be left out, or if the run has no other text of the user.
    """
    known = turn.left_out
    for suspect in suspects(turn.run.journal, known):
        is_needed = has_other_text(turn.run.journal, suspect)
        try:
            answer = await _attempt(turn, pieces if is_needed else None, suspect)
        except ModelFault as again:
            if again.fault is not FaultClass.FILTERED:
                raise
            continue
        texts, results = suspect.seqs - known.seqs, suspect.results - known.results
        log.warning("model: left out, run=%s texts=%d", turn.run.run_id, len(texts))
        turn.refused |= texts
        if not is_needed:
            raise fault
        return replace(answer, without_texts=tuple(texts), without_results=tuple(results))
    raise fault


async def _attempt(turn: Turn, pieces: Pieces | None, left_out: LeftOut) -> Answered:
    """Ask once. Raises OutOfTime instead of ModelFault at the end of the invocation."""
    try:
        return tidy(await _ask_once(turn, pieces, left_out))
    except ModelFault as fault:
        if turn.services.clock.now() < turn.invocation.cut:
            raise
        begun = journal.interrupted_text(turn.run.journal)
        text = more(begun, clean(fault.text)) if isinstance(fault, ModelCut) else ""
        raise OutOfTime(text) from fault


async def _ask_once(turn: Turn, pieces: Pieces | None, left_out: LeftOut) -> Answered:
    """Ask the model. The answer is shown as it arrives, unless there are no `pieces`."""
    services, spent = turn.services, turn.run.spent
    if pieces is not None:
        pieces.begin()
    turn.lease.check()  # a process that was frozen must not pay for an answer that another one has
    prompt = compose(
        turn.run,
        turn.history,
        turn.specs.values(),
        limits=services.limits,
        wrap_up=services.limits.is_last_loop(spent),
        heard=turn.heard,
        instructions=services.instructions,
        memory=turn.shown or "",
        left_out=left_out,
        zone=turn.zone,
        language=turn.language,
    )
    limit_s = min(services.limits.model_s, turn.invocation.cut - services.clock.now())
    try:
        async with asyncio.timeout(max(limit_s, 0) + CUT_GRACE_S):
            return await services.model.answer(
                prompt, limit_s=limit_s, on_delta=_shower(turn, pieces)
            )
    except TimeoutError as error:
        raise ModelCut("the model exceeded its time limit") from error


def _shower(turn: Turn, pieces: Pieces | None) -> Callable[[Delta], None] | None:
    """Return a function that shows parts of the answer as they arrive, if anybody listens."""
    if pieces is None:
        return None
    return lambda delta: turn.reply.show(*pieces.take(delta))

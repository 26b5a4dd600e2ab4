"""Runs the tools that an answer asked for.

Tools that only read run in parallel, others one after another. Calls that may need the user's
approval come last, because other results can make it necessary.
A tool that acts on the outside world is recorded as started before it runs. If a crash follows, the
successor does not run it again: it asks the tool for the outcome, or tells the model that the
outcome is unknown.
"""

import asyncio
import logging
from collections.abc import Sequence

from msgspec.structs import replace

from brain.chat.results import CORRECTED, NOT_NOW, ONE_AT_A_TIME, UNSURE
from brain.chat.sizes import shorten
from brain.codec import clean
from brain.errors import BrainError, LeaseLost, OutOfTime, ToolFault
from brain.run import step
from brain.run.asking import Ask, asks, waits
from brain.run.decisions import is_decided_id
from brain.run.journal import Returned, Started, started_calls
from brain.run.moves import CommitKind
from brain.run.step import Verdict, Work
from brain.run.turn import Turn
from brain.run.whose import earlier_calls, foreign_texts, user_words
from brain.tools.invocations import Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect

LEAST_S = 1.0  # minimum seconds for a tool that starts just before the cut, from the reserve

log = logging.getLogger(__name__)


async def do_work(turn: Turn, verdict: Verdict) -> Ask | None:
    """Run the calls that have no result yet and add the results to the journal.

    Return the first call that the user has to be asked about, if any. Raises OutOfTime, LeaseLost.
    """
    work = step.remaining(verdict, turn.run.journal)
    plain = [item for item in work if not waits(turn, item.spec)]
    reads = [item for item in plain if item.spec.effect is Effect.READS]
    others = [item for item in work if item not in plain]
    if len(reads) == len(plain) or not turn.services.settling.is_settled(turn):
        for returned in await asyncio.gather(*(_run(turn, item) for item in reads)):
            turn.note(returned)
        plain = [item for item in plain if item not in reads]
    # Last: text that the other tools have read can make approval necessary.
    return await _ask_or_act(turn, [*plain, *others])


def may_ask(turn: Turn, work: Work) -> bool:
    """Whether a call may end the run with a question."""
    is_settled = turn.services.settling.is_settled(turn)
    return waits(turn, work.spec) or not (is_settled or work.spec.effect is Effect.READS)


def has_effect(turn: Turn, work: Work) -> bool:
    """Whether a call certainly does something that cannot be taken back."""
    return work.spec.effect is not Effect.READS and not waits(turn, work.spec)


async def _ask_or_act(turn: Turn, work: Sequence[Work]) -> Ask | None:
    """Run the calls that need no approval. Return the first call that needs it."""
    asked: Ask | None = None
    for item in work:
        if asked is not None:
            turn.note(_returned(turn, item, ONE_AT_A_TIME, failed=True))
            continue
        ask = await _asks(turn, item)
        if not isinstance(ask, Returned) and (ask is None or ask.proposal is None):
            ask = await _once_settled(turn, item, ask)
        if isinstance(ask, Returned):
            turn.note(ask)
        elif ask is None:
            turn.note(await _do(turn, item))
        else:
            asked = ask
    return asked


async def _once_settled(turn: Turn, work: Work, ask: Ask | None) -> Ask | Returned | None:
    """Return `ask` once the speaker has finished, a question if they have gone, and a failed result
    if they have said it otherwise.
    """
    settling = turn.services.settling
    if (work.spec.effect is Effect.READS and ask is None) or settling.is_settled(turn):
        return ask
    fate = await settling.wait(turn)
    if fate == "corrected":
        return _returned(turn, work, CORRECTED, failed=True)
    if fate == "settled":
        return ask
    invocation = replace(_tool_invocation(turn, work), texts=await turn.texts())
    return Ask(work=work, proposal=await settling.proposal(invocation))


async def _asks(turn: Turn, work: Work) -> Ask | Returned | None:
    """Return what has to be asked before a call, or a failed result if it cannot be done."""
    if not waits(turn, work.spec):
        return None
    try:
        async with asyncio.timeout(work.spec.limit_s):
            return await asks(turn, work, _tool_invocation(turn, work))
    except ToolFault as fault:
        return _returned(turn, work, str(fault), failed=True, foreign=fault.foreign)
    except (TimeoutError, BrainError) as error:
        log.warning("tool: question failed, tool=%s error=%s", work.spec.name, type(error).__name__)
        return _returned(turn, work, NOT_NOW, failed=True)


async def _do(turn: Turn, work: Work) -> Returned:
    """Run a call. Before an effect, record that the texts stand."""
    if work.spec.effect is Effect.ACTS:
        return await _act(turn, work)
    if work.spec.effect is Effect.REPEATS and turn.stands_upto < turn.state.last_seq:
        await turn.commit(CommitKind.RECORD, activity=work.spec.name, stands=True)
    return await _run(turn, work)


async def _act(turn: Turn, work: Work) -> Returned:
    """Run a tool that acts on the world, once.

    Record it as started first, run it second. After a crash in between, the call is not run again,
    although it was never done. In the other order it could be done twice.
    """
    if work.call.id not in started_calls(turn.run.journal):
        turn.note(Started(tool_call_id=work.call.id))
        await turn.commit(CommitKind.RECORD, activity=work.spec.name, stands=True)
    elif work.call.id in turn.inherited:
        return await _find_out(turn, work)
    return await _run(turn, work)


async def _find_out(turn: Turn, work: Work) -> Returned:
    """Return the outcome of a call that a dead invocation had started."""
    try:
        async with asyncio.timeout(work.spec.limit_s):
            found = await _tool(turn, work).outcome(await _spoken(turn, work))
    except ToolFault as fault:
        return _returned(turn, work, str(fault), failed=True, foreign=fault.foreign)
    except (TimeoutError, BrainError):
        found = None
    if found is None:
        return _returned(turn, work, UNSURE, failed=True)
    return _result(turn, work, found)


async def _run(turn: Turn, work: Work) -> Returned:
    """Run one tool within its time limit. Any failure becomes a result for the model."""
    clock, began = turn.services.clock, turn.services.clock.now()
    left_s = max(turn.invocation.cut - began, LEAST_S)
    turn.lease.check()
    try:
        async with asyncio.timeout(min(work.spec.limit_s, left_s)):
            given = await _tool(turn, work).run(await _spoken(turn, work))
    except ToolFault as fault:
        _tell(turn, work, began, fault)
        return _returned(turn, work, str(fault), failed=True, foreign=fault.foreign)
    except LeaseLost:
        raise
    except TimeoutError as error:
        acts = work.spec.effect is Effect.ACTS
        if not acts and clock.now() >= turn.invocation.cut:
            raise OutOfTime from error
        _tell(turn, work, began, error)
        limit = f"It took longer than {work.spec.limit_s:.0f} seconds and was cancelled."
        return _returned(turn, work, UNSURE if acts else limit, failed=True)
    except Exception as error:  # noqa: BLE001 - any fault of a tool is a result for the model and must not end the run
        _tell(turn, work, began, error)
        return _returned(turn, work, "It failed with an internal error.", failed=True)
    ms = round((clock.now() - began) * 1000)
    log.info("tool.done: run=%s tool=%s ms=%d", turn.run.run_id, work.spec.name, ms)
    return _result(turn, work, given)


def _tell(turn: Turn, work: Work, began: float, error: Exception) -> None:
    ms = round((turn.services.clock.now() - began) * 1000)
    log.warning("tool.failed: tool=%s ms=%d reason=%s", work.spec.name, ms, type(error).__name__)


def _result(turn: Turn, work: Work, given: ToolResult) -> Returned:
    """Return the result for the model. It is told what the user may be told."""
    done = clean(given.done)
    text = given.text if done in clean(given.text) else f"{done}\n{given.text}"
    foreign = given.foreign or work.spec.foreign
    return replace(_returned(turn, work, text, foreign=foreign), done=done)


async def _spoken(turn: Turn, work: Work) -> ToolInvocation:
    """Return the invocation; with the user's texts if the tool may tell what it has done."""
    invocation = _tool_invocation(turn, work)
    if work.spec.effect is Effect.READS:
        return invocation
    return replace(invocation, texts=await turn.texts())


def _tool(turn: Turn, work: Work) -> Tool:
    return turn.services.tools[work.spec.name]


def _tool_invocation(turn: Turn, work: Work) -> ToolInvocation:
    """Return the invocation of a tool for a call.

    The idempotency key contains the loop, because some model servers reuse call ids. That of a
    decided call is the id of its question.
    """
    run, id = turn.run, work.call.id
    foreign = {name for name, tool in turn.services.tools.items() if tool.spec.foreign}
    return ToolInvocation(
        user_id=turn.lease.token.user_id,
        call=work.call,
        arguments=work.arguments,
        idempotency_key=id if is_decided_id(id) else f"{run.run_id}:{run.spent.loops}:{id}",
        tainted=turn.is_tainted,
        user_words=user_words(run.journal, turn.history),
        foreign_texts=foreign_texts(run.journal, foreign),
        earlier_calls=earlier_calls(run.journal, work.call),
        approved=is_decided_id(id),
        zone=turn.zone,
    )


def _returned(
    turn: Turn, work: Work, text: str, *, failed: bool = False, foreign: bool = False
) -> Returned:
    short = shorten(clean(text), turn.services.limits.tool_result_chars)
    return Returned(tool_call_id=work.call.id, text=short, failed=failed, foreign=foreign)

"""Runs the tools that an answer asked for: reads beside each other, everything else one by one."""

import asyncio
import logging
from collections.abc import Container, Iterable, Sequence

from brain.codec import clean
from brain.errors import BrainError, LeaseLost, ToolFault
from brain.run import step
from brain.run.asking import Ask, asks, waits
from brain.run.context import shorten
from brain.run.decisions import ONE_AT_A_TIME, is_decided_id
from brain.run.journal import Answered, Entry, Joined, Overheard, Returned, Started
from brain.run.messages import LogEntry, Utterance
from brain.run.moves import CommitKind
from brain.run.step import UNSURE, Verdict, Work
from brain.run.turn import OutOfTime, Turn
from brain.tools.invocations import Tool, ToolInvocation
from brain.tools.spec import Effect, ToolCall

NOT_NOW = "Not asked and not done: it cannot be prepared now. Tell the user, or try again later."
LEAST_S = 1.0  # seconds for a tool that starts just before the cut; the reserve bears them

log = logging.getLogger(__name__)


async def do_work(turn: Turn, verdict: Verdict) -> Ask | None:
    """Run what has no result yet, and note the results; then what has to be asked first, if
    anything has. Raises OutOfTime, LeaseLost.
    """
    work = step.remaining(verdict, turn.run.journal)
    plain = [item for item in work if not waits(turn, item.spec)]
    if all(item.spec.effect is Effect.READS for item in plain):
        for returned in await asyncio.gather(*(_run(turn, item) for item in plain)):
            turn.note(returned)
    else:
        for item in plain:
            turn.note(await _do(turn, item))
    # Last, since what the others have read may be what makes asking necessary.
    return await _ask_or_act(turn, [item for item in work if item not in plain])


async def _ask_or_act(turn: Turn, work: Sequence[Work]) -> Ask | None:
    """Do what the user need not be asked for; the first call that they have to be, of all."""
    asked: Ask | None = None
    for item in work:
        if asked is not None:
            turn.note(_returned(turn, item, ONE_AT_A_TIME, failed=True))
            continue
        ask = await _asks(turn, item)
        if isinstance(ask, Returned):
            turn.note(ask)
        elif ask is None:
            turn.note(await _do(turn, item))
        else:
            asked = ask
    return asked


async def _asks(turn: Turn, work: Work) -> Ask | Returned | None:
    """What has to be asked before a call, or why it cannot be done at all."""
    try:
        async with asyncio.timeout(work.spec.limit_s):
            return await asks(turn, work, _tool_invocation(turn, work))
    except ToolFault as fault:
        return _returned(turn, work, str(fault), failed=True)
    except (TimeoutError, BrainError) as error:
        log.warning("tool: not asked, tool=%s error=%s", work.spec.name, type(error).__name__)
        return _returned(turn, work, NOT_NOW, failed=True)


async def _do(turn: Turn, work: Work) -> Returned:
    return await (_act(turn, work) if work.spec.effect is Effect.ACTS else _run(turn, work))


async def _act(turn: Turn, work: Work) -> Returned:
    """Run a tool that acts on the world, once.

    Recorded as started first, run second: a death in between leaves a step that nobody dares to
    repeat; the other way round it would be done twice.
    """
    if work.call.id not in step.started_calls(turn.run.journal):
        turn.note(Started(tool_call_id=work.call.id))
        await turn.commit(CommitKind.RECORD, activity=work.spec.name)
    elif work.call.id in turn.inherited:
        return await _find_out(turn, work)
    return await _run(turn, work)


async def _find_out(turn: Turn, work: Work) -> Returned:
    """What became of a call that a dead invocation had started."""
    try:
        async with asyncio.timeout(work.spec.limit_s):
            text = await _tool(turn, work).outcome(_tool_invocation(turn, work))
    except ToolFault as fault:
        return _returned(turn, work, str(fault), failed=True)
    except (TimeoutError, BrainError):
        text = None
    if text is None:
        return _returned(turn, work, UNSURE, failed=True)
    return _returned(turn, work, text)


async def _run(turn: Turn, work: Work) -> Returned:
    """One tool within its limit. Whatever it does wrong is a result for the model."""
    clock = turn.services.clock
    left_s = max(turn.invocation.cut - clock.now(), LEAST_S)
    began = clock.now()
    turn.lease.check()
    try:
        async with asyncio.timeout(min(work.spec.limit_s, left_s)):
            given = await _tool(turn, work).run(_tool_invocation(turn, work))
    except ToolFault as fault:
        return _returned(turn, work, str(fault), failed=True)
    except LeaseLost:
        raise
    except TimeoutError as error:
        if work.spec.effect is Effect.ACTS:
            return _returned(turn, work, UNSURE, failed=True)
        if clock.now() >= turn.invocation.cut:
            raise OutOfTime from error
        limit = f"It took longer than {work.spec.limit_s:.0f} seconds and was given up."
        return _returned(turn, work, limit, failed=True)
    except Exception as error:  # noqa: BLE001 - a tool is foreign code: its fault is the model's to hear, not the run's end
        log.warning("tool: failed, tool=%s error=%s", work.spec.name, type(error).__name__)
        return _returned(turn, work, "It failed for a reason of its own.", failed=True)
    ms = round((clock.now() - began) * 1000)
    log.info("tool: done, run=%s tool=%s ms=%d", turn.run.run_id, work.spec.name, ms)
    return _returned(turn, work, given.text, foreign=given.foreign or work.spec.foreign)


def _tool(turn: Turn, work: Work) -> Tool:
    return turn.services.tools[work.spec.name]


def _tool_invocation(turn: Turn, work: Work) -> ToolInvocation:
    """The key holds the loop too: some servers number their calls anew in each answer. A decided
    call has its question's: whichever run carries it out.
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
    )


def _returned(
    turn: Turn, work: Work, text: str, *, failed: bool = False, foreign: bool = False
) -> Returned:
    short = shorten(clean(text), turn.services.limits.tool_result_chars)
    return Returned(tool_call_id=work.call.id, text=short, failed=failed, foreign=foreign)


def user_words(journal: Iterable[Entry], history: Iterable[LogEntry]) -> tuple[str, ...]:
    """The user's own words, of this run and of the log before it.

    A decision on a question is none: its text is ours, or a plain yes. The remarks of the
    conversation around are theirs where the front end says so: it is the same one, by the same
    token, that brings their utterances.
    """
    joined = (entry.utterance for entry in journal if isinstance(entry, Joined))
    before = (entry for entry in history if isinstance(entry, Utterance))
    # By their places, since what a run that rested has in its journal is in the log before it too.
    known = {utterance.seq: utterance for utterance in (*before, *joined)}
    remarks = (r for entry in journal if isinstance(entry, Overheard) for r in entry.remarks)
    return (
        *(utterance.text for utterance in known.values() if utterance.decision is None),
        *(remark.text for remark in remarks if remark.role == "user"),
    )


def foreign_texts(journal: Iterable[Entry], foreign_tools: Container[str]) -> tuple[str, ...]:
    """What others wrote, of this run: the results of the tools that can give nothing else."""
    texts: list[str] = []
    names: dict[str, str] = {}
    for entry in journal:
        if isinstance(entry, Answered):  # the ids of calls differ within one answer only
            names = {call.id: call.name for call in entry.calls}
        elif isinstance(entry, Returned) and names.get(entry.tool_call_id) in foreign_tools:
            texts += [entry.text] if entry.foreign else []
    return tuple(texts)


def earlier_calls(journal: Sequence[Entry], call: ToolCall) -> tuple[ToolCall, ...]:
    """The run's calls of the same tool before this one, which is of its last answer."""
    calls = [one for e in journal if isinstance(e, Answered) for one in e.calls]
    place = len(calls) - 1 - calls[::-1].index(call)
    return tuple(one for one in calls[:place] if one.name == call.name)

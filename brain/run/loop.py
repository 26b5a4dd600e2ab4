"""One loop of the brain: ask the model, record its answer, run the tools, deliver the messages.

Every effect is recorded before the next one depends on it, in an order that makes a crash harmless.
The comments at each commit name the crash that decided the order.
"""

import asyncio
import logging
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from brain.chat.pace import pace
from brain.chat.pieces import Pieces
from brain.chat.results import ASKED, HANDED_OUT, NOT_ASKED
from brain.codec import clean
from brain.run import journal, step
from brain.run.asking import Ask, client_complaints, question_draft, take_decision, waits
from brain.run.decisions import with_deeds
from brain.run.deliver import send_websocket_message
from brain.run.journal import Answered, Interrupted, Returned, Started
from brain.run.messages import Draft, Kind, Message
from brain.run.model import insist
from brain.run.moves import Asking, CommitKind, Committed
from brain.run.step import Verdict
from brain.run.turn import Turn
from brain.run.work import do_work, has_effect, may_ask
from brain.tools.spec import Effect

QUICK_S = 0.2  # seconds for tools whose results need no commit of their own
SLOW_S = 8.0  # seconds without any sign of an answer, after which the user is told

log = logging.getLogger(__name__)


class LoopResult(Struct, frozen=True, kw_only=True):
    """Whether another loop is needed, and the message to deliver now, if any.

    The message is the run's last one, unless the user has said more in the meantime. Breadcrumbs
    are not included: they were sent over the channel already.
    """

    needs_another_loop: bool
    websocket_message: Message | None = None


async def do_one_brain_loop(turn: Turn) -> LoopResult:
    """Run one loop: one model call and its tools.

    If an earlier invocation died between an answer and the results of its tools, the loop continues
    there and does not ask the model again. Raises ModelFault, OutOfTime, LeaseLost,
    StoreUnreachable.
    """
    began = turn.services.clock.now()
    answer = journal.unfinished_answer(turn.run.journal) or take_decision(turn)
    if answer is None:
        run, speaking = turn.run, (step.CONTINUE, step.QUIT)
        pieces = Pieces(run.run_id, run.spent.loops + 1, speaking, turn.reply.has_listener)
        answer = await ask(turn, pieces)
        begun = journal.interrupted_text(turn.run.journal)
        verdict = await _judge(turn, answer, await client_complaints(turn, answer), begun)
        turn.reply.show(*pieces.settle(_words(verdict)))
        turn.note(answer)
        spent = turn.run.spent
        turn.spend(loops=spent.loops + 1, tokens=spent.tokens + answer.tokens, attempts=0)
        result = await _record(turn, verdict)
        if result is not None:
            _keep_pace(turn, began)
            return result
    else:
        verdict = await _judge(turn, answer, step.known_wrong(turn.run.journal))
    work, holding, since = do_work(turn, verdict), turn.services.holding, turn.services.clock.now()
    asked = await (work if holding is None else holding.during(turn, verdict, work))
    reads = all(item.spec.effect is Effect.READS for item in verdict.work)
    turn.was_quick = reads and turn.services.clock.now() - since < QUICK_S
    _keep_pace(turn, began)
    return await (_conclude(turn, verdict) if asked is None else _rest(turn, verdict, asked))


async def ask(turn: Turn, pieces: Pieces) -> Answered:
    """Ask the model; in parallel record the last loop's results, unless a crash may repeat them."""
    recording = None
    if turn.state.unrecorded and not turn.was_quick:
        recording = asyncio.ensure_future(turn.commit(CommitKind.RECORD))
    asking = asyncio.ensure_future(insist(turn, pieces))
    both = [asking] if recording is None else [asking, recording]
    try:
        await asyncio.wait(both, timeout=SLOW_S, return_when=asyncio.FIRST_EXCEPTION)
        if recording is not None:
            # This commit must complete before the next one is sent.
            await recording
        if not asking.done():
            await _say_if_slow(turn, pieces)
        return await asking
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)  # or asyncio logs unread errors


async def _say_if_slow(turn: Turn, pieces: Pieces) -> None:
    """Tell the user, once in a run, that there is no sign of an answer yet."""
    if any(isinstance(entry, Interrupted) and entry.slow for entry in turn.run.journal):
        return
    crumb = draft(turn, (await turn.texts()).SLOW, Kind.BREADCRUMB)
    if not pieces.have_begun:
        turn.note(Interrupted(text="", slow=True))
        _speak(turn, await turn.commit(CommitKind.RECORD, drafts=(crumb,)))


async def _judge(
    turn: Turn, answer: Answered, wrong: Mapping[str, str], begun: str = ""
) -> Verdict:
    limits = turn.services.limits
    is_long = step.size(answer) + len(begun) > limits.message_chars
    verdict = step.judge(
        answer,
        turn.specs,
        heard=step.has_heard(turn.run.journal),
        limits=limits,
        begun=begun,
        wrong=wrong,
        cut_off=(await turn.texts()).CUT_OFF if is_long else "",
    )
    if not answer.without_texts:
        return verdict
    refused = (await turn.texts()).LAST_WORDS["filtered"]
    return replace(verdict, breadcrumbs=(refused, *verdict.breadcrumbs))


def _words(verdict: Verdict) -> tuple[str, ...]:
    """Return the texts that the answer says to the user, in order."""
    last = (verdict.last_words,) if verdict.last_words else ()
    return (*verdict.breadcrumbs, *last)


async def _record(turn: Turn, verdict: Verdict) -> LoopResult | None:
    """Commit the answer. Return None if its work has to be done.

    Commit first, run the tools second. After a crash in between, the successor runs the tools. In
    the other order it would ask the model again, at a cost, and could get a different answer.
    """
    turn.note(*verdict.returned)
    breadcrumbs = tuple(draft(turn, text, Kind.BREADCRUMB) for text in verdict.breadcrumbs)
    if verdict.quit and not verdict.work:
        turn.note(*step.close_quits(verdict, done=True))
        return await _finish(turn, verdict, breadcrumbs)
    is_settled = turn.services.settling.is_settled(turn)
    if (act := step.first_act(verdict.work[:1])) and is_settled and not waits(turn, act.spec):
        turn.note(Started(tool_call_id=act.call.id))
    activity = ", ".join(dict.fromkeys(item.spec.name for item in verdict.work)) or "thinking"
    # A text that joined here would be in the run before a quit or a question that does not know it,
    # and so would count as answered. It stays in the inbox, where the later commit finds it.
    asks = any(may_ask(turn, item) for item in verdict.work)
    committed = await turn.commit(
        CommitKind.RECORD if verdict.quit or asks else CommitKind.GO_ON,
        drafts=breadcrumbs,
        activity=activity,
        progress=verdict.progress,
        stands=is_settled and any(has_effect(turn, item) for item in verdict.work),
    )
    _speak(turn, committed)
    return None if verdict.work else LoopResult(needs_another_loop=True)


async def _conclude(turn: Turn, verdict: Verdict) -> LoopResult:
    """After the work: quit if the answer asked for it and no call failed."""
    if verdict.quit:
        done = not journal.has_failed_call(turn.run.journal)
        turn.note(*step.close_quits(verdict, done=done))
        if done:
            return await _finish(turn, verdict)
    if journal.was_corrected(turn.run.journal):
        await turn.commit(CommitKind.GO_ON)
    return LoopResult(needs_another_loop=True)


async def _finish(
    turn: Turn, verdict: Verdict, before: tuple[Draft, ...] = (), after: tuple[Draft, ...] = ()
) -> LoopResult:
    """Say the last message and release the lease, unless the user has said more meanwhile.

    `before` and `after` are said before and after it.
    """
    text = with_deeds(turn.run.journal, verdict.last_words)
    last = (*((draft(turn, text, Kind.SAY),) if text else ()), *after)
    drafts = (*before, *last)
    committed = await turn.commit(CommitKind.FINISH, drafts=drafts, activity="", stands=bool(after))
    if not last:
        _speak(turn, committed)
        return LoopResult(needs_another_loop=not committed.finished)
    *spoken, terminal = committed.messages
    for message in spoken:
        send_websocket_message(turn.outbox, turn.reply, message)
    return LoopResult(needs_another_loop=not committed.finished, websocket_message=terminal)


async def _rest(turn: Turn, verdict: Verdict, asked: Ask) -> LoopResult:
    """Ask the user and end the run with the question, unless they have said more meanwhile."""
    if asked.proposal is None and asked.work.spec.ends:  # no result comes: nothing stays open
        handed_out = Returned(tool_call_id=asked.work.call.id, text=HANDED_OUT)
        turn.note(handed_out, *step.close_quits(verdict, done=True))
        return await _finish(turn, verdict, after=(question_draft(turn, asked),))
    turn.note(*step.close_quits(verdict, done=False))
    committed = await turn.commit(
        CommitKind.REST,
        drafts=(question_draft(turn, asked),),
        asking=Asking(
            asked=Returned(tool_call_id=asked.work.call.id, text=ASKED),
            not_asked=Returned(tool_call_id=asked.work.call.id, text=NOT_ASKED, failed=True),
        ),
        activity="",
        stands=asked.proposal is None,
    )
    if not committed.finished:
        return LoopResult(needs_another_loop=True)
    return LoopResult(needs_another_loop=False, websocket_message=committed.messages[-1])


def _speak(turn: Turn, committed: Committed) -> None:
    for message in committed.messages:
        send_websocket_message(turn.outbox, turn.reply, message)


def draft(turn: Turn, text: str, kind: Kind) -> Draft:
    """Return a message that answers the user's last text. Several speakers say all they say."""
    clock, answer = turn.services.clock, journal.last_answer(turn.run.journal)
    speaker = (answer.speaker if answer else "") or None
    return Draft(
        id=clock.new_id(),
        kind=Kind.SAY if speaker and kind is Kind.BREADCRUMB else kind,
        text=clean(text),
        answers_seq=turn.state.last_seq,
        created_at=clock.utc(),
        agent_call_id=turn.state.agent_call_id,
        foreign=turn.is_tainted,
        left_out=tuple(sorted(turn.refused)),
        confirms=kind is not Kind.BREADCRUMB and bool(journal.acts_done(turn.run.journal)[0]),
        speaker=speaker,
    )


def _keep_pace(turn: Turn, began: float) -> None:
    last_s = turn.services.clock.now() - began
    facts = (turn.run.run_id, turn.run.step, round(last_s * 1000), turn.commit_ms)
    log.info("loop.committed: run=%s step=%d ms=%d storeMs=%d", *facts)
    turn.end_loop(pace_ms=pace(before_ms=turn.run.spent.pace_ms, last_s=last_s))

"""One loop of the brain: one answer of the model, its tools, and what they leave to say."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from brain.codec import clean
from brain.errors import ModelCut, ModelFault
from brain.run import step
from brain.run.asking import Ask, client_complaints, question_draft, take_decision, waits
from brain.run.context import compose, tool_to_chat
from brain.run.decisions import ASKED, NOT_ASKED
from brain.run.deliver import send_websocket_message
from brain.run.journal import Answered, Returned, Started
from brain.run.messages import Draft, Kind, Message
from brain.run.moves import Asking, CommitKind, Committed
from brain.run.pieces import Pieces
from brain.run.ports import Delta, Prompt
from brain.run.step import Verdict
from brain.run.turn import OutOfTime, Turn
from brain.run.work import do_work

CUT_TRIES = 3  # answers that may break off before the run gives up on the model
CUT_GRACE_S = 0.5  # seconds a model adapter may be late with its own limit

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoopResult:
    """Whether the brain has to go on, and what it has to say now, if anything.

    A message here is the run's last word, or would have been one had the user not said more.
    Breadcrumbs are on their way already: they take the channel whatever comes.
    """

    needs_another_loop: bool
    websocket_message: Message | None = None


async def do_one_brain_loop(turn: Turn) -> LoopResult:
    """One model call and its tools, every step of it recorded before the next depends on it.

    Where an invocation before us died between an answer and its tools' results, the loop takes up
    there, and the model is not asked again. Raises ModelFault, OutOfTime, LeaseLost,
    StoreUnreachable.
    """
    began = turn.services.clock.now()
    limits = turn.services.limits
    answer = step.unfinished(turn.run.journal) or take_decision(turn)
    heard = step.has_heard(turn.run.journal)
    if answer is None:
        begun = step.begun(turn.run.journal)
        pieces = Pieces(turn.run.run_id, turn.run.spent.loops + 1)
        answer = await ask(turn, pieces)
        wrong = await client_complaints(turn, answer)
        verdict = step.judge(
            answer, turn.specs, heard=heard, limits=limits, begun=begun, wrong=wrong
        )
        turn.reply.show(*pieces.settle(_words(verdict)))
        turn.note(answer)
        turn.spend(
            loops=turn.run.spent.loops + 1, tokens=turn.run.spent.tokens + answer.tokens, attempts=0
        )
        result = await _record(turn, verdict)
        if result is not None:
            _keep_pace(turn, began)
            return result
    else:
        wrong = step.known_wrong(turn.run.journal)
        verdict = step.judge(answer, turn.specs, heard=heard, limits=limits, wrong=wrong)
    asked = await do_work(turn, verdict)
    _keep_pace(turn, began)
    return await (_conclude(turn, verdict) if asked is None else _rest(turn, verdict, asked))


async def ask(turn: Turn, pieces: Pieces) -> Answered:
    """The model's answer; the last loop's tool results are recorded while it thinks."""
    recording = None
    if turn.state.unrecorded:
        recording = asyncio.ensure_future(turn.commit(CommitKind.RECORD))
    asking = asyncio.ensure_future(_insist(turn, pieces))
    try:
        both = [asking] if recording is None else [asking, recording]
        await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
        if recording is not None:
            # A step that is under way must come to its end before another is begun.
            await recording
        return await asking
    finally:
        asking.cancel()
        await asyncio.wait({asking})


async def _insist(turn: Turn, pieces: Pieces) -> Answered:
    """Ask again when an answer breaks off, unless the invocation's end broke it."""
    tries = 1
    while True:
        try:
            return step.tidy(await _ask_once(turn, pieces))
        except ModelFault as fault:
            cut = fault if isinstance(fault, ModelCut) else None
            if turn.services.clock.now() >= turn.invocation.cut:
                raise OutOfTime(cut.text if cut else "") from fault
            if cut is None or tries == CUT_TRIES:
                raise
            log.warning("model: answer broke off, run=%s try=%d", turn.run.run_id, tries)
            tries += 1


async def _ask_once(turn: Turn, pieces: Pieces) -> Answered:
    services, spent = turn.services, turn.run.spent
    pieces.begin()
    turn.lease.check()  # a process that thaws may not pay for an answer that another has by now
    prompt = Prompt(
        messages=compose(
            turn.run,
            turn.history,
            limits=services.limits,
            now=services.clock.utc(),
            wrap_up=services.limits.is_last_loop(spent),
            heard=turn.heard,
            memory=turn.shown or "",
        ),
        tools=[tool_to_chat(spec) for spec in turn.specs.values()],
    )
    limit_s = min(services.limits.model_s, turn.invocation.cut - services.clock.now())
    try:
        async with asyncio.timeout(max(limit_s, 0) + CUT_GRACE_S):
            return await services.model.answer(
                prompt, limit_s=limit_s, on_delta=_shower(turn, pieces)
            )
    except TimeoutError as error:
        raise ModelCut("the model did not keep its limit") from error


def _shower(turn: Turn, pieces: Pieces) -> Callable[[Delta], None] | None:
    """Shows an answer while it comes, if anybody looks."""
    if not turn.reply.has_listener:
        return None
    return lambda delta: turn.reply.show(*pieces.take(delta))


def _words(verdict: Verdict) -> tuple[str, ...]:
    """What an answer says, in the order of its messages."""
    last = (verdict.last_words,) if verdict.last_words else ()
    return (*verdict.breadcrumbs, *last)


async def _record(turn: Turn, verdict: Verdict) -> LoopResult | None:
    """Commit the answer. None if its work is still to be done.

    Commit first, run the tools second: a death in between costs nothing, the successor runs them;
    the other way round the model would be paid again, and could ask for something else.
    """
    turn.note(*verdict.returned)
    breadcrumbs = tuple(draft(turn, text, Kind.BREADCRUMB) for text in verdict.breadcrumbs)
    if verdict.quit and not verdict.work:
        turn.note(*step.close_quits(verdict, done=True))
        return await _finish(turn, verdict, breadcrumbs)
    if (act := step.first_act(verdict.work[:1])) and not waits(turn, act.spec):
        turn.note(Started(tool_call_id=act.call.id))
    activity = ", ".join(dict.fromkeys(item.spec.name for item in verdict.work)) or "thinking"
    # A text that joined here would be part of the run, but not of the answer: neither a quit after
    # the work nor a question may pass for one that knows it, so it is left for those to find.
    is_last = verdict.quit or any(waits(turn, item.spec) for item in verdict.work)
    committed = await turn.commit(
        CommitKind.RECORD if is_last else CommitKind.GO_ON,
        drafts=breadcrumbs,
        activity=activity,
        progress=verdict.progress,
    )
    _speak(turn, committed)
    return None if verdict.work else LoopResult(needs_another_loop=True)


async def _conclude(turn: Turn, verdict: Verdict) -> LoopResult:
    """After the work: quit if the answer wanted to and nothing failed."""
    if verdict.quit:
        done = not step.failures(turn.run.journal)
        turn.note(*step.close_quits(verdict, done=done))
        if done:
            return await _finish(turn, verdict, ())
    return LoopResult(needs_another_loop=True)


async def _finish(turn: Turn, verdict: Verdict, breadcrumbs: tuple[Draft, ...]) -> LoopResult:
    """Say the last word and give back the lease, unless the user has said more meanwhile."""
    words = (draft(turn, verdict.last_words, Kind.SAY),) if verdict.last_words else ()
    committed = await turn.commit(CommitKind.FINISH, drafts=(*breadcrumbs, *words), activity="")
    if not words:
        _speak(turn, committed)
        return LoopResult(needs_another_loop=not committed.finished)
    *spoken, last = committed.messages
    for message in spoken:
        send_websocket_message(turn.outbox, turn.reply, message)
    return LoopResult(needs_another_loop=not committed.finished, websocket_message=last)


async def _rest(turn: Turn, verdict: Verdict, asked: Ask) -> LoopResult:
    """Ask, and let the run rest there, unless the user has said more meanwhile."""
    turn.note(*step.close_quits(verdict, done=False))
    committed = await turn.commit(
        CommitKind.REST,
        drafts=(question_draft(turn, asked),),
        asking=Asking(
            asked=Returned(tool_call_id=asked.work.call.id, text=ASKED),
            not_asked=Returned(tool_call_id=asked.work.call.id, text=NOT_ASKED, failed=True),
        ),
        activity="",
    )
    if not committed.finished:
        return LoopResult(needs_another_loop=True)
    return LoopResult(needs_another_loop=False, websocket_message=committed.messages[-1])


def _speak(turn: Turn, committed: Committed) -> None:
    for message in committed.messages:
        send_websocket_message(turn.outbox, turn.reply, message)


def draft(turn: Turn, text: str, kind: Kind) -> Draft:
    """A message that answers what the user said last."""
    clock = turn.services.clock
    return Draft(
        id=clock.new_id(),
        kind=kind,
        text=clean(text),
        answers_seq=turn.state.last_seq,
        created_at=clock.utc(),
        agent_call_id=turn.state.agent_call_id,
        foreign=turn.is_tainted,
    )


def _keep_pace(turn: Turn, began: float) -> None:
    last_s = turn.services.clock.now() - began
    run, ms = turn.run, round(last_s * 1000)
    log.info(
        "brain: loop, run=%s fence=%d step=%d ms=%d",
        run.run_id,
        turn.lease.token.fence,
        run.step,
        ms,
    )
    turn.end_loop(pace_ms=step.pace(before_ms=run.spent.pace_ms, last_s=last_s))

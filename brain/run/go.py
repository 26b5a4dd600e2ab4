"""The entry points of the brain: `brain_go` for a user's text, `brain_again` for a queue call.

Both carry a run on until it ends or until this invocation's time is used up. While the loops run,
three tasks run in parallel: one renews the lease, one checks whether the user has stopped the run,
and one puts a wake-up on the queue if the turn lasts longer than a second.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterable

from brain.chat.pace import has_time
from brain.errors import (
    BrainError,
    LeaseLost,
    ModelFault,
    OutOfTime,
    QueueUnreachable,
    RunStopped,
    Unreachable,
)
from brain.run.admit import admit, resume
from brain.run.deliver import Reply, deliver
from brain.run.journal import acts_done, failed_calls, unfinished_answer
from brain.run.loop import do_one_brain_loop, draft
from brain.run.messages import Kind, Message
from brain.run.moves import NO_RUN, CommitKind, WakeCall
from brain.run.reinvoke import reinvoke_on_timeout
from brain.run.requests import UserRequest
from brain.run.services import Services
from brain.run.step import CONTINUE, QUIT
from brain.run.turn import Invocation, Turn
from brain.says.ending import STUCK, last_words, reason_of
from brain.tools.repeats import repeated

CALM_S = 0.3  # seconds without the tasks that no short turn needs: none is due before
ALARM_S = 1.0  # seconds after which a turn puts a wake-up on the queue; short turns save that call
SECURE_S = 4.0  # seconds to publish a wake-up after the lease is lost: two attempts

log = logging.getLogger(__name__)


async def brain_go(
    services: Services, request: UserRequest, invocation: Invocation, reply: Reply
) -> Message | None:
    """Admit a text and, unless another invocation is the user's brain, answer it.

    Return the run's last message if it went into the open reply. Return None if it went over the
    channel or the run continues in another invocation. The reply is always settled: an error is
    given to the reply and raised.
    """
    try:
        turn = await admit(services, request, invocation, reply)
        return None if turn is None else await carry_on(turn)
    except BrainError as error:
        reply.fail(error)
        raise


async def brain_again(services: Services, wake_call: WakeCall, invocation: Invocation) -> None:
    """Continue a run after a call from the queue. All its messages go over the channel.

    Raises StoreUnreachable, QueueUnreachable: the queue should call again.
    """
    if wake_call.run_id == NO_RUN:
        for each in services.around:
            await each.wake(wake_call.user_id, by_queue=True)
        return
    reply = Reply()
    reply.give("running")
    turn = await resume(services, wake_call, invocation, reply)
    if turn is not None:
        await carry_on(turn)


async def carry_on(turn: Turn) -> Message | None:
    """Run the loops; in parallel renew the lease, check it, and arm the wake-up."""
    store, look_s = turn.services.store, turn.services.limits.look_s
    tasks = {thinking := asyncio.ensure_future(_think(turn))}
    try:
        if turn.reply.is_open:  # a short turn ends before any of the others is due
            await asyncio.wait(tasks, timeout=CALM_S)
        if not thinking.done():
            keeping = asyncio.ensure_future(turn.lease.keep(store))
            watching = asyncio.ensure_future(turn.lease.watch(store, every_s=look_s, late_s=CALM_S))
            tasks |= {keeping, watching, asyncio.ensure_future(_alarm(turn))}
            await asyncio.wait({thinking, keeping, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not thinking.done():
            thinking.cancel()
            await asyncio.wait({thinking})
            await (keeping if keeping.done() else watching)  # raises LeaseLost
        message = await thinking
    except RunStopped:
        log.info("brain: stopped, run=%s step=%d", turn.run.run_id, turn.run.step)
        # Its last message is in the log, and `stop_run` notifies the pages.
        turn.reply.give("done")
        return None
    except LeaseLost as error:
        log.warning("lease.lost: run=%s step=%d", turn.run.run_id, turn.run.step)
        if turn.reply.seq in error.undone:
            turn.reply.give("withdrawn")  # what is left of the run, another invocation has
        else:
            await _secure(turn)
        return None
    except Unreachable:
        if turn.wake_up.is_armed:
            turn.reply.give("running")
        raise
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # or asyncio logs unread errors
        await turn.wake_up.disarm()
        await turn.outbox.close(limit_s=turn.invocation.deadline - turn.services.clock.now())
    return message


async def _secure(turn: Turn) -> None:
    """Leave a run whose lease was lost, with a wake-up on the queue.

    Another invocation may have the run, or none; the wake-up handles both cases. Raises
    QueueUnreachable: then the caller has to call again.
    """
    try:
        async with asyncio.timeout(SECURE_S):
            await turn.wake_up.arm()
    except TimeoutError as error:
        raise QueueUnreachable("no wake-up for a run whose lease was lost") from error
    turn.reply.give("running")


async def _alarm(turn: Turn) -> None:
    """After `ALARM_S` seconds put a wake-up on the queue and tell the pages that the run works."""
    await turn.wake_up.arm_after(ALARM_S - CALM_S if turn.reply.is_open else 0)
    turn.announce("running")


async def _think(turn: Turn) -> Message | None:
    """Run the loops of this invocation, and the features' work before and after them."""
    for each in turn.services.around:
        await each.before(turn)
    try:
        message, ended = await _loops(turn)
    finally:
        await turn.end_beside()
    if ended:
        turn.announce("done")
        await _let_act(turn, "after the run", (each.after(turn) for each in turn.services.around))
    return message


async def _let_act(turn: Turn, when: str, acts: Iterable[Awaitable[None]]) -> None:
    """Let features act beside the answer. Their failures must not affect it."""
    for act in acts:
        try:
            await act
        except Unreachable as error:
            log.warning("brain: work %s failed, reason=%s", when, type(error).__name__)


async def _loops(turn: Turn) -> tuple[Message | None, bool]:
    """Return the message that went into the reply, and whether the run has ended."""
    while True:
        if reason := _why_end(turn):
            return await _end(turn, reason), True
        if not _has_time(turn):
            await reinvoke_on_timeout(turn)
            return None, False
        try:
            result = await do_one_brain_loop(turn)
        except OutOfTime as cut:
            await reinvoke_on_timeout(turn, partial=cut.text)
            return None, False
        except ModelFault as fault:
            log.warning("model: no answer, run=%s reason=%s", turn.run.run_id, fault)
            return await _end(turn, reason_of(fault), model=fault.model), True
        message = None
        if result.websocket_message is not None:
            message = await deliver(turn.outbox, turn.reply, result.websocket_message)
        if not result.needs_another_loop:
            turn.reply.give("done")  # for a quit without a message; otherwise no effect
            return message, True
        await _let_act(turn, "between loops", (x.between(turn) for x in turn.services.around))


def _why_end(turn: Turn) -> str:
    """Return why the run must end now, a reason of `last_words`; empty if it may continue."""
    if turn.run.poisoned:
        return "poisoned"
    if _stuck_tool(turn) is not None:
        return STUCK
    return turn.services.limits.exceeded(turn.run.spent, now_ms=turn.store_ms)


def _stuck_tool(turn: Turn) -> str | None:
    """Return the tool of a call that failed again and again, once all its results are known."""
    if unfinished_answer(turn.run.journal):
        return None
    speaking = (CONTINUE, QUIT)
    found = repeated(failed_calls(turn.run.journal, speaking), turn.specs)
    return "" if found in speaking else found


def _has_time(turn: Turn) -> bool:
    return has_time(
        now=turn.services.clock.now(),
        cut=turn.invocation.cut,
        pace_s=turn.run.spent.pace_ms / 1000,
        first=turn.state.loops_here == 0,
    )


async def _end(turn: Turn, reason: str, *, model: str = "") -> Message | None:
    """End the run with a message to the user that says why."""
    log.info("brain: ended early, run=%s reason=%s", turn.run.run_id, reason)
    done, is_unsure = acts_done(turn.run.journal)
    text = last_words(
        await turn.texts(),
        reason,
        done=done,
        is_unsure=is_unsure,
        tool=_stuck_tool(turn) or "",
        model=model,
        is_operator=turn.user_id in turn.services.operators,
    )
    last = draft(turn, text, Kind.ERROR)
    committed = await turn.commit(CommitKind.END, drafts=(last,), activity="", reason=reason)
    return await deliver(turn.outbox, turn.reply, committed.messages[-1])

"""Admits a text or a wake call: decides whether this invocation becomes the user's brain.

A user has at most one brain at a time. The state store decides, in one atomic move, whether this
invocation is it. If another one is, the text is in the log and that one will answer it. Before a
caller is told so, a wake-up for the run must be on the queue: the other one may be dead already.
"""

from typing import assert_never

from msgspec.structs import replace

from brain.codec import fingerprint
from brain.errors import QuestionClosed, TooManyTexts
from brain.run.deliver import Outcome, Reply, State, tell_withdrawn
from brain.run.journal import Joined
from brain.run.messages import Decision, Utterance
from brain.run.moves import (
    Admitted,
    Alive,
    Arrival,
    Closed,
    Duplicate,
    RateLimited,
    Recorded,
    Settled,
    WakeCall,
)
from brain.run.records import entry_for_channel
from brain.run.requests import UserRequest
from brain.run.services import Services
from brain.run.turn import Invocation, Turn
from brain.run.wakeup import publish_wakeup


async def admit(
    services: Services, request: UserRequest, invocation: Invocation, reply: Reply
) -> Turn | None:
    """Return the turn if this invocation becomes the brain; otherwise settle the reply.

    Raises StoreUnreachable, QueueUnreachable, TooManyTexts, QuestionClosed. After an error the
    caller must not assume that the text was accepted.
    """
    since = services.clock.now()
    arrival = await _read(services, _arrival(services, request, invocation), reply)
    if arrival is None:
        return None
    admission = await services.store.admit(arrival)
    if not isinstance(admission, Admitted):
        await _turn_away(services, arrival, admission, reply)
        return None
    turn = Turn.begin(services, invocation, reply, admission, since=since)
    seq = turn.state.seq
    reply.admitted(turn.wake_up, run_id=turn.run.run_id, seq=seq)
    known = _own(turn)
    own = known or arrival.placed(seq=seq, run_id=turn.run.run_id)
    own = replace(own, withdraws=admission.withdraws)
    reply.show(own)
    if known and own.withdraws:  # otherwise an earlier call has told the pages
        turn.outbox.send("message", entry_for_channel(own))
    return turn


async def _read(services: Services, arrival: Arrival, reply: Reply) -> Arrival | None:
    """Let each intake read the text. Return None if one of them has answered it."""
    found: Arrival | None = arrival
    for each in services.intake:
        if found is not None:
            found = await each.read(found, reply)
    return found


def _arrival(services: Services, request: UserRequest, invocation: Invocation) -> Arrival:
    clock = services.clock
    return Arrival(
        user_id=request.user_id,
        id=clock.new_id(),
        text=request.text,
        message_id=request.message_id,
        agent_call_id=request.agent_call_id,
        recent_context=request.recent_context,
        created_at=clock.utc(),
        holder=invocation.id,
        new_run_id=clock.new_id(),
        client_tools=request.client_tools,
        decision=request.decision,
        language=request.language,
        zone=request.zone,
        turn=request.turn,
        replaces=request.replaces,
        amends=request.amends,
        speculative=request.speculative,
        device=request.device,
    )


async def _turn_away(
    services: Services,
    arrival: Arrival,
    admission: Recorded | Duplicate | Closed | RateLimited,
    reply: Reply,
) -> None:
    """Settle the reply of a caller that is not the brain. Raises TooManyTexts, QuestionClosed."""
    match admission:
        case RateLimited():
            raise TooManyTexts(admission.retry_after_s)
        case Recorded():
            placed = arrival.placed(seq=admission.seq, run_id=admission.run_id)
            placed = replace(placed, withdraws=admission.withdraws)
            reply.show(placed)
            if placed.withdraws:
                await tell_withdrawn(services.channel, arrival.user_id, placed)
            await _answer(services, arrival.user_id, admission, reply)
        case Duplicate():
            await _answer(services, arrival.user_id, admission, reply)
        case Closed():
            _refuse_unless_same(admission, arrival.decision, reply)
        case _:
            assert_never(admission)


def _refuse_unless_same(closed: Closed, decision: Decision | None, reply: Reply) -> None:
    """Accept the same decision again, no matter how late. It was carried out once.

    Raises QuestionClosed for any other decision.
    """
    known = closed.verdict, closed.fingerprint
    if decision is None or known != (decision.verdict, fingerprint(decision.arguments)):
        raise QuestionClosed(closed.state)
    reply.settle(Outcome(state="duplicate", run_id="", seq=closed.seq))


def _own(turn: Turn) -> Utterance | None:
    """Return this call's text as the journal has it; None if it is not in the journal.

    An earlier call that died may have brought the same text.
    """
    joined = (entry.utterance for entry in turn.run.journal if isinstance(entry, Joined))
    return next((utterance for utterance in joined if utterance.seq == turn.state.seq), None)


async def resume(
    services: Services, wake_call: WakeCall, invocation: Invocation, reply: Reply
) -> Turn | None:
    """Return the turn if this invocation takes the run over.

    Return None if the run has ended or its brain is alive. Raises StoreUnreachable,
    QueueUnreachable.
    """
    since = services.clock.now()
    found = await services.store.resume(wake_call, holder=invocation.id)
    match found:
        case Admitted():
            return Turn.begin(services, invocation, reply, found, since=since)
        case Alive():
            if wake_call.reason != "event":
                # If the queue delivers a hand-over twice, the successor may have died before it
                # published its own wake-up. Without this one, nobody would continue the run.
                await publish_wakeup(
                    services.queue,
                    user_id=wake_call.user_id,
                    run_id=found.run_id,
                    wake=found.wake,
                    lease_left_s=found.lease_left_s,
                )
            return None
        case Settled():
            if found.held:  # the brain died after its last message, before it announced the notices
                for each in services.around:
                    await each.wake(wake_call.user_id)
            return None
        case _:
            assert_never(found)


async def _answer(
    services: Services, user_id: str, admission: Recorded | Duplicate, reply: Reply
) -> None:
    """Tell the caller what happened to its text.

    Publish a wake-up first: the caller must not be told that the text is recorded while a crash of
    the brain could still stop the run for good.
    """
    finished = isinstance(admission, Duplicate) and admission.finished
    if not finished:
        await publish_wakeup(
            services.queue,
            user_id=user_id,
            run_id=admission.run_id,
            wake=admission.wake,
            lease_left_s=admission.lease_left_s,
        )
    message = admission.message if isinstance(admission, Duplicate) else None
    state: State = "done" if message else "duplicate"
    if isinstance(admission, Recorded) or admission.withdrawn:
        state = "recorded" if isinstance(admission, Recorded) else "withdrawn"
    reply.settle(Outcome(state=state, run_id=admission.run_id, seq=admission.seq, message=message))

"""The door: who becomes the brain, and what the others are told."""

from typing import assert_never

from brain.codec import fingerprint
from brain.errors import QuestionClosed, TooManyTexts
from brain.run.deliver import Outcome, Reply
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
    UserRequest,
    WakeCall,
)
from brain.run.services import Services
from brain.run.turn import Invocation, Turn
from brain.run.wakeup import publish_wakeup


async def admit(
    services: Services, request: UserRequest, invocation: Invocation, reply: Reply
) -> Turn | None:
    """The turn, if this invocation becomes the brain; None if another is, and the reply is
    settled.

    Raises StoreUnreachable, QueueUnreachable, TooManyTexts, QuestionClosed: the caller must not
    believe that the text was accepted.
    """
    since = services.clock.now()
    arrival = await _read(services, _arrival(services, request, invocation), reply)
    if arrival is None:
        return None
    admission = await services.store.admit(arrival)
    if not isinstance(admission, Admitted):
        await _turn_away(services, arrival, admission, reply)
        return None
    turn = Turn.begin(
        services, invocation, reply, admission, since=since, language=request.language
    )
    seq = turn.state.seq
    reply.admitted(turn.wake_up, run_id=turn.run.run_id, seq=seq)
    reply.show(_own(turn) or arrival.placed(seq=seq, run_id=turn.run.run_id))
    return turn


async def _read(services: Services, arrival: Arrival, reply: Reply) -> Arrival | None:
    """The text, with what the intake found in it; None if it was answered."""
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
    )


async def _turn_away(
    services: Services,
    arrival: Arrival,
    admission: Recorded | Duplicate | Closed | RateLimited,
    reply: Reply,
) -> None:
    """Tell a caller who is not the brain what became of the text."""
    match admission:
        case RateLimited():
            raise TooManyTexts(admission.retry_after_s)
        case Recorded():
            reply.show(arrival.placed(seq=admission.seq, run_id=admission.run_id))
            await _answer(services, arrival.user_id, admission, reply)
        case Duplicate():
            await _answer(services, arrival.user_id, admission, reply)
        case Closed():
            _refuse_unless_same(admission, arrival.decision, reply)
        case _:
            assert_never(admission)


def _refuse_unless_same(closed: Closed, decision: Decision | None, reply: Reply) -> None:
    """The same decision again is no mistake, however late: it was carried out once."""
    is_same = (
        decision is not None
        and closed.verdict == decision.verdict
        and closed.fingerprint == fingerprint(decision.arguments)
    )
    if not is_same:
        raise QuestionClosed(closed.state)
    reply.settle(Outcome(state="duplicate", run_id="", seq=closed.seq))


def _own(turn: Turn) -> Utterance | None:
    """The text that this call brought, where the journal has it: it may have come before, by a
    call that died.
    """
    joined = (entry.utterance for entry in turn.run.journal if isinstance(entry, Joined))
    return next((utterance for utterance in joined if utterance.seq == turn.state.seq), None)


async def resume(
    services: Services, wake_call: WakeCall, invocation: Invocation, reply: Reply
) -> Turn | None:
    """The turn, if this invocation takes the run over; None if the run is settled or its brain
    lives.
    """
    since = services.clock.now()
    found = await services.store.resume(wake_call, holder=invocation.id)
    match found:
        case Admitted():
            return Turn.begin(services, invocation, reply, found, since=since)
        case Alive():
            if wake_call.reason != "event":
                # A hand-over that comes again may mean that the successor died before it had a
                # wake-up of its own.
                await publish_wakeup(
                    services.queue,
                    user_id=wake_call.user_id,
                    run_id=found.run_id,
                    wake=found.wake,
                    lease_left_s=found.lease_left_s,
                )
            return None
        case Settled():
            if found.held:  # its brain died between the last word and what waited for that
                for each in services.around:
                    await each.wake(wake_call.user_id)
            return None
        case _:
            assert_never(found)


async def _answer(
    services: Services, user_id: str, admission: Recorded | Duplicate, reply: Reply
) -> None:
    """Tell the caller what became of its text; first make sure that the run outlives its brain."""
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
    state = "recorded" if isinstance(admission, Recorded) else "done" if message else "duplicate"
    reply.settle(
        Outcome(state=state, run_id=admission.run_id, seq=admission.seq, message=message)  # type: ignore[arg-type]
    )

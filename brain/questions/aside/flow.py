"""Answers "what are you doing?" while a run goes on."""

from typing import assert_never

from msgspec import Struct

from brain.errors import TooManyTexts
from brain.questions.aside.enquiry import Doing, asked_in, in_words
from brain.run.deliver import Outcome, Reply
from brain.run.messages import Draft, Kind
from brain.run.moves import AnsweredAside, Arrival, Duplicate, RateLimited
from brain.run.ports import Clock
from brain.run.store import StateStore, Status
from brain.says.choice import Languages, progress_in

THINKING = "thinking"  # the activity of a run that waits for the model


async def answer_aside(
    store: StateStore, clock: Clock, languages: Languages, arrival: Arrival, reply: Reply
) -> bool:
    """Answer a text that asks what the brain is doing, without a second run or the model.

    Return False if the text asks something else or if no run goes on. Raises TooManyTexts.
    """
    language = asked_in(arrival.text)
    if language is None:
        return False
    status = await store.status(arrival.user_id)
    if status.state != "running" or status.started_ms is None:
        return False
    now_ms = clock.utc().timestamp() * 1000
    elapsed_s = max((now_ms - status.started_ms) / 1000, 0)
    device = arrival.language or status.language
    texts = progress_in(language) or await languages.texts(arrival.user_id, device)
    draft = Draft(
        id=clock.new_id(),
        kind=Kind.SAY,
        text=in_words(_doing(status, elapsed_s), texts),
        answers_seq=0,  # the store sets it
        created_at=clock.utc(),
        agent_call_id=arrival.agent_call_id,
    )
    found = await store.aside(arrival, draft)
    match found:
        case AnsweredAside() as answered:
            reply.show(arrival.placed(seq=answered.seq, run_id=answered.run_id), answered.message)
            outcome = Outcome(
                state="done", run_id=answered.run_id, seq=answered.seq, message=answered.message
            )
            reply.settle(outcome)
            return True
        case RateLimited(retry_after_s=seconds):
            raise TooManyTexts(seconds)
        case Duplicate() | None:  # a repeated text, or the run has just ended
            return False
        case _:
            assert_never(found)


def _doing(status: Status, elapsed_s: float) -> Doing:
    """The run's state in words. The stored `loop` is the last one with a recorded answer, so a run
    that waits for the model is in the next one.
    """
    activity = status.activity.partition(",")[0] or THINKING
    return Doing(
        activity=activity,
        loop=status.loop + 1 if activity == THINKING else status.loop,
        elapsed_s=elapsed_s,
        progress=status.progress,
    )


class AnswersAside(Struct, frozen=True, kw_only=True):
    """The intake that answers "what are you doing?" while a run goes on."""

    store: StateStore
    clock: Clock
    languages: Languages

    async def read(self, arrival: Arrival, reply: Reply) -> Arrival | None:
        if arrival.replaces:  # the run may belong to the text that it replaces
            return arrival
        is_answered = await answer_aside(self.store, self.clock, self.languages, arrival, reply)
        return None if is_answered else arrival

"""Takes a text as the user's yes or no to an open question."""

from dataclasses import replace

from brain.questions.consent import reading
from brain.run.messages import Decision
from brain.run.moves import Arrival
from brain.run.turn import Services


async def with_decision(services: Services, arrival: Arrival) -> Arrival:
    """The text as the user's yes or no to the question that was asked just before, if it is that.

    One more round trip, for a text that is nothing but a yes or no. Whether anything was said since
    the question is decided by the store, in the moment that takes the text in.
    """
    if arrival.decision is not None or (verdict := reading(arrival.text)) is None:
        return arrival
    asked = await services.store.question(arrival.user_id, None)
    question = asked.message.question if asked is not None else None
    if asked is None or question is None or not (asked.is_open and asked.is_last):
        return arrival
    if question.whom == "client":
        return arrival
    decision = Decision(
        question_id=asked.message.id,
        verdict=verdict,
        tool=question.tool,
        arguments=question.arguments,
    )
    return replace(arrival, decision=decision, is_spoken=True)

"""Reads a spoken yes or no, and decides which acts need one."""

from dataclasses import dataclass, replace

from brain.preferences.flow import preferences_of
from brain.preferences.ports import PreferenceStore
from brain.questions.consent import reading
from brain.questions.rules import needs_yes
from brain.run.deliver import Reply
from brain.run.messages import Decision
from brain.run.moves import Arrival
from brain.run.store import StateStore
from brain.tools.invocations import Proposal


async def with_decision(store: StateStore, arrival: Arrival) -> Arrival:
    """The text as the user's yes or no to the question that was asked just before, if it is that.

    One more round trip, for a text that is nothing but a yes or no. Whether anything was said since
    the question is decided by the store, in the moment that takes the text in.
    """
    if arrival.decision is not None or (verdict := reading(arrival.text)) is None:
        return arrival
    asked = await store.question(arrival.user_id, None)
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


@dataclass(frozen=True, kw_only=True, slots=True)
class SpokenDecisions:
    """The intake that takes a plain yes or no for a decision on the question before it."""

    store: StateStore

    async def read(self, arrival: Arrival, reply: Reply) -> Arrival:
        return await with_decision(self.store, arrival)


@dataclass(frozen=True, kw_only=True, slots=True)
class AskUnlessTrusted:
    """Consent by the user's list of trusted recipients."""

    preferences: PreferenceStore | None

    async def needs_yes(self, user_id: str, proposal: Proposal, *, tainted: bool) -> bool:
        preferences = await preferences_of(self.preferences, user_id)
        return needs_yes(proposal.recipients, preferences=preferences, tainted=tainted)

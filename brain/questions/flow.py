"""Recognises a spoken yes or no, and decides which acts need a yes."""

from dataclasses import dataclass, replace

from brain.codec import note_unreadable
from brain.errors import EntryUnreadable
from brain.preferences.flow import preferences_of
from brain.preferences.ports import PreferenceStore
from brain.questions.consent import reading
from brain.questions.rules import needs_yes
from brain.run.deliver import Reply
from brain.run.messages import Decision
from brain.run.moves import Arrival, Asked
from brain.run.store import StateStore
from brain.tools.invocations import Proposal


async def with_decision(store: StateStore, arrival: Arrival) -> Arrival:
    """Add the user's decision to the text, if it is a yes or no to the question just before it.

    This costs a round trip, but only for a text that is only a yes or no. The store checks again,
    when it admits the text, that nothing was said since the question.
    """
    if arrival.decision is not None or (verdict := reading(arrival.text)) is None:
        return arrival
    asked = await readable_question(store, arrival.user_id)
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


async def readable_question(store: StateStore, user_id: str) -> Asked | None:
    """Return the last question. None if there is none, or if newer code asked it."""
    try:
        return await store.question(user_id, None)
    except EntryUnreadable as error:
        note_unreadable(error)
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class SpokenDecisions:
    """The intake that turns a plain yes or no into a decision on the question just before it."""

    store: StateStore

    async def read(self, arrival: Arrival, reply: Reply) -> Arrival:
        return await with_decision(self.store, arrival)


@dataclass(frozen=True, kw_only=True, slots=True)
class AskUnlessTrusted:
    """The consent rule: ask the user unless they trust all recipients."""

    preferences: PreferenceStore | None

    async def needs_yes(self, user_id: str, proposal: Proposal, *, tainted: bool) -> bool:
        preferences = await preferences_of(self.preferences, user_id)
        return needs_yes(proposal.recipients, preferences=preferences, tainted=tainted)

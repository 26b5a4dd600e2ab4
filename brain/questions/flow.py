"""Recognises a spoken yes or no, and decides which acts need a yes."""

from msgspec import Struct
from msgspec.structs import replace

from brain.codec import note_unreadable
from brain.errors import EntryUnreadable
from brain.preferences.flow import preferences_of
from brain.preferences.ports import PreferenceStore
from brain.questions.consent import is_echo, is_soft, quoted, reading
from brain.questions.rules import needs_yes
from brain.run.deliver import Reply
from brain.run.messages import Decision
from brain.run.moves import Arrival, Asked
from brain.run.store import StateStore
from brain.tools.invocations import Proposal

QUOTED = 0.6  # of a question's words: a line of the agent with so many of them is the question


async def with_decision(store: StateStore, arrival: Arrival) -> Arrival:
    """Add the user's decision to the text, if it is a no to the open question, or a yes to the
    question just before it.

    This costs a round trip, but only for a text that is only a yes or no. The store decides, when
    it admits the text, whether a yes counts: only it knows when the question reached the user.
    """
    if arrival.decision is not None or (verdict := reading(arrival.text)) is None:
        return arrival
    asked = await readable_question(store, arrival.user_id)
    question = asked.message.question if asked is not None else None
    if asked is None or question is None or not asked.is_open or question.whom == "client":
        return arrival
    if verdict == "approve" and not (asked.is_last and _is_answer(arrival, asked.message.text)):
        return arrival
    decision = Decision(
        question_id=asked.message.id,
        verdict=verdict,
        tool=question.tool,
        arguments=question.arguments,
        spoken=True,
        foreign=asked.message.foreign,
        changed=() if verdict == "approve" else None,
    )
    return replace(
        arrival,
        decision=decision,
        is_spoken=True,
        is_soft=is_soft(arrival.text),
        is_quoted=quoted(asked.message.text, arrival.recent_context) == 1,
    )


def _is_answer(arrival: Arrival, question: str) -> bool:
    """Whether the text can be the answer to the question, as far as the voice agent's words tell:
    the question is the last thing that the agent said, and the text is not the agent's own.
    """
    remarks = arrival.recent_context
    share = quoted(question, remarks)
    return not is_echo(arrival.text, remarks) and (share is None or share >= QUOTED)


async def readable_question(store: StateStore, user_id: str) -> Asked | None:
    """Return the last question; None if nothing was asked, or if newer code asked it."""
    try:
        return await store.question(user_id, None)
    except EntryUnreadable as error:
        note_unreadable(error)
        return None


class SpokenDecisions(Struct, frozen=True, kw_only=True):
    """The intake that turns a plain yes or no into a decision on the question just before it."""

    store: StateStore

    async def read(self, arrival: Arrival, reply: Reply) -> Arrival:
        return await with_decision(self.store, arrival)


class AskUnlessTrusted(Struct, frozen=True, kw_only=True):
    """The consent rule: ask the user unless they trust all recipients."""

    preferences: PreferenceStore | None

    async def needs_yes(self, user_id: str, proposal: Proposal, *, tainted: bool) -> bool:
        preferences = await preferences_of(self.preferences, user_id)
        return needs_yes(proposal.recipients, preferences=preferences, tainted=tainted)

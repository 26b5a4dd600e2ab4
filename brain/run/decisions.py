"""What needs the user's yes, what counts as one, and what a run may no longer do unasked.

The rule of mistrust: a run that has read what others wrote (it is *tainted*) may have been told by
it what to do. So it asks before every act that reaches outside, even where the user trusts the
recipient. The taint is read off the journal and the log, so it outlives every hand-over, and a
message that such a run says taints whoever is shown it later. It ends with the talk: after a pause
the model is told only that something was said.
"""

from collections.abc import Iterable, Sequence

from brain.codec import Json, dumps, fingerprint
from brain.run.history import is_withheld
from brain.run.journal import Answered, Entry, Joined, Overheard, Returned
from brain.run.messages import Decision, LogEntry, Message
from brain.tools.spec import ToolCall

DECIDED = "decided-"  # how the id of a call begins that the user has decided on

ASKED = "The user was asked. Nothing is done until they have said yes."
NOT_ASKED = (
    "Not asked and not done: the user has said something first. Look at that, then ask again if it "
    "is still right."
)
ONE_AT_A_TIME = "Not asked and not done: one question at a time. Ask when this one is answered."


def is_tainted(journal: Sequence[Entry], history: Iterable[LogEntry]) -> bool:
    """Whether a run has read what others wrote, or is shown what such a run has said, be it in the
    voice agent's words.
    """
    if any(isinstance(entry, Returned) and entry.foreign for entry in journal):
        return True
    foreign = [entry for entry in history if isinstance(entry, Message) and entry.foreign]
    return any(not is_withheld(entry, journal) for entry in foreign) or (
        bool(foreign) and _is_retold(journal)
    )


def _is_retold(journal: Sequence[Entry]) -> bool:
    """Whether the voice agent's own words are shown: who could tell what they repeat?"""
    return any(
        remark.role == "assistant"
        for entry in journal
        if isinstance(entry, Overheard)
        for remark in entry.remarks
    )


def next_decision(journal: Sequence[Entry]) -> Decision | None:
    """The first decision of the user whose call stands not yet in the journal; None if all do."""
    carried_out = {call.id for e in journal if isinstance(e, Answered) for call in e.calls}
    for entry in journal:
        if not isinstance(entry, Joined) or entry.utterance.decision is None:
            continue
        decision = entry.utterance.decision
        if decision.verdict != "reject" and decided_call_id(decision) not in carried_out:
            return decision
    return None


def decided_call(decision: Decision) -> Answered:
    """The decided call, as though the model had just asked for it, with what is to run."""
    call = ToolCall(
        id=decided_call_id(decision), name=decision.tool, arguments=dumps(decision.arguments)
    )
    return Answered(text="", calls=(call,))


def is_decided(call: ToolCall, arguments: Json, journal: Sequence[Entry]) -> bool:
    """Whether the user has approved this call with these arguments."""
    return any(
        isinstance(entry, Joined)
        and (decision := entry.utterance.decision) is not None
        and decision.verdict == "approve"
        and call.id == decided_call_id(decision)
        and call.name == decision.tool
        and fingerprint(arguments) == fingerprint(decision.arguments)
        for entry in journal
    )


def decided_call_id(decision: Decision) -> str:
    """The id of a decided call: one for each question, whichever run carries it out."""
    return f"{DECIDED}{decision.question_id}"


def is_decided_id(id: str) -> bool:
    """Whether a call's id is that of a decided call."""
    return id.startswith(DECIDED)

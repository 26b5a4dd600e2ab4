"""Decides what counts as the user's approval, and when a run is tainted.

A run is *tainted* when the model has read text by third parties, because that text may contain
instructions to the model. A tainted run asks the user before every act that reaches outside, even
if the user trusts the recipient.

The taint follows from the journal and the log, so it survives every hand-over. A message of a
tainted run also taints later runs that are shown this message. The taint ends with the
conversation: after a pause the model is shown only that there was a message.
"""

from collections.abc import Iterable, Sequence

from brain.codec import Json, dumps, fingerprint
from brain.run.history import is_withheld
from brain.run.journal import Answered, Entry, Joined, Overheard, Returned
from brain.run.messages import Decision, LogEntry, Message
from brain.tools.spec import ToolCall

DECIDED = "decided-"  # prefix of the id of a call that the user has decided on

ASKED = "The user was asked. Nothing is done until they have said yes."
NOT_ASKED = (
    "Not asked and not done: the user has said something new. Read it, then make the call again if "
    "it is still right."
)
ONE_AT_A_TIME = "Not asked and not done: one question at a time. Call again after the answer."


def is_tainted(journal: Sequence[Entry], history: Iterable[LogEntry]) -> bool:
    """Whether the model has read text by third parties in this run.

    This includes messages of tainted runs, and the voice agent's retelling of such messages.
    """
    if any(isinstance(entry, Returned) and entry.foreign for entry in journal):
        return True
    foreign = [entry for entry in history if isinstance(entry, Message) and entry.foreign]
    return any(not is_withheld(entry, journal) for entry in foreign) or (
        bool(foreign) and _is_retold(journal)
    )


def _is_retold(journal: Sequence[Entry]) -> bool:
    """Whether the voice agent's words are shown. They may repeat any message."""
    return any(
        remark.role == "assistant"
        for entry in journal
        if isinstance(entry, Overheard)
        for remark in entry.remarks
    )


def next_decision(journal: Sequence[Entry]) -> Decision | None:
    """Return the first decision whose call is not in the journal yet, if any."""
    carried_out = {call.id for e in journal if isinstance(e, Answered) for call in e.calls}
    for entry in journal:
        if not isinstance(entry, Joined) or entry.utterance.decision is None:
            continue
        decision = entry.utterance.decision
        if decision.verdict != "reject" and decided_call_id(decision) not in carried_out:
            return decision
    return None


def decided_call(decision: Decision) -> Answered:
    """Return the decided call as an answer, as if the model had just made the call."""
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
    """Return the id of a decided call. It depends only on the question, not on the run."""
    return f"{DECIDED}{decision.question_id}"


def with_deeds(journal: Sequence[Entry], words: str) -> str:
    """Return the run's last words, with what was done after a spoken yes unless they say it.

    The user has not seen the question's details while they spoke, so they are told the recipient.
    """
    joined = (entry.utterance for entry in journal if isinstance(entry, Joined))
    spoken = {decided_call_id(u.decision) for u in joined if u.decision and u.decision.spoken}
    done = [e.done for e in journal if isinstance(e, Returned) and e.tool_call_id in spoken]
    return " ".join([*(deed for deed in done if deed not in words), words]).strip()


def is_decided_id(id: str) -> bool:
    """Whether a call's id is that of a decided call."""
    return id.startswith(DECIDED)

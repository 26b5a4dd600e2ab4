"""Decides what counts as the user's approval, and when a run is tainted.

A run is *tainted* when the model has read text by third parties, because that text may contain
instructions to the model. A tainted run asks the user before every act that reaches outside, even
if the user trusts the recipient.

The taint follows from the journal and the log, so it survives every hand-over. A message of a
tainted run also taints later runs that are shown this message. The taint ends with the
conversation: after a pause the model is shown only that there was a message.
"""

from collections.abc import Sequence
from itertools import pairwise

from brain.codec import Json, dumps, fingerprint
from brain.run.history import FRESH, is_withheld
from brain.run.journal import Answered, Entry, Joined, Overheard, Returned
from brain.run.messages import Decision, LogEntry, Message, Utterance
from brain.tools.spec import ToolCall

DECIDED = "decided-"  # prefix of the id of a call that the user has decided on


def is_tainted(journal: Sequence[Entry], history: Sequence[LogEntry]) -> bool:
    """Whether the model has read text by third parties in this run.

    This includes messages of tainted runs and the arguments of their questions, and the voice
    agent's retelling of such messages.
    """
    if any(_is_foreign(entry) for entry in journal):
        return True
    foreign = [entry for entry in history if isinstance(entry, Message) and entry.foreign]
    return any(not is_withheld(entry, journal) for entry in foreign) or (
        bool(foreign) and _is_retold(journal, history[history.index(foreign[-1]) :])
    )


def _is_foreign(entry: Entry) -> bool:
    match entry:
        case Returned(foreign=True) | Joined(utterance=Utterance(decision=Decision(foreign=True))):
            return True
        case Overheard(remarks=remarks):
            return any(remark.role == "platform" for remark in remarks)
        case _:
            return False


def _is_retold(journal: Sequence[Entry], since: Sequence[LogEntry]) -> bool:
    """Whether the voice agent's words may repeat the message that `since` begins with.

    They may repeat any message of the same conversation, however long it is. A pause ends it.
    """
    lines = [line for entry in journal if isinstance(entry, Overheard) for line in entry.remarks]
    joined = [entry.utterance.created_at for entry in journal if isinstance(entry, Joined)]
    moments = [*(entry.created_at for entry in since), *joined[:1]]
    is_one_talk = all(after - before < FRESH for before, after in pairwise(moments))
    return is_one_talk and any(line.role == "assistant" for line in lines)


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

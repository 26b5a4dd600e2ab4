"""Who has written what a tool is called with: the user, third parties, or the model before."""

from collections.abc import Container, Iterable, Sequence

from brain.run.journal import Answered, Entry, Joined, Overheard, Returned
from brain.run.messages import LogEntry, Utterance
from brain.tools.spec import ToolCall


def user_words(journal: Iterable[Entry], history: Iterable[LogEntry]) -> tuple[str, ...]:
    """Return the texts that the user wrote or said, in this run and in the log before it.

    Decisions are left out: their text is generated, or a plain yes. Remarks of the conversation
    count if the front end marks them as the user's: they are as trustworthy as the utterances.
    """
    joined = (entry.utterance for entry in journal if isinstance(entry, Joined))
    before = (entry for entry in history if isinstance(entry, Utterance))
    # By position: texts of a run that continues after a question are in both sources.
    known = {utterance.seq: utterance for utterance in (*before, *joined)}
    remarks = (r for entry in journal if isinstance(entry, Overheard) for r in entry.remarks)
    return (
        *(utterance.text for utterance in known.values() if utterance.decision is None),
        *(remark.text for remark in remarks if remark.role == "user"),
    )


def foreign_texts(journal: Iterable[Entry], foreign_tools: Container[str]) -> tuple[str, ...]:
    """Return the texts by third parties in this run: results of tools that return no other."""
    texts: list[str] = []
    names: dict[str, str] = {}
    for entry in journal:
        if isinstance(entry, Answered):  # call ids are unique only within one answer
            names = {call.id: call.name for call in entry.calls}
        elif isinstance(entry, Returned) and names.get(entry.tool_call_id) in foreign_tools:
            texts += [entry.text] if entry.foreign else []
    return tuple(texts)


def earlier_calls(journal: Sequence[Entry], call: ToolCall) -> tuple[ToolCall, ...]:
    """Return the run's earlier calls of the same tool. `call` belongs to the last answer."""
    calls = [one for e in journal if isinstance(e, Answered) for one in e.calls]
    place = len(calls) - 1 - calls[::-1].index(call)
    return tuple(one for one in calls[:place] if one.name == call.name)

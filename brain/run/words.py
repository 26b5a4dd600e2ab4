"""What a run has seen and asked for, for tools that have to know whose words an argument is."""

from collections.abc import Container, Iterable, Sequence

from brain.run.journal import Answered, Entry, Joined, Overheard, Returned, ToolCall
from brain.run.messages import LogEntry, Utterance


def user_words(journal: Iterable[Entry], history: Iterable[LogEntry]) -> tuple[str, ...]:
    """The user's own words, of this run and of the log before it.

    A decision on a question is none: its text is ours, or a plain yes. The remarks of the
    conversation around are theirs where the front end says so: it is the same one, by the same
    token, that brings their utterances.
    """
    joined = (entry.utterance for entry in journal if isinstance(entry, Joined))
    before = (entry for entry in history if isinstance(entry, Utterance))
    # By their places, since what a run that rested has in its journal is in the log before it too.
    known = {utterance.seq: utterance for utterance in (*before, *joined)}
    remarks = (r for entry in journal if isinstance(entry, Overheard) for r in entry.remarks)
    return (
        *(utterance.text for utterance in known.values() if utterance.decision is None),
        *(remark.text for remark in remarks if remark.role == "user"),
    )


def foreign_texts(journal: Iterable[Entry], foreign_tools: Container[str]) -> tuple[str, ...]:
    """What others wrote, of this run: the results of the tools that can give nothing else."""
    texts: list[str] = []
    names: dict[str, str] = {}
    for entry in journal:
        if isinstance(entry, Answered):  # the ids of calls differ within one answer only
            names = {call.id: call.name for call in entry.calls}
        elif isinstance(entry, Returned) and names.get(entry.tool_call_id) in foreign_tools:
            texts += [entry.text] if entry.foreign else []
    return tuple(texts)


def earlier_calls(journal: Sequence[Entry], call: ToolCall) -> tuple[ToolCall, ...]:
    """The run's calls of the same tool before this one, which is of its last answer."""
    calls = [one for e in journal if isinstance(e, Answered) for one in e.calls]
    place = len(calls) - 1 - calls[::-1].index(call)
    return tuple(one for one in calls[:place] if one.name == call.name)

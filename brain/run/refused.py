"""Finds the text for which the provider of a model refuses a request. Pure.

Such a text is left out of all later requests, so that it cannot end the talk. In the log the marks
are on the message that tells the user, in the journal on the answer to the request without it.
"""

from collections.abc import Iterable, Iterator, Sequence

from brain.chat.notes import LeftOut
from brain.run.decisions import is_decided_id
from brain.run.journal import Answered, Entry, Interrupted, Joined, Returned
from brain.run.messages import LogEntry, Message


def left_out(journal: Sequence[Entry], history: Iterable[LogEntry]) -> LeftOut:
    """Return what was refused before, in this run and in the log before it."""
    before = (seq for one in history if isinstance(one, Message) for seq in one.left_out)
    answers = [entry for entry in journal if isinstance(entry, Answered)]
    return LeftOut(
        seqs=frozenset(before) | {seq for answer in answers for seq in answer.without_texts},
        results=frozenset(number for answer in answers for number in answer.without_results),
    )


def suspects(journal: Sequence[Entry], known: LeftOut) -> Iterator[LeftOut]:
    """Yield what the last request may have been refused for, each as what to leave out as well.

    It is new since the last request that was accepted: the newest text of the user, then the newest
    result, if possible one that others wrote.
    """
    numbers = list(_results(journal))
    new = journal[_accepted(journal) :]
    texts = [e.utterance for e in new if isinstance(e, Joined) and e.utterance.decision is None]
    unknown = [utterance.seq for utterance in texts if utterance.seq not in known.seqs]
    if unknown:
        yield LeftOut(seqs=known.seqs | {unknown[-1]}, results=known.results)
    first = len(numbers) - sum(isinstance(entry, Returned) for entry in new)
    results = [(number, one) for number, one in numbers[first:] if number not in known.results]
    foreign = [number for number, returned in results if returned.foreign]
    for number in (foreign or [number for number, _ in results])[-1:]:
        yield LeftOut(seqs=known.seqs, results=known.results | {number})


def has_other_text(journal: Iterable[Entry], refused: LeftOut) -> bool:
    """Whether the run has a text of the user that is not left out."""
    return any(isinstance(e, Joined) and e.utterance.seq not in refused.seqs for e in journal)


def _accepted(journal: Sequence[Entry]) -> int:
    """Return where the entries begin that are new since the model last said something."""
    for i in range(len(journal), 0, -1):
        match journal[i - 1]:
            case Answered(calls=calls) if not (calls and all(is_decided_id(c.id) for c in calls)):
                return i
            case Interrupted(text=text) if text:
                return i
            case _:
                pass
    return 0


def _results(journal: Iterable[Entry]) -> Iterator[tuple[int, Returned]]:
    """Yield each result with the number of its call in the run, counted from 0."""
    calls = 0
    numbers: dict[str, int] = {}
    for entry in journal:
        if isinstance(entry, Answered):
            numbers = {call.id: calls + i for i, call in enumerate(entry.calls)}
            calls += len(entry.calls)
        elif isinstance(entry, Returned):
            yield numbers.get(entry.tool_call_id, -1), entry

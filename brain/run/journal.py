"""The journal of a run: what happened, in the order in which it was recorded.

The journal is the only memory of a run. After a crash the successor reads which answer the model
gave, which calls have results and which call may have been running.
"""

from collections.abc import Container, Iterator, Sequence
from typing import Annotated

from msgspec import Struct

from brain.chat.results import CORRECTED
from brain.codec import NEEDED, SPARSE, Json, Lacking, Named
from brain.run.messages import Remark, Utterance
from brain.tools.spec import ClientTool, ToolCall


class Overheard(Struct, frozen=True, kw_only=True):
    """The conversation before the utterance at `seq`, as sent by the front end (recentContext)."""

    seq: int
    remarks: tuple[Remark, ...]


class Equipped(Struct, frozen=True, kw_only=True):
    """The tools that the front end can run itself, as sent with the utterance at `seq`."""

    seq: int
    tools: tuple[ClientTool, ...]


class Joined(Struct, frozen=True, kw_only=True):
    """An utterance became part of the run."""

    utterance: Utterance


class Answered(Struct, frozen=True, kw_only=True):
    """The model answered.

    `tokens` counts prompt and answer tokens, as reported or estimated; `prompt_tokens` and
    `answer_tokens` are 0 if the provider does not report them. `usd` is what they cost, if this is
    known. `carried` are fields that the provider wants back within this run: `model` (its name),
    `message` (fields of the message) and `calls` (the fields of each call). None if there are none.
    `without_texts` (by seq) and `without_results` (by the number of their call in the run) were
    left out: the provider refuses them. `speaker` is who answered, if several speak in one log.
    """

    text: str
    calls: tuple[ToolCall, ...]
    tokens: Annotated[int, NEEDED] = 0
    prompt_tokens: Annotated[int, SPARSE] = 0
    answer_tokens: Annotated[int, SPARSE] = 0
    usd: Annotated[float | None, SPARSE] = None
    carried: Annotated[Json | None, SPARSE] = None
    without_texts: Annotated[tuple[int, ...], SPARSE] = ()
    without_results: Annotated[tuple[int, ...], SPARSE] = ()
    speaker: Annotated[str, SPARSE] = ""


class Interrupted(Struct, frozen=True, kw_only=True):
    """The model's answer was cut off after `text`, by its provider or the invocation's end.

    `slow`: nothing was cut off, but the user was told that the model takes its time.
    """

    text: str
    slow: Annotated[bool, SPARSE] = False


class Started(Struct, frozen=True, kw_only=True):
    """A tool that acts on the outside world is about to run.

    After a crash, a started call without a result may or may not have been carried out.
    """

    tool_call_id: Annotated[str, Named("call")]


class Returned(Struct, frozen=True, kw_only=True):
    """A tool call returned.

    `failed`: the text describes an error. `foreign`: the text was written by third parties. `done`
    is a sentence for the user about the act that was done; empty if nothing was done.
    """

    tool_call_id: Annotated[str, Named("call")]
    text: str
    failed: Annotated[bool, NEEDED] = False
    foreign: Annotated[bool, Lacking(True)] = False
    done: Annotated[str, SPARSE] = ""


type RunRecord = Answered | Interrupted | Started | Returned  # recorded by the brain itself
type Entry = Overheard | Equipped | Joined | RunRecord


class Spent(Struct, frozen=True, kw_only=True):
    """How much of its limits a run has used.

    `started_ms` is the store's time in milliseconds since 1970. `attempts` counts the invocations
    that began the current step and did not record it. `pace_ms` is how long a loop takes lately.
    """

    started_ms: int
    loops: int = 0
    tokens: int = 0
    handoffs: int = 0
    attempts: int = 0
    pace_ms: int = 0


class Run(Struct, frozen=True, kw_only=True):
    """A run as the store gives it to the invocation that continues it.

    `step` is the number of the next commit. `first_seq` is the position in the log of the run's
    first utterance; later ones are in the journal. `poisoned`: the journal cannot be read.
    """

    run_id: str
    step: int
    first_seq: int
    spent: Spent
    journal: tuple[Entry, ...]
    poisoned: bool = False


def last_answer(journal: Sequence[Entry]) -> Answered | None:
    """Return the last answer of the model; None if there is no answer yet."""
    return next((entry for entry in reversed(journal) if isinstance(entry, Answered)), None)


def after_last_answer(journal: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries after the last answer; no entries if there is no answer yet."""
    for i in range(len(journal) - 1, -1, -1):
        if isinstance(journal[i], Answered):
            return journal[i + 1 :]
    return ()


def unfinished_answer(journal: Sequence[Entry]) -> Answered | None:
    """Return the last answer if one of its calls has no result yet."""
    answer = last_answer(journal)
    if answer is None:
        return None
    later = after_last_answer(journal)
    returned = {entry.tool_call_id for entry in later if isinstance(entry, Returned)}
    return answer if any(call.id not in returned for call in answer.calls) else None


def interrupted_text(journal: Sequence[Entry]) -> str:
    """Return the text at the journal's end that was cut off; the next answer continues it."""
    parts: list[str] = []
    for entry in reversed(journal):
        if not isinstance(entry, Interrupted):
            break
        parts.append(entry.text)
    return "".join(reversed(parts))


def started_calls(journal: Sequence[Entry]) -> frozenset[str]:
    """Return the ids of the last answer's calls that were recorded as started."""
    later = after_last_answer(journal)
    return frozenset(entry.tool_call_id for entry in later if isinstance(entry, Started))


def failed_calls(
    journal: Sequence[Entry], speaking: Container[str]
) -> Iterator[tuple[ToolCall, ...]]:
    """Yield the failed calls of each answer since the user's last text, the newest first.

    Answers that only speak are left out. `speaking` are the names of the tools that speak.
    """
    failed: set[str] = set()
    for entry in reversed(journal):
        if isinstance(entry, Joined):
            return
        if isinstance(entry, Returned) and entry.failed:
            failed.add(entry.tool_call_id)
        elif isinstance(entry, Answered):
            if failed or any(call.name not in speaking for call in entry.calls):
                yield tuple(call for call in entry.calls if call.id in failed)
            failed = set()


def acts_done(journal: Sequence[Entry]) -> tuple[tuple[str, ...], bool]:
    """Return the sentences about what was done, and whether the last act may or may not be done."""
    done: list[str] = []
    is_unsure = False
    started = ""
    for entry in journal:
        if isinstance(entry, Started):
            started, is_unsure = entry.tool_call_id, True
        elif isinstance(entry, Returned):
            done += [entry.done] if entry.done else []
            is_unsure = entry.failed if entry.tool_call_id == started else is_unsure
        elif isinstance(entry, Answered):
            started = ""  # the ids of another answer's calls may be the same
    return tuple(done), is_unsure


def has_failed_call(journal: Sequence[Entry]) -> bool:
    """Whether a call of the last answer has failed."""
    later = after_last_answer(journal)
    return any(isinstance(entry, Returned) and entry.failed for entry in later)


def was_corrected(journal: Sequence[Entry]) -> bool:
    """Whether a call of the last answer was not done, because the user has said it otherwise."""
    later = after_last_answer(journal)
    return any(isinstance(entry, Returned) and entry.text == CORRECTED for entry in later)

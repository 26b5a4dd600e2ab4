"""What comes next in a run. Decided here from values, done elsewhere.

A run is a row of loops. A loop is one answer of the model and what it asks for:

    the answer holds                      then
    ------------------------------------  --------------------------------------------------------
    plain text, no call                   it is the last word: say it and quit
    sayToUserAndQuit(message)             say it and quit
    sayToUserAndQuit()                    quit, if the user has heard something since they spoke;
                                          else the call fails and the loop goes on
    sayToUserAndContinue(message)         say it over the channel, another loop
    other tools                           run them, another loop
    other tools beside sayToUserAndQuit   run them; say it and quit if none failed, else the quit
                                          is void and the model sees why
    a tool that needs the user's yes      the others first; then ask: the run rests with its
                                          question, and goes on with the user's decision
    an unknown tool, bad JSON, a bad      the call fails with a word on why, the others stand, a
    argument, too many calls              quit beside it is void, another loop

Text beside calls is the model's own thought: it stays in the journal and is not spoken. "Quit" is
a wish: whether the run ends is decided by the store, which knows if the user has said more
meanwhile.

An answer is recorded before its tools run, so after a death the journal shows an answer with calls
that have no result: `unfinished` finds it, and judging it again gives the same verdict.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from brain.codec import Json, clean
from brain.run.decisions import is_decided_id
from brain.run.journal import Answered, Entry, Interrupted, Joined, Returned, Started
from brain.run.limits import Limits
from brain.run.say import CONTINUE_SPEC, QUIT_SPEC, SayToUserAndContinue, SayToUserAndQuit
from brain.tools.arguments import read_arguments
from brain.tools.schema import complaint
from brain.tools.spec import Effect, ToolCall, ToolSpec

CONTINUE, QUIT = CONTINUE_SPEC.name, QUIT_SPEC.name

RESTART_CHARS = 24  # of a text that begins as the cut one did: it is no continuation by chance

SAID = "Said."
BAD_ARGUMENTS = "The arguments are not right: "
VOID_QUIT = "Not said: another call beside it failed. Look at its result, then go on."
SILENT_QUIT = "The user has heard nothing yet: call this again with a message."
TOO_MANY_CALLS = "Not done: too many calls at once. Make fewer."
UNSURE = (
    "Unknown: the assistant was interrupted while this was under way, so it may or may not have "
    "been done. It was not tried again. Tell the user that you are unsure."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """A call that is to be run: it is known and its arguments are right."""

    call: ToolCall
    arguments: Json
    spec: ToolSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What an answer asks for. `returned` are the results known without running anything.

    `quits` are the ids of the quit calls that wait for the work to succeed.
    """

    breadcrumbs: tuple[str, ...]
    progress: float | None
    work: tuple[Work, ...]
    returned: tuple[Returned, ...]
    quit: bool
    last_words: str
    quits: tuple[str, ...]


def judge(
    answer: Answered,
    specs: Mapping[str, ToolSpec],
    *,
    heard: bool,
    limits: Limits,
    begun: str = "",
    wrong: Mapping[str, str] | None = None,
) -> Verdict:
    """What the answer asks for. `heard`: something was said since the user's last text.

    `begun` is a text that an interruption cut off, and that this answer goes on with. `wrong` is
    what was found wrong with the arguments for the front end's tools, by the ids of the calls:
    their schemas are foreign, and not looked at here.
    """
    if not answer.calls:
        words = joined(begun, answer.text)[: limits.message_chars]
        return Verdict(
            breadcrumbs=(), progress=None, work=(), returned=(),
            quit=True, last_words=words, quits=(),
        )  # fmt: skip
    checked = [_check(call, specs, wrong or {}) for call in answer.calls[: limits.calls_per_answer]]
    surplus = [_fail(call.id, TOO_MANY_CALLS) for call in answer.calls[limits.calls_per_answer :]]
    good = [item for item in checked if isinstance(item, Work)]
    failed = [item for item in checked if isinstance(item, Returned)] + surplus
    told = [item for item in good if item.call.name == CONTINUE]
    quits = [item for item in good if item.call.name == QUIT]
    breadcrumbs = tuple(text for item in told if (text := _message(item)))
    words = "\n\n".join(text for item in quits if (text := _message(item)))
    silent = bool(quits) and not words and not (heard or breadcrumbs)
    void = bool(quits) and (bool(failed) or silent)
    reason = VOID_QUIT if failed else SILENT_QUIT
    return Verdict(
        breadcrumbs=tuple(text[: limits.message_chars] for text in breadcrumbs),
        progress=_progress(told),
        work=tuple(item for item in good if item.call.name not in (CONTINUE, QUIT)),
        returned=(
            *failed,
            *(Returned(tool_call_id=item.call.id, text=SAID) for item in told),
            *(_fail(item.call.id, reason) for item in quits if void),
        ),
        quit=bool(quits) and not void,
        last_words="" if void else words[: limits.message_chars],
        quits=() if void else tuple(item.call.id for item in quits),
    )


def close_quits(verdict: Verdict, *, done: bool) -> tuple[Returned, ...]:
    """The results of the quit calls, once it is known whether the work beside them succeeded."""
    if done:
        return tuple(Returned(tool_call_id=id, text=SAID) for id in verdict.quits)
    return tuple(_fail(id, VOID_QUIT) for id in verdict.quits)


def begun(journal: Sequence[Entry]) -> str:
    """The text with which the journal ends, cut off by interruptions: the next answer goes on
    with it.
    """
    parts: list[str] = []
    for entry in reversed(journal):
        if not isinstance(entry, Interrupted):
            break
        parts.append(entry.text)
    return "".join(reversed(parts))


def joined(begun: str, text: str) -> str:
    """A text that was cut off and what came when the model was asked to go on with it.

    A model that begins again instead has said the whole: its text stands alone.
    """
    head = begun.strip()[:RESTART_CHARS]
    return text if head and text.lstrip().startswith(head) else begun + text


def unfinished(journal: Sequence[Entry]) -> Answered | None:
    """The last answer, if one of its calls has no result yet."""
    answer, later = _last_answer(journal)
    if answer is None:
        return None
    returned = {entry.tool_call_id for entry in later if isinstance(entry, Returned)}
    return answer if any(call.id not in returned for call in answer.calls) else None


def remaining(verdict: Verdict, journal: Sequence[Entry]) -> tuple[Work, ...]:
    """The verdict's work that has no result in the journal."""
    _, later = _last_answer(journal)
    returned = {entry.tool_call_id for entry in later if isinstance(entry, Returned)}
    return tuple(item for item in verdict.work if item.call.id not in returned)


def known_wrong(journal: Sequence[Entry]) -> dict[str, str]:
    """What was found wrong with the arguments of the last answer's calls when it was first judged.

    A call without a result was found right then: an answer is recorded with what is wrong with it.
    """
    _, later = _last_answer(journal)
    return {
        entry.tool_call_id: entry.text.removeprefix(BAD_ARGUMENTS)
        for entry in later
        if isinstance(entry, Returned) and entry.failed and entry.text.startswith(BAD_ARGUMENTS)
    }


def failures(journal: Sequence[Entry]) -> bool:
    """Whether a call of the last answer has failed."""
    _, later = _last_answer(journal)
    return any(isinstance(entry, Returned) and entry.failed for entry in later)


def started_calls(journal: Sequence[Entry]) -> frozenset[str]:
    """The ids of the last answer's calls that were recorded as started."""
    _, later = _last_answer(journal)
    return frozenset(entry.tool_call_id for entry in later if isinstance(entry, Started))


def has_heard(journal: Sequence[Entry]) -> bool:
    """Whether something was said to the user since their last text joined the run."""
    for entry in reversed(journal):
        if isinstance(entry, Joined):
            return False
        if isinstance(entry, Returned) and entry.text == SAID:
            return True
    return False


def first_act(work: Iterable[Work]) -> Work | None:
    """The first work that acts on the world: it must be recorded as started before it runs."""
    return next((item for item in work if item.spec.effect is Effect.ACTS), None)


def has_time(*, now: float, cut: float, pace_s: float, first: bool) -> bool:
    """Whether a loop is likely to end before `cut` (seconds on one clock).

    An invocation's first loop is always tried, or a slow model would be handed on for ever.
    """
    return now < cut if first else now + pace_s < cut


def pace(*, before_ms: int, last_s: float) -> int:
    """How long a loop lately takes, in ms: up at once, down by halves."""
    last_ms = round(last_s * 1000)
    return last_ms if last_ms >= before_ms else (before_ms + last_ms) // 2


def tidy(answer: Answered) -> Answered:
    """The answer as it can be stored, with call ids that differ: results are found by them, and
    some servers repeat them or give none.
    """
    ids = [call.id for call in answer.calls]
    # A model may not pass its own call off as one that the user has decided on.
    are_good = all(ids) and len(set(ids)) == len(ids) and not any(map(is_decided_id, ids))
    calls = tuple(
        ToolCall(
            id=clean(call.id) if are_good else f"call_{i}",
            name=clean(call.name),
            arguments=clean(call.arguments),
        )
        for i, call in enumerate(answer.calls)
    )
    return Answered(text=clean(answer.text), calls=calls, tokens=answer.tokens)


def _last_answer(journal: Sequence[Entry]) -> tuple[Answered | None, Sequence[Entry]]:
    """The last answer and what was recorded after it."""
    for i in range(len(journal) - 1, -1, -1):
        entry = journal[i]
        if isinstance(entry, Answered):
            return entry, journal[i + 1 :]
    return None, ()


def _check(
    call: ToolCall, specs: Mapping[str, ToolSpec], wrong: Mapping[str, str]
) -> Work | Returned:
    spec = specs.get(call.name)
    if spec is None:
        return _fail(call.id, f"There is no such tool. There are: {', '.join(specs)}.")
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError as error:
        return _fail(call.id, f"The arguments are not valid JSON: {error}.")
    except RecursionError:
        return _fail(call.id, f"{BAD_ARGUMENTS}they are nested too deeply.")
    if words := wrong.get(call.id) if spec.client else complaint(spec.parameters, arguments):
        return _fail(call.id, f"{BAD_ARGUMENTS}{words}.")
    return Work(call=call, arguments=arguments, spec=spec)


def _fail(tool_call_id: str, text: str) -> Returned:
    return Returned(tool_call_id=tool_call_id, text=text, failed=True)


def _message(work: Work) -> str:
    """What one of the two tools by which the brain speaks is to say."""
    if work.call.name == CONTINUE:
        return clean(read_arguments(SayToUserAndContinue, work.arguments).message).strip()
    return clean(read_arguments(SayToUserAndQuit, work.arguments).message or "").strip()


def _progress(told: Sequence[Work]) -> float | None:
    """The last that was given."""
    given = [read_arguments(SayToUserAndContinue, item.arguments).progress for item in told]
    return next((progress for progress in reversed(given) if progress is not None), None)

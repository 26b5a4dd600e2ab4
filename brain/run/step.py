"""Decides what comes next in a run. Pure functions over values; other modules act on the result.

A run is a sequence of loops. A loop is one answer of the model and the work that it asks for:

    the answer contains                   what happens
    ------------------------------------  --------------------------------------------------------
    plain text, no call                   the text is the last message: say it and quit
    sayToUserAndQuit(message)             say it and quit
    sayToUserAndQuit()                    quit, if something was said to the user since their last
                                          text; otherwise the call fails and another loop follows
    sayToUserAndContinue(message)         say it over the channel, then another loop
    other tools                           run them, then another loop
    other tools and sayToUserAndQuit      run them; if none failed, say it and quit; otherwise the
                                          quit fails, and the model sees why
    a tool that needs approval            run the other tools, then ask the user; the run pauses,
                                          and continues with the user's decision
    an unknown tool, invalid JSON,        this call fails with an error message for the model; the
    invalid arguments, too many calls     other calls count; a quit in the same answer fails;
                                          another loop follows

Text next to calls is the model's own reasoning: it stays in the journal and is not spoken.

A quit is a request. The state store decides whether the run ends, because only the store knows
whether the user has said more in the meantime.

An answer is recorded before its tools run. After a crash the journal may show an answer whose calls
have no results. `unfinished_answer` finds it, and `judge` gives the same verdict for it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from brain.chat.results import BAD_ARGUMENTS, SAID, SILENT_QUIT, TOO_MANY_CALLS, VOID_QUIT
from brain.chat.tools import given
from brain.codec import Json, clean
from brain.run.journal import (
    Answered,
    Entry,
    Joined,
    Returned,
    after_last_answer,
)
from brain.run.limits import Limits
from brain.texts.joining import joined
from brain.texts.thoughts import spoken
from brain.tools.arguments import read_arguments
from brain.tools.decoding import ArgumentsUnreadable, checked, decode
from brain.tools.nearly import fitted
from brain.tools.say import CONTINUE_SPEC, QUIT_SPEC, SayToUserAndContinue
from brain.tools.schema import complaint
from brain.tools.spec import Effect, ToolCall, ToolSpec

CONTINUE, QUIT = CONTINUE_SPEC.name, QUIT_SPEC.name


class Work(Struct, frozen=True, kw_only=True):
    """A call that can be run: the tool exists and the arguments are valid."""

    call: ToolCall
    arguments: Json
    spec: ToolSpec


class Verdict(Struct, frozen=True, kw_only=True):
    """What an answer asks for.

    `returned` holds the results that are known without running a tool. `quits` holds the ids of
    the quit calls that succeed only if all work succeeds.
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
    cut_off: str = "",
) -> Verdict:
    """Decide what the answer asks for.

    `heard` says whether something was said to the user since their last text. `begun` is text that
    an interruption cut off and that this answer continues. `cut_off` is the sentence that follows a
    message which is too long and therefore not whole. `wrong` maps ids of calls of the front end's
    tools to what is wrong with their arguments: those schemas are not checked here.
    """
    bounded = partial(_bounded, limit=limits.message_chars, cut_off=cut_off)
    if not answer.calls:
        return _last_message(bounded(joined(begun, answer.text)))
    checked = [_check(call, specs, wrong or {}) for call in answer.calls[: limits.calls_per_answer]]
    surplus = [_fail(call.id, TOO_MANY_CALLS) for call in answer.calls[limits.calls_per_answer :]]
    good = [item for item in checked if isinstance(item, Work)]
    failed = [item for item in checked if isinstance(item, Returned)] + surplus
    verdict = _verdict(good, failed, heard=heard, begun=begun)
    return replace(
        verdict,
        breadcrumbs=tuple(map(bounded, verdict.breadcrumbs)),
        last_words=bounded(verdict.last_words),
    )


def size(answer: Answered) -> int:
    """Return how many characters the longest text of the answer has at most."""
    return max(len(answer.text), *(len(call.arguments) for call in answer.calls), 0)


def _bounded(text: str, *, limit: int, cut_off: str) -> str:
    """Return the text, cut to `limit` characters if it is longer. The sentence says so."""
    if len(text) <= limit:
        return text
    end = f"\n\n{cut_off}" if cut_off else ""
    return text[: limit - len(end)].rstrip() + end


def _last_message(text: str) -> Verdict:
    """Return the verdict on an answer without calls: its text is said, and the run ends."""
    return Verdict(
        breadcrumbs=(), progress=None, work=(), returned=(), quit=True, last_words=text, quits=()
    )


def _verdict(
    good: Sequence[Work], failed: Sequence[Returned], *, heard: bool, begun: str
) -> Verdict:
    """Return the verdict on an answer with calls, of which some may have failed already."""
    spoken = [item for item in good if item.call.name == CONTINUE]
    quits = [item for item in good if item.call.name == QUIT]
    breadcrumbs = tuple(text for item in spoken if (text := _message(item)))
    words = _continued(begun, "\n\n".join(text for item in quits if (text := _message(item))))
    is_silent = not words and not (heard or breadcrumbs)
    is_void = bool(quits) and (bool(failed) or is_silent)
    reason = VOID_QUIT if failed else SILENT_QUIT
    return Verdict(
        breadcrumbs=breadcrumbs,
        progress=_progress(spoken),
        work=tuple(item for item in good if item.call.name not in (CONTINUE, QUIT)),
        returned=(
            *failed,
            *(Returned(tool_call_id=item.call.id, text=SAID) for item in spoken),
            *(_fail(item.call.id, reason) for item in quits if is_void),
        ),
        quit=bool(quits) and not is_void,
        last_words="" if is_void else words,
        quits=() if is_void else tuple(item.call.id for item in quits),
    )


def close_quits(verdict: Verdict, *, done: bool) -> tuple[Returned, ...]:
    """Return the results of the quit calls. `done`: all work of the answer succeeded."""
    if done:
        return tuple(Returned(tool_call_id=id, text=SAID) for id in verdict.quits)
    return tuple(_fail(id, VOID_QUIT) for id in verdict.quits)


def remaining(verdict: Verdict, journal: Sequence[Entry]) -> tuple[Work, ...]:
    """Return the verdict's work that has no result in the journal."""
    later = after_last_answer(journal)
    returned = {entry.tool_call_id for entry in later if isinstance(entry, Returned)}
    return tuple(item for item in verdict.work if item.call.id not in returned)


def known_wrong(journal: Sequence[Entry]) -> dict[str, str]:
    """Return what is wrong with the last answer's arguments, by call id, as first judged.

    The failures are recorded together with the answer. A call without a result was found valid.
    """
    return {
        entry.tool_call_id: entry.text.removeprefix(BAD_ARGUMENTS)
        for entry in after_last_answer(journal)
        if isinstance(entry, Returned) and entry.failed and entry.text.startswith(BAD_ARGUMENTS)
    }


def has_heard(journal: Sequence[Entry]) -> bool:
    """Whether something was said to the user since their last text joined the run."""
    for entry in reversed(journal):
        if isinstance(entry, Joined):
            return False
        if isinstance(entry, Returned) and entry.text == SAID:
            return True
    return False


def first_act(work: Iterable[Work]) -> Work | None:
    """Return the first work that acts on the outside world: it needs a record before it runs."""
    return next((item for item in work if item.spec.effect is Effect.ACTS), None)


def _check(
    call: ToolCall, specs: Mapping[str, ToolSpec], wrong: Mapping[str, str]
) -> Work | Returned:
    """Return the call as work, or as a failed result if it cannot be run."""
    spec = specs.get(call.name)
    if spec is None:
        return _fail(call.id, f"There is no such tool. The tools are: {', '.join(specs)}.")
    try:
        arguments = checked(given(spec.parameters, decode(call.arguments)))
    except ArgumentsUnreadable as error:
        return _fail(call.id, f"{BAD_ARGUMENTS}{error}.")
    if not spec.client:
        arguments = fitted(spec.parameters, arguments, acts=spec.effect is Effect.ACTS)
    if words := wrong.get(call.id) if spec.client else complaint(spec.parameters, arguments):
        return _fail(call.id, f"{BAD_ARGUMENTS}{words}.")
    return Work(call=call, arguments=arguments, spec=spec)


def _fail(tool_call_id: str, text: str) -> Returned:
    return Returned(tool_call_id=tool_call_id, text=text, failed=True)


def _message(work: Work) -> str:
    """Return the message of a call that speaks, without thoughts; empty if it has none."""
    return spoken(clean(work.arguments.get("message") or "")).strip()


def _continued(begun: str, words: str) -> str:
    """Return the last words, after the text that was cut off if they go on in mid-sentence."""
    return words if words[:1].isupper() else joined(begun, words)


def _progress(spoken: Sequence[Work]) -> float | None:
    """Return the last progress that the answer states, 0 to 1; None if it states none."""
    given = [read_arguments(SayToUserAndContinue, item.arguments).progress for item in spoken]
    return next((progress for progress in reversed(given) if progress is not None), None)

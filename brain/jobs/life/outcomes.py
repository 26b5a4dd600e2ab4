"""What a run of a mind came to, read from its journal. Pure functions."""

from decimal import Decimal

from brain.chat.tools import given
from brain.codec import Json
from brain.jobs.life.specs import FINISH, RESULT_CHARS
from brain.jobs.model import MindEnd, MindOutcome, MindRun, Reason
from brain.run.journal import Answered, Entry, Returned, last_answer
from brain.says import de, en
from brain.says.ending import OF_THE_MODEL
from brain.tools.decoding import ArgumentsUnreadable, checked, decode
from brain.tools.nearly import fitted
from brain.tools.schema import complaint
from brain.tools.spec import ToolSpec

_REASONS: dict[str, Reason] = {
    "loops": "loops",
    "time": "time",
    "tokens": "tokens",
    "budget": "tokens",
    "handoffs": "time",
    "stopped": "stopped",
}


def outcome_of(run: MindRun) -> MindOutcome:
    """Return the outcome of a helper whose run has ended.

    Cut off is not done: only a run that ended by itself, with a result that says it is complete,
    is complete.
    """
    filed = arguments_of(run, FINISH)
    if run.reason:
        return _outcome(run, *early(run.reason), filed)
    if filed is not None:
        return _outcome(run, *_end(bool(filed["complete"])), _with_later(run, filed))
    text = last_text(run)
    if text.endswith((en.CUT_OFF, de.CUT_OFF)):
        return _outcome(run, "failed", "model", {"result": text})
    return _outcome(run, *_end(bool(text.strip())), {"result": text} if text.strip() else None)


def _with_later(run: MindRun, filed: Json) -> Json:
    """Return what was filed, with what the mind said afterwards about a text that came late."""
    answer = last_answer(run.journal)
    if answer is None or answer.calls or not answer.text.strip():
        return filed
    return {**filed, "result": f"{filed['result']}\n\n{answer.text}"}


def _end(is_complete: bool) -> tuple[MindEnd, Reason]:
    return ("complete", "done") if is_complete else ("failed", "gaveUp")


def early(reason: str) -> tuple[MindEnd, Reason]:
    """Return the status and the reason for a run that ended early for this reason."""
    if reason in OF_THE_MODEL:
        return "failed", "model"
    found = _REASONS.get(reason, "attempts")
    return ("stopped" if found == "stopped" else "failed"), found


def _outcome(run: MindRun, status: MindEnd, reason: Reason, filed: Json | None) -> MindOutcome:
    filed = filed or {}
    tokens_in, tokens_out, usd = spent(run.journal)
    result = str(filed.get("result") or "")[:RESULT_CHARS]
    return MindOutcome(
        status=status,
        reason=reason,
        result=result or None,
        sources=tuple(filed.get("sources") or ()),
        needs=filed.get("needs") or None,
        foreign=run.is_tainted,
        turns=run.spent.loops,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        usd=usd,
    )


def spent(journal: tuple[Entry, ...]) -> tuple[int, int, Decimal | None]:
    """Return the tokens of the prompts and of the answers, and the cost if it is known of all.

    Where a provider does not tell them apart, all count as prompt tokens.
    """
    answers = [entry for entry in journal if isinstance(entry, Answered)]
    out = sum(answer.answer_tokens for answer in answers)
    costs = [getattr(answer, "usd", None) for answer in answers]
    known = [Decimal(str(cost)) for cost in costs if cost is not None]
    usd = sum(known, Decimal()) if answers and len(known) == len(answers) else None
    return sum(answer.tokens for answer in answers) - out, out, usd


def arguments_of(run: MindRun, spec: ToolSpec) -> Json | None:
    """Return the arguments of this tool's last successful call; None if it has not succeeded.

    They are read as the engine has read them.
    """
    failed: set[str] = set()
    for entry in reversed(run.journal):
        if isinstance(entry, Returned) and entry.failed:
            failed.add(entry.tool_call_id)
        elif isinstance(entry, Answered):
            for call in reversed(entry.calls):
                if call.name == spec.name and call.id not in failed:
                    found = _read(spec, call.arguments)
                    if found is not None:
                        return found
            failed = set()
    return None


def _read(spec: ToolSpec, arguments: str) -> Json | None:
    try:
        found = fitted(spec.parameters, checked(given(spec.parameters, decode(arguments))))
    except ArgumentsUnreadable:
        return None
    return None if complaint(spec.parameters, found) else found


def last_text(run: MindRun) -> str:
    """Return what the mind said last, as it wrote it; empty if it said nothing."""
    if run.last is not None:
        return run.last.text
    return next((e.text for e in reversed(run.journal) if isinstance(e, Answered)), "")

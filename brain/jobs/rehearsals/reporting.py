"""What the reporter is asked about rehearsals, and the figures that code adds to its report."""

from collections.abc import Sequence
from decimal import Decimal

from brain.codec import Json
from brain.jobs.model import Mind
from brain.jobs.rehearsals.numbers import agreement, comparison, doubts, metrics
from brain.jobs.rehearsals.suggestion import revised

TASK = """\
These are rehearsals of a voice assistant: simulated users talked to it, in scenarios. Each result \
below is one rehearsal with its verdict. What code has checked is certain; lines of the rubric \
were judged. The counts: {counts}.

Say in `headline` how many passed, in one sentence. Say in `summary` what the assistant does well \
and what it does not. List in `findings` each fault with the numbers of the rehearsals that show \
it and the place (`seq`) where it shows; do not list faults of a simulated user. If \
a change of the instructions would help, suggest at most five edits: `find` is a text that stands \
exactly once in the instructions that were tried, or null to add `replace` as a line at their end.

{tried}"""
TRIED = "The instructions that were tried, besides the assistant's own:\n<<<\n{}\n>>>"
NOT_PLAYED = "not played"
NONE_TRIED = "No instructions were tried besides the assistant's own; only null can be a `find`."


def report_task(minds: Sequence[Mind]) -> str:
    """Return what the reporter is asked, without the results."""
    counts = ", ".join(f"{n} {name}" for name, n in _counts(minds).items() if n) or "none played"
    tried = instructions_of(minds)
    return TASK.format(counts=counts, tried=TRIED.format(tried) if tried else NONE_TRIED)


def _counts(minds: Sequence[Mind]) -> dict[str, int]:
    outcomes = [outcome_of(mind) for mind in minds]
    names = ("passed", "failed", "unsure", "invalid", NOT_PLAYED)
    return {name: outcomes.count(name) for name in names}


def outcome_of(mind: Mind) -> str:
    """Return the verdict's outcome, or that it was not played. One outside of its world is invalid,
    also without a verdict.
    """
    if mind.verdict is not None:
        return str(mind.verdict["outcome"])
    return "invalid" if mind.status == "invalid" else NOT_PLAYED


def instructions_of(minds: Sequence[Mind]) -> str:
    """Return the instructions that were tried: the same in all rehearsals of a job."""
    return minds[0].profile.get("instructions") or "" if minds else ""


def figures(
    minds: Sequence[Mind],
    filed: Json,
    *,
    labels: Sequence[tuple[str, str]],
    before: tuple[str, Sequence[Mind]] | None,
) -> Json:
    """Return the fields of a report that code computes.

    `labels` are those of the user in all their jobs; `before` is the job that this one is compared
    with.
    """
    verdicts = [mind.verdict for mind in minds if mind.verdict is not None]
    votes = [line["votes"] for verdict in verdicts for line in verdict["rubric"]]
    agreed = agreement(votes, labels)
    told = [filed.get("summary") or "", doubts(agreed)]
    edits = (filed.get("suggestion") or {}).get("edits") or []
    return {
        "summary": "\n\n".join(part for part in told if part),
        "metrics": {**_metrics(minds), "agreement": agreed},
        "revisedPrompt": revised(instructions_of(minds), edits) if edits else None,
        "comparison": before and _comparison(before, minds),
    }


def _metrics(minds: Sequence[Mind]) -> Json:
    known = [mind.usd for mind in minds]
    usd = None if None in known else float(sum((one for one in known if one), Decimal(0)))
    verdicts = [mind.verdict for mind in minds if mind.verdict is not None]
    return metrics(
        [outcome for outcome in map(outcome_of, minds) if outcome != NOT_PLAYED],
        [wait for verdict in verdicts for wait in verdict.get("firstWordS", ())],
        tokens=sum(mind.tokens_in + mind.tokens_out for mind in minds),
        usd=usd,
    )


def _comparison(before: tuple[str, Sequence[Mind]], after: Sequence[Mind]) -> Json:
    job_id, minds = before
    return comparison(job_id, _outcomes(minds), _outcomes(after))


def _outcomes(minds: Sequence[Mind]) -> dict[int, str]:
    outcomes = {mind.number: outcome_of(mind) for mind in minds}
    return {n: outcome for n, outcome in outcomes.items() if outcome != NOT_PLAYED}

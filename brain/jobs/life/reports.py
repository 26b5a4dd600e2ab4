"""What stands in a report: what the reporter is asked, what code writes, what is checked.

Pure functions.
"""

import re
from collections.abc import Iterable, Sequence

from brain.chat.notes import FOREIGN
from brain.codec import Json
from brain.jobs.life.outcomes import arguments_of
from brain.jobs.life.specs import FILE_REPORT, SUMMARY_CHARS
from brain.jobs.model import Job, Mind, MindRun
from brain.says.texts import Texts

REPORT_SHARE = 5  # percent of the job's tokens, for all attempts together
REPORT_TRIES = 3  # attempts at a report; the third is made by code
SHOWN_CHARS = 12_000  # of one result; ten of them fit into a model's window
TASK = "The job: {}\nIt is complete in {} of {} parts."
PART = "Part {}, “{}”: {}"
GIVEN = "Its result, between the marks:\n<<<\n{}\n>>>"
NEEDS = "It needs from the user: {}"
MISSING = "not complete ({}). What it had found:"
FALSE_COUNT = "You state “{}”, but {} of {} parts are complete and {} are not. Correct this."

_COUNTS = re.compile(
    r"\b(\d+|[a-zäöü]+) (?:of|out of|von) (?:the |den |allen )?(\d+|[a-zäöü]+)\b(?![-.,]\w)",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\s{1,9}([^\W\d_]+)")
_NUMBERS = tuple(
    words.split()
    for words in (
        "zero one two three four five six seven eight nine ten",
        "none eine",
        "null eins zwei drei vier fünf sechs sieben acht neun zehn",
        "keiner einer",
        "keine eines",
        "keins ein",
    )
)
# What follows a count that speaks of the job's parts. Any other word is what else is counted: one
# of three hotels may be full though all three parts are complete.
_OF_PARTS = re.compile(
    r"(?:parts?|helpers?|tasks?|runs?|rehearsals?|talks?|agents?"
    r"|is|are|was|were|has|have|had|did|could|failed|passed|finished|succeeded|completed?|done"
    r"|teilen?|teil|helfern?|aufgaben?|lauf|läufen?|proben?|gespräch|gesprächen?"
    r"|ist|sind|waren?|wurden?|hat|haben|hatten?|konnten?|fertig|erledigt|gescheitert|bestanden)",
    re.IGNORECASE,
)


def report_request(job: Job, minds: Sequence[Mind], task: str) -> str:
    """Return what the reporter is asked: the task, then each mind's result between marks."""
    parts = [TASK.format(job.title, job.completed_count, job.total_count), task]
    parts += [_part(mind) for mind in minds]
    return "\n\n".join(part for part in parts if part)


def _part(mind: Mind) -> str:
    state = "complete" if mind.status == "complete" else MISSING.format(mind.ended_reason)
    lines = [PART.format(mind.number, mind.label, state)]
    given = FOREIGN.format if mind.foreign else GIVEN.format
    if mind.result:
        lines.append(given(mind.result[:SHOWN_CHARS]))
    if mind.needs:
        lines.append(NEEDS.format("\n" + given(mind.needs) if mind.foreign else mind.needs))
    return "\n".join(lines)


def tokens_for_report(job: Job, minds: Sequence[Mind]) -> int:
    """Return how many tokens are left for the report. Earlier attempts at it have used some.

    What the job has used and its minds have not, the reporter has used.
    """
    used = job.tokens_in + job.tokens_out - sum(m.tokens_in + m.tokens_out for m in minds)
    return max(job.token_budget * REPORT_SHARE // 100, 1) - used


def missing(minds: Sequence[Mind]) -> list[Json]:
    """Return which minds are not complete, and why."""
    return [
        {"n": mind.number, "label": mind.label, "reason": mind.ended_reason}
        for mind in minds
        if mind.status != "complete"
    ]


def report_by_code(job: Job, minds: Sequence[Mind], texts: Texts, *, after: str = "") -> Json:
    """Return the report of a job without a model. `after` says how far a stopped job was."""
    done = after or texts.done_of(job.completed_count, job.total_count)
    if job.status == "stopped":
        headline = texts.job_stopped(job.title, done)
    elif job.completed_count == 0:
        headline = texts.job_failed(job.title, job.total_count)
    else:
        headline = texts.job_done(job.title, job.completed_count, job.total_count)
    lines = [_line(mind, texts) for mind in minds]
    return {"headline": headline, "summary": "\n\n".join(lines)[:SUMMARY_CHARS], "findings": []}


def _line(mind: Mind, texts: Texts) -> str:
    state = (
        "" if mind.status == "complete" else f" ({texts.failed_because(mind.ended_reason or '')})"
    )
    return f"**{mind.label}**{state}" + (f"\n\n{mind.result}" if mind.result else "")


def filed_in(run: MindRun) -> Json | None:
    """Return what the reporter has filed in its run; None if it has filed nothing."""
    return arguments_of(run, FILE_REPORT)


def tidied(filed: Json, minds: Sequence[Mind]) -> Json:
    """Return a filed report with those findings only that name minds of the job."""
    numbers = {mind.number for mind in minds}
    findings = [
        {**finding, "runs": [n for n in finding["runs"] if n in numbers]}
        for finding in filed.get("findings") or ()
    ]
    return {
        "headline": filed["headline"],
        "summary": filed["summary"],
        "findings": findings,
        **({"suggestion": filed["suggestion"]} if filed.get("suggestion") else {}),
    }


def false_count(texts: Iterable[str], job: Job, known: frozenset[int]) -> str:
    """Say for the reporter which of the counts in its texts is wrong; empty if none is.

    Only counts out of all of the job's parts can be checked, and only where nothing else is named
    that is counted. `known` are the right ones.
    """
    for text in texts:
        for stated in _COUNTS.finditer(text):
            some, of = _number(stated[1]), _number(stated[2])
            is_of_all = of == job.total_count and _speaks_of_parts(text[stated.end() :])
            if is_of_all and some is not None and some not in known:
                done = job.completed_count
                left = job.total_count - done
                return FALSE_COUNT.format(stated[0], done, job.total_count, left)
    return ""


def _speaks_of_parts(rest: str) -> bool:
    """Whether a count before this text counts parts of the job."""
    following = _NEXT.match(rest)
    return following is None or _OF_PARTS.fullmatch(following[1]) is not None


def _number(word: str) -> int | None:
    if word.isdecimal():
        return int(word)
    return next((names.index(word.lower()) for names in _NUMBERS if word.lower() in names), None)


def document_of(job: Job, report: Json) -> tuple[str, str]:
    """Return the title and the body of the report's document."""
    parts = [f"**{report['headline']}**", str(report["summary"])]
    lines = [f"- {finding['what']}" for finding in report.get("findings") or ()]
    return job.title, "\n\n".join(part for part in (*parts, "\n".join(lines)) if part)

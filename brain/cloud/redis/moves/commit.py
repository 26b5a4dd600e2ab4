"""Records a step of the run."""

from brain.cloud.meter import meter
from brain.cloud.redis import entries
from brain.cloud.redis.devices.pages import OnGrowth, growth_in, unnoticed
from brain.cloud.redis.moves.admission import JOURNAL_KEEP_MS
from brain.cloud.redis.moves.lease import check_owned
from brain.cloud.redis.scripts import (
    BRAIN_LIMIT_S,
    Keys,
    Redis,
    Script,
    ScriptArguments,
    ScriptReply,
    milliseconds,
)
from brain.run import records
from brain.run.journal import Spent
from brain.run.limits import Limits
from brain.run.messages import Utterance
from brain.run.moves import Commit, CommitKind, Committed, LeaseToken

QUESTION_KEEP_MS = 30 * 24 * 3600 * 1000  # ms; longer than a question is open, for late answers
COMMIT = Script(__package__, "commit", BRAIN_LIMIT_S)


async def commit(
    redis: Redis,
    token: LeaseToken,
    commit: Commit,
    limits: Limits,
    *,
    log_bound: str,
    grown: OnGrowth = unnoticed,
) -> Committed:
    """Record a step of the run. Raises LeaseLost, RunStopped."""
    asked = commit.question
    resting = ("questions", f"rest:{asked.id}") if asked else ()
    reply = await COMMIT.run(
        redis,
        Keys.of(token.user_id).keys("run", "log", "journal", "withdrawn", *resting),
        {
            "run": token.run_id,
            "fence": token.fence,
            "lease_ms": milliseconds(limits.lease_s),
            "handover_ms": milliseconds(limits.handover_s),
            "log_length": log_bound,
            "journal_keep_ms": JOURNAL_KEEP_MS,
            "receipt": _receipt(token, commit),
            **_step(commit),
            **_spent(commit.spent),
            **_question(commit),
        },
    )
    check_owned(reply)
    made = _committed(token, commit, reply)
    if made.finished and made.messages:
        grown(growth_in(reply, seq=made.messages[-1].seq, is_last=True))
    return made


def _receipt(token: LeaseToken, commit: Commit) -> str:
    """Return what the run has used so far, to be stored with the step."""
    running = meter()
    if running is None or running.counts.run_id != token.run_id:
        return ""
    ends = commit.kind in (CommitKind.FINISH, CommitKind.END, CommitKind.REST)
    return running.stored(loops=commit.spent.loops, because=commit.reason, ended=ends)


def _step(commit: Commit) -> ScriptArguments:
    return {
        "step": commit.step,
        "kind": commit.kind.value,
        "activity": commit.activity,
        "progress": "" if commit.progress is None else repr(commit.progress),
        "reason": commit.reason,
        "stands": commit.stands,
        "left": commit.left_ms or "",
        "at_ms": commit.at_ms,
        "entries": [records.entry_to_journal(entry) for entry in commit.entries],
        "drafts": [records.draft_to_log(draft) for draft in commit.drafts],
    }


def _spent(spent: Spent) -> ScriptArguments:
    return {
        "loops": spent.loops,
        "tokens": spent.tokens,
        "handoffs": spent.handoffs,
        "attempts": spent.attempts,
        "pace": spent.pace_ms,
    }


def _question(commit: Commit) -> ScriptArguments:
    asked, asking = commit.question, commit.asking
    expires_at = asked.expires_at if asked else None
    return {
        "question": asked.id if asked else "",
        "expires": milliseconds(expires_at.timestamp()) if expires_at else "",
        "question_keep_ms": QUESTION_KEEP_MS,
        "supersedes": (asked and asked.supersedes) or "",
        "if_asked": records.entry_to_journal(asking.asked) if asking else "",
        "if_not_asked": records.entry_to_journal(asking.not_asked) if asking else "",
    }


def _committed(token: LeaseToken, commit: Commit, reply: ScriptReply) -> Committed:
    finished, first = reply.flag("finished"), reply.number("first")
    drafts = commit.drafts if finished or commit.kind is not CommitKind.REST else ()
    last = len(drafts) - 1
    messages = tuple(
        draft.placed(seq=first + i, run_id=token.run_id, done_after_this=finished and i == last)
        for i, draft in enumerate(drafts)
    )
    taken = entries.legible(reply.items("taken"))
    return Committed(
        messages=messages,
        taken=tuple(entry for entry in taken if isinstance(entry, Utterance)),
        finished=finished,
        fence=reply.number("fence"),
        held=reply.number("held"),
    )

"""Takes back a text."""

from msgspec.structs import replace

from brain.cloud.redis.entries import numbers
from brain.cloud.redis.moves.admission import JOURNAL_KEEP_MS
from brain.cloud.redis.scripts import (
    CALLER_LIMIT_S,
    KEEP_MS,
    Keys,
    Redis,
    Script,
    ScriptReply,
    milliseconds,
)
from brain.run import records
from brain.run.limits import Limits
from brain.run.messages import Utterance
from brain.run.moves import LeaseToken
from brain.run.requests import Withdraw, Withdrawal

KEYS = ("run", "log", "journal", "withdrawn", "memory", "questions")
WITHDRAW = Script(__package__, "withdraw", CALLER_LIMIT_S, part="taking_back")


async def withdraw(
    redis: Redis, withdraw: Withdraw, limits: Limits, *, log_bound: str
) -> Withdrawal | None:
    """Take back a text of which nothing has come. None if its message id is not known."""
    id = f"id:{withdraw.entry.message_id}"
    reply = await WITHDRAW.run(
        redis,
        Keys.of(withdraw.user_id).keys(*KEYS, id),
        {
            "withdrawal": records.utterance_to_log(withdraw.entry),
            "log_length": log_bound,
            "keep_ms": KEEP_MS,
            "journal_keep_ms": JOURNAL_KEEP_MS,
            "handover_ms": milliseconds(limits.handover_s),
        },
    )
    match reply.kind:
        case "withdrawn":
            return _withdrawn(withdraw, reply)
        case "stands":
            return Withdrawal(state="stands", seq=reply.number("seq"))
        case _:
            return None


def _withdrawn(withdraw: Withdraw, reply: ScriptReply) -> Withdrawal:
    entry = None
    if form := reply.text("form"):
        found = records.entry_from_log(
            seq=reply.number("by"), kind="w", run_id=reply.text("run"), stored=form
        )
        assert isinstance(found, Utterance)  # because of the kind `w`
        entry = replace(found, withdraws=numbers(reply.text("withdraws")))
    successor = LeaseToken(
        user_id=withdraw.user_id, run_id=reply.text("run"), fence=reply.number("fence")
    )
    return Withdrawal(
        state="withdrawn",
        seq=reply.number("seq"),
        entry=entry,
        successor=successor if reply.flag("goes_on") else None,
    )

"""How a run has ended, where its last message went, and what to do. Pure."""

from collections.abc import Mapping

from brain.cloud.redis.marks import heard_by
from brain.inspect.model import Finding, FindingKind
from brain.run.messages import Heard, How, Message
from brain.usage.model import Receipt

LIMITS = frozenset({"loops", "time", "tokens", "handoffs", "attempts"})
NEXT: Mapping[str, str] = {
    "modelKey": "The provider rejects the key: set it again, redeploy, and look at"
    " /api/health?deep=1.",
    "modelQuota": "Add credit at the provider of the model.",
    "modelName": "The provider does not know the model: set BRAIN_MODEL, then redeploy.",
    "model": "Look for model.failed in the log and at the provider's status page. The user may ask"
    " again.",
    "poisoned": "The store has lost the run's journal. Ask the user to write again, and look at"
    " /api/health: the store must evict no keys.",
}
OF_A_LIMIT = "The run reached a limit. The user may ask again, in smaller steps."
OTHERWISE = "Look for the run in the log. The user may ask again."
BUDGET = "It starts again at the user's next midnight."


def ended(
    run: str,
    receipt: Receipt | None,
    message: Message | None,
    *,
    because: str = "",
    marks: str = "",
    ended_ms: int = 0,
) -> Finding:
    """Say how a run ended. `because`, `marks` and `ended_ms` are those of the store, if known."""
    because = because or (receipt.because if receipt else "")
    what, says, then = _how(because)
    since_ms = round(message.created_at.timestamp() * 1000) if message else None
    since_ms = since_ms or (receipt.ended_ms if receipt else None) or ended_ms or None
    if receipt is not None and receipt.state == "running":
        what, says, then = "running", "The run was on when this was stored.", "Look here again."
    way = f"{says} {_way(message, receipt, marks)}"
    return Finding(what=what, run=run, since_ms=since_ms, says=way, next=then)


def _how(because: str) -> tuple[FindingKind, str, str]:
    if not because:
        return "answered", "The run has ended.", "Nothing."
    if because == "stopped":
        return "answered", "The user stopped the run.", "Nothing."
    if because == "budget":
        return "budget", "The user's budget of the day was used up.", BUDGET
    otherwise = OF_A_LIMIT if because in LIMITS else OTHERWISE
    return "endedWithError", f"The run ended early: {because}.", NEXT.get(because, otherwise)


def _way(message: Message | None, receipt: Receipt | None, marks: str) -> str:
    """Say where the last message is, which way it took, and how much of it was heard."""
    if message is None:
        return "Its last message is not among the newest entries of the log."
    if message.withdrawn:
        return f"The text was taken back, and so was the message at seq {message.seq}."
    events = receipt.counts.published if receipt is not None else None
    road = {
        None: "Which way it took is not stored",
        0: "Nothing was published, so it went into the response",
    }.get(events, f"It went into the response or onto the channel ({events} events published)")
    heard = next((mark for mark in heard_by(marks) if mark.seq == message.seq), None)
    return f"Its last message is at seq {message.seq}. {road}; {_heard(heard)}."


def _heard(mark: Heard | None) -> str:
    if mark is None:
        return "no client has reported it"
    match mark.how:
        case How.PLAYED:
            return "it was played to its end"
        case How.SHOWN:
            return "it was shown"
        case How.CUT_OFF:
            return f"{mark.chars} characters of it were heard"
        case How.UNSPOKEN:
            return "it was shown, but not spoken"
        case _:
            return "it was returned"

"""What waits for a user beside the run: notices that are held, and dead letters. Pure."""

from collections.abc import Iterator, Sequence

from brain.codec import iso
from brain.inspect.model import Finding, QueuedCall, Seen, StoredUser
from brain.notices.deciding import Situation, is_present
from brain.preferences.rules import in_zone, quiet_until

MOST_LETTERS = 20  # dead letters that are named
LETTER = (
    "Look in the log of the function why it failed. Then retry or delete the message in the QStash"
    " console, in the dead letter queue."
)


def held(seen: Seen, stored: StoredUser) -> Iterator[Finding]:
    """Say how many notices wait, and why."""
    pending = stored.notices
    if not pending.forms:
        return
    known = len(pending.forms)
    oldest = min((notice.at for notice in pending.notices), default=None)
    kinds = ", ".join(sorted({notice.kind for notice in pending.notices})) or "unknown"
    why, then = _why_held(seen, stored)
    yield Finding(
        what="held",
        since_ms=round(oldest.timestamp() * 1000) if oldest else None,
        says=f"{known} notices wait ({kinds}): {why}.",
        next=then,
    )


def _why_held(seen: Seen, stored: StoredUser) -> tuple[str, str]:
    """Say why notices wait, in the order of `brain.notices.deciding`."""
    pending = stored.notices
    situation = Situation(
        running=pending.running, listening=pending.listening, last_contact=pending.contact
    )
    quiet_end = quiet_until(in_zone(seen.preferences, pending.zone), pending.now)
    if pending.running:
        return "a run is on", "They are said when it has ended."
    if not is_present(situation, pending.now):
        return "the user is away", "They are said when a page of the user connects."
    if quiet_end is not None and not all(notice.urgent for notice in pending.notices):
        until = iso(quiet_end)
        return f"the user's quiet hours last until {until}", "They are said after that."
    return "nobody has looked since", "They are said with the user's next request."


def dead_letters(seen: Seen) -> Iterator[Finding]:
    """Name the newest calls that the queue has given up."""
    dead: Sequence[QueuedCall] = seen.queue.dead if seen.queue else ()
    for letter in dead[:MOST_LETTERS]:
        yield Finding(
            what="deadLetter",
            run=letter.run,
            since_ms=letter.due_ms,
            says=f"QStash has given up {letter.id}: {letter.route} ({letter.reason or 'no reason'})"
            f" answered {letter.status or 'nothing'}.",
            next=LETTER,
        )

"""Keeps a user's log in the state store short: what is older lives in the archive."""

import logging

from brain.domain.errors import Unreachable
from brain.flows.turn import Services

EVERY = 100  # entries between two tidyings, so that most turns pay for none
PAGE = 200  # entries moved at a time
PAGES = 10  # pages moved at most in one turn; the rest waits for the next tidying

log = logging.getLogger(__name__)


def is_due(before_seq: int, last_seq: int, *, keep: int) -> bool:
    """Whether a turn that began at `before_seq` and ended at `last_seq` has passed a tidying."""
    return last_seq > keep and before_seq // EVERY < last_seq // EVERY


async def tidy_log(services: Services, user_id: str, *, last_seq: int) -> None:
    """Move what is older than the last `log_entries` into the archive.

    Archive first, forget second: a death in between leaves entries in both places, and storing
    them again changes nothing; the other way round they would be gone.
    """
    if services.archive is None:
        return
    below = last_seq - services.limits.log_entries + 1
    try:
        for _ in range(PAGES):
            page = await services.store.read(user_id, since=0, limit=PAGE)
            old = [entry for entry in page.entries if entry.seq < below]
            if not old:
                return
            await services.archive.store(user_id, old)
            await services.store.trim(user_id, below=old[-1].seq + 1)
    except Unreachable as error:
        # Nothing is lost: the store keeps more than it needs until the next time.
        log.warning("archive: not now, reason=%s", type(error).__name__)

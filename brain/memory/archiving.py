"""Keeps a user's log in the state store short, and a full copy in the archive for searches."""

import logging

from brain.errors import Unreachable
from brain.memory.services import MemoryServices

EVERY = 100  # entries between two tidyings, so that most turns need none
COPY_EVERY = 20  # entries between two copies; the model sees newer ones anyway
PAGE = 200  # entries moved at a time
PAGES = 10  # pages moved at most in one turn; the next tidying moves the rest

log = logging.getLogger(__name__)


def is_due(before_seq: int, last_seq: int, *, keep: int) -> bool:
    """Whether a turn that began at `before_seq` and ended at `last_seq` has reached a tidying."""
    return last_seq > keep and before_seq // EVERY < last_seq // EVERY


async def tidy_log(services: MemoryServices, user_id: str, *, last_seq: int) -> None:
    """Move all but the last `log_entries` entries into the archive.

    Entries are archived before they are removed. After a crash in between they are in both places,
    and storing them again changes nothing; in the other order they would be lost.
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
        # No entry is lost: the store keeps them until the next tidying.
        log.warning("archive: not now, reason=%s", type(error).__name__)


async def copy_log(
    services: MemoryServices, user_id: str, *, before_seq: int, last_seq: int
) -> None:
    """Copy the newest entries into the archive, so that searches find them.

    The turn began at `before_seq` and ended at `last_seq`. Most turns copy nothing. Entries that a
    copy misses because the archive cannot be reached are copied by the next one, or by `tidy_log`.
    """
    passed = before_seq // COPY_EVERY
    if services.archive is None or passed == last_seq // COPY_EVERY:
        return
    since = max(0, (passed - 1) * COPY_EVERY)
    try:
        for _ in range(PAGES):
            page = await services.store.read(user_id, since=since, limit=PAGE)
            if not page.entries:
                return
            await services.archive.store(user_id, page.entries)
            since = page.entries[-1].seq
    except Unreachable as error:
        log.warning("archive: no copy, reason=%s", type(error).__name__)

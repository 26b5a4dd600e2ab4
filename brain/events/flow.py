"""Delivers incoming reports (an email, a due reminder, any event) to the feature that takes them.

Every step is idempotent. An email's event id is derived from its Message-ID, so that the webhook
and the mailbox report the same event. A reminder's event id is derived from the reminder.
"""

import logging
from collections.abc import Sequence

from brain.events.model import Event
from brain.events.ports import Announcer, Takers

log = logging.getLogger(__name__)


class NobodyAnnounces:
    """An announcer for deployments without announcements: it drops the events."""

    async def take_events(self, user_id: str, events: Sequence[Event]) -> None:
        log.warning("event: dropped, no announcer, events=%d", len(events))


async def take_word(takers: Takers, announcer: Announcer, user_id: str, word: object) -> None:
    """Announce an event, or pass any other report to the feature that takes its type.

    Raises StoreUnreachable, DatabaseUnreachable, MailboxUnreachable, QueueUnreachable or
    EntryUnreadable: then the sender must report it again.
    """
    if isinstance(word, Event):
        await announcer.take_events(user_id, [word])
    elif (taker := takers.get(type(word))) is not None:
        await taker(user_id, word)
    else:
        log.warning("event: no feature takes it, kind=%s", type(word).__name__)

"""What becomes of a word from outside: an email, a reminder whose time has come, any event.

Every step can be done twice. The name of an email's event comes from its Message-ID, so that the
webhook's word and the mailbox's are one; the name of a reminder's event comes from the reminder.
"""

import logging
from collections.abc import Sequence

from brain.events.model import Event
from brain.events.ports import Announcer, Takers

log = logging.getLogger(__name__)


class NobodyAnnounces:
    """The announcer of a brain that has none: events are dropped."""

    async def take_events(self, user_id: str, events: Sequence[Event]) -> None:
        log.warning("event: nobody announces it, events=%d", len(events))


async def take_word(takers: Takers, announcer: Announcer, user_id: str, word: object) -> None:
    """Bring a word where it belongs, and announce an event.

    Raises StoreUnreachable, DatabaseUnreachable, MailboxUnreachable, QueueUnreachable,
    EntryUnreadable: then it has to be reported again.
    """
    if isinstance(word, Event):
        await announcer.take_events(user_id, [word])
    elif (taker := takers.get(type(word))) is not None:
        await taker(user_id, word)
    else:
        log.warning("event: no feature takes it, kind=%s", type(word).__name__)

"""Takes emails in: from the mailbox, and from a service that brings them."""

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brain.codec import Json, fingerprint
from brain.email.model import Email
from brain.email.ports import Emails
from brain.events.model import Event
from brain.events.ports import Announcer
from brain.run.ports import Clock, Queue

if TYPE_CHECKING:
    from brain.email.sending import Account

SYNC_S = 20.0  # seconds of one look into the mailbox; whatever is left takes another call
CHECK = "mailbox.check"  # the type of our own event
CHECKS = "*/10 * * * *"  # every ten minutes: 144 of the free plan's 1,000 messages a day
SLOT_S = 30  # seconds from one call that goes on with a mailbox to the next: a look fits in
LATE_S = 1.0  # seconds into its slot that such a call comes, for clocks that differ

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailServices:
    """What is needed to take emails in. `account` is None where none is set, `emails` where there
    is no database.
    """

    account: "Account | None"
    emails: Emails | None
    announcer: Announcer
    queue: Queue
    clock: Clock


def check_event(user_id: str) -> Json:
    """What the queue tells when the user's mailbox is to be looked into."""
    return {"type": CHECK, "userId": user_id, "data": {}}


async def check_mailbox(services: EmailServices, user_id: str) -> None:
    """Mirror what is new, and tell of it. A big mailbox is mirrored by many calls."""
    account = services.account
    if account is None or account.owner != user_id:
        log.info("event: no mailbox to look into")
        return
    synced = await account.mailbox.sync(user_id, limit_s=SYNC_S)
    if synced.new:
        await services.announcer.take_events(
            user_id, [_arrival(services, email) for email in synced.new]
        )
        # Held first, marked second: a death in between costs a second look at what is held already.
        await account.emails.mark_told(user_id, [email.id for email in synced.new])
    if synced.more:
        await _go_on(services, user_id)


async def watch_mailbox(services: EmailServices, user_id: str) -> bool:
    """Let the queue have the user's mailbox looked into now and every ten minutes: an account that
    no webhook tells of is not forgotten. False for a user without one. Raises QueueUnreachable.
    """
    if services.account is None or services.account.owner != user_id:
        return False
    event = check_event(user_id)
    await services.queue.keep_schedule("mailbox", cron=CHECKS, event=event)
    slot = int(services.clock.utc().timestamp() // SLOT_S)
    await services.queue.tell(event, delay_s=0, dedup_id=f"mail-{_who(user_id)}-now-{slot}")
    return True


async def _go_on(services: EmailServices, user_id: str) -> None:
    """Let the queue call again, once however many have found that there is more.

    All of them mean the beginning of the next slot, so that they become one call; and that call
    means the slot after its own, so that it is not taken for itself.
    """
    now = services.clock.utc().timestamp()
    slot = int(now // SLOT_S) + 1
    await services.queue.tell(
        check_event(user_id),
        delay_s=slot * SLOT_S + LATE_S - now,
        dedup_id=f"mail-{_who(user_id)}-{slot}",
    )


def _who(user_id: str) -> str:
    """The user in a name for the queue, which takes ASCII alone."""
    return fingerprint({"user": user_id})


async def take_email(services: EmailServices, user_id: str, email: Email) -> None:
    """Told first, kept second: one that is known is not told of again, so that after a death in
    between the sender's second try finds it to be kept, and the notice in its place.
    """
    await services.announcer.take_events(user_id, [_arrival(services, email)])
    if services.emails is not None:
        await services.emails.store(user_id, [email])


def _arrival(services: EmailServices, email: Email) -> Event:
    """The event that an email has arrived: now, whenever it was written."""
    name = hashlib.sha256((email.message_id or email.id).encode()).hexdigest()[:24]
    return Event(
        id=f"email-{name}",
        kind="email",
        at=services.clock.utc(),
        text=email.text,
        sender=email.sender.name or None,
        address=email.sender.address,
        subject=email.subject,
    )

"""Receives emails from the mailbox and from webhooks, stores and announces them."""

import hashlib
import logging
from typing import TYPE_CHECKING

from msgspec import Struct

from brain.codec import Json, fingerprint
from brain.email.model import Email
from brain.email.ports import Emails
from brain.events.model import Event
from brain.events.ports import Announcer
from brain.run.ports import Clock, Queue

if TYPE_CHECKING:
    from brain.email.sending import Account

SYNC_S = 20.0  # seconds for one sync of the mailbox; another call continues it
MAILBOX = "mailbox"  # the name of the schedule of checks
CHECK = "mailbox.check"  # the type of our own event
CHECKS = "*/10 * * * *"  # every ten minutes: 144 of the free plan's 1,000 messages a day
SLOT_S = 30  # seconds between two calls that continue a sync; longer than SYNC_S
LATE_S = (
    1.0  # seconds after the start of its slot at which such a call comes; for clock differences
)

log = logging.getLogger(__name__)


class EmailServices(Struct, frozen=True, kw_only=True):
    """The services needed to receive emails. `account` is None if none is configured, `emails` is
    None if there is no database.
    """

    account: "Account | None"
    emails: Emails | None
    announcer: Announcer
    queue: Queue
    clock: Clock


def check_event(user_id: str) -> Json:
    """Return the event that the queue sends to have the user's mailbox checked."""
    return {"type": CHECK, "userId": user_id, "data": {}}


async def check_mailbox(services: EmailServices, user_id: str) -> None:
    """Mirror new email and announce it. A large mailbox is mirrored in several calls."""
    account = services.account
    if account is None or account.owner != user_id:
        log.info("event: this user has no mailbox to check")
        return
    synced = await account.mailbox.sync(user_id, limit_s=SYNC_S)
    if synced.new:
        await services.announcer.take_events(
            user_id, [_arrival(services, email) for email in synced.new]
        )
        # Announce first, then mark: after a crash in between they are only announced again, and the
        # announcer recognizes them.
        await account.emails.mark_told(user_id, [email.id for email in synced.new])
    if synced.more:
        await _continue_later(services, user_id)


async def watch_mailbox(services: EmailServices, user_id: str) -> bool:
    """Let the queue check the user's mailbox now and every ten minutes, also without a webhook.

    Returns False for a user without a mailbox. Raises QueueUnreachable.
    """
    if services.account is None or services.account.owner != user_id:
        return False
    event = check_event(user_id)
    await services.queue.keep_schedule(MAILBOX, cron=CHECKS, event=event)
    slot = int(services.clock.utc().timestamp() // SLOT_S)
    await services.queue.tell(event, delay_s=0, dedup_id=f"mail-{_user_key(user_id)}-now-{slot}")
    return True


async def _continue_later(services: EmailServices, user_id: str) -> None:
    """Let the queue call again: once, even if several calls found that there is more.

    Each call asks for the start of the next slot, so the queue combines them. The next call asks
    for the slot after its own, so the queue does not take it for a duplicate of itself.
    """
    now = services.clock.utc().timestamp()
    slot = int(now // SLOT_S) + 1
    await services.queue.tell(
        check_event(user_id),
        delay_s=slot * SLOT_S + LATE_S - now,
        dedup_id=f"mail-{_user_key(user_id)}-{slot}",
    )


def _user_key(user_id: str) -> str:
    """Return an ASCII key for the user: the queue's ids accept only ASCII."""
    return fingerprint({"user": user_id})


async def take_email(services: EmailServices, user_id: str, email: Email) -> None:
    """Announce an email, then store it.

    In this order, because a stored email is not announced again. After a crash in between, the
    sender's retry stores the email, and its notice already exists.
    """
    await services.announcer.take_events(user_id, [_arrival(services, email)])
    if services.emails is not None:
        await services.emails.store(user_id, [email])


def _arrival(services: EmailServices, email: Email) -> Event:
    """Return the event for an email's arrival. Its time is now, not when the email was written."""
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

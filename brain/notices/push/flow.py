"""Pushes notices to the devices of a user who is away.

A process claims notices before it pushes them, so that two do not push the same. If it dies, its
claim lapses, and the queue's next call pushes them. A device then gets them twice at worst, and the
second notification replaces the first.
"""

import asyncio
import logging
from datetime import datetime

from msgspec import Struct

from brain.codec import Json, fingerprint
from brain.errors import QueueUnreachable
from brain.notices.model import PendingNotices
from brain.notices.ports import NoticeBoard
from brain.notices.push.model import (
    Parcel,
    PushAgain,
    Pushed,
    PushMessage,
    PushSubscription,
)
from brain.notices.push.ports import PushBook, PushService
from brain.notices.push.rules import (
    ATTEMPTS,
    DIGEST,
    message_of,
    new_ids,
    parcel_of,
    retry_s,
    waiting,
    what_to_push,
)
from brain.preferences.flow import preferences_of
from brain.preferences.model import Preferences
from brain.preferences.ports import PreferenceStore
from brain.preferences.rules import in_zone, quiet_until
from brain.run.ports import Clock, Queue
from brain.says.choice import Languages
from brain.says.texts import Texts

PUSH_DUE, PUSH_AGAIN = "push.due", "push.again"  # the types of the queue's calls

log = logging.getLogger(__name__)


class PushServices(Struct, frozen=True, kw_only=True):
    """What pushing needs. `preferences` is None without a database; `title` stands above the text
    of a notification.
    """

    book: PushBook
    service: PushService
    board: NoticeBoard
    preferences: PreferenceStore | None
    queue: Queue
    clock: Clock
    languages: Languages
    title: str


class DevicePushes(Struct, frozen=True, kw_only=True):
    """`Pushes`: to the devices that the user has chosen."""

    services: PushServices

    async def consider(self, user_id: str) -> None:
        await self._consider(user_id, calls_again=False)

    async def called(self, user_id: str) -> None:
        """Take the queue's call. One that comes too early has to be made again.

        Raises StoreUnreachable, DatabaseUnreachable.
        """
        await self._consider(user_id, calls_again=True)

    async def _consider(self, user_id: str, *, calls_again: bool) -> None:
        services = self.services
        pushed = await services.book.read(user_id)
        if not pushed.subscriptions:
            return
        pending = await services.board.pending(user_id)
        preferences = await _preferences(services, user_id, pending)
        plan = what_to_push(pending, pushed, preferences)
        for parcel in plan.now:
            texts = services.languages.chosen(preferences.language, pending.language)
            await _push(services, user_id, parcel, pushed=pushed, pending=pending, texts=texts)
        again = f"-{round(pending.now.timestamp())}" if calls_again else ""
        if plan.look_at is not None:
            await _call(services, user_id, plan.look_at, pending.now, again)
        # A crash after the call costs nothing: whoever reports the notice again, plans again.
        is_new = plan.due != pushed.due or calls_again
        if is_new and await _call(services, user_id, plan.due, pending.now, again):
            await services.book.plan(user_id, plan.due)


async def push_again(services: PushServices, user_id: str, again: PushAgain) -> None:
    """Push to a device whose push service did not take the notification. It has what waits now.

    Raises StoreUnreachable, DatabaseUnreachable.
    """
    pushed = await services.book.read(user_id)
    subscription = pushed.subscriptions.get(again.subscription)
    pending = await services.board.pending(user_id)
    parcel = parcel_of(again.tag, waiting(pending, pending.now))
    if subscription is None or parcel is None or pending.listening:
        return
    preferences = await _preferences(services, user_id, pending)
    quiet_end = quiet_until(preferences, pending.now)
    if quiet_end is not None and not parcel.urgent:
        await _retry(services, user_id, again, (quiet_end - pending.now).total_seconds())
        return
    texts = services.languages.chosen(preferences.language, pending.language)
    message = message_of(parcel, title=services.title, now=pending.now, texts=texts)
    await _deliver(services, user_id, subscription, message, again=again)


async def _push(
    services: PushServices,
    user_id: str,
    parcel: Parcel,
    *,
    pushed: Pushed,
    pending: PendingNotices,
    texts: Texts,
) -> None:
    """Push to all devices, unless another process does."""
    ids, is_digest = new_ids(parcel, pushed), parcel.tag == DIGEST
    alive = [notice.id for notice in waiting(pending, pending.now)]
    if not await services.book.claim(user_id, ids, alive=alive, is_digest=is_digest):
        return
    message = message_of(parcel, title=services.title, now=pending.now, texts=texts)
    sending = (
        _deliver(services, user_id, one, message, again=PushAgain(subscription=id, tag=parcel.tag))
        for id, one in pushed.subscriptions.items()
    )
    taken = await asyncio.gather(*sending)
    await services.book.settle(user_id, ids, is_digest=is_digest)
    log.info("push.sent: notices=%d devices=%d", len(parcel.notices), sum(taken))


async def _deliver(
    services: PushServices,
    user_id: str,
    subscription: PushSubscription,
    message: PushMessage,
    *,
    again: PushAgain,
) -> bool:
    """Send to one device. Return whether its push service took it."""
    delivery = await services.service.send(subscription, message)
    match delivery.kind:
        case "sent":
            return True
        case "gone":
            await services.book.drop(user_id, subscription.endpoint)
            log.info("push: subscription deleted, reason=%s", "the browser has ended it")
        case "later" if again.attempt < ATTEMPTS:
            delay_s = retry_s(again.attempt, delivery.retry_after_s)
            await _retry(services, user_id, again.next, delay_s)
        case "later" | "refused":
            log.warning("push: given up, attempt=%d", again.attempt)
    return False


async def _retry(services: PushServices, user_id: str, again: PushAgain, delay_s: float) -> None:
    """Have the queue call for another attempt. Without a queue it is given up: the notice still
    waits for the user.
    """
    data: Json = {
        "subscription": again.subscription,
        "tag": again.tag,
        "attempt": again.attempt,
    }
    event: Json = {"type": PUSH_AGAIN, "userId": user_id, "data": data}
    at = round(services.clock.utc().timestamp())
    name = f"push-{fingerprint({'user': user_id, **data})}-{at}"
    try:
        await services.queue.tell(event, delay_s=delay_s, dedup_id=name)
    except QueueUnreachable:
        log.warning("push: given up, attempt=%d", again.attempt)


async def _call(
    services: PushServices, user_id: str, at: datetime | None, now: datetime, again: str
) -> bool:
    """Have the queue call at a time, if any, once for all who ask for it with the same `again`.

    Return False without a queue: then the next notice plans again.
    """
    if at is None:
        return True
    name = f"push-{fingerprint({'user': user_id})}-{round(at.timestamp())}{again}"
    delay_s = max((at - now).total_seconds(), 0.0)
    event: Json = {"type": PUSH_DUE, "userId": user_id}
    try:
        await services.queue.tell(event, delay_s=delay_s, dedup_id=name)
    except QueueUnreachable:
        log.warning("push: not planned, reason=%s", "the queue is away")
        return False
    return True


async def _preferences(
    services: PushServices, user_id: str, pending: PendingNotices
) -> Preferences:
    return in_zone(await preferences_of(services.preferences, user_id), pending.zone)

"""Decides what is pushed to a user's devices, and when. No other module decides this.

    if                                then the notice
    --------------------------------  ------------------------------------------------------------
    a page is open                    is not pushed: the page has it
    the user was there a moment ago   is looked at again as soon as they count as away
    it is urgent                      is pushed at once, as a notification of its own
    it is not                         is in a digest: five minutes after the first one, fifteen
                                      after the digest before, and after the quiet hours

A digest contains all notices that wait, because it replaces the one before on the user's screen.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from brain.codec import dumps, fingerprint
from brain.notices.deciding import PRESENT
from brain.notices.model import Notice, PendingNotices
from brain.notices.push.model import Parcel, Pushed, PushMessage, PushPlan
from brain.notices.spoken import digest, spoken
from brain.preferences.model import Preferences
from brain.preferences.rules import quiet_until
from brain.says.texts import Texts

MOST_DEVICES = 10  # subscriptions of a user
WAIT = timedelta(minutes=5)  # from a notice to its digest: others may come meanwhile
GAP = timedelta(minutes=15)  # from one digest to the next
CLAIM = timedelta(seconds=50)  # after which a process that did not settle counts as dead
EARLY = timedelta(seconds=5)  # by which the queue's clock may be ahead of the store's
MOST_BYTES = 2_048  # of a payload; push services take 4,096 with what encryption adds
MOST_TTL_S = 28 * 24 * 3600  # seconds; push services keep nothing for longer
DIGEST = "digest"  # the tag of digests
ATTEMPTS = 5  # of one notification at one device
FIRST_RETRY_S = 30.0  # seconds before the second attempt; four times as long before each other
MOST_RETRY_S = 3_600.0  # seconds; a push service may ask for less


def waiting(pending: PendingNotices, now: datetime) -> tuple[Notice, ...]:
    """Return the notices that the user has not had, the oldest first.

    A message of the last minute may have been written for a page that was gone by then. Its notices
    wait too, if they came after the page had left.
    """
    unheard = pending.unheard.notices if pending.unheard else ()
    missed = [one for one in unheard if pending.left is None or one.at >= pending.left]
    every = {one.id: one for one in (*missed, *pending.notices) if not _is_over(one, now)}
    return tuple(sorted(every.values(), key=lambda one: one.at))


def what_to_push(pending: PendingNotices, pushed: Pushed, preferences: Preferences) -> PushPlan:
    """Decide what to push now, and when to look again."""
    now, every = pending.now, waiting(pending, pending.now)
    new = [one for one in every if one.id not in pushed.sent]
    if pending.listening or not new:
        return PushPlan()
    if pending.contact is not None and now - pending.contact < PRESENT:
        return PushPlan(look_at=pending.contact + PRESENT)
    lapses = [at + CLAIM for id, at in pushed.claimed.items() if id in {one.id for one in new}]
    under_way = [at for at in lapses if at > now]
    fresh = [one for one in new if not _is_claimed(one, pushed, now)]
    urgent = tuple(_alone(one) for one in fresh if one.urgent)
    look_at = min(under_way, default=None)
    if all(one.urgent for one in fresh):
        return PushPlan(now=urgent, look_at=look_at)
    due = _due(pushed, preferences, now)
    if due > now + EARLY:
        return PushPlan(now=urgent, due=due, look_at=look_at)
    return PushPlan(now=(*urgent, digest_of(every)), look_at=look_at)


def new_ids(parcel: Parcel, pushed: Pushed) -> list[str]:
    """Return the ids of the notices in it that were not pushed before."""
    return [one.id for one in parcel.notices if one.id not in pushed.sent]


def digest_of(every: Sequence[Notice]) -> Parcel:
    """Return all notices that are not urgent, as one notification."""
    others = tuple(one for one in every if not one.urgent)
    return Parcel(tag=DIGEST, notices=others, urgent=False)


def parcel_of(tag: str, every: Sequence[Notice]) -> Parcel | None:
    """Return the notification with this tag, as it is now; None if nothing of it waits."""
    if tag == DIGEST:
        found = digest_of(every)
        return found if found.notices else None
    return next((_alone(one) for one in every if one.urgent and _tag(one) == tag), None)


def message_of(parcel: Parcel, *, title: str, now: datetime, texts: Texts) -> PushMessage:
    """Put notices into words for a notification, cut to `MOST_BYTES`."""
    notices = parcel.notices
    one = spoken(notices[0], now, texts) if len(notices) == 1 else ""
    words = {"title": title, "tag": parcel.tag, "urgent": parcel.urgent}
    body = one or digest(notices, texts, away=True)
    room = MOST_BYTES - len(dumps({**words, "body": ""}).encode())
    ends = [notice.expires_at for notice in notices if notice.expires_at is not None]
    left_s = (max(ends) - now).total_seconds() if len(ends) == len(notices) else MOST_TTL_S
    return PushMessage(
        payload=dumps({**words, "body": _cut(body, room)}).encode(),
        ttl_s=round(min(max(left_s, 0), MOST_TTL_S)),
        urgent=parcel.urgent,
        tag=parcel.tag,
    )


def retry_s(attempt: int, asked_s: float | None) -> float:
    """Return how many seconds to wait after this attempt; `asked_s` is what the service wants."""
    own = FIRST_RETRY_S * 4 ** (attempt - 1)
    return min(own if asked_s is None else max(asked_s, 1.0), MOST_RETRY_S)


def _due(pushed: Pushed, preferences: Preferences, now: datetime) -> datetime:
    """Return when the next digest may go out."""
    due = pushed.due or now + WAIT
    if pushed.digest_at is not None:
        due = max(due, pushed.digest_at + GAP)
    return quiet_until(preferences, max(due, now)) or due


def _alone(notice: Notice) -> Parcel:
    return Parcel(tag=_tag(notice), notices=(notice,), urgent=True)


def _tag(notice: Notice) -> str:
    return f"notice-{fingerprint({'id': notice.id})}"


def _is_claimed(notice: Notice, pushed: Pushed, now: datetime) -> bool:
    at = pushed.claimed.get(notice.id)
    return at is not None and now - at < CLAIM


def _is_over(notice: Notice, now: datetime) -> bool:
    return notice.expires_at is not None and notice.expires_at <= now


def _cut(text: str, room: int) -> str:
    """Cut a text so that it takes at most `room` bytes in JSON."""
    while len(dumps({"": text}).encode()) - len(dumps({"": ""}).encode()) > room:
        text = f"{text[: max(len(text) * 9 // 10 - 1, 0)].rstrip('…')}…"
    return text

"""The board and the memory block, on Redis scripts like the store's."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from brain.cloud.redis.replies import HERE_MS, heard_by
from brain.cloud.redis.scripts import BRAIN_LIMIT_S, KEEP_MS, NO_BOUND, Keys, Redis, script
from brain.notices.model import Notice, PendingNotices, Unheard
from brain.run import records
from brain.run.codec import dumps
from brain.run.errors import EntryUnreadable
from brain.run.messages import Draft, How, Message
from brain.run.moves import LeaseToken

SEEN_KEEP_MS = 8 * 24 * 3600 * 1000  # ms; senders of events try again for a day or three
HELD_KEEP_MS = 8 * 24 * 3600 * 1000  # ms; longer than any notice is worth telling
JUST_MS = 10_000  # ms in which somebody has "just" come
MOST_HELD = 200  # notices; the oldest go first: a digest counts them anyway


class RedisNoticeBoard:
    """Board on Redis scripts."""

    def __init__(self, redis: Redis, *, log_bound: str = NO_BOUND) -> None:
        self._redis = redis
        self._log_bound = log_bound

    async def keep(self, user_id: str, notice: Notice) -> PendingNotices:
        form = records.notice_to_stored(notice)
        return await self._held(user_id, form, seen=notice.id)

    async def pending(self, user_id: str) -> PendingNotices:
        return await self._held(user_id, "", seen="")

    async def announce(
        self,
        user_id: str,
        draft: Draft | None,
        *,
        forms: Sequence[str],
        noted: Sequence[Notice] = (),
        token: LeaseToken | None = None,
    ) -> Message | None:
        keys = Keys.of(user_id)
        reply = await self._redis.evaluate(
            script("notify"),
            [*keys.all(), keys.key("held")],
            [
                draft.id if draft else "",
                records.draft_to_log(draft) if draft else "",
                dumps({"notices": [records.notice_to_stored(notice) for notice in noted]}),
                token.run_id if token else "",
                str(token.fence) if token else "0",
                self._log_bound,
                str(KEEP_MS),
                *forms,
            ],
            limit_s=BRAIN_LIMIT_S,
        )
        if draft is None or reply[0] != "said":
            return None
        return draft.placed(seq=int(reply[1]), run_id=draft.id, done_after_this=False)

    async def _held(self, user_id: str, form: str, *, seen: str) -> PendingNotices:
        keys = Keys.of(user_id)
        reply = await self._redis.evaluate(
            script("hold"),
            [*keys.all(), keys.key(f"seen:{seen}"), keys.key("held"), keys.key("here")],
            [
                form,
                user_id,
                str(MOST_HELD),
                str(SEEN_KEEP_MS),
                str(HELD_KEEP_MS),
                str(KEEP_MS),
            ],
            limit_s=BRAIN_LIMIT_S,
        )
        return held_in(reply)


def held_in(reply: list[Any]) -> PendingNotices:
    """What the script tells of a user and what is held for them."""
    running, here, channel, contact, noted, heard, said, forms, now = reply
    loaded = {notice.id: (notice, form) for form in forms if (notice := _notice(form))}
    page, subscribed = _by_page(here, int(now)), _by_channel(channel)
    contact_ms = _last_contact(page, subscribed, int(contact or 0), int(now))
    return PendingNotices(
        notices=tuple(notice for notice, _ in loaded.values()),
        forms={id: form for id, (_, form) in loaded.items()},
        running=bool(running),
        listening=(page.came_ms, subscribed.came_ms) != (None, None),
        contact=_moment(contact_ms) if contact_ms else None,
        unheard=_unheard(noted, heard, int(said)),
        now=_moment(int(now)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Road:
    """A way in which a user may listen. `came_ms` is None while they do not, `left_ms` when they
    last left, before they came if they have; 0 for never.
    """

    came_ms: int | None
    left_ms: int


def _by_page(here: str, now_ms: int) -> _Road:
    """Pages that ask or stream: the last sign of life, when they came, when they had left."""
    last_ms, came_ms, left_ms = map(int, [*here.split(), "0", "0", "0"][:3])
    if last_ms and now_ms - last_ms < HERE_MS:
        return _Road(came_ms=came_ms, left_ms=left_ms)
    return _Road(came_ms=None, left_ms=last_ms)


def _by_channel(channel: str) -> _Road:
    """The channel's last word: when it was said, when they had left before, whether they listen."""
    at, *left, is_open = channel.split() or ("0", "0")
    if is_open == "1":
        return _Road(came_ms=int(at), left_ms=int(left[0]) if left else 0)
    return _Road(came_ms=None, left_ms=int(at))


def _last_contact(page: _Road, channel: _Road, spoken_ms: int, now_ms: int) -> int:
    """When they were last there before now: as long as they listen, that is now; of who has just
    come, it is when they left. Who has just left the channel hears nothing more.
    """
    came = [road.came_ms for road in (page, channel) if road.came_ms is not None]
    if not came:
        return max(page.left_ms, spoken_ms)
    if now_ms - min(came) >= JUST_MS:
        return now_ms
    return max(page.left_ms, channel.left_ms, spoken_ms)


def _unheard(noted: str, heard: str, said_seq: int) -> Unheard | None:
    """The last message of notices, unless it was heard, or the user has spoken since; or tells of
    some that newer code wrote: whoever does not know them cannot say it anew.
    """
    id, seq, form = (*noted.split(" ", 2), "", "", "")[:3]
    if not form or int(seq) < said_seq:
        return None
    if any(mark.seq == int(seq) and mark.how is not How.UNSPOKEN for mark in heard_by(heard)):
        return None
    stored = json.loads(form)["notices"]
    notices = tuple(notice for one in stored if (notice := _notice(one)))
    return Unheard(message_id=id, notices=notices) if len(notices) == len(stored) else None


def _notice(form: str) -> Notice | None:
    """None for a form that newer code wrote: it is said when that code looks."""
    with suppress(EntryUnreadable):
        return records.notice_from_stored(form)
    return None


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)

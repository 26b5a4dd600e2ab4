"""What the notice board's script answers, in the words of the notices."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from brain.cloud.redis.marks import heard_by
from brain.cloud.redis.moves.here import HERE_MS
from brain.cloud.redis.scripts import ScriptReply
from brain.errors import EntryUnreadable
from brain.notices.model import NOTICE, Notice, PendingNotices, Unheard
from brain.run.messages import How

JUST_MS = 10_000  # ms in which somebody has "just" come


def pending_in(reply: ScriptReply) -> PendingNotices:
    """The pending notices of a user, and what is known of the user, from the script's answer."""
    now_ms, forms = reply.number("now_ms"), reply.items("forms")
    loaded = {notice.id: (notice, form) for form in forms if (notice := _notice(form))}
    page, subscribed = _by_page(reply.text("here"), now_ms), _by_channel(reply.text("channel"))
    contact_ms = _last_contact(page, subscribed, reply.number("contact"), now_ms)
    return PendingNotices(
        notices=tuple(notice for notice, _ in loaded.values()),
        forms={id: form for id, (_, form) in loaded.items()},
        running=reply.flag("busy"),
        listening=(page.came_ms, subscribed.came_ms) != (None, None),
        contact=_moment(contact_ms) if contact_ms else None,
        unheard=_unheard(reply.text("noted"), reply.text("heard"), reply.number("said")),
        now=_moment(now_ms),
        language=reply.text("language") or None,
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
        return NOTICE.read(form)
    return None


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)

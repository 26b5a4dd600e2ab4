"""Parses the answer of the notice board's script."""

import json
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from brain.cloud.redis.marks import heard_by
from brain.cloud.redis.moves.here import HERE_MS
from brain.cloud.redis.scripts import ScriptReply, whole
from brain.codec import note_unreadable
from brain.errors import EntryUnreadable
from brain.notices.model import NOTICE, Notice, PendingNotices, Unheard
from brain.run.messages import How
from brain.texts.moments import DEFAULT_ZONE

JUST_MS = 10_000  # ms; a user who came less than this ago has just come


def pending_in(reply: ScriptReply) -> PendingNotices:
    """Read a user's pending notices, and the user's state, from the script's answer."""
    now_ms, forms = reply.number("now_ms"), reply.items("forms")
    loaded = {notice.id: (notice, form) for form in forms if (notice := _notice(form))}
    page, subscribed = _by_page(reply.text("here"), now_ms), _by_channel(reply.text("channel"))
    is_open = (page.came_ms, subscribed.came_ms) != (None, None)
    left_ms = 0 if is_open else max(page.left_ms, subscribed.left_ms)
    contact_ms = _last_contact(page, subscribed, reply.number("contact"), now_ms)
    return PendingNotices(
        notices=tuple(notice for notice, _ in loaded.values()),
        forms={id: form for id, (_, form) in loaded.items()},
        running=reply.flag("busy"),
        listening=is_open,
        left=_moment(left_ms) if left_ms else None,
        contact=_moment(contact_ms) if contact_ms else None,
        unheard=_unheard(reply.text("noted"), reply.text("heard"), reply.number("said")),
        now=_moment(now_ms),
        language=reply.text("language") or None,
        zone=reply.text("zone") or DEFAULT_ZONE,
    )


class _Path(Struct, frozen=True, kw_only=True):
    """A path by which a user may listen: a page, or the channel.

    `came_ms` is when the user began to listen; None while they do not listen. `left_ms` is when
    they last left before that; 0 means never.
    """

    came_ms: int | None
    left_ms: int


def _by_page(here: str, now_ms: int) -> _Path:
    """Parse the state of pages that poll or stream.

    `here` holds up to three times in ms: of the last request, when the user came, and when they
    had left before.
    """
    last_ms, came_ms, left_ms = map(whole, [*here.split(), "0", "0", "0"][:3])
    if last_ms and abs(now_ms - last_ms) < HERE_MS:
        return _Path(came_ms=came_ms, left_ms=left_ms)
    return _Path(came_ms=None, left_ms=last_ms)


def _by_channel(channel: str) -> _Path:
    """Parse the channel's last report.

    `channel` holds its time in ms, optionally when the user had left before, and 1 if they listen.
    """
    parts = channel.split()
    at, *left, is_open = parts if len(parts) > 1 else ("0", "0")
    if is_open == "1":
        return _Path(came_ms=whole(at), left_ms=whole(left[0]) if left else 0)
    return _Path(came_ms=None, left_ms=whole(at))


def _last_contact(page: _Path, channel: _Path, spoken_ms: int, now_ms: int) -> int:
    """When the user was last present, in ms.

    This is now while the user listens. If they have just come, it is when they had left before. A
    user who has left the channel is not counted as present after that, so only a page's time and
    the user's last text count then.
    """
    came = [path.came_ms for path in (page, channel) if path.came_ms is not None]
    if not came:
        return max(page.left_ms, spoken_ms)
    if now_ms - min(came) >= JUST_MS:
        return now_ms
    return max(page.left_ms, channel.left_ms, spoken_ms)


def _unheard(noted: str, heard: str, said_seq: int) -> Unheard | None:
    """Read the last message of notices, if nobody has heard it.

    None if it was heard or if the user has spoken since. None also if it announces a notice that
    newer code wrote: this code cannot read that notice and so cannot repeat it.
    """
    id, seq, form = (*noted.split(" ", 2), "", "", "")[:3]
    if not form or whole(seq) < said_seq:
        return None
    if any(mark.seq == whole(seq) and mark.how is not How.UNSPOKEN for mark in heard_by(heard)):
        return None
    stored = _forms(form)
    notices = tuple(notice for one in stored if (notice := _notice(one)))
    return Unheard(message_id=id, notices=notices) if len(notices) == len(stored) else None


def _forms(form: str) -> list[str]:
    """Return the stored notices of a message; none if newer code stored them in another form."""
    try:
        stored = json.loads(form)["notices"]
    except (KeyError, TypeError, ValueError):
        return []
    return [str(one) for one in stored] if isinstance(stored, list) else []


def _notice(form: str) -> Notice | None:
    """Read a stored notice. None for one that newer code wrote; that code will announce it."""
    try:
        return NOTICE.read(form)
    except EntryUnreadable as error:
        note_unreadable(error)
        return None


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)

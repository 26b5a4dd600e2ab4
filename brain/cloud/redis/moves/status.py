"""Reads what the user's brain is doing."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from brain.cloud.redis.moves.here import HERE_KEEP_MS, HERE_MS
from brain.cloud.redis.scripts import (
    CALLER_LIMIT_S,
    KEEP_MS,
    BatchRedis,
    Keys,
    Redis,
    Script,
    ScriptReply,
    whole,
)
from brain.run.store import Status

_PROGRESS = re.compile(r"[0-9.e-]{1,24}")
# ms until a page that polls counts as gone, for what it would say: it polls twice as often while
# somebody looks. Not longer than a claim (see devices/claims.py)
POLLED_MS = 10_000
STATUS = Script(__package__, "status", CALLER_LIMIT_S, part="devices")
# What `statuses` reads of each run, and what it leaves empty.
AT_A_GLANCE = (
    *("state", "id", "loops", "activity", "started", "last", "seq", "progress", "reason"),
    *("held", "tokens"),
)
LEFT_OUT = dict.fromkeys(("question", "channel", "language", "zone", "here", "now_ms"), "")


async def status(
    redis: Redis,
    user_id: str,
    *,
    is_here: bool,
    language: str | None,
    zone: str | None,
    device: str = "",
) -> Status:
    """Return what the brain is doing. `is_here`: a page asks, which now counts as listening.

    `device` is the name of that page, if it is known.

    `language` and `zone` are those of the user's device, to be stored; None keeps the stored one.
    """
    reply = await STATUS.run(
        redis,
        Keys.of(user_id).keys("run", "here"),
        {
            "is_here": is_here,
            "keep_ms": HERE_KEEP_MS,
            "gap_ms": HERE_MS,
            "language": language or "",
            "zone": zone or "",
            "run_keep_ms": KEEP_MS,
            "device": device,
            "device_ms": POLLED_MS,
        },
    )
    return _status(reply)


async def statuses(redis: BatchRedis, user_ids: Sequence[str]) -> Mapping[str, Status]:
    """Return what several brains are doing, in one round trip.

    These are plain reads: nobody counts as listening by them, and nothing about listeners and
    questions is read.
    """
    commands = [["HMGET", Keys.of(id).key("run"), *AT_A_GLANCE] for id in user_ids]
    found = await redis.execute_all(commands, limit_s=CALLER_LIMIT_S)
    return {id: _glance(values) for id, values in zip(user_ids, found, strict=True)}


def _glance(values: Sequence[str | None]) -> Status:
    names = " ".join((*AT_A_GLANCE, *LEFT_OUT))
    return _status(ScriptReply([names, *values, *LEFT_OUT.values()]))


def _status(reply: ScriptReply) -> Status:
    """Decode the status. All fields are missing for a user without any messages."""
    is_running = reply.text("state") in ("running", "handingOver")
    idle: Literal["stopped", "idle"] = "stopped" if reply.text("reason") == "stopped" else "idle"
    is_subscribed = reply.text("channel").endswith(" 1")
    progress = reply.text("progress")
    return Status(
        state="running" if is_running else idle,
        run_id=reply.text("id") or None,
        loop=reply.number("loops"),
        activity=reply.text("activity"),
        started_ms=reply.number("started") or None,
        last_event_ms=reply.number("last") or None,
        last_seq=reply.number("seq"),
        progress=float(progress) if _PROGRESS.fullmatch(progress) else None,
        reason=reply.text("reason"),
        question_id=_waiting(reply.text("question"), now_ms=reply.number("now_ms")),
        is_subscribed=is_subscribed,
        is_listening=is_subscribed or _is_here(reply),
        held=reply.number("held"),
        language=reply.text("language") or None,
        zone=reply.text("zone") or None,
        tokens=reply.number("tokens"),
    )


def _is_here(reply: ScriptReply) -> bool:
    """Whether a page was listening shortly before this request."""
    last, _, _ = reply.text("here").partition(" ")
    return bool(last) and abs(reply.number("now_ms") - whole(last)) < HERE_MS


def _waiting(question: str, *, now_ms: int) -> str | None:
    """Return the id of the last question while it is open."""
    id, _, expires_ms = question.partition(" ")
    return id if whole(expires_ms) > now_ms else None

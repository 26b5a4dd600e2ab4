"""The subscriptions of users, and what was pushed to them, on a Redis script.

They are in the state store, as notices are: a deployment without a database can push.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from brain.cloud.redis.scripts import (
    CALLER_LIMIT_S,
    KEEP_MS,
    Argument,
    Keys,
    Redis,
    Script,
    ScriptReply,
    milliseconds,
    whole,
)
from brain.codec import Form, Stored, note_unreadable
from brain.errors import EntryUnreadable
from brain.notices.push.model import Pushed, PushSubscription
from brain.notices.push.rules import CLAIM, MOST_DEVICES

PUSHED_KEEP_MS = 8 * 24 * 3600 * 1000  # ms; as long as notices wait
SENT, DIGEST_AT, DUE = "sent", ":digest", ":due"

SUBSCRIPTION = Stored(Form(PushSubscription))
PUSH = Script(__package__, "push", CALLER_LIMIT_S)


def subscription_id(endpoint: str) -> str:
    """Return the id of a subscription: its address is as good as a password, so it is hashed."""
    return hashlib.sha256(endpoint.encode()).hexdigest()[:32]


class RedisPushBook:
    """`PushBook` on a Redis script."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def read(self, user_id: str) -> Pushed:
        reply = await self._run(user_id, "read")
        devices = dict(zip(reply.items("devices"), reply.items("forms"), strict=True))
        marks = dict(zip(reply.items("notices"), reply.items("marks"), strict=True))
        loaded = {id: one for id, form in devices.items() if (one := _loaded(form)) is not None}
        others = {id: mark for id, mark in marks.items() if not id.startswith(":")}
        return Pushed(
            subscriptions=loaded,
            sent=frozenset(id for id, mark in others.items() if mark == SENT),
            claimed={id: _moment(mark) for id, mark in others.items() if mark != SENT},
            digest_at=_moment(marks[DIGEST_AT]) if DIGEST_AT in marks else None,
            due=_moment(marks[DUE]) if DUE in marks else None,
        )

    async def put(self, user_id: str, subscription: PushSubscription) -> int:
        form = SUBSCRIPTION.write(subscription)
        id = subscription_id(subscription.endpoint)
        return (await self._run(user_id, "put", id=id, form=form)).number("count")

    async def drop(self, user_id: str, endpoint: str) -> bool:
        return (await self._run(user_id, "drop", id=subscription_id(endpoint))).kind == "done"

    async def plan(self, user_id: str, due: datetime | None) -> None:
        at_ms = str(milliseconds(due.timestamp())) if due is not None else ""
        await self._run(user_id, "plan", at_ms=at_ms)

    async def claim(
        self, user_id: str, ids: Sequence[str], *, alive: Sequence[str], is_digest: bool
    ) -> bool:
        digest = "1" if is_digest else ""
        reply = await self._run(user_id, "claim", ids=ids, alive=alive, digest=digest)
        return reply.kind == "done"

    async def settle(self, user_id: str, ids: Sequence[str], *, is_digest: bool) -> None:
        await self._run(user_id, "settle", ids=ids, digest="1" if is_digest else "")

    async def _run(self, user_id: str, what: str, **given: Argument) -> ScriptReply:
        empty: Mapping[str, Argument] = {
            "id": "",
            "form": "",
            "at_ms": "",
            "digest": "",
            "ids": (),
            "alive": (),
        }
        return await PUSH.run(
            self._redis,
            Keys.of(user_id).keys("push", "pushed"),
            {
                **empty,
                **given,
                "what": what,
                "most": MOST_DEVICES,
                "claim_ms": milliseconds(CLAIM.total_seconds()),
                "keep_ms": str(KEEP_MS),
                "pushed_ms": str(PUSHED_KEEP_MS),
            },
        )


def _loaded(stored: str) -> PushSubscription | None:
    """Read a stored subscription. None if newer code wrote it."""
    try:
        return SUBSCRIPTION.read(stored.partition(" ")[2])
    except EntryUnreadable as error:
        note_unreadable(error)
        return None


def _moment(ms: str) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=whole(ms))

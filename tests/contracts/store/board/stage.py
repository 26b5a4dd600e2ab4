"""A stage for the tests of the notice board."""

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys, Redis
from brain.notices.model import Notice, PendingNotices
from brain.notices.redis import RedisNoticeBoard
from brain.run.messages import Kind, Message
from brain.run.moves import LeaseToken
from tests.contracts.store.stage import NOON, Stage, draft

DAY_MS = 24 * 3600 * 1000


def notice(id: str = "n1", **given: Any) -> Notice:
    plain: dict[str, Any] = {
        "id": id, "kind": "email", "text": "", "urgent": False, "at": NOON, "sender": "Anna",
        "subject": f"Letter {id}", "expires_at": NOON + timedelta(days=3),
    }  # fmt: skip
    return Notice(**{**plain, **given})


N1, N2 = notice("n1"), notice("n2")


def board(stage: Stage) -> RedisNoticeBoard:
    return RedisNoticeBoard(stage.redis)


def ids(held: PendingNotices) -> list[str]:
    return [one.id for one in held.notices]


async def say(
    stage: Stage,
    held: PendingNotices,
    *told: Notice,
    text: str = "News.",
    token: LeaseToken | None = None,
    redis: Redis | None = None,
) -> Message | None:
    """Announce these notices, as they were on the board."""
    forms = [held.forms[one.id] for one in told]
    said = replace(draft(text), id=f"id-of-{text}".replace(" ", "-"), kind=Kind.NOTIFICATION)
    return await RedisNoticeBoard(redis or stage.redis).announce(
        stage.user, said, forms=forms, noted=told, token=token
    )


async def keep(stage: Stage, name: str) -> int:
    """How long until a key of the user expires, in ms."""
    return int(await stage.redis.execute(["PTTL", Keys.of(stage.user).key(name)], limit_s=4))


async def now(stage: Stage) -> datetime:
    return (await board(stage).pending(stage.user)).now

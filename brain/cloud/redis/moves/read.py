"""Reads a part of the log."""

from brain.cloud.redis import entries
from brain.cloud.redis.marks import with_marks
from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, Script
from brain.run.store import Page

READ = Script(__package__, "read", CALLER_LIMIT_S)


async def read(redis: Redis, user_id: str, *, since: int, limit: int) -> Page:
    """Return at most `limit` log entries after `since`."""
    reply = await READ.run(
        redis, Keys.of(user_id).keys("run", "log"), {"since": since, "count": limit}
    )
    return Page(
        entries=with_marks(entries.legible(reply.items("entries")), reply.text("heard")),
        last_seq=reply.number("seq"),
        first_seq=reply.number("first"),
    )

"""The ids of the queue's messages for each user, so that they can be cancelled."""

import logging
import time
from zlib import crc32

from brain.cloud.redis.scripts import KEEP_MS, BatchRedis, Keys, milliseconds
from brain.errors import StoreUnreachable

NOTE_S = 1.0  # seconds for the store's answer; the caller has published already
LATE_MS = 3600 * 1000  # ms after its time in which a message may still be tried again
MOST = 1_000  # messages of one user; those that come first are forgotten first
PRUNING = 16  # one note in so many removes what is too old or too much: each command is billed

log = logging.getLogger(__name__)


class QueuedMessages:
    """The messages on the queue, as a sorted set of each user's: id, and until when it may come."""

    def __init__(self, redis: BatchRedis) -> None:
        self._redis = redis

    async def note(self, user_id: str, message_id: str, delay_s: float) -> None:
        """Keep the id of a message, which a space and a word may follow.

        A failure has no effect but this: the message cannot be cancelled, and if the user is
        erased, it finds nothing.
        """
        if not message_id:
            return
        commands = _noting(Keys.of(user_id).key("queued"), message_id, milliseconds(delay_s))
        try:
            await self._redis.execute_all(commands, limit_s=NOTE_S)
        except StoreUnreachable as error:
            log.warning("queue: message not noted, reason=%s", type(error).__name__)


def _noting(key: str, message_id: str, delay_ms: int) -> list[list[str]]:
    """Return the commands of a note. They may be sent again: the id decides what they do."""
    now_ms = milliseconds(time.time())
    until_ms = now_ms + delay_ms + LATE_MS
    commands = [["ZADD", key, str(until_ms), message_id], ["PEXPIRE", key, str(KEEP_MS)]]
    if crc32(message_id.encode()) % PRUNING == 0:
        commands += [
            ["ZREMRANGEBYSCORE", key, "-inf", str(now_ms)],
            ["ZREMRANGEBYRANK", key, "0", str(-MOST - 1)],
        ]
    return commands

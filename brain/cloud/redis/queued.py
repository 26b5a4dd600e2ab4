"""The ids of the queue's messages for each user, so that they can be cancelled."""

import logging

from brain.cloud.redis.scripts import (
    KEEP_MS,
    Keys,
    Redis,
    Script,
    ScriptArguments,
    milliseconds,
)
from brain.errors import StoreUnreachable

NOTE_S = 1.0  # seconds for the store's answer; the caller has published already
LATE_MS = 3600 * 1000  # ms after its time in which a message may still be tried again
MOST = 1_000  # messages of one user; those that come first are forgotten first

NOTE = Script(__package__, "queued", NOTE_S)

log = logging.getLogger(__name__)


class QueuedMessages:
    """The messages on the queue, as a sorted set of each user's."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def note(self, user_id: str, message_id: str, delay_s: float) -> None:
        """Keep the id of a message, which a space and a word may follow.

        A failure has no effect but this: the message cannot be cancelled, and if the user is
        erased, it finds nothing.
        """
        if not message_id:
            return
        arguments: ScriptArguments = {
            "id": message_id,
            "keep_ms": KEEP_MS,
            "delay_ms": milliseconds(delay_s),
            "late_ms": LATE_MS,
            "most": MOST,
        }
        try:
            await NOTE.run(self._redis, Keys.of(user_id).keys("queued"), arguments)
        except StoreUnreachable as error:
            log.warning("queue: message not noted, reason=%s", type(error).__name__)

"""`Uploads` on a Redis script."""

from brain.cloud.redis import entries
from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, Script
from brain.errors import TooManyTexts
from brain.run.messages import Utterance

WINDOW_MS = 60_000  # ms; the window in which texts are counted too
UPLOAD = Script(__package__, "upload", CALLER_LIMIT_S)


class RedisUploads:
    """Counts takes beside the texts: a take that is not sent to the brain is no text, but costs."""

    def __init__(self, redis: Redis, *, per_minute: int) -> None:
        """`per_minute` is how many takes of one user are accepted in a sliding minute."""
        self._redis = redis
        self._per_minute = per_minute

    async def begin(self, user_id: str, message_id: str) -> str | None:
        reply = await UPLOAD.run(
            self._redis,
            Keys.of(user_id).keys("log", f"id:{message_id}", "takes"),
            {"window": WINDOW_MS, "rate": self._per_minute, "window_ms": WINDOW_MS},
        )
        if reply.kind == "limited":
            raise TooManyTexts(reply.number("wait_ms") / 1000)
        if reply.kind == "counted":
            return None
        found = entries.legible([reply.items("entry")])
        return found[0].text if found and isinstance(found[0], Utterance) else None

"""What the state store knows of a user's last run."""

from brain.cloud.meter import counts_in
from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, whole
from brain.usage.model import Receipt, state_of

FIELDS = ("id", "state", "reason", "last", "receipt")


class RedisRunning:
    """`Running` on Redis: one command."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def last(self, user_id: str) -> Receipt | None:
        """Read fields of the run's hash."""
        command = ["HMGET", Keys.of(user_id).key("run"), *FIELDS]
        found = await self._redis.execute(command, limit_s=CALLER_LIMIT_S)
        run_id, state, reason, last, stored = (value or "" for value in found)
        counts = counts_in(stored)
        if counts is None or counts.run_id != run_id:
            return None
        if state != "idle":
            return Receipt(counts=counts, state="running")
        ended_ms = whole(last) or counts.started_ms
        return Receipt(counts=counts, state=state_of(reason), because=reason, ended_ms=ended_ms)

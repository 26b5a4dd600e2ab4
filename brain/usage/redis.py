"""What the state store knows of a user's last run."""

from brain.cloud.meter import DayCount, counts_in
from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, whole
from brain.texts.moments import DEFAULT_ZONE
from brain.usage.model import Receipt, state_of

FIELDS = ("id", "state", "reason", "last", "receipt")


class RedisRunning:
    """`Running` on Redis: one command each."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def last(self, user_id: str) -> Receipt | None:
        """Read fields of the run's hash."""
        run_id, state, reason, last, stored = await self._read(user_id, *FIELDS)
        counts = counts_in(stored)
        if counts is None or counts.run_id != run_id:
            return None
        if state != "idle":
            return Receipt(counts=counts, state="running")
        ended_ms = whole(last) or counts.started_ms
        return Receipt(counts=counts, state=state_of(reason), because=reason, ended_ms=ended_ms)

    async def counted(self, user_id: str) -> tuple[str, DayCount | None]:
        """Read fields of the run's hash."""
        zone, stored = await self._read(user_id, "zone", "receipt")
        counts = counts_in(stored)
        return zone or DEFAULT_ZONE, counts.day if counts is not None else None

    async def _read(self, user_id: str, *fields: str) -> list[str]:
        command = ["HMGET", Keys.of(user_id).key("run"), *fields]
        found = await self._redis.execute(command, limit_s=CALLER_LIMIT_S)
        return [value or "" for value in found]

"""Fences around what a rehearsed brain shares with its owner: nothing of the owner's is reached.

State store and database are the real ones. Their adapters find everything by a user id, and the
rehearsed brain has one of its own. The fences check that, call by call.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from brain.cloud.postgres.database import Postgres
from brain.cloud.redis.scripts import BatchRedis, Keys, Redis
from brain.cloud.redis.store import RedisStore
from brain.cloud.world import NotInThisWorld
from brain.codec import Json
from brain.run.limits import Limits
from brain.run.messages import Draft
from brain.run.moves import Commit, Committed, LeaseToken, WakeCall
from brain.run.ports import Clock, Queue

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection, Work


class OwnRedis:
    """A Redis in which only the keys of one mind are reached."""

    def __init__(self, redis: BatchRedis, mind_id: str) -> None:
        self._redis = redis
        self._prefix = Keys.of(mind_id).key("")

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        self._check(keys)
        return await self._redis.evaluate(script, keys, args, limit_s=limit_s)

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        self._check(command[1:2])
        return await self._redis.execute(command, limit_s=limit_s)

    async def execute_all(self, commands: Sequence[Sequence[str]], *, limit_s: float) -> list[Any]:
        for command in commands:
            self._check(command[1:2])
        return await self._redis.execute_all(commands, limit_s=limit_s)

    def _check(self, keys: Sequence[str]) -> None:
        if not keys or not all(key.startswith(self._prefix) for key in keys):
            raise NotInThisWorld("a key of somebody else")


class OwnDatabase(Postgres):
    """A database in which every statement names one mind as its user."""

    def __init__(self, database: Postgres, mind_id: str) -> None:
        self._database = database
        self._mind_id = mind_id

    async def run[T](self, work: "Work[T]", *, implicit: bool = False, alone: bool = False) -> T:
        return await self._database.run(self._fenced(work), implicit=implicit, alone=alone)

    async def read[T](self, work: "Work[T]") -> T:
        return await self._database.read(self._fenced(work))

    async def is_new(self, user_id: str) -> bool:
        """Return False: what a rehearsed brain begins with stands in its world, too."""
        return False

    def _fenced[T](self, work: "Work[T]") -> "Work[T]":
        def fenced(connection: "Connection") -> Any:
            return work(_OwnConnection(connection, self._mind_id))  # type: ignore[arg-type]  # the part of it that is used

        return fenced

    async def close(self) -> None:
        """Do nothing: the connection is the deployment's."""


class _OwnConnection:
    """What the adapters use of a connection."""

    def __init__(self, connection: "Connection", mind_id: str) -> None:
        self._connection = connection
        self._mind_id = mind_id

    async def execute(self, sql: Any, values: Any = None) -> Any:
        _check(values, self._mind_id)
        return await self._connection.execute(sql, values)

    def cursor(self, *, row_factory: Any) -> AbstractAsyncContextManager[Any]:
        return _OwnCursor(self._connection.cursor(row_factory=row_factory), self._mind_id)


class _OwnCursor:
    def __init__(self, cursor: Any, mind_id: str) -> None:
        self._cursor = cursor
        self._mind_id = mind_id

    async def __aenter__(self) -> "_OwnCursor":
        await self._cursor.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> Any:
        return await self._cursor.__aexit__(*error)

    async def execute(self, sql: Any, values: Any = None) -> Any:
        _check(values, self._mind_id)
        return await self._cursor.execute(sql, values)

    async def fetchall(self) -> Any:
        return await self._cursor.fetchall()

    async def fetchone(self) -> Any:
        return await self._cursor.fetchone()


def _check(values: Any, mind_id: str) -> None:
    if not isinstance(values, Mapping) or values.get("user_id") != mind_id:
        raise NotInThisWorld("rows of somebody else")


class WorldClock:
    """The clock of a world. Only its calendar differs from the real one."""

    def __init__(self, clock: Clock, shift: timedelta) -> None:
        self._clock = clock
        self._shift = shift

    def now(self) -> float:
        return self._clock.now()

    def utc(self) -> datetime:
        return self._clock.utc() + self._shift

    def new_id(self) -> str:
        return self._clock.new_id()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


class WorldStore(RedisStore):
    """The state store of a world. It compares the ends of questions with its own clock, so these
    are stored in real time.
    """

    def __init__(self, redis: Redis, limits: Limits, shift: timedelta) -> None:
        super().__init__(redis, limits)
        self._shift = shift

    async def commit(self, token: LeaseToken, step: Commit) -> Committed:
        drafts = tuple(map(self._real, step.drafts))
        return await super().commit(token, replace(step, drafts=drafts))

    def _real(self, draft: Draft) -> Draft:
        if (asked := draft.question) is None:
            return draft
        end = asked.expires_at - self._shift
        return replace(draft, expires_at=end, question=replace(asked, expires_at=end))


class WorldQueue:
    """The queue of a world: it carries on the mind's own runs, and nothing else.

    What a brain tells itself through the queue, such as a reminder that is due, comes after the
    rehearsal; that it was set is noted with the tool that did it.
    """

    def __init__(self, queue: Queue, mind_id: str) -> None:
        self._queue = queue
        self._mind_id = mind_id

    async def publish(self, wake_call: WakeCall, *, delay_s: float, dedup_id: str) -> None:
        if wake_call.user_id != self._mind_id:
            raise NotInThisWorld("a run of somebody else")
        if wake_call.reason != "event":
            await self._queue.publish(wake_call, delay_s=delay_s, dedup_id=dedup_id)

    async def tell(self, event: Json, *, delay_s: float, dedup_id: str) -> None:
        return None

    async def keep_schedule(self, name: str, *, cron: str, event: Json) -> None:
        raise NotInThisWorld("a schedule")

"""The state store on Redis. Each method is one atomic script (`moves/`).

The `Redis` that is passed in runs the scripts: Upstash's REST API in production, an in-memory Redis
in the simulator.
"""

import logging
from copy import copy
from typing import Self

from brain.cloud.meter import new_meter
from brain.cloud.redis.devices.pages import OnGrowth, unnoticed
from brain.cloud.redis.moves.admit import Joins, admit
from brain.cloud.redis.moves.aside import aside
from brain.cloud.redis.moves.commit import commit
from brain.cloud.redis.moves.heard import heard
from brain.cloud.redis.moves.here import here
from brain.cloud.redis.moves.lease import look
from brain.cloud.redis.moves.presence import note_presence
from brain.cloud.redis.moves.question import question
from brain.cloud.redis.moves.read import read
from brain.cloud.redis.moves.release import release
from brain.cloud.redis.moves.renew import renew
from brain.cloud.redis.moves.resume import resume
from brain.cloud.redis.moves.status import status
from brain.cloud.redis.moves.stop import stop
from brain.cloud.redis.numbering import AskOutlasting
from brain.cloud.redis.scripts import BRAIN_LIMIT_S, NO_BOUND, Keys, Redis
from brain.cloud.redis.withdraw import withdraw
from brain.cloud.traces.commits import recorded_commit
from brain.cloud.traces.recording import begin_trace
from brain.run.limits import Limits
from brain.run.messages import Draft, Heard
from brain.run.moves import (
    Admission,
    Admitted,
    Alive,
    AnsweredAside,
    Arrival,
    Asked,
    Commit,
    Committed,
    Duplicate,
    LeaseToken,
    RateLimited,
    Settled,
    Stopped,
    WakeCall,
)
from brain.run.requests import Stop, Withdraw, Withdrawal
from brain.run.store import Here, Occupancy, Page, Sight, Status

LOG_ROOM = 2  # times `log_entries`: the length of a log without an archive

log = logging.getLogger(__name__)


class RedisStore:
    """The StateStore port, implemented with Redis scripts."""

    def __init__(
        self,
        redis: Redis,
        limits: Limits,
        *,
        has_archive: bool = False,
        ask: AskOutlasting | None = None,
        grown: OnGrowth = unnoticed,
    ) -> None:
        """With an archive, only archived entries leave the log. Without, the oldest are dropped.

        `ask` asks the database for what it has of a user whom the store does not know.
        `grown` is called for each text of the user's, and for each last message of a run.
        """
        self.ask = ask
        self.joins: Joins = ""
        self._redis = redis
        self._grown = grown
        self._device = ""
        self._limits = limits
        self.log_bound = NO_BOUND if has_archive else str(limits.log_entries * LOG_ROOM)

    def telling(self, grown: OnGrowth) -> "RedisStore":
        """Return the same store, which tells `grown` how its calls let the log grow."""
        told = copy(self)
        told._grown = grown
        return told

    def read_by(self, device: str) -> "RedisStore":
        """Return the same store for a page that reads the log; `device` is its name."""
        read = copy(self)
        read._device = device
        return read

    async def admit(self, arrival: Arrival) -> Admission:
        new_meter()
        made = await admit(
            self._redis,
            arrival,
            self._limits,
            log_bound=self.log_bound,
            ask=self.ask,
            grown=self._grown,
            joins=self.joins,
        )
        if isinstance(made, Admitted):
            begin_trace(made)
        return made

    def joining(self, joins: Joins) -> Self:
        """Return this store as it admits only what joins a run. Such an `admit` raises RunEnded."""
        store = copy(self)
        store.joins = joins
        return store

    async def aside(
        self, arrival: Arrival, answer: Draft, *, even_idle: bool = False
    ) -> AnsweredAside | Duplicate | RateLimited | None:
        """`even_idle`: answer also if no run is open, for a user who has said something before."""
        return await aside(
            self._redis,
            arrival,
            answer,
            self._limits,
            log_bound=self.log_bound,
            even_idle=even_idle,
        )

    async def question(self, user_id: str, question_id: str | None) -> Asked | None:
        return await question(self._redis, user_id, question_id)

    async def resume(self, wake_call: WakeCall, *, holder: str) -> Admitted | Alive | Settled:
        new_meter()
        made = await resume(self._redis, wake_call, self._limits, holder=holder)
        if isinstance(made, Admitted):
            begin_trace(made)
        if isinstance(made, Admitted) and wake_call.reason == "wakeup":
            # The brain has died, or was frozen, and its lease has expired.
            log.warning("wakeup.late: run=%s wake=%d", wake_call.run_id, wake_call.wake)
        return made

    async def commit(self, token: LeaseToken, step: Commit) -> Committed:
        bound, grown = self.log_bound, self._grown
        made = commit(self._redis, token, step, self._limits, log_bound=bound, grown=grown)
        return await recorded_commit(token, step, made)

    async def renew(self, token: LeaseToken) -> None:
        await renew(self._redis, token, lease_s=self._limits.lease_s)

    async def look(self, token: LeaseToken) -> Sight:
        return await look(self._redis, token)

    async def release(self, token: LeaseToken) -> None:
        await release(self._redis, token)

    async def stop(self, order: Stop) -> Stopped | Settled:
        return await stop(self._redis, order, log_bound=self.log_bound)

    async def withdraw(self, order: Withdraw) -> Withdrawal | None:
        return await withdraw(self._redis, order, self._limits, log_bound=self.log_bound)

    async def read(self, user_id: str, *, since: int, limit: int) -> Page:
        return await read(self._redis, user_id, since=since, limit=limit)

    async def trim(self, user_id: str, *, below: int) -> None:
        command = ["XTRIM", Keys.of(user_id).key("log"), "MINID", f"{below}-0"]
        await self._redis.execute(command, limit_s=BRAIN_LIMIT_S)

    async def status(
        self,
        user_id: str,
        *,
        is_here: bool = False,
        language: str | None = None,
        zone: str | None = None,
    ) -> Status:
        return await status(
            self._redis,
            user_id,
            is_here=is_here,
            language=language,
            zone=zone,
            device=self._device,
        )

    async def here(self, user_id: str) -> Here:
        return await here(self._redis, user_id, device=self._device)

    async def note_presence(self, user_hash: str, *, is_occupied: bool, at_ms: int) -> Occupancy:
        return await note_presence(self._redis, user_hash, is_occupied=is_occupied, at_ms=at_ms)

    async def heard(self, user_id: str, mark: Heard, *, claim: int = 0) -> Heard | None:
        most = self._limits.heard_entries
        return await heard(self._redis, user_id, mark, most=most, claim=claim)

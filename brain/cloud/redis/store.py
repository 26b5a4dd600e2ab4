"""The state store: the one translator between the brain's words and the Redis scripts.

Each method is one script, and each script one atomic move (see adapters/lua). How a script reaches
a Redis is the `Redis` that is handed in: over Upstash's REST in production, in memory under the
simulator.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from brain.cloud.redis import replies
from brain.cloud.redis.scripts import (
    BRAIN_LIMIT_S,
    CALLER_LIMIT_S,
    KEEP_MS,
    NO_BOUND,
    Keys,
    Redis,
    script,
)
from brain.run import records
from brain.run.codec import fingerprint
from brain.run.journal import Spent
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
    Stop,
    Stopped,
    WakeCall,
)
from brain.run.views import Here, Occupancy, Page, Status

QUESTION_KEEP_MS = 30 * 24 * 3600 * 1000  # ms; longer than a question is open: some ask later
HERE_KEEP_MS = 7 * 24 * 3600 * 1000  # ms; how long it is known when somebody was last there
ID_KEEP_MS = 24 * 3600 * 1000  # ms; how long a message id is known
RATE_WINDOW_MS = 60_000  # ms; the minute of `texts_per_minute`
JOURNAL_KEEP_MS = 48 * 3600 * 1000  # ms; a run of at most a day, and a day to look at it
LOG_ROOM = 2  # times `log_entries`: what a log without an archive holds


class RedisStore:
    """StateStore on Redis scripts."""

    def __init__(self, redis: Redis, limits: Limits, *, has_archive: bool = False) -> None:
        """With an archive nothing leaves the log before that has it; else the oldest entries go."""
        self._redis = redis
        self._limits = limits
        self.log_bound = NO_BOUND if has_archive else str(limits.log_entries * LOG_ROOM)

    async def admit(self, arrival: Arrival) -> Admission:
        limits, decision = self._limits, arrival.decision
        reply = await self._move(
            "admit",
            arrival.user_id,
            records.arrival_to_log(arrival),
            records.remarks_to_journal(arrival.recent_context),
            records.tools_to_journal(arrival.client_tools),
            arrival.holder,
            arrival.new_run_id,
            _ms(limits.lease_s),
            str(limits.tail_entries),
            str(limits.texts_per_minute),
            str(RATE_WINDOW_MS),
            self.log_bound,
            str(KEEP_MS),
            str(ID_KEEP_MS),
            str(JOURNAL_KEEP_MS),
            decision.question_id if decision else "",
            f"{decision.verdict} {fingerprint(decision.arguments)}" if decision else "",
            records.arrival_to_log(replace(arrival, decision=None)) if arrival.is_spoken else "",
            more=(
                f"id:{arrival.message_id}",
                "memory",
                "questions",
                f"rest:{decision.question_id}" if decision else "rest",
            ),
            limit_s=CALLER_LIMIT_S,
        )
        match reply[0]:
            case "admitted":
                return replies.admitted(arrival.user_id, reply)
            case "limited":
                return RateLimited(retry_after_s=int(reply[1]) / 1000)
            case "recorded":
                return replies.recorded(reply)
            case "closed":
                return replies.closed(reply)
            case _:
                return replies.duplicate(reply)

    async def aside(
        self, arrival: Arrival, answer: Draft
    ) -> AnsweredAside | Duplicate | RateLimited | None:
        limits = self._limits
        reply = await self._move(
            "aside",
            arrival.user_id,
            records.arrival_to_log(arrival),
            records.draft_to_log(answer),
            arrival.new_run_id,
            arrival.holder,
            str(limits.texts_per_minute),
            str(RATE_WINDOW_MS),
            self.log_bound,
            str(KEEP_MS),
            str(ID_KEEP_MS),
            more=(f"id:{arrival.message_id}",),
            limit_s=CALLER_LIMIT_S,
        )
        match reply[0]:
            case "answered":
                return replies.answered(arrival, answer, reply)
            case "known":
                return replies.duplicate(reply)
            case "limited":
                return RateLimited(retry_after_s=int(reply[1]) / 1000)
            case _:
                return None

    async def question(self, user_id: str, question_id: str | None) -> Asked | None:
        reply = await self._move(
            "question", user_id, question_id or "", more=("questions",), limit_s=CALLER_LIMIT_S
        )
        return replies.asked(reply) if reply else None

    async def resume(self, wake_call: WakeCall, *, holder: str) -> Admitted | Alive | Settled:
        reply = await self._move(
            "resume",
            wake_call.user_id,
            wake_call.reason,
            wake_call.run_id,
            str(wake_call.fence),
            str(wake_call.wake),
            holder,
            _ms(self._limits.lease_s),
            str(self._limits.tail_entries),
            more=("memory",),
        )
        match reply[0]:
            case "admitted":
                return replies.admitted(wake_call.user_id, reply)
            case "alive":
                return replies.alive(reply)
            case _:
                return Settled(held=int(reply[1] or 0))

    async def commit(self, token: LeaseToken, commit: Commit) -> Committed:
        entries = [records.entry_to_journal(entry) for entry in commit.entries]
        asking = commit.asking
        drafts = [records.draft_to_log(draft) for draft in commit.drafts]
        asked = commit.question
        reply = await self._move(
            "commit",
            token.user_id,
            token.run_id,
            str(token.fence),
            str(commit.step),
            commit.kind.value,
            _ms(self._limits.lease_s),
            _ms(self._limits.handover_s),
            self.log_bound,
            *_spent(commit.spent),
            commit.activity,
            "" if commit.progress is None else repr(commit.progress),
            commit.reason,
            str(len(entries)),
            str(len(drafts)),
            asked.id if asked else "",
            str(round(asked.expires_at.timestamp() * 1000)) if asked and asked.expires_at else "",
            str(QUESTION_KEEP_MS),
            (asked and asked.supersedes) or "",
            records.entry_to_journal(asking.asked) if asking else "",
            records.entry_to_journal(asking.not_asked) if asking else "",
            *entries,
            *drafts,
            more=("questions", f"rest:{asked.id}") if asked else (),
        )
        return replies.committed(token, commit, reply)

    async def renew(self, token: LeaseToken) -> None:
        reply = await self._move(
            "renew", token.user_id, token.run_id, str(token.fence), _ms(self._limits.lease_s)
        )
        replies.held(reply)

    async def look(self, token: LeaseToken) -> None:
        command = ["HMGET", Keys.of(token.user_id).key("run"), *replies.LOOK_FIELDS]
        replies.looked(token, await self._redis.execute(command, limit_s=CALLER_LIMIT_S))

    async def release(self, token: LeaseToken) -> None:
        await self._move("release", token.user_id, token.run_id, str(token.fence))

    async def stop(self, stop: Stop) -> Stopped | Settled:
        reply = await self._move(
            "stop",
            stop.user_id,
            stop.run_id or "",
            self.log_bound,
            records.draft_to_log(stop.plain),
            records.draft_to_log(stop.unsure),
            limit_s=CALLER_LIMIT_S,
        )
        return replies.stopped(stop, reply) if reply[0] == "stopped" else Settled()

    async def read(self, user_id: str, *, since: int, limit: int) -> Page:
        reply = await self._move("read", user_id, str(since), str(limit), limit_s=CALLER_LIMIT_S)
        return replies.page(reply)

    async def trim(self, user_id: str, *, below: int) -> None:
        command = ["XTRIM", Keys.of(user_id).key("log"), "MINID", f"{below}-0"]
        await self._redis.execute(command, limit_s=BRAIN_LIMIT_S)

    async def status(self, user_id: str, *, is_here: bool = False) -> Status:
        reply = await self._move(
            "status",
            user_id,
            "1" if is_here else "",
            str(HERE_KEEP_MS),
            str(replies.HERE_MS),
            *replies.STATUS_FIELDS,
            more=("here",),
            limit_s=CALLER_LIMIT_S,
        )
        return replies.status(reply)

    async def here(self, user_id: str) -> Here:
        reply = await self._move(
            "here",
            user_id,
            str(HERE_KEEP_MS),
            str(replies.HERE_MS),
            more=("here",),
            limit_s=CALLER_LIMIT_S,
        )
        return Here(last_seq=int(reply[0]), held=int(reply[1]))

    async def note_presence(self, fingerprint: str, *, is_occupied: bool, at_ms: int) -> Occupancy:
        args = (str(at_ms), "1" if is_occupied else "0", str(KEEP_MS))
        is_new, held, user = await self._run(
            "presence", Keys(fingerprint), args, limit_s=CALLER_LIMIT_S
        )
        return Occupancy(is_new=bool(is_new), held=int(held or 0), user_id=user or None)

    async def heard(self, user_id: str, heard: Heard) -> Heard | None:
        keep = str(self._limits.heard_entries)
        reply = await self._move(
            "heard",
            user_id,
            str(heard.seq),
            replies.mark(heard),
            keep,
            limit_s=CALLER_LIMIT_S,
        )
        return replies.heard_by(f"{heard.seq}={reply[1]}")[0] if reply[0] == "heard" else None

    async def _move(
        self,
        name: str,
        user_id: str,
        *args: str,
        more: Sequence[str] = (),
        limit_s: float = BRAIN_LIMIT_S,
    ) -> Any:
        """Run the script `name` on the user's keys, and on more of theirs if they are given."""
        return await self._run(name, Keys.of(user_id), args, more=more, limit_s=limit_s)

    async def _run(
        self,
        name: str,
        keys: Keys,
        args: Sequence[str],
        *,
        more: Sequence[str] = (),
        limit_s: float,
    ) -> Any:
        named = [*keys.all(), *map(keys.key, more)]
        return await self._redis.evaluate(script(name), named, args, limit_s=limit_s)


def _ms(seconds: float) -> str:
    return str(round(seconds * 1000))


def _spent(spent: Spent) -> list[str]:
    figures = (spent.loops, spent.tokens, spent.handoffs, spent.attempts, spent.pace_ms)
    return [str(figure) for figure in figures]

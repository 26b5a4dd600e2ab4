"""Reads what the state store has of a user, by plain reads: they repair and note nothing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from brain.cloud.redis import entries
from brain.cloud.redis.scripts import BatchRedis, Keys, ScriptReply, whole
from brain.inspect.model import OpenQuestion, StoredUser
from brain.notices.model import PendingNotices
from brain.notices.reading import pending_in
from brain.run.messages import LogEntry

FIELDS = (
    *("state", "id", "lease", "seq", "started", "last", "loops", "attempts", "handoffs", "reason"),
    *("activity", "heard", "channel", "contact", "noted", "said", "user", "language", "zone"),
    *("undone", "receipt", "holder"),
)
LIMIT_S = 15.0  # seconds for a request; nobody else waits, and the process has just begun
MOST_ENTRIES = 200  # of the log; a run has at most some sixty
FIRST = ("LIMIT", "0", "50")  # messages of the queue that are looked up
SCANNED = 1_000  # keys that one step of a scan looks at
KINDS = ("run", "log", "questions", "held", "memory", "reminders")  # of keys that show a user


class InspectedStore:
    """Reads from Redis. Raises StoreUnreachable."""

    def __init__(self, redis: BatchRedis) -> None:
        self._redis = redis

    async def has(self, keys: Keys) -> bool:
        """Whether the store has anything of the user."""
        found = await self._redis.execute(["EXISTS", *keys.keys(*KINDS)], limit_s=LIMIT_S)
        return whole(found) > 0

    async def hashes(self, prefix: str) -> Sequence[str]:
        """Return the users' hashes that begin with these hexadecimal digits."""
        found: set[str] = set()
        cursor = "0"
        while True:
            command = ["SCAN", cursor, "MATCH", f"brain:{{{prefix}*}}:*", "COUNT", str(SCANNED)]
            step = await self._redis.execute(command, limit_s=LIMIT_S)
            found |= {key.partition("{")[2].partition("}")[0] for key in step[1]}
            cursor = str(step[0])
            if cursor == "0":
                return sorted(found)

    async def stored(self, keys: Keys) -> StoredUser:
        """Read everything of one user: two or three requests."""
        time, values, log, held, asked, here = await self._all(
            ["TIME"],
            ["HMGET", keys.key("run"), *FIELDS],
            ["XREVRANGE", keys.key("log"), "+", "-", "COUNT", str(MOST_ENTRIES)],
            ["LRANGE", keys.key("held"), "0", "-1"],
            ["HGETALL", keys.key("questions")],
            ["GET", keys.key("here")],
        )
        now_ms = whole(time[0]) * 1000 + whole(time[1]) // 1000
        fields = {name: value or "" for name, value in zip(FIELDS, values, strict=True)}
        seqs = [str(id).partition("-")[0] for id, _ in log]
        queued, *gone = await self._all(
            ["ZRANGEBYSCORE", keys.key("queued"), str(now_ms), "+inf", *FIRST],
            *([["HMGET", keys.key("withdrawn"), *seqs]] if fields["undone"] and seqs else []),
        )
        marks = zip(seqs, gone[0], strict=True) if gone else ()
        return StoredUser(
            now_ms=now_ms,
            fields=fields,
            entries=_entries(log, (seq for seq, mark in marks if mark)),
            questions=_open(asked or {}, now_ms),
            notices=_pending(fields, held or [], here or "", now_ms),
            queued=tuple(queued or ()),
        )

    async def _all(self, *commands: Sequence[str]) -> list[Any]:
        return await self._redis.execute_all(commands, limit_s=LIMIT_S)


def _entries(log: Sequence[Any], withdrawn: Iterable[str]) -> tuple[LogEntry, ...]:
    """Return the entries in order, those that were taken back marked."""
    return entries.marked(entries.legible([*reversed(log)]), " ".join(withdrawn))


def _open(asked: Mapping[str, str], now_ms: int) -> tuple[OpenQuestion, ...]:
    """Return the open questions of the hash: id to `open <seq> <until ms>`, or a decision."""
    states = [(id, *state.split()) for id, state in asked.items() if ":" not in id]
    found = [
        OpenQuestion(id=id, seq=whole(rest[0]), expires_ms=whole(rest[1]))
        for id, word, *rest in (state for state in states if len(state) == 4)
        if word == "open"
    ]
    return tuple(one for one in found if one.expires_ms > now_ms)


def _pending(
    fields: Mapping[str, str], held: Sequence[str], here: str, now_ms: int
) -> PendingNotices:
    """Return the notices that wait, and whether somebody listens, as the notice board does."""
    is_on = fields["state"] in ("running", "handingOver")
    answer = {
        "busy": "1" if is_on and whole(fields["lease"]) > now_ms else "",
        "here": here,
        "forms": held,
        "now_ms": str(now_ms),
        **{name: fields[name] for name in ("channel", "contact", "noted", "heard")},
        **{name: fields[name] for name in ("said", "language", "zone")},
    }
    return pending_in(ScriptReply([" ".join(answer), *answer.values()]))

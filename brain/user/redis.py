"""What the state store has of a user, and how it is erased.

All keys of a user or a mind begin with its hash. Some end in ids that nobody knows any more, so
they are found by a scan. Erasing is rare, and a scan reads names only.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, Script, milliseconds
from brain.run.limits import Limits
from brain.user.model import Blank, Scope, Silenced
from brain.user.rules import plain

ENDED = ("run", "log", "journal", "memory", "questions", "withdrawn", "queued")
# What belongs to a conversation, by the kind of key.
CONVERSATION = frozenset({"log", "journal", "questions", "withdrawn", "rest", "id", "call"})
PAGE = 1_000  # keys that one step of a scan looks at
AT_ONCE = 500  # keys that one script deletes
FEW = 3  # ids; each has a scan of its own. For more, one scan reads the names of all keys

UNTOLD = frozenset({"log", "queued"})  # the log is read as messages
READ = {
    "string": ("GET",),
    "hash": ("HGETALL",),
    "list": ("LRANGE", "0", "-1"),
    "zset": ("ZRANGE", "0", "-1"),
    "set": ("SMEMBERS",),
}

ERASE = Script(__package__, "erase", CALLER_LIMIT_S)
BLANK = Script(__package__, "blank", CALLER_LIMIT_S)


class RedisTraces:
    """`Traces` on Redis scripts."""

    def __init__(self, redis: Redis, limits: Limits) -> None:
        self._redis = redis
        self._limits = limits

    async def end(self, id: str, scope: Scope) -> Silenced:
        """End the run, and erase what is always under the same names."""
        return await self._erase(Keys.of(id), scope, Keys.of(id).keys(*ENDED))

    async def sweep(self, ids: Sequence[str], scope: Scope) -> tuple[int, Sequence[str]]:
        """Erase the keys that a scan finds, and end the runs of those that have any."""
        owners = {Keys.of(id).user: id for id in ids}
        found: dict[str, list[str]] = {}
        async for key in self._scan([*owners]):
            if (owner := _owner(key)) in owners and (scope == "all" or _kind(key) in CONVERSATION):
                found.setdefault(owner, []).append(key)
        queued: list[str] = []
        for owner, keys in found.items():
            always = Keys(owner).keys(*ENDED)
            for start in range(0, len(keys), AT_ONCE):
                own = [*dict.fromkeys([*always, *keys[start : start + AT_ONCE]])]
                queued += (await self._erase(Keys(owner), scope, own)).queued
        return sum(len(keys) for keys in found.values()), queued

    async def blank(self, user_id: str, first: int, last: int) -> Sequence[Blank]:
        """Erase the words of entries of the log, and the journals and the summary with them."""
        keys = Keys.of(user_id)
        asked = await self._redis.execute(["HKEYS", keys.key("questions")], limit_s=CALLER_LIMIT_S)
        rests = [f"rest:{id}" for id in asked if ":" not in id]
        names = ("run", "log", "journal", "memory", "questions", *rests)
        reply = await BLANK.run(self._redis, keys.keys(*names), {"first": first, "last": last})
        await self._delete([key async for key in self._scan([keys.user]) if _kind(key) == "call"])
        return [_blank(form) for form in reply.items("erased")]

    async def holdings(self, user_id: str) -> dict[str, Any]:
        """Read each key that a scan finds."""
        keys = Keys.of(user_id)
        names = [key async for key in self._scan([keys.user]) if _kind(key) not in UNTOLD]
        found = {name: await self._read(name) for name in sorted({*names})}
        return {name.partition("}:")[2]: value for name, value in found.items()}

    async def _read(self, key: str) -> Any:
        kind = await self._redis.execute(["TYPE", key], limit_s=CALLER_LIMIT_S)
        if kind not in READ:
            return None
        command, *rest = READ[kind]
        value = await self._redis.execute([command, key, *rest], limit_s=CALLER_LIMIT_S)
        if kind == "hash":  # the vendor's SDK makes a dict of it
            return {name: plain(of) for name, of in value.items()}
        return [plain(of) for of in value] if isinstance(value, list) else plain(value or "")

    async def _erase(self, keys: Keys, scope: Scope, names: Sequence[str]) -> Silenced:
        fence_ms = str(milliseconds(self._limits.lease_s))
        arguments = {"scope": scope, "fence_ms": fence_ms}
        reply = await ERASE.run(self._redis, names, arguments)
        return Silenced(
            was_busy=reply.flag("busy"),
            entries=reply.number("entries"),
            queued=tuple(reply.items("queued")),
        )

    async def _delete(self, keys: Sequence[str]) -> None:
        if keys:
            await self._redis.execute(["DEL", *keys], limit_s=CALLER_LIMIT_S)

    async def _scan(self, owners: Sequence[str]) -> AsyncIterator[str]:
        """Find the names of all keys of these hashes, and for many of them those of others too."""
        patterns = [Keys(owner).key("*") for owner in owners] if len(owners) <= FEW else ["brain:*"]
        for pattern in patterns:
            cursor = "0"
            while True:
                command = ["SCAN", cursor, "MATCH", pattern, "COUNT", str(PAGE)]
                step = await self._redis.execute(command, limit_s=CALLER_LIMIT_S)
                cursor = str(step[0])
                for key in step[1]:
                    yield key
                if cursor == "0":
                    break


def _owner(key: str) -> str:
    return key.partition("{")[2].partition("}")[0]


def _kind(key: str) -> str:
    """Return the first word after the hash tag."""
    return key.partition("}:")[2].partition(":")[0]


def _blank(form: str) -> Blank:
    seq, role, at, id = form.split(" ", 3)
    created_at = datetime.fromisoformat(at)
    return Blank(
        seq=int(seq), id=id, role="user" if role == "user" else "brain", created_at=created_at
    )

"""A Redis whose keys can be taken out and put back: the one in memory, and a real one.

Both have a clock that stands still until a story lets time pass. Of a key's time to live the class
is told, not the milliseconds: on the real one it runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from local.upstash.resp import Connection, RedisError
from tests.fakes.redis import MemoryRedis
from tests.golden.forms import Redis
from tests.golden.text import shown, stored

USER = "anna"
DIGEST = sha256(USER.encode()).hexdigest()[:32]
PREFIX = f"brain:{{{DIGEST}}}:"
START_MS = 1_769_860_800_000  # the clock at the beginning of each story: 2026-01-31T12:00:00Z

HOUR_MS = 3_600_000
LIVES = {  # ms
    "60 s": 60_000,
    "24 h": 24 * HOUR_MS,
    "48 h": 48 * HOUR_MS,
    "7 d": 7 * 24 * HOUR_MS,
    "8 d": 8 * 24 * HOUR_MS,
    "30 d": 30 * 24 * HOUR_MS,
    "400 d": 400 * 24 * HOUR_MS,
}

type State = dict[str, dict[str, Any]]  # key without its prefix -> {type: value, "ttl": class}


@dataclass
class Clock:
    """The store's clock, in milliseconds since 1970."""

    ms: int = START_MS


class Keep(Protocol):
    """A Redis with one user's keys. `told`: what its scripts have published, where that is seen."""

    clock: Clock
    redis: Redis
    told: list[str] | None

    async def take_out(self) -> State:
        """All keys."""

    async def put_back(self, state: State) -> None:
        """Have these keys; there are none so far."""


class InMemory:
    """The scripts on the Redis in memory."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._memory = MemoryRedis(lambda: self.clock.ms, publish=lambda *_: 1)  # one listens
        self.redis: Redis = self._memory
        self.told: list[str] | None = []

    async def take_out(self) -> State:
        state: State = {}
        for key in sorted(self._memory.names()):
            value = self._memory.dump(key)
            if value or isinstance(value, str):  # a real Redis has no empty lists and hashes
                left = await self._memory.execute(["PTTL", key], limit_s=1)
                state[_bare(key)] = {**_view(_lines(key, value)), "ttl": _life(left)}
        self.told = [news for channel, news in self._memory.told if channel == f"{PREFIX}news"]
        assert len(self.told) == len(self._memory.told)
        self._memory.told.clear()
        return state

    async def put_back(self, state: State) -> None:
        assert not self._memory.names()
        for command in _commands(state):
            await self._memory.execute(command, limit_s=1)


class Real:
    """The scripts on Valkey, over REST as in production."""

    def __init__(self, redis: Redis, connection: Connection) -> None:
        self.clock = Clock()
        self.redis: Redis = _Still(redis, self.clock)
        self.told: list[str] | None = None
        self._connection = connection

    async def begin_anew(self) -> None:
        """Have no keys, and the clock at the beginning."""
        await self._run("FLUSHALL")
        self.clock.ms = START_MS

    async def take_out(self) -> State:
        state: State = {}
        for key in sorted(await self._run("KEYS", "*")):
            left = await self._run("PTTL", key)
            state[_bare(key)] = {**_view(_lines(key, await self._value(key))), "ttl": _life(left)}
        return state

    async def put_back(self, state: State) -> None:
        for command in _commands(state):
            await self._run(*command)

    async def _value(self, key: str) -> Any:
        match await self._run("TYPE", key):
            case "string":
                return await self._run("GET", key)
            case "list":
                return await self._run("LRANGE", key, "0", "-1")
            case "hash":
                flat = await self._run("HGETALL", key)
                return dict(zip(flat[::2], flat[1::2], strict=True))
            case "stream":
                entries = await self._run("XRANGE", key, "-", "+")
                assert all(id.endswith("-0") for id, _ in entries)
                return [(int(id.removesuffix("-0")), fields) for id, fields in entries]
            case kind:
                raise AssertionError(f"a key of type {kind}")

    async def _run(self, *command: str) -> Any:
        return _text(await self._connection.call([word.encode() for word in command]))


class _Still:
    """A connection whose scripts see a clock that stands still."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        flag, _, body = script.partition("\n")
        seconds, ms = divmod(self._clock.ms, 1000)
        still = (
            "local real, redis = redis, {}\n"
            "for _, way in ipairs({ 'call', 'pcall' }) do redis[way] = function(name, ...)\n"
            f"if name == 'TIME' then return {{ '{seconds}', '{ms * 1000}' }} end\n"
            "return real[way](name, ...) end end\n"
        )
        return await self._redis.evaluate(f"{flag}\n{still}{body}", keys, args, limit_s=limit_s)

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        return await self._redis.execute(command, limit_s=limit_s)


def _text(reply: Any) -> Any:
    if isinstance(reply, RedisError):
        raise AssertionError(reply.text)
    if isinstance(reply, bytes):
        return reply.decode()
    if isinstance(reply, list):
        return [_text(one) for one in reply]
    return reply if isinstance(reply, int) or reply is None else reply.text


def _bare(key: str) -> str:
    assert key.startswith(PREFIX), key
    return key.removeprefix(PREFIX)


def _lines(key: str, value: Any) -> Any:
    """Show a journal as the lines that it has: older code keeps them as a list."""
    is_journal = _bare(key).partition(":")[0] in ("journal", "rest")
    return value.split("\n")[:-1] if is_journal and isinstance(value, str) else value


def _life(left_ms: int) -> str:
    return "none" if left_ms < 0 else next(name for name, ms in LIVES.items() if left_ms <= ms)


def _view(value: Any) -> dict[str, Any]:
    match value:
        case str():
            return {"string": shown(value)}
        case dict():
            return {"hash": {field: shown(value[field]) for field in sorted(value)}}
        case [tuple(), *_]:
            return {"stream": [[seq, *map(shown, fields)] for seq, fields in value]}
        case _:
            return {"list": [shown(line) for line in value]}


def _commands(state: State) -> Iterator[list[str]]:
    for name, kept in state.items():
        key = PREFIX + name
        life = str(LIVES.get(kept["ttl"], 0))
        match kept:
            case {"string": view}:
                yield ["SET", key, stored(view), "PX", life]
                continue
            case {"hash": dict(pairs)}:
                yield ["HSET", key, *(stored(word) for pair in pairs.items() for word in pair)]
            case {"list": list(lines)}:
                yield ["RPUSH", key, *map(stored, lines)]
            case {"stream": list(entries)}:
                for seq, *fields in entries:
                    words = map(stored, fields)
                    yield ["XADD", key, "MAXLEN", "~", "1000000", f"{seq}-0", *words]
            case _:
                raise AssertionError(kept)
        if kept["ttl"] != "none":
            yield ["PEXPIRE", key, life]


def changes(before: State, after: State) -> dict[str, Any]:
    """What has changed: null for a key that is gone, of a hash the fields, of a list or a stream
    what was added if nothing else was done to it.
    """
    found: dict[str, Any] = {name: None for name in before if name not in after}
    for name, kept in after.items():
        if kept != before.get(name):
            found[name] = _change(before.get(name, {}), kept)
    return dict(sorted(found.items()))


def _change(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    [kind] = [name for name in after if name != "ttl"]
    was, now = before.get(kind), after[kind]
    told = {"ttl": after["ttl"]} if after["ttl"] != before.get("ttl") else {}
    if was is None or kind == "string":
        return {kind: now, **told}
    if kind == "hash":
        gone = {field: None for field in was if field not in now}
        return {kind: {**{f: v for f, v in now.items() if was.get(f) != v}, **gone}, **told}
    if now[: len(was)] == was:
        return {f"{kind}+": now[len(was) :], **told}
    return {kind: now, **told}


def changed(before: State, by: Mapping[str, Any]) -> State:
    """The state after these changes: the reverse of `changes`."""
    after = dict(before)
    for name, change in by.items():
        if change is None:
            del after[name]
            continue
        was = before.get(name, {})
        kept: dict[str, Any] = {**was, **{k: v for k, v in change.items() if k == "ttl"}}
        for kind, value in change.items():
            if kind == "hash":
                fields = {**was.get("hash", {}), **value}
                kept["hash"] = {f: fields[f] for f in sorted(fields) if fields[f] is not None}
            elif kind.endswith("+"):
                kept[kind[:-1]] = [*was[kind[:-1]], *value]
            elif kind != "ttl":
                kept[kind] = value
        after[name] = kept
    return after

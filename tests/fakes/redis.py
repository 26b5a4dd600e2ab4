"""An in-memory Redis that runs the real scripts; it has only the commands that they use.

The scripts are the product's, unchanged (or changed on purpose, to check that tests notice). Time
is passed in, so that a simulation decides when a lease expires.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from lupa import lua51

from brain.errors import StoreRefused, StoreUnreachable


class Stream(list[tuple[int, list[str]]]):
    """The entries of a stream: seq and fields."""


class Refusal(Exception):
    """A command that the store refuses. The text is the store's."""


WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value"
TOO_SMALL = "ERR The ID specified in XADD is equal or smaller than the target stream top item"
TYPES = {
    "H": dict,
    "L": list,
    "R": list,
    "X": Stream,
    "G": str,
    "A": str,
}  # by a command's first letter

_LUA = lua51.LuaRuntime(unpack_returned_tuples=True)  # shared: scripts keep nothing


class MemoryRedis:
    """Keys and values of one database.

    `now_ms` returns its time, in milliseconds since 1970. `edit` changes the scripts before they
    run. `publish` gets what is published on a channel, and returns the number of listeners.
    """

    def __init__(
        self,
        now_ms: Callable[[], int],
        *,
        edit: Callable[[str], str] = str,
        publish: Callable[[str, str], int] = lambda channel, payload: 0,
    ) -> None:
        self._now_ms = now_ms
        self._edit = edit
        self._publish = publish
        self._values: dict[str, Any] = {}
        self._expiry: dict[str, int] = {}
        self.refusing = False
        self.policy = "noeviction"
        self.told: list[tuple[str, str]] = []
        self.calls = 0
        self.commands = 0

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        """Run a script atomically: nothing else happens in the meantime."""
        self._reach()
        call = self._caller(frozenset(keys))
        redis = _LUA.table_from({"call": call, "pcall": _protected(call)})
        try:
            reply = _compiled(self._edit(script))(_table(keys), _table(args), redis)
        except (lua51.LuaError, Refusal) as error:
            raise StoreRefused(f"script: {error}") from error
        return _plain(reply)

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        """Run one command."""
        self._reach()
        try:
            return self._run(*command)
        except Refusal as error:
            raise StoreRefused(f"command: {error}") from error

    async def execute_all(self, commands: Sequence[Sequence[str]], *, limit_s: float) -> list[Any]:
        """Run several commands in one round trip."""
        self._reach()
        try:
            return [self._run(*command) for command in commands]
        except Refusal as error:
            raise StoreRefused(f"command: {error}") from error

    def names(self) -> list[str]:
        """Return all keys that have not expired."""
        return [key for key in self._values if self._alive(key)]

    def expires(self, key: str) -> bool:
        """Return whether a key has a time to live."""
        return key in self._expiry

    def lose(self, *keys: str) -> None:
        """Delete keys, as a store does that evicts them."""
        for key in keys:
            self._del(key)

    def put(self, key: str, value: Any) -> None:
        """Replace the raw value of a key, as other code may have written it."""
        self._values[key] = value

    def dump(self, key: str) -> Any:
        """Return the raw value of a key."""
        return self._values.get(key) if self._alive(key) else None

    def _reach(self) -> None:
        if self.refusing:
            raise StoreUnreachable("refused")
        self.calls += 1

    def _caller(self, keys: frozenset[str]) -> Callable[..., Any]:
        def call(*command: Any) -> Any:
            name, *args = [_text(part) for part in command]
            if name == "PUBLISH":
                self.commands += 1
                return self._tell(*args)
            if name != "TIME" and args[0] not in keys:
                raise AssertionError(f"{name} touches a key that was not declared: {args[0]}")
            return _lua_value(self._run(name, *args))

        return call

    def _run(self, name: str, *args: str) -> Any:
        self.commands += 1
        if name == "TIME":
            now = self._now_ms()
            return [str(now // 1000), str(now % 1000 * 1000)]
        kind = TYPES.get(name[0]) if name != "RENAME" else None
        if self._alive(args[0]) and kind and type(self._values[args[0]]) is not kind:
            raise Refusal(WRONG_TYPE)
        return getattr(self, f"_{name.lower()}")(*args)

    def _alive(self, key: str) -> bool:
        if key in self._expiry and self._now_ms() >= self._expiry[key]:
            del self._expiry[key]
            self._values.pop(key, None)
        return key in self._values

    def _tell(self, channel: str, news: str) -> int:
        self.told.append((channel, news))
        return self._publish(channel, news)

    def _info(self, section: str) -> str:
        return f"# {section}\r\nmaxmemory:0\r\nmaxmemory_policy:{self.policy}\r\nused:1\r\n"

    def _scan(self, cursor: str, *options: str) -> list[Any]:
        pattern = options[options.index("MATCH") + 1].removesuffix("*")  # only at its end
        return [
            "0",
            [key for key in [*self._values] if self._alive(key) and key.startswith(pattern)],
        ]

    def _type(self, key: str) -> str:
        return "list" if isinstance(self._values.get(key), list) else "string"

    def _get(self, key: str) -> Any:
        return self._values.get(key)

    def _set(self, key: str, value: str, *options: str) -> str | None:
        before = self._values.get(key)
        if "NX" in options and before is not None:
            return None
        self._values[key] = value
        self._expiry[key] = self._now_ms() + int(options[options.index("PX") + 1])
        return before if "GET" in options else "OK"

    def _append(self, key: str, value: str) -> int:
        self._values[key] = self._values.get(key, "") + value
        return len(self._values[key])

    def _incr(self, key: str, by: int = 1) -> int:
        self._values[key] = str(int(self._values.get(key, "0")) + by)
        return int(self._values[key])

    def _decr(self, key: str) -> int:
        return self._incr(key, -1)

    def _llen(self, key: str) -> int:
        return len(self._values.get(key, []))

    def _lrem(self, key: str, count: str, value: str) -> int:
        assert count == "1"
        stored: list[str] = self._values.get(key, [])
        if value not in stored:
            return 0
        stored.remove(value)
        return 1

    def _ltrim(self, key: str, first: str, last: str) -> str:
        assert last == "-1"
        stored: list[str] = self._values.get(key, [])
        del stored[: int(first)]
        return "OK"

    def _pttl(self, key: str) -> int:
        return self._expiry[key] - self._now_ms()

    def _exists(self, key: str) -> int:
        return int(key in self._values)

    def _rename(self, key: str, new: str) -> str:
        self._del(new)
        self._values[new] = self._values.pop(key)
        if key in self._expiry:
            self._expiry[new] = self._expiry.pop(key)
        return "OK"

    def _del(self, *keys: str) -> int:
        for key in keys:
            self._expiry.pop(key, None)
        return sum(self._values.pop(key, None) is not None for key in keys)

    def _pexpire(self, key: str, ms: str) -> int:
        if key in self._values:
            self._expiry[key] = self._now_ms() + int(ms)
        return int(key in self._values)

    def _hmget(self, key: str, *fields: str) -> list[Any]:
        stored = self._values.get(key, {})
        return [stored.get(field) for field in fields]

    def _hget(self, key: str, field: str) -> Any:
        return self._values.get(key, {}).get(field)

    def _hset(self, key: str, *pairs: str) -> int:
        stored = self._values.setdefault(key, {})
        assert len(pairs) % 2 == 0
        stored.update(zip(pairs[::2], pairs[1::2], strict=True))
        return len(pairs) // 2

    def _hlen(self, key: str) -> int:
        return len(self._values.get(key, {}))

    def _hkeys(self, key: str) -> list[str]:
        return list(self._values.get(key, {}))

    def _hincrby(self, key: str, name: str, by: str) -> int:
        kept = self._values.setdefault(key, {})
        kept[name] = str(int(kept.get(name, "0")) + int(by))
        return int(kept[name])

    def _xlen(self, key: str) -> int:
        return len(self._values.get(key, ()))

    def _zrange(self, key: str, start: str, stop: str) -> list[str]:
        return []  # no sorted set is kept here

    def _hvals(self, key: str) -> list[str]:
        return list((self._get(key) or {}).values())

    def _hdel(self, key: str, *fields: str) -> int:
        stored = self._values.get(key, {})
        return sum(stored.pop(field, None) is not None for field in fields)

    def _rpush(self, key: str, *lines: str) -> int:
        assert lines
        self._values.setdefault(key, []).extend(lines)
        return len(self._values[key])

    def _lrange(self, key: str, first: str, last: str) -> list[str]:
        assert last == "-1"
        return list(self._values.get(key, []))[int(first) :]

    def _xadd(self, key: str, *words: str) -> str | None:
        if words[0] == "NOMKSTREAM":
            return self._xadd(key, *words[1:]) if key in self._values else None
        maxlen, about, length, id, *fields = words
        assert (maxlen, about) == ("MAXLEN", "~")
        stream: Stream = self._values.setdefault(key, Stream())
        seq = int(id.removesuffix("-0"))
        if stream and seq <= stream[-1][0]:
            raise Refusal(TOO_SMALL)
        stream.append((seq, fields))
        del stream[: -int(length)]
        return id

    def _xtrim(self, key: str, minid: str, id: str) -> int:
        assert minid == "MINID"
        stream: Stream = self._values.get(key, Stream())
        kept = [entry for entry in stream if entry[0] >= int(id.removesuffix("-0"))]
        gone = len(stream) - len(kept)
        stream[:] = kept
        return gone

    def _xrange(self, key: str, first: str, last: str, *count: str) -> list[Any]:
        return self._stretch(key, first, last)[: int(count[1]) if count else None]

    def _xrevrange(self, key: str, last: str, first: str, *count: str) -> list[Any]:
        return self._stretch(key, first, last)[::-1][: int(count[1]) if count else None]

    def _stretch(self, key: str, first: str, last: str) -> list[Any]:
        low = 0 if first == "-" else int(first)
        stream: Stream = self._values.get(key, Stream())
        return [
            [f"{seq}-0", list(fields)]
            for seq, fields in stream
            if seq >= low and (last == "+" or seq <= int(last))
        ]


def _protected(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return `redis.pcall`: an error of the store is a table with its text."""

    def pcall(*command: Any) -> Any:
        try:
            return call(*command)
        except Refusal as refusal:
            return _LUA.table_from({"err": str(refusal)})

    return pcall


@cache
def _compiled(script: str) -> Any:
    body = script.removeprefix("#!lua flags=allow-key-locking\n")
    return _LUA.execute(f"return function(KEYS, ARGV, redis) {body}\nend")


def _table(items: Sequence[Any]) -> Any:
    return _LUA.table_from([_lua_value(item) for item in items])


def _lua_value(value: Any) -> Any:
    if value is None:
        return False
    return _table(value) if isinstance(value, list) else value


def _text(part: Any) -> str:
    """Convert a command's argument as Redis does for Lua."""
    return f"{part:.17g}" if isinstance(part, float) else str(part)


def _plain(value: Any) -> Any:
    """Convert a script's result as Redis does: a table ends at its first nil, false becomes
    None.
    """
    if lua51.lua_type(value) == "table":
        return [_plain(item) for item in value.values()]
    if value is False:
        return None
    return int(value) if isinstance(value, float) else value

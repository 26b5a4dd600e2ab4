"""Runs Lua scripts as Upstash does, with its flag `allow-key-locking`, which stock Redis rejects.

A script with that flag locks the keys it was given, and may touch no others. We remove the flag and
check the rule at run time: a line added before the script checks every command, by asking Redis
which keys the command touches.
"""

from __future__ import annotations

import hashlib
import re

from local.upstash.resp import Command

FLAG = b"allow-key-locking"
SHEBANG = re.compile(rb"#!lua +flags=(?P<flags>[^\s]*)[ \r]*(?:\n|$)")

RUN_SCRIPT = frozenset({b"EVAL", b"EVAL_RO"})
RUN_STORED = frozenset({b"EVALSHA", b"EVALSHA_RO"})

# These commands name no key but touch the keys of every user.
WHOLE_KEYSPACE = ("KEYS", "SCAN", "RANDOMKEY", "DBSIZE", "FLUSHALL", "FLUSHDB", "SWAPDB")

# One line, so that the script's own lines keep their numbers. A violation passes a pcall of redis,
# as it must. Redis adds to an error the line that raised it, which would always be this one. So the
# error's fields are moved where Redis cannot reach them, with the calling line. (The call in
# `return redis.call(...)` has no line: Lua does not know the caller of a tail call.)
RULE_LINE = 2  # after the shebang
RULE = " ".join(
    f"""
    local redis = (function()
        local engine, declared, whole = redis, {{}}, {{}}
        for _, key in ipairs(KEYS) do declared[key] = true end
        for name in string.gmatch('{" ".join(WHOLE_KEYSPACE)}', '%u+') do whole[name] = true end
        local function fail(text)
            local told, level = {{err = text, source = '@user_script'}}, 3
            while level < 6 and (told.line == nil or told.line == '{RULE_LINE}') do
                level = level + 1
                local _, place = pcall(error, '', level)
                told.line = string.match(place, '%d+')
            end
            error(setmetatable({{}}, {{__index = told, __newindex = function() end}}))
        end
        local function check(name, ...)
            local rule = 'ERR script with flag allow-key-locking touches '
            if whole[string.upper(tostring(name))] then fail(rule .. 'the whole keyspace') end
            local touched = engine.pcall('COMMAND', 'GETKEYS', name, ...)
            for _, key in ipairs(touched.err and {{}} or touched) do
                if not declared[key] then fail(rule .. 'a key that is not in KEYS: ' .. key) end
            end
        end
        local function try(...)
            check(...)
            local reply = engine.pcall(...)
            if string.upper(tostring(...)) == 'TIME' then reply[1] = tostring(reply[1] + ahead) end
            return reply
        end
        local function call(...)
            local reply = try(...)
            if type(reply) == 'table' and reply.err then fail(reply.err) end
            return reply
        end
        return setmetatable({{call = call, pcall = try}}, {{__index = engine}})
    end)()
    local server = redis
    """.split()
).encode()


def checked(script: bytes, *, ahead_s: int = 0) -> bytes:
    """Return the script with its rule in place of the flag; without the flag it is unchanged.

    The script's clock is `ahead_s` seconds ahead of the engine's.
    """
    rule = b"local ahead = %d %b " % (ahead_s, RULE)
    return _with_rule(script, rule)


def unchecked(script: bytes) -> bytes:
    """Return the script without the flag: its rule is not checked, which takes most of the time."""
    return _with_rule(script, b"")


def _with_rule(script: bytes, rule: bytes) -> bytes:
    shebang = SHEBANG.match(script)
    if shebang is None:
        return script
    flags = shebang["flags"].split(b",")
    if FLAG not in flags:
        return script
    rest = b",".join(flag for flag in flags if flag != FLAG)
    first = b"#!lua flags=" + rest if rest else b"#!lua"
    return b"%b\n%b%b" % (first, rule, script[shebang.end() :])


class Scripts:
    """Translates commands that run scripts, and maps the digests that clients know to the stored
    ones.
    """

    def __init__(self, *, checks: bool = True) -> None:
        """`checks`: whether a script with the flag is held to its rule, at a cost in time."""
        self._checks = checks
        self._ahead_s = 0
        self._stored_as: dict[
            bytes, bytes
        ] = {}  # digest of the script received -> digest of the script stored

    @property
    def ahead_s(self) -> int:
        """The seconds by which the scripts' clock is wrong."""
        return self._ahead_s

    @ahead_s.setter
    def ahead_s(self, ahead_s: int) -> None:
        self._ahead_s = ahead_s
        self._stored_as.clear()  # what is stored has the clock of before: its text is asked for

    def translated(self, command: Command) -> Command:
        """Return the command to send to Redis."""
        if len(command) < 2:
            return command
        name, first, *rest = command
        name = name.upper()
        if name in RUN_SCRIPT:
            return [name, self._learn(first), *rest]
        if name in RUN_STORED:
            return [name, self._digest(first), *rest]
        if name == b"SCRIPT" and first.upper() == b"LOAD" and len(rest) == 1:
            return [name, first, self._learn(rest[0])]
        if name == b"SCRIPT" and first.upper() == b"EXISTS":
            return [name, first, *map(self._digest, rest)]
        return command

    def _learn(self, script: bytes) -> bytes:
        ours = checked(script, ahead_s=self._ahead_s) if self._checks else unchecked(script)
        if ours is not script:
            self._stored_as[sha1(script)] = sha1(ours)
        return ours

    def _digest(self, digest: bytes) -> bytes:
        return self._stored_as.get(digest.lower(), digest)


def loaded_digest(command: Command) -> bytes | None:
    """Return the answer to SCRIPT LOAD: the digest of the script as received."""
    if len(command) == 3 and [word.upper() for word in command[:2]] == [b"SCRIPT", b"LOAD"]:
        return sha1(command[2])
    return None


def sha1(script: bytes) -> bytes:
    """Return Redis's name for a script: an address, not a protection."""
    return hashlib.sha1(script, usedforsecurity=False).hexdigest().encode()

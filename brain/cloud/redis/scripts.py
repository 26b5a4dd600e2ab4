"""Runs Lua scripts on Redis, with named keys, arguments and answers.

A script is a Lua file next to the Python module that calls it. `prelude.lua` is prepended to it
and reads keys and arguments by name, so that neither side depends on their positions.
"""

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from msgspec import Struct

from brain.cloud import meter

KEEP_MS = 400 * 24 * 3600 * 1000  # ms; a user who is away longer starts with an empty log
NO_BOUND = "1000000"  # entries; the bound of a log with an archive, which trims it after archiving

CALLER_LIMIT_S = 4.0  # seconds for a call that a caller waits for; then the caller gets a 503
BRAIN_LIMIT_S = 8.0  # seconds for a brain's calls: survives a short outage, below the lease

# Makes a script lock only its keys: without the flag Upstash locks the whole database.
FLAG = "#!lua flags=allow-key-locking\n"
COMMENT_LINES = re.compile(r"^ *--.*\n", re.MULTILINE)

log = logging.getLogger(__name__)

type Argument = str | int | Sequence[str]
type ScriptArguments = Mapping[str, Argument]


class Redis(Protocol):
    """A Redis that runs scripts and commands. Raises StoreUnreachable."""

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        """Run a script. It is sent again within the limit if there is no answer."""

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        """Run an idempotent command. It is sent again within the limit if there is no answer."""


class BatchRedis(Redis, Protocol):
    """A Redis that takes several commands in one request. Raises StoreUnreachable."""

    async def execute_all(self, commands: Sequence[Sequence[str]], *, limit_s: float) -> list[Any]:
        """Run independent idempotent commands in one round trip; return their answers in order.

        If the store refuses one, the call fails.
        """


class Keys(Struct, frozen=True):
    """The keys of one user. Their common hash tag keeps them on one node, under one lock."""

    user: str

    @classmethod
    def of(cls, user_id: str) -> "Keys":
        return cls(hashlib.sha256(user_id.encode()).hexdigest()[:32])

    def key(self, name: str) -> str:
        return f"brain:{{{self.user}}}:{name}"

    def keys(self, *names: str) -> list[str]:
        """Return the keys with these names. A script finds each by the part before `:`."""
        return [self.key(name) for name in names]

    def news(self) -> str:
        """Return the pub/sub channel of the user's updates. It is not a key."""
        return self.key("news")


class ScriptReply:
    """The answer of a script: named values. An unknown name raises KeyError."""

    def __init__(self, answer: Sequence[Any]) -> None:
        names, *values = answer
        self._values = dict(zip(names.split(), values, strict=True))

    @property
    def kind(self) -> str:
        """The kind of answer that the script gave."""
        return self.text("is")

    @property
    def repaired(self) -> str:
        """The kinds of the keys that the script repaired, because something was lost."""
        return self._values.get("repaired") or ""

    def text(self, name: str) -> str:
        """Return the value as text; empty if it is missing."""
        return self._values[name] or ""

    def number(self, name: str) -> int:
        """Return the value as a number; 0 if it is missing, or not a number to this code."""
        return whole(self._values[name])

    def flag(self, name: str) -> bool:
        """Whether the value is `1`."""
        return self.text(name) == "1"

    def found(self, name: str) -> str | None:
        """Return the value of a stored field; None if the field does not exist."""
        value: str | None = self._values[name]
        return value

    def items(self, name: str) -> Sequence[Any]:
        """Return the value as a list."""
        items: Sequence[Any] = self._values[name]
        return items


class Script(Struct, frozen=True):
    """The Lua file `<name>.lua` in a package. `limit_s` is how long to wait for its answer.

    `part` is the name of a file in this package that the script uses, besides the prelude.
    """

    package: str
    name: str
    limit_s: float
    part: str = ""

    async def run(
        self, redis: Redis, keys: Sequence[str], arguments: ScriptArguments
    ) -> ScriptReply:
        """Run the script on these keys.

        Raises StoreUnreachable, and StoreRefused for an argument that is missing or unknown to the
        script.
        """
        script = script_text(self.package, self.name, self.part)
        reply = ScriptReply(
            await redis.evaluate(script, keys, flat(arguments), limit_s=self.limit_s)
        )
        meter.count(commands=reply.number("calls"))
        if reply.repaired:
            log.warning("store: repaired, keys=%s script=%s", reply.repaired, self.name)
        return reply


@cache
def script_text(package: str, name: str, part: str = "") -> str:
    """Return the text to send. Each call sends all of it, so comment lines are removed."""
    own = files("brain.cloud.redis")
    parts = [own / f"{each}.lua" for each in ("prelude", part) if each]
    texts = [file.read_text("utf-8") for file in (*parts, files(package) / f"{name}.lua")]
    return FLAG + COMMENT_LINES.sub("", "".join(texts))


def flat(arguments: ScriptArguments) -> list[str]:
    """Encode arguments: first all names (a list's with its length), then the values."""
    names: list[str] = []
    values: list[str] = []
    for name, value in arguments.items():
        if isinstance(value, str | int):
            names.append(name)
            values.append(value if isinstance(value, str) else str(int(value)))
        else:
            names.append(f"{name}:{len(value)}")
            values += value
    return [" ".join(names), *values]


def whole(stored: Any) -> int:
    """Return a stored value as a whole number; 0 for anything else, which newer code may store."""
    try:
        return int(stored or 0)
    except ValueError:
        return 0


def milliseconds(seconds: float) -> int:
    """Convert seconds to whole milliseconds, the unit of the scripts."""
    return round(seconds * 1000)

"""How a script reaches a Redis: its text, its keys and arguments by name, its answer by name.

A script is a Lua file beside the Python that calls it. `prelude.lua` is placed before it and reads
keys and arguments by their names, so that neither side counts places.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

KEEP_MS = 400 * 24 * 3600 * 1000  # ms; a user who is away for longer starts with an empty log
NO_BOUND = "1000000"  # entries of a log that the archive keeps short: none goes before it has them

CALLER_LIMIT_S = 4.0  # seconds for a call that somebody waits for; then they are told to come again
BRAIN_LIMIT_S = (
    10.0  # seconds for a brain's own: it sits out a short outage, and its lease is longer
)

# One script with atomicity for one user at a time: without the flag Upstash locks the database.
FLAG = "#!lua flags=allow-key-locking\n"
COMMENT_LINES = re.compile(r"^ *--.*\n", re.MULTILINE)

type Argument = str | int | Sequence[str]
type ScriptArguments = Mapping[str, Argument]


class Redis(Protocol):
    """A Redis that runs scripts and commands. Raises StoreUnreachable."""

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        """Run a script, and send it again within the limit when no answer came."""

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        """Run a command that may be sent twice, likewise."""


@dataclass(frozen=True, slots=True)
class Keys:
    """A user's keys. The hash tag keeps them on one node, and under one lock."""

    user: str

    @classmethod
    def of(cls, user_id: str) -> "Keys":
        return cls(hashlib.sha256(user_id.encode()).hexdigest()[:32])

    def key(self, name: str) -> str:
        return f"brain:{{{self.user}}}:{name}"

    def keys(self, *names: str) -> list[str]:
        """The keys with these names. A script knows each by the first word of its name."""
        return [self.key(name) for name in names]

    def news(self) -> str:
        """The pub/sub channel on which the user's listeners are told; no key."""
        return self.key("news")


class ScriptReply:
    """A script's answer: values by their names. A name that is not in it raises KeyError."""

    def __init__(self, answer: Sequence[Any]) -> None:
        names, *values = answer
        self._values = dict(zip(names.split(), values, strict=True))

    @property
    def kind(self) -> str:
        """Which of its possible answers the script gave."""
        return self.text("is")

    def text(self, name: str) -> str:
        """The value as text; empty where there is none."""
        return self._values[name] or ""

    def number(self, name: str) -> int:
        """The value as a number; 0 where there is none."""
        return int(self._values[name] or 0)

    def flag(self, name: str) -> bool:
        """Whether the script said yes."""
        return self.text(name) == "1"

    def found(self, name: str) -> str | None:
        """The value of a stored field; None where the field is not there."""
        value: str | None = self._values[name]
        return value

    def items(self, name: str) -> Sequence[Any]:
        """The value as a list."""
        items: Sequence[Any] = self._values[name]
        return items


@dataclass(frozen=True, slots=True)
class Script:
    """The Lua file `<name>.lua` in a package, and how long its caller waits for the answer."""

    package: str
    name: str
    limit_s: float

    async def run(
        self, redis: Redis, keys: Sequence[str], arguments: ScriptArguments
    ) -> ScriptReply:
        """Run it on these keys. Raises StoreUnreachable, also where a name is unknown to the script
        or missing.
        """
        script = script_text(self.package, self.name)
        return ScriptReply(
            await redis.evaluate(script, keys, flat(arguments), limit_s=self.limit_s)
        )


@cache
def script_text(package: str, name: str) -> str:
    """A script as it is sent. It is sent with every call, so without its comment lines."""
    prelude = (files("brain.cloud.redis") / "prelude.lua").read_text("utf-8")
    return FLAG + COMMENT_LINES.sub(
        "", prelude + (files(package) / f"{name}.lua").read_text("utf-8")
    )


def flat(arguments: ScriptArguments) -> list[str]:
    """Arguments as a script takes them: the names, of a list with its length, then the values."""
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


def milliseconds(seconds: float) -> int:
    """A time as the scripts count it."""
    return round(seconds * 1000)

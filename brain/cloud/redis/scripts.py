"""How the moves reach a Redis: their texts, a user's keys, and how long a call may take."""

import hashlib
from collections.abc import Sequence
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


class Redis(Protocol):
    """A Redis that runs scripts and commands. Raises StoreUnreachable."""

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        """Run a script, and send it again within the limit when no answer came."""

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        """Run a command that may be sent twice, likewise."""


@cache
def script(name: str) -> str:
    """The text of a move, ready to be sent."""
    folder = files("brain.cloud.redis") / "lua"
    prelude = (folder / "prelude.lua").read_text("utf-8")
    return FLAG + prelude + (folder / f"{name}.lua").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Keys:
    """A user's keys. The hash tag keeps them on one node, and under one lock."""

    user: str

    @classmethod
    def of(cls, user_id: str) -> "Keys":
        return cls(hashlib.sha256(user_id.encode()).hexdigest()[:32])

    def key(self, name: str) -> str:
        return f"brain:{{{self.user}}}:{name}"

    def news(self) -> str:
        """The pub/sub channel on which the user's listeners are told; no key."""
        return self.key("news")

    def all(self) -> list[str]:
        return [self.key("run"), self.key("log"), self.key("journal")]

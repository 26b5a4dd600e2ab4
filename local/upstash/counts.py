"""Counts what the stand-in's clients cost: round trips, commands and bytes."""

from __future__ import annotations

from dataclasses import dataclass

from local.upstash.resp import Pool

# Commands that the stand-in itself sends to Redis, to run transactions, check scripts and read
# these counts; and those that Redis runs when it starts Lua.
OURS = frozenset({"multi", "exec", "info", "config|resetstat", "config|get", "command|getkeys"})


@dataclass(slots=True)
class Counts:
    """`requests` are round trips; the byte counts are those of the bodies."""

    requests: int = 0
    bytes_in: int = 0
    bytes_out: int = 0

    def add(self, *, bytes_in: int, bytes_out: int) -> None:
        self.requests += 1
        self.bytes_in += bytes_in
        self.bytes_out += bytes_out

    def add_streamed(self, bytes_out: int) -> None:
        """Add a further part of an answer whose request was already counted."""
        self.bytes_out += bytes_out

    async def report(self, engine: Pool) -> dict[str, object]:
        """Return all counts, with commands by name; each command called by a script counts too."""
        calls = await calls_by_command(engine)
        return {
            "requests": self.requests,
            "commands": sum(calls.values()),
            "bytesIn": self.bytes_in,
            "bytesOut": self.bytes_out,
            "byCommand": calls,
        }

    async def reset(self, engine: Pool) -> None:
        """Set all counts to zero."""
        await engine.call_all([[b"CONFIG", b"RESETSTAT"]])
        self.requests = self.bytes_in = self.bytes_out = 0


async def calls_by_command(engine: Pool) -> dict[str, int]:
    [info] = await engine.call_all([[b"INFO", b"commandstats"]])
    assert isinstance(info, bytes), "INFO answers with a text"
    lines = (line.partition(":") for line in info.decode().splitlines())
    calls = {
        name.removeprefix("cmdstat_"): int(values.split(",", 1)[0].removeprefix("calls="))
        for name, _, values in lines
        if name.startswith("cmdstat_")
    }
    return {name: count for name, count in calls.items() if name not in OURS and count}

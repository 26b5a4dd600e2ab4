"""What the stand-in's clients have cost: round trips, commands and bytes."""

from __future__ import annotations

from dataclasses import dataclass

from local.upstash.resp import Pool

# What the stand-in itself asks of Redis, to serve a transaction, a rule or these counts; and what
# Redis asks of itself when it starts Lua.
OURS = frozenset({"multi", "exec", "info", "config|resetstat", "config|get", "command|getkeys"})


@dataclass(slots=True)
class Counts:
    """`requests` are round trips; the bytes are those of the bodies."""

    requests: int = 0
    bytes_in: int = 0
    bytes_out: int = 0

    def add(self, *, bytes_in: int, bytes_out: int) -> None:
        self.requests += 1
        self.bytes_in += bytes_in
        self.bytes_out += bytes_out

    def add_streamed(self, bytes_out: int) -> None:
        """More of an answer whose request has been counted."""
        self.bytes_out += bytes_out

    async def report(self, engine: Pool) -> dict[str, object]:
        """All counts; commands by name, each one that a script called among them."""
        calls = await calls_by_command(engine)
        return {
            "requests": self.requests,
            "commands": sum(calls.values()),
            "bytesIn": self.bytes_in,
            "bytesOut": self.bytes_out,
            "byCommand": calls,
        }

    async def reset(self, engine: Pool) -> None:
        """Start again from nothing."""
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

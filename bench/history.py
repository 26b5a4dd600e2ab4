"""Measures what a turn reads from Redis with a short log and with a long one: it should not
grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from bench.stage import Person, Stage, says, staged
from bench.tables import Table, kib, ms, ratio
from bench.timing import Scale, seconds_of
from brain.cloud.clock import SystemClock
from brain.cloud.redis.scripts import Keys
from brain.run.limits import Limits
from brain.run.messages import Draft, Kind, UtteranceDraft
from brain.run.records import draft_to_log, utterance_to_log

SIZES = (10, 100, 1_000, 10_000)  # entries of the log when a turn begins
TURNS = 55  # a little more than one archive cycle: the log's old end moves every hundred entries
WARM_UPS = 3  # not counted
TEXT = "Anna wrote that she comes on Friday and brings the papers along."


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one turn has read, and how long it took."""

    bytes_out: float
    seconds: float


async def run(scale: Scale) -> list[Table]:
    """Measure one user per size, one after the other.

    Entries move into the archive after a response, and would otherwise count for the next user.
    """
    found: dict[int, Share] = {}
    async with staged() as stage:
        await stage.script(says(repeat=1_000_000))
        for _ in range(WARM_UPS):
            await stage.ask(stage.person())
        for size in SIZES:
            found[size] = await _turns(stage, size, scale.times(TURNS))
    return [_table(found)]


async def _turns(stage: Stage, size: int, times: int) -> Share:
    person = await _person_with_log(stage, size)
    await stage.reset_costs()
    seconds = [await seconds_of(lambda: stage.ask(person)) for _ in range(times)]
    bytes_out = (await stage.costs()).bytes_out
    return Share(bytes_out=bytes_out / times, seconds=median(seconds))


def _table(found: dict[int, Share]) -> Table:
    floor = found[SIZES[0]]
    return Table(
        title="A one-loop turn with a log of so many entries (aim: flat)",
        columns=("read from Redis", "ratio to shortest", "median", "ratio to shortest"),
        rows=[
            (
                f"{size:,}",
                kib(share.bytes_out),
                ratio(share.bytes_out, floor.bytes_out),
                ms(share.seconds),
                ratio(share.seconds, floor.seconds),
            )
            for size, share in found.items()
        ],
        notes=(
            f"A turn reads the last {Limits().tail_entries} entries, however long the log is.",
            "Beyond 1,000, every hundred entries move into the archive; the mean includes that.",
        ),
    )


async def _person_with_log(stage: Stage, size: int) -> Person:
    """Create a user whose log has this many entries, with the old ones in the archive."""
    person = stage.person()
    await stage.redis(*log_commands(person.id, size))
    return person


def log_commands(user_id: str, size: int) -> list[list[str]]:
    """Return what gives a user a log with this many entries, of which the last are there."""
    keys = Keys.of(user_id)
    first = max(1, size - Limits().log_entries + 1)
    entries = [
        ["XADD", keys.key("log"), f"{seq}-0", *_entry(seq), "r", "run-before"]
        for seq in range(first, size + 1)
    ]
    at = str(size)
    return [*entries, ["HSET", keys.key("run"), "seq", at, "consumed", at]]


def _entry(seq: int) -> tuple[str, str]:
    """Return kind and stored form of an entry; user and brain alternate."""
    clock = SystemClock()
    if seq % 2:
        said = UtteranceDraft(
            id=clock.new_id(), text=TEXT, message_id=clock.new_id(), created_at=clock.utc()
        )
        return "u", utterance_to_log(said)
    answer = Draft(
        id=clock.new_id(), kind=Kind.SAY, text=TEXT, answers_seq=seq - 1, created_at=clock.utc()
    )
    return "t", draft_to_log(answer)

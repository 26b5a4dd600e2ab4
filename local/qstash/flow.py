"""Flow control: how many deliveries of the messages with one key may be under way, and how many
may begin in a period.

It keeps only counts and who waits, without a clock or a task. A message that may not be delivered
yet waits in the line of its key, behind those that were due before it. A failed attempt frees its
place: the retry lines up again when it is due. The limits of the newest publish count, also for
the messages that wait.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from local.qstash.retry import MalformedDelay, duration_s

DEFAULT_PERIOD_S = 1  # seconds; the vendor's
LONGEST_PERIOD_S = 7 * 24 * 3600  # seconds; the vendor's
LIMIT = re.compile(r"(parallelism|rate|period)\s*=\s*(\w+)", re.ASCII | re.IGNORECASE)


class MalformedFlow(ValueError):
    """A value of flow control that limits nothing, or that nobody can read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowLimits:
    """The limits of one key; None is no limit. `period_s` is the unit of the rate."""

    parallelism: int | None = None
    rate: int | None = None
    period_s: int | None = None


@dataclass(kw_only=True, slots=True)
class FlowLine:
    """One key: its limits, what is under way and what waits. `began_ms` is when the current period
    of the rate began, and `started` counts what has started in it.
    """

    key: str
    limits: FlowLimits
    under_way: int = 0
    started: int = 0
    began_ms: int | None = None
    waiting: deque[str] = field(default_factory=deque)

    def has_room(self, now_ms: int) -> bool:
        """Whether one more delivery may start now."""
        most = self.limits.parallelism
        return (most is None or self.under_way < most) and self.opens_ms(now_ms) <= now_ms

    def opens_ms(self, now_ms: int) -> int:
        """Return from when on the rate lets the next one start."""
        ends_ms = self.period_ends_ms()
        if self.limits.rate is None or now_ms >= ends_ms or self.started < self.limits.rate:
            return now_ms
        return ends_ms

    def period_ends_ms(self) -> int:
        """Return when the current period ends; 0 without a period."""
        period_s = self.limits.period_s or DEFAULT_PERIOD_S
        return 0 if self.began_ms is None else self.began_ms + 1000 * period_s

    def start(self, now_ms: int) -> None:
        if now_ms >= self.period_ends_ms():
            self.began_ms, self.started = now_ms, 0
        self.under_way += 1
        self.started += 1


class Flows:
    """All keys."""

    def __init__(self) -> None:
        self._lines: dict[str, FlowLine] = {}

    def note(self, key: str | None, value: str | None) -> None:
        """Take the limits of a new message for its key."""
        if key is not None:
            limits = read_limits(value or "")
            self._lines.setdefault(key, FlowLine(key=key, limits=limits)).limits = limits

    def line(self, key: str) -> FlowLine | None:
        return self._lines.get(key)

    def start(self, key: str | None, message_id: str, now_ms: int) -> bool:
        """Start a delivery that is due, or let it wait: return whether it started."""
        if key is None:
            return True
        line = self._lines[key]
        if line.waiting or not line.has_room(now_ms):
            line.waiting.append(message_id)
            return False
        line.start(now_ms)
        return True

    def start_next(self, now_ms: int) -> str | None:
        """Start one that waits and for which there is room now."""
        for line in self._lines.values():
            if line.waiting and line.has_room(now_ms):
                line.start(now_ms)
                return line.waiting.popleft()
        return None

    def end(self, key: str | None) -> None:
        """Free the place of a delivery that was answered."""
        if key is not None:
            self._lines[key].under_way -= 1

    def drop(self, key: str | None, message_id: str) -> None:
        """Forget a message that is not to be delivered any more."""
        if key is not None and message_id in self._lines[key].waiting:
            self._lines[key].waiting.remove(message_id)

    def waits(self, key: str | None, message_id: str) -> bool:
        return key is not None and message_id in self._lines[key].waiting

    def next_ms(self, now_ms: int) -> int | None:
        """Return when a period of a rate ends for which something waits; None: nothing does."""
        lines = (line for line in self._lines.values() if line.waiting)
        times = (line.opens_ms(now_ms) for line in lines)
        return min((time for time in times if time > now_ms), default=None)


def read_limits(value: str) -> FlowLimits:
    """Read `parallelism=2, rate=10, period=60s`, in any case. Raises MalformedFlow."""
    found: dict[str, int] = {}
    for part in filter(None, (each.strip() for each in value.split(","))):
        limit = LIMIT.fullmatch(part)
        if limit is None:
            raise MalformedFlow(f"{part!r} is not a limit such as parallelism=2")
        name = limit[1].lower()
        found[name] = _period_s(limit[2]) if name == "period" else _count(part, limit[2])
    if not found.keys() & {"parallelism", "rate"}:
        raise MalformedFlow("it must name a parallelism or a rate")
    return FlowLimits(
        parallelism=found.get("parallelism"),
        rate=found.get("rate"),
        period_s=found.get("period"),
    )


def _count(part: str, text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII):
        raise MalformedFlow(f"{part!r} must be a whole number from 1")
    return int(text)


def _period_s(text: str) -> int:
    try:
        period_s = duration_s(f"{text}s" if text.isdigit() else text)
    except MalformedDelay as error:
        raise MalformedFlow(f"period: {error}") from error
    if not 1 <= period_s <= LONGEST_PERIOD_S:
        raise MalformedFlow("a period must be between a second and a week")
    return int(period_s)

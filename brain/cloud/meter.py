"""Counts what a run causes: calls of the model and of tools, commands, messages.

The meter of a run is found by the task that works for it, so nobody passes it on. A call outside a
run counts nowhere. What earlier invocations of the run have counted comes with the admission, and
each commit stores the sum.
"""

from contextvars import ContextVar
from datetime import date, datetime
from typing import Annotated

from msgspec import Struct
from msgspec.structs import replace

from brain.codec import SPARSE, Form, Stored
from brain.errors import EntryUnreadable
from brain.texts.moments import zone_named


class ModelCount(Struct, frozen=True, kw_only=True):
    """The calls of one model. `usd` is None if the price of one of them is not known."""

    model: str
    calls: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    usd: float | None = 0.0

    def plus(self, other: "ModelCount") -> "ModelCount":
        """Return the sum. The name stays."""
        return replace(
            self,
            calls=self.calls + other.calls,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_cached=self.tokens_cached + other.tokens_cached,
            tokens_out=self.tokens_out + other.tokens_out,
            usd=None if self.usd is None or other.usd is None else self.usd + other.usd,
        )


class ToolCount(Struct, frozen=True, kw_only=True):
    """The calls of one tool, how many failed, and how long all took."""

    name: str
    count: int = 0
    failed: int = 0
    ms: int = 0


class DayCount(Struct, frozen=True, kw_only=True):
    """What a user has used on a day of theirs. `usd` counts what has a known price."""

    day: str
    tokens: int = 0
    usd: float = 0.0


class Counts(Struct, frozen=True, kw_only=True):
    """What a run has caused so far. `started_ms` is in ms since 1970.

    `because` is why it ended early. `ended`: a commit that ends the run has been sent. `day` is
    what the user has used on the day of this run, with this run.
    """

    run_id: str
    started_ms: int = 0
    loops: int = 0
    invocations: int = 1
    models: tuple[ModelCount, ...] = ()
    tools: tuple[ToolCount, ...] = ()
    round_trips: int = 0
    commands: int = 0
    queued: int = 0
    published: int = 0
    because: Annotated[str, SPARSE] = ""
    ended: Annotated[bool, SPARSE] = False
    day: Annotated[DayCount | None, SPARSE] = None

    @property
    def total(self) -> ModelCount:
        """The sum of all models."""
        total = ModelCount(model="")
        for each in self.models:
            total = total.plus(each)
        return total


COUNTS = Stored(Form(Counts))


class Meter:
    """Counts for one run in this invocation. `previous` are the counts of the user's run before."""

    def __init__(self) -> None:
        self.previous: Counts | None = None
        self._counts = Counts(run_id="")
        self._added: dict[str, int] = {}  # since `_counts` was made: figures change all the time

    @property
    def counts(self) -> Counts:
        """What the run has caused so far."""
        if self._added:
            figures, self._added = self._added, {}
            sums = {name: getattr(self._counts, name) + more for name, more in figures.items()}
            self._counts = replace(self._counts, **sums)
        return self._counts

    @counts.setter
    def counts(self, counts: Counts) -> None:
        self._counts = counts

    def begin(self, run_id: str, stored: str, *, started_ms: int, now_ms: int, zone: str) -> None:
        """Go on with the counts of this run, or begin after those of another run."""
        known, here = counts_in(stored), self.counts
        day = day_of(known, now_ms, zone)
        if known is None or known.run_id != run_id:
            self.previous = known
            known = Counts(run_id=run_id, started_ms=started_ms, invocations=0)
        self.counts = replace(
            known,
            invocations=known.invocations + 1,
            round_trips=known.round_trips + here.round_trips,
            commands=known.commands + here.commands,
            ended=False,
            day=day,
        )

    def learn(self, known: DayCount) -> None:
        """Take over what is known of this day, jobs included, if it is more than was counted."""
        day = self.counts.day
        if day is not None and day.day == known.day:
            tokens, usd = max(day.tokens, known.tokens), max(day.usd, known.usd)
            self.counts = replace(self.counts, day=replace(day, tokens=tokens, usd=usd))

    def add(self, **figures: int) -> None:
        """Add to `round_trips`, `commands`, `queued` or `published`."""
        for name, more in figures.items():
            self._added[name] = self._added.get(name, 0) + more

    def add_model(self, made: ModelCount) -> None:
        """Add a call of a model."""
        day, used = self.counts.day, made.tokens_in + made.tokens_out
        if day is not None:
            day = replace(day, tokens=day.tokens + used, usd=day.usd + (made.usd or 0.0))
        models = {each.model: each for each in self.counts.models}
        models[made.model] = models.get(made.model, ModelCount(model=made.model)).plus(made)
        self.counts = replace(self.counts, models=tuple(models.values()), day=day)

    def add_tool(self, name: str, *, failed: bool, ms: int) -> None:
        """Add a call of a tool."""
        tools = {each.name: each for each in self.counts.tools}
        known = tools.get(name, ToolCount(name=name))
        tools[name] = replace(
            known, count=known.count + 1, failed=known.failed + failed, ms=known.ms + ms
        )
        self.counts = replace(self.counts, tools=tuple(tools.values()))

    def stored(self, *, loops: int, because: str, ended: bool) -> str:
        """Return the counts as the commit that comes next stores them."""
        self.counts = replace(self.counts, loops=loops, because=because, ended=ended)
        return COUNTS.write(self.counts)


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


def new_meter() -> Meter:
    """Begin to count for the task that calls, and for those that it starts."""
    meter = Meter()
    _meter.set(meter)
    return meter


def meter() -> Meter | None:
    """Return the meter of the run that this task works for."""
    return _meter.get()


def count(**figures: int) -> None:
    """Add figures, as `Meter.add` does, if this task works for a run."""
    if (found := _meter.get()) is not None:
        found.add(**figures)


def counts_in(stored: str) -> Counts | None:
    """Decode stored counts; None for those of newer code, and if there are none."""
    if not stored:
        return None
    try:
        return COUNTS.read(stored)
    except EntryUnreadable:
        return None


def day_of(known: Counts | None, now_ms: int, zone: str) -> DayCount:
    """Return what the user has used today. A day is the user's.

    It never goes back: a user who moves to the west, or says so, has no day twice.
    """
    today = local_day(now_ms, zone).isoformat()
    day = known.day if known is not None else None
    return day if day is not None and day.day >= today else DayCount(day=today)


def local_day(now_ms: int, zone: str) -> date:
    """Return the date where the user is. `zone` is an IANA name; an unknown one counts as UTC."""
    return datetime.fromtimestamp(now_ms / 1000, zone_named(zone)).date()

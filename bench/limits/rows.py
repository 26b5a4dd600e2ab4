"""The table of the limits: each figure of each candidate, its ratio, and the goal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from bench.limits.costs import CHARS_PER_TOKEN, Costs
from bench.limits.starts import Starts
from bench.limits.turns import MANY, OLD, THINKS_MS, Found
from bench.tables import Table, ratio
from bench.timing import percentile

LIMIT, FLOOR, OURS, WITH = "limit", "floor", "ours", "ours with Postgres"
NAMES = (LIMIT, FLOOR, OURS, WITH)

type Values = Mapping[str, float]  # by candidate


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """At most so much, as a multiple of the floor, of the candidate's own turn, or as a value."""

    most: float
    of: str = "floor"

    def told(self, form: Callable[[float], str]) -> str:
        return form(self.most) if not self.of else f"{self.most:.2f} x {self.of}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A figure of each candidate that has one. `own` is what the goal's ratio is of, if not the
    floor.
    """

    name: str
    form: Callable[[float], str]
    values: Values
    goal: Goal | None = None
    own: Values | None = None

    def cells(self) -> tuple[str, ...]:
        """Return the row of the table."""
        shown = [self.form(self.values[name]) if name in self.values else "-" for name in NAMES]
        ratios = [self._ratio(name) for name in (OURS, WITH)]
        goal = self.goal.told(self.form) if self.goal else ""
        return (self.name, *shown, *ratios, goal, self._met())

    def _ratio(self, name: str) -> str:
        if name not in self.values:
            return "-"
        base = self.values if self.own is None else self.own
        return ratio(self.values[name], base[FLOOR if self.own is None else name])

    def _met(self) -> str:
        if self.goal is None:
            return ""
        missed = [name for name in (OURS, WITH) if name in self.values and not self._holds(name)]
        return {0: "yes", 1: f"not {missed[0]}" if missed else ""}.get(len(missed), "no")

    def _holds(self, name: str) -> bool:
        assert self.goal is not None
        value, most = self.values[name], self.goal.most
        if not self.goal.of:
            return value <= most
        return value <= most * (self.values[FLOOR] if self.own is None else self.own[name])


def table(rows: Sequence[Row], *notes: str) -> Table:
    """Return the table of these rows."""
    return Table(
        title="The brain beside the limit and the raw floor, each on a core of its own",
        columns=(*NAMES, "ratio to floor", "with Postgres", "goal", "met"),
        rows=[row.cells() for row in rows],
        notes=(
            "Limit and floor do the same requests by hand, and keep no promise.",
            "Medians; processor time is that of the candidate's process alone, as a mean.",
            *notes,
        ),
    )


def of_turns(found: Mapping[str, Found]) -> Sequence[Row]:
    """Return the rows of turns one after the other."""
    known = {name: median(each.known) for name, each in found.items()}
    new = {name: median(each.new) for name, each in found.items()}
    loops = {name: median(each.loops) for name, each in found.items()}
    searches = {name: median(each.searches) for name, each in found.items()}
    old = {name: median(each.old) for name, each in found.items()}
    cpu_turn = {name: fmean(each.cpu_turns) for name, each in found.items()}
    cpu_loop = {name: fmean(each.cpu_loops) for name, each in found.items()}
    same, own = Goal(most=1.0), Goal(most=1.1, of="own turn")
    past = f"a turn after {OLD:,} turns (ratio to own turn)"
    return [
        Row(name="one-loop turn, known user", form=_ms, values=known, goal=same),
        Row(name="one-loop turn, new user", form=_ms, values=new, goal=same),
        Row(name="each further loop, of 20", form=_ms, values=loops, goal=same),
        Row(name="each further loop with a search", form=_ms, values=searches, goal=same),
        Row(name=past, form=_ms, values=old, goal=own, own=known),
        Row(name="processor time of a turn, one user", form=_ms, values=cpu_turn),
        Row(name="processor time of a further loop", form=_ms, values=cpu_loop),
    ]


def of_crowds(found: Mapping[str, Found]) -> Sequence[Row]:
    """Return the rows of many users at once."""
    cpu = {name: fmean(each.cpu_many) for name, each in found.items()}
    failed = {name: float(each.failed) for name, each in found.items()}
    worst = {name: percentile(each.crowd, 99) for name, each in found.items()}
    model = f"model {THINKS_MS} ms"
    return [
        Row(
            name=f"processor time of a turn, {MANY} users, {model}",
            form=_ms,
            values=cpu,
            goal=Goal(most=1.0),
        ),
        Row(name=f"p99 of 200 users, {model}", form=_ms, values=worst, goal=Goal(most=0.6)),
        Row(name="turns without an answer", form=_count, values=failed, goal=Goal(most=0, of="")),
    ]


def of_costs(costs: Mapping[str, Costs]) -> Sequence[Row]:
    """Return the rows of what a turn asks of the store, and the model is sent."""

    def row(name: str, form: Callable[[float], str], most: float, values: Values) -> Row:
        return Row(name=name, form=form, values=values, goal=Goal(most=most, of=""))

    all = costs.items()
    tokens = {name: c.fixed / CHARS_PER_TOKEN for name, c in all}
    return [
        row("sent to the store per turn", _kb, 3.0, {n: c.sent / 1000 for n, c in all}),
        row("commands of a turn", _whole, 14, {n: c.commands for n, c in all}),
        row("commands of a further loop", _whole, 6, {n: c.loops for n, c in all}),
        row("commands of a further loop with a search", _whole, 6, {n: c.searches for n, c in all}),
        row("tokens of the fixed part of a prompt", _count, 3500, tokens),
    ]


def of_starts(starts: Mapping[str, Starts]) -> Sequence[Row]:
    """Return the rows of new processes."""
    imported = {name: each for name, each in starts.items() if each.imports}
    seconds = {name: median(each.imports) for name, each in imported.items()}
    memory = {name: median(each.memory) / 2**20 for name, each in imported.items()}
    first = {name: median(each.answers) for name, each in starts.items()}
    return [
        Row(name="imports, processor time", form=_ms, values=seconds, goal=Goal(most=1.65)),
        Row(name="imports, memory", form=_mib, values=memory, goal=Goal(most=1.45)),
        Row(
            name="process start to first answer",
            form=_ms,
            values=first,
            goal=Goal(most=0.300, of=""),
        ),
    ]


def _ms(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:.2f} ms" if value < 10 else f"{value:.0f} ms"


def _kb(value: float) -> str:
    return f"{value:.1f} KB"


def _mib(value: float) -> str:
    return f"{value:.0f} MiB"


def _whole(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _count(value: float) -> str:
    return f"{value:,.0f}"

"""The benchmarks run and print their tables. Figures are not checked: a shared machine is not
steady.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.parsers import slowest
from bench.tables import Table, ratio
from bench.timing import percentile
from tests.texts.parsers import PARSERS

ROOT = Path(__file__).resolve().parents[3]
LIMIT_S = 110.0  # seconds for one of them
# The others run for many seconds.
QUICK = (
    *("growth", "overhead", "roundtrips", "starts"),
    *("history", "documents", "mailbox", "polling", "events"),
)


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run to the end; at the time limit, interrupt, so that everything it started ends too."""
    command = [sys.executable, "-m", "bench", *arguments]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            printed, told = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            raise
    return subprocess.CompletedProcess(command, process.returncode, printed, told)


@pytest.mark.parametrize("name", QUICK)
def test_each_benchmark_prints_a_table_with_its_floor(name: str) -> None:
    done = bench(name, "--quick")
    assert done.returncode == 0, done.stderr
    assert "ratio" in done.stdout or "to floor" in done.stdout
    assert "1.00" in done.stdout, "the table contains the floor"


@pytest.mark.parametrize("name", ["limits", "limits-many", "limits-starts"])
def test_the_limits_are_shown_beside_the_floor_with_their_goals(name: str) -> None:
    done = bench(name, "--quick")
    assert done.returncode == 0, done.stderr
    columns = done.stdout.splitlines()[2].split()
    assert columns[:3] == ["limit", "floor", "ours"]
    assert columns[-2:] == ["goal", "met"]
    assert " x floor" in done.stdout


def test_each_parser_has_a_row_with_its_limit() -> None:
    done = bench("parsers", "--quick")
    assert done.returncode == 0, done.stderr
    assert "ratio to limit" in done.stdout
    assert [name for name in PARSERS if f"\n{name} " not in done.stdout] == []


def test_the_slowest_text_of_a_parser_comes_first() -> None:
    found = slowest(lambda text: sum(range(9 * text.count("b"))), 50_000, ["a", "b", "ab"], 3)
    assert [piece for _, piece in found] == ["b", "ab", "a"]


def test_an_unknown_benchmark_is_refused_with_the_names_of_the_known_ones() -> None:
    done = bench("speed")
    assert done.returncode == 2
    assert "overhead" in done.stderr


def test_a_table_is_drawn_with_names_left_and_figures_right() -> None:
    table = Table(title="T", columns=("ms",), rows=[("a", "1"), ("bb", "100")], notes=("Note.",))
    assert str(table).splitlines() == ["T", "-", "     ms", "a     1", "bb  100", "Note."]


def test_a_floor_of_zero_has_no_ratio() -> None:
    assert (ratio(3, 2), ratio(3, 0)) == ("1.50", "-")


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([3, 1, 2], 50) == 2
    assert percentile([3, 1, 2], 99) == 3

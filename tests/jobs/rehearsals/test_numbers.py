"""The figures of a report, against known values and against their definitions."""

import math
import random

import pytest

from brain.jobs.rehearsals.numbers import (
    agreement,
    comparison,
    doubts,
    metrics,
    sign_test,
    waits,
    wilson,
)


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (10, 10, 0.7225, 1.0),
        (8, 10, 0.4902, 0.9433),
    ],
)
def test_the_interval_is_that_of_wilson(passed: int, total: int, low: float, high: float) -> None:
    found = wilson(passed, total)
    assert found is not None
    assert found == pytest.approx((low, high), abs=5e-5)


def test_without_runs_there_is_no_interval() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1), (1, 0, 1), (5, 0, 0.0625), (6, 0, 0.03125), (9, 1, 0.021484375), (5, 5, 1)],
)
def test_the_sign_test_is_exact(better: int, worse: int, p: float) -> None:
    assert sign_test(better, worse) == sign_test(worse, better) == pytest.approx(p)


def test_interval_and_sign_test_by_their_definitions() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(300):
        total = chance.randint(1, 400)
        passed = chance.randint(0, total)
        interval = wilson(passed, total)
        assert interval is not None
        low, high = interval
        rate = passed / total
        assert 0 <= low <= rate <= high <= 1
        for bound in {low, high} - {0.0, 1.0}:  # where the score equals z
            score = abs(rate - bound) / math.sqrt(bound * (1 - bound) / total)
            assert score == pytest.approx(1.959963984540054, rel=1e-6)

        better, worse = chance.randint(0, 12), chance.randint(0, 12)
        n = better + worse
        as_clear = [k for k in range(n + 1) if abs(2 * k - n) >= abs(better - worse)]
        exact = sum(math.comb(n, k) for k in as_clear) / 2**n
        assert sign_test(better, worse) == pytest.approx(exact)


def test_a_comparison_counts_valid_pairs_only() -> None:
    before = {0: "failed", 1: "passed", 2: "unsure", 3: "invalid", 4: "passed", 5: "passed"}
    after = {0: "passed", 1: "failed", 2: "unsure", 3: "passed", 4: "invalid"}

    found = comparison("job", before, after)

    assert [pair["n"] for pair in found["pairs"]] == [0, 1, 2, 3, 4]
    assert (found["better"], found["worse"], found["same"]) == (1, 1, 1)
    assert found["with"] == "job"
    assert found["p"] == 1
    assert "may be chance" in found["words"]


def test_a_clear_comparison_says_so() -> None:
    before, after = dict.fromkeys(range(8), "failed"), dict.fromkeys(range(8), "passed")
    assert "are better" in comparison("job", before, after)["words"]
    assert "are worse" in comparison("job", after, before)["words"]


def test_five_better_may_be_chance() -> None:
    before = {n: "failed" if n < 5 else "passed" for n in range(10)}
    after = dict.fromkeys(range(10), "passed")
    found = comparison("job", before, after)
    assert (found["better"], found["p"]) == (5, 0.0625)
    assert "may be chance" in found["words"]


def test_without_a_difference_nothing_is_claimed() -> None:
    same = dict.fromkeys(range(10), "passed")
    found = comparison("job", same, same)
    assert (found["better"], found["worse"], found["same"], found["p"]) == (0, 0, 10, 1)
    assert "No run ended differently" in found["words"]


def test_invalid_runs_are_left_out_of_the_rate() -> None:
    outcomes = ["passed", "passed", "failed", "unsure", "invalid"]
    found = metrics(outcomes, [1.0, 2.0, 3.0], tokens=10, usd=None)
    assert (found["passed"], found["failed"], found["unsure"], found["invalid"]) == (2, 1, 1, 1)
    assert found["passRate"] == 0.5
    assert found["firstWordS"] == {"p50": 2.0, "p90": 2.8}


def test_ten_of_ten_still_leave_a_doubt() -> None:
    found = metrics(["passed"] * 10, [], tokens=0, usd=None)
    assert (found["passRate"], found["interval"]) == (1, [0.7225, 1.0])


def test_without_valid_runs_no_rate_is_claimed() -> None:
    found = metrics(["invalid"], [], tokens=0, usd=None)
    assert (found["passRate"], found["interval"]) == (None, None)


@pytest.mark.parametrize("seconds", [[], [2.0]])
def test_few_waits(seconds: list[float]) -> None:
    only = seconds[0] if seconds else None
    assert waits(seconds) == {"p50": only, "p90": only}


def test_the_judge_is_compared_with_itself_and_with_labels() -> None:
    votes = [["yes"] * 3, ["no"] * 3, ["yes", "no", "yes"], ["cannotTell"] * 3]
    labels = [("yes", "yes"), ("no", "yes"), ("unsure", "no")]

    found = agreement(votes, labels)

    assert found == {"itself": {"n": 4, "share": 0.5}, "labels": {"n": 2, "share": 0.5}}
    assert "50% of 4 lines" in doubts(found)
    assert "50% of 2 labels" in doubts(found)


def test_a_reliable_judge_raises_no_doubt() -> None:
    votes = [["yes"] * 3] * 4 + [["yes", "no", "no"]]
    assert doubts(agreement(votes, [])) == ""
    assert doubts(agreement([], [])) == ""

"""The figures of a report, with how certain they are. Pure functions."""

import math
from collections.abc import Mapping, Sequence
from statistics import quantiles
from typing import Literal

from brain.codec import Json

type Ending = Literal["passed", "failed", "unsure", "invalid"]

Z = 1.959963984540054  # of the normal distribution, for 95 %
CHANCE = 0.05  # from here on a difference may be chance
AGREED = 0.8  # of a judge's votes; below this the report says that the judge is not reliable
RANKS: Mapping[str, int] = {"failed": 0, "unsure": 1, "passed": 2}


def wilson(passed: int, total: int) -> tuple[float, float] | None:
    """Return the interval in which the pass rate lies with 95 %, by Wilson's score.

    None for no runs at all: then nothing is known.
    """
    if total == 0:
        return None
    rate, square = passed / total, Z * Z
    middle = (rate + square / (2 * total)) / (1 + square / total)
    spread = math.sqrt(rate * (1 - rate) / total + square / (4 * total * total))
    half = Z * spread / (1 + square / total)
    low = 0.0 if passed == 0 else max(0.0, middle - half)
    high = 1.0 if passed == total else min(1.0, middle + half)
    return low, high


def sign_test(better: int, worse: int) -> float:
    """Return the probability of a difference at least as clear if only chance decided."""
    total = better + worse
    tail = sum(math.comb(total, k) for k in range(min(better, worse) + 1))
    return min(1.0, tail / 2.0 ** (total - 1))


def comparison(with_run: str, before: Mapping[int, str], after: Mapping[int, str]) -> Json:
    """Compare the outcomes of the same runs, by number. An invalid run of either is in no count."""
    pairs: list[Json] = [
        {"n": n, "before": before[n], "after": after[n]} for n in sorted(before.keys() & after)
    ]
    valid = [(pair["before"], pair["after"]) for pair in pairs]
    steps = [RANKS[late] - RANKS[soon] for soon, late in valid if {soon, late} <= RANKS.keys()]
    better, worse = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    p = sign_test(better, worse)
    counts: Json = {"better": better, "worse": worse, "same": len(steps) - better - worse}
    return {
        "with": with_run,
        "pairs": pairs,
        **counts,
        "p": round(p, 4),
        "words": _words(counts, p),
    }


def _words(counts: Json, p: float) -> str:
    """Say what the comparison shows, and whether it may be chance."""
    told = "{better} better, {worse} worse, {same} the same.".format_map(counts)
    if not counts["better"] and not counts["worse"]:
        return f"{told} No run ended differently."
    if p > CHANCE:
        return f"{told} This may be chance (p = {p:.2f})."
    if counts["better"] > counts["worse"]:
        return f"{told} The new instructions are better (p = {p:.3f})."
    return f"{told} The new instructions are worse (p = {p:.3f})."


def metrics(
    outcomes: Sequence[str], seconds: Sequence[float], *, tokens: int, usd: float | None
) -> Json:
    """Return the figures of all runs. `seconds` are the waits for the first word of each turn."""
    counts = {name: outcomes.count(name) for name in ("passed", "failed", "unsure", "invalid")}
    valid = len(outcomes) - counts["invalid"]
    interval = wilson(counts["passed"], valid)
    return {
        **counts,
        "passRate": round(counts["passed"] / valid, 4) if valid else None,
        "interval": [round(bound, 4) for bound in interval] if interval else None,
        "tokens": tokens,
        "usd": usd,
        "firstWordS": waits(seconds),
    }


def waits(seconds: Sequence[float]) -> Json:
    """Return the median and the 90th percentile; null without any."""
    if not seconds:
        return {"p50": None, "p90": None}
    if len(seconds) == 1:
        return {"p50": round(seconds[0], 2), "p90": round(seconds[0], 2)}
    tenths = quantiles(seconds, n=10, method="inclusive")
    return {"p50": round(tenths[4], 2), "p90": round(tenths[8], 2)}


def agreement(votes: Sequence[Sequence[str]], labels: Sequence[tuple[str, str]]) -> Json:
    """Return how often the judge agrees with itself, and its verdicts with the user's labels.

    `votes` are the votes of each line; `labels` are pairs of the judge's verdict and the person's.
    A verdict that is unsure agrees with nobody, and is not counted.
    """
    decided = [(judge, person) for judge, person in labels if judge in ("yes", "no")]
    return {
        "itself": _share([len(set(each)) == 1 and "cannotTell" not in each for each in votes]),
        "labels": _share([judge == person for judge, person in decided]),
    }


def _share(agreed: Sequence[bool]) -> Json:
    return {"n": len(agreed), "share": round(sum(agreed) / len(agreed), 4) if agreed else None}


def doubts(agreed: Json) -> str:
    """Say that the judge is not reliable; empty if it is, or if nothing is known."""
    found = [
        f"with {'itself' if name == 'itself' else 'your labels'} in {each['share']:.0%} of "
        f"{each['n']} {'lines' if name == 'itself' else 'labels'}"
        for name, each in agreed.items()
        if each["share"] is not None and each["share"] < AGREED
    ]
    return f"The judge agrees {' and '.join(found)}: read its verdicts with care." if found else ""

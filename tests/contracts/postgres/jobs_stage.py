"""Jobs for the tests of their store."""

from brain.jobs.model import MindOutcome, NewJob, NewMind
from brain.jobs.ports import Filed

DAILY = 2_000_000
DONE = MindOutcome(status="complete", reason="done", result="Found.", tokens_in=900, tokens_out=100)
FAILED = MindOutcome(status="failed", reason="model")
FILED = Filed(report={"headline": "Done."}, by="model", foreign=False)


def new_job(minds: int = 3, *, key: str | None = None, budget: int = 90_000) -> NewJob:
    """A job of helpers."""
    return NewJob(
        kind="helpers",
        title="Three hotels",
        request={"tasks": minds},
        minds=tuple(
            NewMind(number=n, label=f"Hotel {n}", profile={}, brief=f"Look at hotel {n}.")
            for n in range(minds)
        ),
        budget=budget,
        key=key,
    )

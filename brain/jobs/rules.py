"""Ids, limits and counts of jobs and minds. Pure functions."""

import hashlib
from datetime import timedelta

from brain.errors import BrainError
from brain.texts.ids import MIND as MIND
from brain.texts.ids import is_mind_id as is_mind_id

MOST_TOKENS_EACH = 200_000  # of one mind, whatever its job's budget is
MINDS_MOST = 10  # of one job
OPEN_MOST = 2  # open jobs of one user
KEPT_JOBS = 50  # newest jobs of one user
KEPT_DAYS = 90
REPORTER = "report"
IN_UTC = timedelta(0)  # the offset of a clock that shows UTC

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_CHARS = 26


class JobRefused(BrainError):
    """A job cannot start now. `retry_after_s` says when it may; the text says why."""

    def __init__(self, text: str, *, retry_after_s: int) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


def job_id(user_id: str, key: str) -> str:
    """Derive the id of a job from its owner and the start's key: 26 characters of [0-9a-z]."""
    number = int.from_bytes(hashlib.sha256(f"{user_id}\0{key}".encode()).digest())
    digits = []
    for _ in range(_ID_CHARS):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(digits)


def mind_id(job: str, number: int | str, attempt: int = 0) -> str:
    """Return the id of a mind, which takes the place of a user id in the state store."""
    return f"{MIND}{job}:{number}{f'-{attempt}' if attempt else ''}"


def all_ids(job: str) -> tuple[str, ...]:
    """Return each id that a mind of this job may have had."""
    numbers = [*range(MINDS_MOST), REPORTER]
    return tuple(mind_id(job, n, attempt) for n in numbers for attempt in (0, 1))


def job_keys_id(job: str) -> str:
    """Return the id under which the state store keeps what concerns a job and no single mind."""
    return f"{MIND}{job}:job"


def job_of(mind_id: str) -> str:
    """Return the job's id in a mind's id; empty if it is not a mind's id."""
    return mind_id.removeprefix(MIND).partition(":")[0] if is_mind_id(mind_id) else ""


def is_reporter(mind_id: str) -> bool:
    """Whether this mind writes the report of its job."""
    return mind_id.endswith(f":{REPORTER}")


def tokens_each(budget: int, minds: int) -> int:
    """Return the limit of each mind: its share of the budget, less 5 % for the report."""
    return min(budget * 95 // 100 // minds, MOST_TOKENS_EACH)


def progress(completed: int, failed: int, total: int) -> int:
    """Return how much of a job has ended, in percent."""
    return round(100 * (completed + failed) / total)

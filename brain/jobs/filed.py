"""What the store of jobs is given with a report, and what it says when a mind is settled."""

from typing import Literal

from msgspec import Struct

from brain.codec import Json
from brain.jobs.model import Job, MindOutcome


class Counted(Struct, frozen=True, kw_only=True):
    """A job after one of its minds was settled. `is_last`: it has to be reported now."""

    job: Job
    is_last: bool


class Filed(Struct, frozen=True, kw_only=True):
    """A job's report to be stored. `document` is the title and the body of a document with it.

    `outcome` is what the mind that wrote it has used; None for a report by code.
    """

    report: Json
    by: Literal["model", "code"]
    foreign: bool
    document: tuple[str, str] | None = None
    outcome: MindOutcome | None = None

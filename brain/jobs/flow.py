"""What a user can do with jobs: start, look, steer, stop, pause, delete.

The owner's tools and the routes call these. No user reaches the jobs of another: a job or a mind
of somebody else is answered like one that never existed (None).
"""

from typing import Literal

from brain.jobs.model import Job, JobStart, JobState, NewJob, StoppedMinds
from brain.jobs.services import JobServices


async def start_job(services: JobServices, user_id: str, new: NewJob) -> JobStart:
    """Reserve the tokens, store the job, and put its sweep and its starts on the queue.

    The same key (`NewJob.key`) gives the same job again, whatever the rest says, and publishes
    again; `duplicate` says so. Returns once the sweep is acknowledged: from then on the job ends.

    Raises JobRefused (two open jobs; the day's tokens), DatabaseUnreachable, QueueUnreachable.
    """
    raise NotImplementedError


async def job_state(services: JobServices, user_id: str, job_id: str) -> JobState | None:
    """Return a job, its minds, and what the running ones do: one statement, one round trip beside.

    Without the state store, `now` is empty. Raises DatabaseUnreachable.
    """
    raise NotImplementedError


async def stop_job(
    services: JobServices, user_id: str, job_id: str, *, number: int | None = None
) -> StoppedMinds | None:
    """Stop one mind, or the whole job. The answer says what the store said.

    After it no model call begins and no tool runs in what was stopped. A whole job is then told
    once as stopped; if one mind is stopped, the others go on and the report comes.

    None: there is no such job or mind of this user. Raises DatabaseUnreachable, StoreUnreachable:
    then the same stop again completes it.
    """
    raise NotImplementedError


async def say_to_mind(
    services: JobServices, user_id: str, mind_id: str, text: str, *, message_id: str
) -> Literal["recorded", "running", "ended"] | None:
    """Say something to one mind: it joins at the mind's next loop, once per message id.

    `recorded`: its brain has it in its log. `running`: a call of the queue begins with it. `ended`:
    the mind has its outcome, and nothing was said. None: this user has no such mind.
    Raises Unreachable, TooManyTexts.
    """
    raise NotImplementedError


async def say_to_job(
    services: JobServices, user_id: str, job_id: str, text: str, *, message_id: str
) -> Literal["recorded", "running", "ended"] | None:
    """Say something to all minds of a job that are not settled. `ended`: there is none."""
    raise NotImplementedError


async def pause_job(
    services: JobServices, user_id: str, job_id: str, *, is_paused: bool
) -> Job | Literal["ended", "never"] | None:
    """Pause or resume a talk or a rehearsal. A resume lets the queue call each mind again.

    `ended`: the job has ended. `never`: jobs of this kind are not paused. None: no such job.
    """
    raise NotImplementedError


async def delete_job(
    services: JobServices, user_id: str, job_id: str
) -> Literal["deleted", "open"] | None:
    """Delete an ended job and all that its minds own. `open`: it has not ended. None: no such."""
    raise NotImplementedError

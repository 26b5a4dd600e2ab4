"""Everything that the flows of jobs need."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, tzinfo

from msgspec import Struct, field

from brain.events.ports import Announcer
from brain.jobs.model import Job, JobKind, Mind
from brain.jobs.ports import JobStore, KindOfJob, MindCalls, MindRuns
from brain.run.ports import Channel, Clock
from brain.run.services import Services
from brain.run.store import StateStore
from brain.says.choice import Languages


async def in_utc(user_id: str) -> tzinfo:
    """The time zone of users of whom none is known."""
    return UTC


class JobServices(Struct, frozen=True, kw_only=True):
    """The ports of the flows, and the kinds of jobs.

    `daily_tokens` is how many tokens the jobs of one user may use on a day of theirs, `daily_usd`
    how many dollars;
    `zone_of` returns their time zone. `reporter` returns the services of the mind that writes a
    job's report; the numbers are the counts that it may state. `store` has the owner's own log:
    only whether they are present is read from it. `beside` are sendings that nobody waits for.
    """

    jobs: JobStore
    runs: MindRuns
    calls: MindCalls
    kinds: Mapping[JobKind, KindOfJob]
    reporter: Callable[[Job, Sequence[Mind], frozenset[int]], Awaitable[Services]]
    announcer: Announcer
    channel: Channel
    store: StateStore
    clock: Clock
    languages: Languages
    daily_tokens: int
    daily_usd: float | None = None
    zone_of: Callable[[str], Awaitable[tzinfo]] = in_utc
    beside: set[asyncio.Task[None]] = field(default_factory=set)

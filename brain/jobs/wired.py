"""Makes the parts of jobs from what a deployment has."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from functools import partial

from brain.errors import StoreUnreachable
from brain.feature import Platform
from brain.jobs.life.telling import tell_progress
from brain.jobs.minds import Base, Kinds
from brain.jobs.model import Job, Mind, ProgressNote
from brain.jobs.queue import QueuedMindCalls
from brain.jobs.services import JobServices
from brain.jobs.stored.postgres import PostgresJobs
from brain.jobs.stored.redis import RedisMindRuns
from brain.preferences.flow import used_by
from brain.run.services import Services
from brain.settings.budgets import daily_budget, daily_tokens
from brain.texts.moments import zone_named


def job_services(platform: Platform) -> JobServices:
    """Return what the flows need. Raises SettingMissing."""
    assert platform.database is not None, "without a database there are no jobs"

    async def tell(job: Job, mind: Mind, progress: ProgressNote, at: str) -> None:
        await tell_progress(services, job, mind, progress, at)

    jobs = PostgresJobs(platform.database)
    runs = RedisMindRuns(platform.redis, platform.store, platform.clock)
    services = _services(platform, Base(platform, jobs, runs, tell_progress=tell))
    return services


def _services(platform: Platform, base: Base) -> JobServices:
    async def reporter(job: Job, minds: Sequence[Mind], known: frozenset[int]) -> Services:
        from brain.jobs.helpers.reporter import reporter

        return reporter(base, job, minds, known)

    return JobServices(
        jobs=base.jobs,
        runs=base.runs,
        calls=QueuedMindCalls(platform.queue),
        kinds=Kinds(base),
        reporter=reporter,
        announcer=platform.announcer,
        channel=platform.channel,
        store=platform.store,
        clock=platform.clock,
        languages=platform.languages,
        daily_tokens=daily_tokens(platform.env),
        daily_usd=daily_budget(platform.env).usd,
        zone_of=partial(_zone_of, platform),
    )


async def _zone_of(platform: Platform, user_id: str) -> tzinfo:
    try:
        return zone_named((await used_by(platform, user_id)).zone)
    except StoreUnreachable:
        return UTC  # the job matters more than the hour at which its day ends

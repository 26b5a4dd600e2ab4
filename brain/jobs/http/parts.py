"""What the routes for jobs share."""

from collections.abc import Callable, Mapping

from msgspec import Struct
from starlette.requests import Request

from brain.codec import clean
from brain.feature import ResourceHandler
from brain.http.edge import Problem
from brain.http.minds import unknown
from brain.jobs.model import Job
from brain.jobs.plans.things import Findings
from brain.jobs.services import JobServices

FAMILIES = ("battles", "scale", "jobs")  # each of these names leads to all kinds of jobs
NO_JOBS = "This deployment has no jobs."


class Jobs(Struct, frozen=True, kw_only=True):
    """What the routes use. Each is made when it is first used.

    `is_on`: this deployment has jobs.
    """

    is_on: bool
    make_services: Callable[[], JobServices]
    make_findings: Callable[[], Findings]

    @property
    def services(self) -> JobServices:
        """Raises Problem 404 if this deployment has no jobs."""
        self.check()
        return self.make_services()

    @property
    def findings(self) -> Findings:
        """Raises Problem 404 if this deployment has no jobs."""
        self.check()
        return self.make_findings()

    def check(self) -> None:
        """Raise Problem 404 if this deployment has no jobs."""
        if not self.is_on:
            raise Problem(404, NO_JOBS)

    async def job(self, user_id: str, id: str) -> Job:
        """Return a job of this user. Raises Problem 404."""
        found = await self.services.jobs.job(user_id, id)
        if found is None:
            raise unknown("job")
        return found


def in_path(request: Request) -> str:
    """Return the id that stands in the path. The query may have it too, and is not asked."""
    return clean(str(request.path_params.get("id", "")))


def in_families(
    end: str, handlers: Mapping[str, ResourceHandler]
) -> dict[str, Mapping[str, ResourceHandler]]:
    """Return the same handlers below each family: `jobs/:id/stop`."""
    return {f"{family}/:id/{end}": handlers for family in FAMILIES}

"""Many minds: helpers, talks, rehearsals and rooms that work in the background."""

from functools import cached_property
from typing import TYPE_CHECKING

from brain.feature import Called, Feature, Platform

if TYPE_CHECKING:
    from brain.jobs.services import JobServices


def feature(platform: Platform) -> Feature:
    """The owner's tools and routes for jobs."""
    parts = _Parts(platform)
    return Feature(called=lambda: parts.called)


class _Parts:
    """The parts of the feature. Each is imported and made when it is first used."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @cached_property
    def services(self) -> "JobServices":
        from brain.jobs.wired import job_services

        return job_services(self._platform)

    @cached_property
    def called(self) -> Called:
        from brain.jobs.called import CalledMinds

        return CalledMinds(self._platform.database is not None, lambda: self.services)

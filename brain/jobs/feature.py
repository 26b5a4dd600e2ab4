"""Many minds: helpers, talks, rehearsals and rooms that work in the background."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from brain.feature import Feature, Platform, Resources
from brain.http.minds import CallTaker
from brain.jobs.settings import are_on, needed
from brain.settings.variables import Env

if TYPE_CHECKING:
    from brain.http.minds import Minds
    from brain.jobs.http.parts import Jobs
    from brain.jobs.plans.parts import Parts
    from brain.jobs.plans.things import Findings, Profiles, Scenarios
    from brain.jobs.services import JobServices
    from brain.preferences.ports import PersonaStore
    from brain.run.services import Intake
    from brain.tools.invocations import Tool


def feature(platform: Platform) -> Feature:
    """The owner's tools and routes for jobs."""
    parts = _Parts(platform)
    return Feature(
        tools=parts.tools,
        intake=parts.intake,
        resources=parts.resources,
        polled=parts.polled,
        minds=lambda: parts.minds,
        called=lambda: parts.called,
        addition=parts.addition,
        personas=lambda: parts.personas,
        session=lambda _: {"jobs": are_on(platform.env)},
        settings={"jobs": needed},
        absent=_absent,
        stand_ins=parts.stand_ins,
    )


def _absent(env: Env) -> Mapping[str, str]:
    return {} if env.get("DATABASE_URL") else {"jobs": "DATABASE_URL is missing"}


class _Parts:
    """The parts of the feature. Each is imported and made when it is first used."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @cached_property
    def services(self) -> "JobServices":
        from brain.jobs.wired import job_services

        return job_services(self._platform)

    @cached_property
    def called(self) -> CallTaker:
        from brain.jobs.called import CalledMinds

        return CalledMinds(self._platform.database is not None, lambda: self.services)

    @cached_property
    def profiles(self) -> "Profiles | None":
        """The users' profiles; None without a database."""
        if self._platform.database is None:
            return None
        from brain.jobs.plans.postgres import PostgresProfiles

        return PostgresProfiles(self._platform.database)

    @cached_property
    def scenarios(self) -> "Scenarios | None":
        """The users' scenarios; None without a database."""
        if self._platform.database is None:
            return None
        from brain.jobs.plans.postgres import PostgresScenarios

        return PostgresScenarios(self._platform.database)

    @cached_property
    def findings(self) -> "Findings":
        from brain.jobs.plans.postgres import PostgresFindings

        assert self._platform.database is not None, "without a database there are no jobs"
        return PostgresFindings(self._platform.database)

    @cached_property
    def jobs(self) -> "Jobs":
        """What the routes use."""
        from brain.jobs.http.parts import Jobs

        return Jobs(
            is_on=are_on(self._platform.env),
            make_services=lambda: self.services,
            make_findings=lambda: self.findings,
        )

    @cached_property
    def plans(self) -> "Parts":
        """What plans of jobs need."""
        from brain.jobs.plans.wired import plan_parts

        assert self.profiles is not None, "without a database there are no jobs"
        return plan_parts(self._platform, self.profiles)

    @cached_property
    def minds(self) -> "Minds":
        from brain.jobs.http.minds import MindsOfUsers

        return MindsOfUsers(self.jobs)

    def tools(self) -> "tuple[Tool, ...]":
        """The tools of the owner's brain; none if there are no jobs."""
        if not are_on(self._platform.env):
            return ()
        from brain.jobs.owner.playing import Plays, play_tool
        from brain.jobs.owner.tools import OwnersTools, reached

        owners = OwnersTools(
            services=lambda: self.services,
            parts=lambda: self.plans,
            preferences=self._platform.preferences,
        )
        plays = Plays(
            services=lambda: self.services, parts=lambda: self.plans, platform=self._platform
        )
        return (*owners.tools(), play_tool(plays, reached))

    def intake(self) -> "tuple[Intake, ...]":
        if not are_on(self._platform.env):
            return ()
        from brain.jobs.owner.enquiries import AnswersAboutJobs

        platform = self._platform
        return (
            AnswersAboutJobs(
                services=lambda: self.services,
                store=platform.store,
                clock=platform.clock,
                choice=platform.languages,
            ),
        )

    def polled(self) -> Resources:
        from brain.jobs.http.look import polled_routes

        return polled_routes(self.jobs, lambda: self._platform.log, self._wake)

    async def _wake(self, user_id: str) -> None:
        """Let the features act for a user who is there. Raises Unreachable."""
        for each in self._platform.services.around:
            await each.wake(user_id)

    def resources(self) -> Resources:
        from brain.jobs.assist_http import assisting
        from brain.jobs.http.every import all_routes

        routes = all_routes(
            self.jobs,
            plans=lambda: self.plans,
            profiles=lambda: self.profiles,
            scenarios=lambda: self.scenarios,
            platform=self._platform,
        )
        return {**routes, "assist": {"POST": assisting(self._platform)}}

    async def stand_ins(self, user_id: str) -> Sequence[str]:
        """Return the ids that the user's minds may have, and those of what belongs to a job."""
        if self._platform.database is None:
            return ()
        from brain.jobs.rules import all_ids, job_keys_id
        from brain.jobs.stored.owned import job_ids

        jobs = await job_ids(self._platform.database, user_id)
        return [id for job in jobs for id in (*all_ids(job), job_keys_id(job))]

    async def addition(self, user_id: str) -> str:
        """Return name and instructions of the user's profile `main`."""
        if self.personas is None:
            return ""
        from brain.chat.notes import manner

        own = await self.personas.persona(user_id)
        return manner(own.name or "", own.instructions)

    @property
    def personas(self) -> "PersonaStore | None":
        if self.profiles is None:
            return None
        from brain.jobs.plans.things import MainPersona

        return MainPersona(profiles=self.profiles)

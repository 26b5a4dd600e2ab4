"""All routes for jobs but those that pages poll."""

from collections.abc import Callable

from brain.feature import Platform, Resources
from brain.jobs.http.agents import agent_routes
from brain.jobs.http.look import listing_routes
from brain.jobs.http.parts import Jobs
from brain.jobs.http.scenarios import KnownScenarios, scenario_routes
from brain.jobs.http.start import Planning, start_routes
from brain.jobs.http.steer import steer_routes
from brain.jobs.plans.parts import Parts
from brain.jobs.plans.things import Profiles, Scenarios


def all_routes(
    jobs: Jobs,
    *,
    plans: Callable[[], Parts],
    profiles: Callable[[], Profiles | None],
    scenarios: Callable[[], Scenarios | None],
    platform: Platform,
) -> Resources:
    """Return the routes."""
    kept = KnownScenarios(make_scenarios=scenarios)
    planning = Planning(jobs=jobs, make_parts=plans, kept=kept)
    several = (
        start_routes(planning),
        listing_routes(jobs),
        steer_routes(jobs),
        agent_routes(profiles, platform.addition_changed),
        scenario_routes(kept, lambda: platform.log, platform.clock),
    )
    return {
        name: {m: h for routes in several for m, h in routes.get(name, {}).items()}
        for name in dict.fromkeys(name for routes in several for name in routes)
    }

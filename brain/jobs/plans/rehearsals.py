"""Plans rehearsals of scenarios."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from brain.codec import Json
from brain.jobs.model import Job, Mind, NewJob, NewMind
from brain.jobs.plans.limits import TOKENS_TALK
from brain.jobs.plans.parts import Parts, frozen, joined
from brain.jobs.plans.things import MAIN

SEED = 1


class PlayedScenario(Struct, frozen=True, kw_only=True):
    """One scenario as it will be played, and the hash of what it means."""

    wire: Json
    digest: str


class RehearsalWanted(Struct, frozen=True, kw_only=True):
    """Rehearsals that a user asks for. Run n plays scenario n mod k.

    `instructions` are tried in place of those of the profile `main`. `model` are the fields of the
    profile that are replaced.
    """

    scenarios: Sequence[PlayedScenario]
    request: Json
    run_count: int | None = None
    profile: str | None = None
    instructions: str | None = None
    model: Json
    seed: int = SEED
    title: str | None = None
    budget: int | None = None
    key: str | None = None

    def playing(self, scenarios: Sequence[PlayedScenario]) -> "RehearsalWanted":
        """Return the same with these scenarios."""
        return replace(self, scenarios=scenarios)


async def plan_rehearsal(parts: Parts, user_id: str, wanted: RehearsalWanted) -> NewJob:
    """Return the job. Raises ThingUnknown, Unfit, DatabaseUnreachable."""
    profile = await parts.profile(user_id, wanted.profile)
    profile = profile or await parts.profiles.profile(user_id, MAIN)
    tried = {**frozen(profile), **wanted.model}
    if wanted.instructions is not None:
        tried["instructions"] = wanted.instructions
    parts.check(tried, "model")
    count = wanted.run_count or len(wanted.scenarios)
    minds = [_mind(wanted, number, tried) for number in range(count)]
    names = list(dict.fromkeys(mind.label for mind in minds))
    return NewJob(
        kind="rehearsal",
        title=wanted.title or joined(names),
        request=wanted.request,
        minds=tuple(minds),
        budget=wanted.budget or TOKENS_TALK * count,
        key=wanted.key,
    )


def plan_again(earlier: Job, minds: Sequence[Mind], wanted: RehearsalWanted) -> NewJob:
    """Return a job that plays what an earlier one played, with other instructions."""
    return NewJob(
        kind="rehearsal",
        title=wanted.title or earlier.title,
        request=wanted.request,
        minds=tuple(
            NewMind(
                number=mind.number,
                label=mind.label,
                profile={**mind.profile, "instructions": wanted.instructions or ""},
                goal=mind.goal,
                scenario=mind.scenario,
                scenario_digest=mind.scenario_digest,
                seed=mind.seed,
            )
            for mind in minds
        ),
        budget=wanted.budget or earlier.token_budget,
        key=wanted.key,
        compared_with=earlier.id,
    )


def _mind(wanted: RehearsalWanted, number: int, tried: Json) -> NewMind:
    played = wanted.scenarios[number % len(wanted.scenarios)]
    return NewMind(
        number=number,
        label=str(played.wire["name"]),
        profile=tried,
        goal=played.wire.get("goal") or None,
        scenario=played.wire,
        scenario_digest=played.digest,
        seed=wanted.seed + number,
    )

"""Plans talks between agents."""

from collections.abc import Sequence

from msgspec import Struct

from brain.codec import Json
from brain.jobs.model import NewJob, NewMind
from brain.jobs.plans.limits import MAX_MESSAGES, TOKENS_ANSWER, TOKENS_TALK
from brain.jobs.plans.parts import Parts, Unfit, frozen, given, joined


class Agent(Struct, frozen=True, kw_only=True):
    """Somebody who talks. `own` are the fields that replace those of the profile."""

    profile: str | None
    own: Json


class TalksWanted(Struct, frozen=True, kw_only=True):
    """Talks that a user asks for, all between the same agents."""

    agents: Sequence[Agent]
    request: Json
    goal: str
    opening: str | None = None
    max_messages: int = MAX_MESSAGES
    count: int = 1
    title: str | None = None
    budget: int | None = None
    key: str | None = None


async def plan_talks(parts: Parts, user_id: str, wanted: TalksWanted) -> NewJob:
    """Return the job: each mind is one talk. Raises ThingUnknown, Unfit, DatabaseUnreachable."""
    speakers = [
        await _speaker(parts, user_id, number, agent) for number, agent in enumerate(wanted.agents)
    ]
    names = [str(speaker["name"]) for speaker in speakers]
    _check_names(names)
    title = wanted.title or joined(names)
    minds = [_mind(wanted, speakers, title, number) for number in range(wanted.count)]
    return NewJob(
        kind="talk",
        title=title,
        request=wanted.request,
        minds=tuple(minds),
        budget=wanted.budget or TOKENS_TALK * wanted.count,
        key=wanted.key,
    )


def _mind(wanted: TalksWanted, speakers: Sequence[Json], title: str, number: int) -> NewMind:
    return NewMind(
        number=number,
        label=title if wanted.count == 1 else f"{title} ({number + 1})",
        profile={
            "agents": list(speakers),
            "opening": wanted.opening,
            "maxMessages": wanted.max_messages,
        },
        goal=wanted.goal,
    )


async def _speaker(parts: Parts, user_id: str, number: int, agent: Agent) -> Json:
    profile = await parts.profile(user_id, agent.profile)
    name = {} if profile is None else {"name": profile.name}
    speaker = {"maxTokens": TOKENS_ANSWER, **name, **frozen(profile), **given(agent.own)}
    if "name" not in speaker:
        raise Unfit(f"agents.{number}.name", "is missing")
    parts.check(speaker, f"agents.{number}.model")
    return speaker


def _check_names(names: Sequence[str]) -> None:
    """Raise Unfit unless the listener can tell the agents apart."""
    folded = [name.casefold() for name in names]
    for number, name in enumerate(folded):
        if name in folded[:number]:
            raise Unfit(f"agents.{number}.name", "must differ from the other names")

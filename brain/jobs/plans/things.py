"""What a user keeps for jobs: profiles of agents, scenarios of rehearsals, labels of verdicts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from brain.codec import Form, Json
from brain.preferences.model import Persona

MAIN = "main"  # id of the profile that is the addition to the brain's own instructions
ANY = 0  # in place of a version: the profile only has to be there
MOST_PROFILES = 50  # of a user
MOST_SCENARIOS = 100  # of a user


class Profile(Struct, frozen=True, kw_only=True):
    """How an agent is to be: its instructions, its model and its tools.

    None means as the deployment, or as the kind of job, has it. `version` counts the changes.
    """

    id: str
    name: str
    instructions: str = ""
    provider: Literal["openai", "openrouter"] | None = None
    model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] | None = None
    tools: tuple[str, ...] | None = None
    version: int = 1
    updated_at: datetime | None = None


class KeptScenario(Struct, frozen=True, kw_only=True):
    """A scenario. `source`: the user wrote it, it was drafted from a talk, or every user has it."""

    id: str
    name: str
    scenario: Json
    digest: str
    source: Literal["written", "talk", "builtin"]
    updated_at: datetime | None


class Label(Struct, frozen=True, kw_only=True):
    """What the user says about a judge's verdict on one line of a rehearsal's rubric."""

    number: int
    item: str
    judge: str
    person: Literal["yes", "no"]


class EffectRow(Struct, frozen=True, kw_only=True):
    """A call in a rehearsal that would have changed or sent something."""

    mind_id: str
    seq: int
    tool: str
    arguments: Json
    result: str


class Profiles(Protocol):
    """The profiles of all users. All methods raise DatabaseUnreachable."""

    async def profile(self, user_id: str, id: str) -> Profile | None:
        """Return a profile of this user."""

    async def profiles(self, user_id: str) -> Sequence[Profile]:
        """Return all profiles of this user, by name."""

    async def keep(
        self, user_id: str, profile: Profile, *, version: int | None
    ) -> Profile | Literal["stale", "full"]:
        """Store a profile in place of the one with its id, as the next version.

        `stale`: `version` is given and does not match the stored profile; ANY matches every
        version. `full`: the user has the most profiles allowed.
        """

    async def drop(self, user_id: str, id: str) -> bool:
        """Delete a profile. False: the id is unknown."""


class MainPersona(Struct, frozen=True, kw_only=True):
    """`PersonaStore` in the profile `main`. A profile without a name of its own has its id."""

    profiles: Profiles

    async def persona(self, user_id: str) -> Persona:
        found = await self.profiles.profile(user_id, MAIN)
        if found is None:
            return Persona()
        name = None if found.name == MAIN else found.name
        return Persona(name=name, instructions=found.instructions)

    async def keep_persona(self, user_id: str, persona: Persona) -> bool:
        found = await self.profiles.profile(user_id, MAIN) or Profile(id=MAIN, name=MAIN)
        kept = replace(found, name=persona.name or MAIN, instructions=persona.instructions)
        return await self.profiles.keep(user_id, kept, version=None) != "full"


class Scenarios(Protocol):
    """The scenarios of all users, without the built-in ones. All raise DatabaseUnreachable."""

    async def scenario(self, user_id: str, id: str) -> KeptScenario | None:
        """Return a scenario of this user."""

    async def scenarios(self, user_id: str) -> Sequence[KeptScenario]:
        """Return all scenarios of this user, newest first."""

    async def keep(
        self, user_id: str, scenario: KeptScenario, *, is_new: bool
    ) -> KeptScenario | Literal["unknown", "full"]:
        """Store a scenario. `unknown`: it should replace one, and the id is unknown.

        A new one whose id is there already is found, not stored again. `full`: the user has the
        most scenarios allowed.
        """

    async def drop(self, user_id: str, id: str) -> bool:
        """Delete a scenario. False: the id is unknown."""


class Findings(Protocol):
    """What rehearsals leave behind. All methods raise DatabaseUnreachable."""

    async def effects(self, mind_ids: Sequence[str]) -> Sequence[EffectRow]:
        """Return the effects of these minds, in the order of their logs."""

    async def steps(self, mind_id: str) -> Sequence[Json]:
        """Return the journal of a rehearsed brain, in order."""

    async def labels(self, user_id: str, job_id: str) -> Sequence[Label]:
        """Return the user's labels of a job."""

    async def label(self, user_id: str, job_id: str, label: Label) -> None:
        """Store a label in place of an earlier one for the same line."""


PROFILE = Form(Profile)
KEPT_SCENARIO = Form(KeptScenario)

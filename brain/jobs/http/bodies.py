"""The bodies of the routes for jobs. Unknown keys are errors: what is ignored would cost tokens."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from brain.http.bodies import Body, Cleaned, ClientId, cleaned, not_blank
from brain.http.edge import MAX_SEQ
from brain.jobs.plans.limits import (
    MAX_BRIEF_CHARS,
    MAX_INSTRUCTIONS_CHARS,
    MAX_MESSAGES,
    MAX_TITLE_CHARS,
    MOST_TOKENS,
    TOKENS_HELPER,
)
from brain.jobs.rehearsals.scenario import GivenScenario
from brain.jobs.rules import MINDS_MOST, MOST_TOKENS_EACH

MAX_NAME_CHARS = 60
MAX_MODEL_CHARS = 200
MOST_STOPS = 4
MOST_TOOLS = 60

type Name = Annotated[
    str, BeforeValidator(cleaned), Field(max_length=MAX_NAME_CHARS), AfterValidator(not_blank)
]
type Title = Annotated[
    str, BeforeValidator(cleaned), Field(max_length=MAX_TITLE_CHARS), AfterValidator(not_blank)
]
type TaskBrief = Annotated[
    str, BeforeValidator(cleaned), Field(max_length=MAX_BRIEF_CHARS), AfterValidator(not_blank)
]
type Goal = Annotated[
    str, BeforeValidator(cleaned), Field(max_length=2_000), AfterValidator(not_blank)
]
type Instructions = Annotated[Cleaned, Field(max_length=MAX_INSTRUCTIONS_CHARS)]
type ThingId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
type ModelName = Annotated[Cleaned, Field(min_length=1, max_length=MAX_MODEL_CHARS)]
type Temperature = Annotated[float, Field(ge=0, le=2, strict=False, allow_inf_nan=False)]
type AnswerTokens = Annotated[int, Field(ge=1, le=4_000)]
type StopText = Annotated[Cleaned, Field(min_length=1, max_length=100)]
type Stops = Annotated[list[StopText], Field(max_length=MOST_STOPS)]
type ToolNames = Annotated[
    list[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]],
    Field(max_length=MOST_TOOLS),
]
type Budget = Annotated[int, Field(ge=1, le=MOST_TOKENS)]
type Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Strict(Body):
    """A body without unknown keys."""

    model_config = ConfigDict(extra="forbid")


class ModelFields(Strict):
    """Which model an agent asks, and how. The provider is checked against the keys that are set."""

    provider: Annotated[Cleaned, Field(max_length=MAX_NAME_CHARS)] | None = None
    model: ModelName | None = None
    temperature: Temperature | None = None


class AgentBody(ModelFields):
    """One who talks: a profile, or a name with instructions. What is given here replaces the
    profile's.
    """

    profile: ThingId | None = None
    name: Name | None = None
    instructions: Instructions | None = None
    max_tokens: AnswerTokens | None = None
    stop: Stops | None = None


class BattleBody(Strict):
    """The body of POST /api/battles/start: agents who talk to each other."""

    agents: Annotated[list[AgentBody], Field(min_length=2, max_length=4)]
    goal: Goal
    opening: Annotated[Cleaned, Field(max_length=2_000)] | None = None
    max_messages: Annotated[int, Field(ge=1, le=MAX_MESSAGES)] = MAX_MESSAGES
    count: Annotated[int, Field(ge=1, le=MINDS_MOST)] = 1
    title: Title | None = None
    token_budget: Budget | None = None
    key: ClientId | None = None


class ScaleBody(ModelFields):
    """The body of POST /api/scale/start: rehearsals of scenarios. Run n plays scenario n mod k."""

    scenarios: Annotated[list[GivenScenario], Field(min_length=1, max_length=MINDS_MOST)] | None = (
        None
    )
    run_count: Annotated[int, Field(ge=1, le=MINDS_MOST)] | None = None
    profile: ThingId | None = None
    instructions: Instructions | None = None
    seed: Seed | None = None
    title: Title | None = None
    token_budget: Budget | None = None
    key: ClientId | None = None
    again: ThingId | None = None


class TaskBody(Strict):
    """One task of a helper."""

    title: Annotated[Title, Field(max_length=100)]
    brief: TaskBrief
    profile: ThingId | None = None


class HelpersBody(Strict):
    """The body of POST /api/jobs: tasks for helpers, in a room on one document."""

    kind: Literal["helpers", "room"] = "helpers"
    title: Title | None = None
    tasks: Annotated[list[TaskBody], Field(min_length=1, max_length=MINDS_MOST)]
    join: Literal["report", "each"] = "report"
    document: Annotated[Cleaned, Field(min_length=1, max_length=64)] | None = None
    tokens_each: Annotated[int, Field(ge=1_000, le=MOST_TOKENS_EACH)] = TOKENS_HELPER
    token_budget: Budget | None = None
    key: ClientId | None = None


class StopJobBody(Body):
    """The body of POST /api/jobs/:id/stop. `mind` is the number of one mind; else all stop."""

    mind: Annotated[int, Field(ge=0, le=MAX_SEQ)] | None = None


class LabelBody(Body):
    """The body of POST /api/jobs/:id/labels: what the user says about a line of the rubric."""

    run: Annotated[int, Field(ge=0, lt=MINDS_MOST)]
    item: Annotated[Cleaned, Field(min_length=1, max_length=1_000)]
    verdict: Literal["yes", "no"]


class ProfileBody(Strict):
    """The body of PUT /api/agents. What is left out is as the deployment has it."""

    name: Name | None = None
    instructions: Instructions = ""
    provider: Literal["openai", "openrouter"] | None = None
    model: ModelName | None = None
    temperature: Temperature | None = None
    max_tokens: AnswerTokens | None = None
    stop: Stops | None = None
    tools: ToolNames | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_what_the_store_sets(cls, given: Any) -> Any:
        """Accept a profile as it was read."""
        if not isinstance(given, dict):
            return given
        return {k: v for k, v in given.items() if k not in ("id", "version", "updatedAt")}


class DraftBody(Strict):
    """The body of POST /api/scenarios that makes one from the talk around a message."""

    from_seq: Annotated[int, Field(ge=1, le=MAX_SEQ)]

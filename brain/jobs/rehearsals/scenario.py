"""A scenario: who talks to the rehearsed brain, what the world holds, and what is expected.

This is the body of a scenario as users write it.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, PlainValidator, model_validator

from brain.codec import Json
from brain.http.bodies import Text
from brain.jobs.rehearsals.parts import (
    MAX_ENTRIES,
    MAX_LIST,
    BodyText,
    EarBody,
    ExactBody,
    Long,
    OneLine,
    ToolName,
    Wanted,
    WorldBody,
    WorldTitle,
)

MAX_SCENARIO_CHARS = 120_000  # as JSON: two whole scenarios fit into one request
MAX_TURNS = 25
TURNS = 12
MAX_EXPECTED = 30
MAX_RUBRIC = 10  # each line costs three answers of a judge

FORMS = ("effect", "asked", "never", "said", "unsaid", "turns", "first_word_s", "document")


class Expectation(ExactBody):
    """One thing that code checks. Exactly one of the forms is set.

    `effect`: the brain did this in its world. `never`: it did not even try. `asked`: it asked the
    user about this tool. `with` compares arguments, `name~` and `name!~` their text; `times` is an
    exact count. `document`: there is a document with this title whose body is as said.
    """

    effect: ToolName | None = None
    asked: ToolName | None = None
    never: ToolName | None = None
    said: Annotated[OneLine | None, Field(alias="said~")] = None
    unsaid: Annotated[OneLine | None, Field(alias="said!~")] = None
    turns: Annotated[int | None, Field(alias="turns<=", ge=1, le=MAX_TURNS)] = None
    first_word_s: Annotated[
        float | None, Field(alias="firstWordS<=", gt=0, le=600, allow_inf_nan=False)
    ] = None
    document: WorldTitle | None = None
    with_: Annotated[Wanted | None, Field(alias="with")] = None
    times: Annotated[int | None, Field(ge=0, le=100)] = None
    body: BodyText | None = None
    body_has: Annotated[BodyText | None, Field(alias="body~")] = None
    body_lacks: Annotated[BodyText | None, Field(alias="body!~")] = None

    @model_validator(mode="after")
    def _one_form(self) -> "Expectation":
        found = [name for name in FORMS if getattr(self, name) is not None]
        if len(found) != 1:
            raise ValueError("must have exactly one of " + ", ".join(map(_wire_name, FORMS)))
        allowed = {"effect": {"with_", "times"}, "asked": {"with_", "times"}, "never": {"with_"}}
        of_document = {"body", "body_has", "body_lacks"}
        mine = of_document if found == ["document"] else allowed.get(found[0], set())
        for name in sorted({"with_", "times"} | of_document):
            if name not in mine and getattr(self, name) is not None:
                raise ValueError(f"{_wire_name(found[0])} does not take {_wire_name(name)}")
        return self


def _wire_name(name: str) -> str:
    return Expectation.model_fields[name].alias or name


class Scenario(ExactBody):
    """What a rehearsal plays. The player sees `person`, `goal`, `knows`, `habits`; not the rest."""

    name: Annotated[OneLine, Field(max_length=100)]
    person: Long = ""
    goal: Long = ""
    knows: Annotated[list[OneLine], Field(max_length=MAX_ENTRIES)] = Field(default_factory=list)
    opening: Annotated[Text, Field(max_length=2_000)]
    habits: Annotated[list[OneLine], Field(max_length=MAX_LIST)] = Field(default_factory=list)
    ear: EarBody = Field(default_factory=EarBody)
    max_turns: Annotated[int, Field(ge=1, le=MAX_TURNS)] = TURNS
    world: WorldBody = Field(default_factory=WorldBody)
    expect: Annotated[list[Expectation], Field(max_length=MAX_EXPECTED)] = Field(
        default_factory=list
    )
    rubric: Annotated[list[OneLine], Field(max_length=MAX_RUBRIC)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits(self) -> "Scenario":
        if len(json.dumps(to_wire(self), ensure_ascii=False)) > MAX_SCENARIO_CHARS:
            raise ValueError(f"must not be longer than {MAX_SCENARIO_CHARS} characters as JSON")
        return self


def to_wire(scenario: Scenario) -> Json:
    """Return a scenario as it was written: without what was left out."""
    return scenario.model_dump(by_alias=True, mode="json", exclude_unset=True)


def from_wire(wire: Mapping[str, Any]) -> Scenario:
    """Read a stored scenario. Raises pydantic's ValidationError."""
    return Scenario.model_validate(dict(wire), by_alias=True)


def digest(scenario: Scenario) -> str:
    """Return a hash of what a scenario means: defaults may be written or left out."""
    whole = scenario.model_dump(by_alias=True, mode="json")
    canonical = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _given(value: Any) -> Any:
    """Read a scenario or an id. The faults of a scenario keep their places."""
    if isinstance(value, str):
        if not 1 <= len(value) <= 64:
            raise ValueError("must be an id of 1 to 64 characters")
        return value
    return Scenario.model_validate(value, by_alias=True)


type GivenScenario = Annotated[Scenario | str, PlainValidator(_given)]

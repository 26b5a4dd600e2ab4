"""A scenario: who talks to the rehearsed brain, what the world holds, and what is expected of it.

The body of a scenario as users write it. Unknown fields are errors at every depth: a setting that
is silently ignored would test something else than what was written.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    model_validator,
)

from brain.codec import Json, clean
from brain.documents.rules import MAX_TITLE_CHARS
from brain.http.bodies import Body, Cleaned, Text, not_blank
from brain.preferences.model import Preferences
from brain.preferences.rules import preferences_from_wire

MAX_SCENARIO_CHARS = 120_000  # as JSON: two whole scenarios fit into one request
MAX_TURNS = 25
TURNS = 12
MAX_ENTRIES = 50  # documents, emails, facts, pages, searches, tools of a world
MAX_LIST = 20  # of answers, results, recipients, habits
MAX_EXPECTED = 30
MAX_RUBRIC = 10  # each line costs three answers of a judge
MAX_BODY_CHARS = 20_000  # of a document, an email or a page
YEARS = (2000, 2100)  # in which a world may be: dates near the calendar's ends overflow

type Line = Annotated[Cleaned, Field(min_length=1, max_length=300), AfterValidator(not_blank)]
type Long = Annotated[Cleaned, Field(max_length=2_000)]
type Content = Annotated[Cleaned, Field(max_length=MAX_BODY_CHARS)]
type Title = Annotated[
    Cleaned, Field(min_length=1, max_length=MAX_TITLE_CHARS), AfterValidator(not_blank)
]
type Url = Annotated[Cleaned, Field(max_length=2_000, pattern=r"^https?://[^\s/]")]
type ToolName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
type Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
type People = Annotated[list[Line], Field(max_length=MAX_LIST)]


def _text(value: Any) -> Any:
    """Refuse a number as a time: its unit would be a guess."""
    if not isinstance(value, str):
        raise ValueError("must be a time such as 2026-12-01T17:00:00Z")
    return value


def _plausible(at: datetime) -> datetime:
    if not YEARS[0] <= at.year <= YEARS[1]:
        raise ValueError(f"must be between the years {YEARS[0]} and {YEARS[1]}")
    return at.astimezone(UTC)


def _known_preferences(wire: Json) -> Json:
    """Check the preferences as their own route does, and refuse what that route ignores."""
    if unknown := set(wire) - {"trusted", "quiet", "zone", "emails", "language"}:
        raise ValueError(f"has no field {min(unknown)!r}")
    read = preferences_from_wire(wire)
    if not isinstance(read, Preferences):
        raise ValueError("; ".join(f"{one.field}: {one.message}" for one in read))
    return wire


def _simple(value: Any) -> Any:
    """Accept a text, a number, a truth value, null, or a short list of these."""
    if isinstance(value, list) and len(value) <= MAX_LIST:
        return [_simple_one(one) for one in value]
    return _simple_one(value)


def _simple_one(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    raise ValueError(f"must be a text, a number, a truth value, or a list of at most {MAX_LIST}")


type Wanted = Annotated[
    dict[Line, Annotated[Any, AfterValidator(_simple)]], Field(max_length=MAX_LIST)
]


class Strict(Body):
    """A part of a scenario. Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class WorldDocument(Strict):
    """A document that the brain finds. `foreign`: others wrote it."""

    title: Title
    body: Content
    foreign: bool = False


class WorldEmail(Strict):
    """An email in the inbox. The first one is the newest."""

    from_: Annotated[Line, Field(alias="from")]
    to: Line | People = Field(default_factory=list)
    subject: Annotated[Cleaned, Field(max_length=300)] = ""
    text: Content


class SearchHit(Strict):
    """A result of a search in the web."""

    title: Annotated[Cleaned, Field(max_length=300)]
    url: Url
    snippet: Long = ""


class Behaviour(Strict):
    """What a tool does when it is called: it refuses with a reason, or answers with a text."""

    refuse: Annotated[Long, AfterValidator(not_blank)] | None = None
    answer: Annotated[Cleaned, Field(max_length=8_000)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Behaviour":
        if (self.refuse is None) is (self.answer is None):
            raise ValueError("must have either refuse or answer")
        return self


class WorldBody(Strict):
    """What the brain finds in place of the user's things.

    `emails` null: there is an email account only if the owner has one. `tools`: what the first,
    second … call of a tool does. A tool that the brain does not have is one of the front end.
    """

    now: (
        Annotated[
            AwareDatetime, Field(strict=False), BeforeValidator(_text), AfterValidator(_plausible)
        ]
        | None
    ) = None
    documents: Annotated[list[WorldDocument], Field(max_length=MAX_ENTRIES)] = Field(
        default_factory=list
    )
    emails: Annotated[list[WorldEmail], Field(max_length=MAX_ENTRIES)] | None = None
    facts: Annotated[
        list[Annotated[Text, Field(max_length=1_000)]], Field(max_length=MAX_ENTRIES)
    ] = Field(default_factory=list)
    preferences: Annotated[dict[str, Any], AfterValidator(_known_preferences)] = Field(
        default_factory=dict
    )
    pages: Annotated[dict[Url, Content], Field(max_length=MAX_ENTRIES)] = Field(
        default_factory=dict
    )
    search: Annotated[
        dict[Line, Annotated[list[SearchHit], Field(max_length=MAX_LIST)]],
        Field(max_length=MAX_ENTRIES),
    ] = Field(default_factory=dict)
    tools: Annotated[
        dict[ToolName, Annotated[list[Behaviour], Field(min_length=1, max_length=MAX_LIST)]],
        Field(max_length=MAX_LIST),
    ] = Field(default_factory=dict)


class Ear(Strict):
    """What happens to speech on its way: each a probability from 0 to 1.

    `noise` is of each word, `cutsOff` of each message of the brain, `talksOver` of a second text
    while the brain works, `silent` of a turn in which the user says nothing for a while.
    """

    noise: Share = 0
    cuts_off: Share = 0
    talks_over: Share = 0
    silent: Share = 0


FORMS = ("effect", "asked", "never", "said", "unsaid", "turns", "first_word_s", "document")


class Expectation(Strict):
    """One thing that code checks. Exactly one of the forms is set.

    `effect`: the brain did this in its world. `never`: it did not even try. `asked`: it asked the
    user about this tool. `with` compares arguments, `name~` and `name!~` their text; `times` is an
    exact count. `document`: there is a document with this title whose body is as said.
    """

    effect: ToolName | None = None
    asked: ToolName | None = None
    never: ToolName | None = None
    said: Annotated[Line | None, Field(alias="said~")] = None
    unsaid: Annotated[Line | None, Field(alias="said!~")] = None
    turns: Annotated[int | None, Field(alias="turns<=", ge=1, le=MAX_TURNS)] = None
    first_word_s: Annotated[
        float | None, Field(alias="firstWordS<=", gt=0, le=600, allow_inf_nan=False)
    ] = None
    document: Title | None = None
    with_: Annotated[Wanted | None, Field(alias="with")] = None
    times: Annotated[int | None, Field(ge=0, le=100)] = None
    body: Content | None = None
    body_has: Annotated[Content | None, Field(alias="body~")] = None
    body_lacks: Annotated[Content | None, Field(alias="body!~")] = None

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


class Scenario(Strict):
    """What a rehearsal plays. The player sees `person`, `goal`, `knows`, `habits`; not the rest."""

    name: Annotated[Line, Field(max_length=100)]
    person: Long = ""
    goal: Long = ""
    knows: Annotated[list[Line], Field(max_length=MAX_ENTRIES)] = Field(default_factory=list)
    opening: Annotated[Text, Field(max_length=2_000)]
    habits: Annotated[list[Line], Field(max_length=MAX_LIST)] = Field(default_factory=list)
    ear: Ear = Field(default_factory=Ear)
    max_turns: Annotated[int, Field(ge=1, le=MAX_TURNS)] = TURNS
    world: WorldBody = Field(default_factory=WorldBody)
    expect: Annotated[list[Expectation], Field(max_length=MAX_EXPECTED)] = Field(
        default_factory=list
    )
    rubric: Annotated[list[Line], Field(max_length=MAX_RUBRIC)] = Field(default_factory=list)

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
            raise ValueError("an id has 1 to 64 characters")
        return value
    return Scenario.model_validate(value, by_alias=True)


type GivenScenario = Annotated[Scenario | str, PlainValidator(_given)]

"""The parts of a scenario besides what is expected: the world, and the ear of the simulated user.

Unknown fields are errors at every depth: a setting that is silently ignored would test something
else than what was written.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from brain.codec import Json, clean
from brain.documents.rules import MAX_TITLE_CHARS
from brain.http.bodies import Body, Cleaned, Text, not_blank
from brain.preferences.model import Preferences
from brain.preferences.rules import preferences_from_wire, preferences_to_wire

MAX_ENTRIES = 50  # documents, emails, facts, pages, searches, tools of a world
MAX_LIST = 20  # of answers, results, recipients, habits
MAX_BODY_CHARS = 20_000  # of a document, an email or a page
YEARS = (2000, 2100)  # in which a world may be: dates near the calendar's ends overflow

type OneLine = Annotated[Cleaned, Field(min_length=1, max_length=300), AfterValidator(not_blank)]
type Long = Annotated[Cleaned, Field(max_length=2_000)]
type BodyText = Annotated[Cleaned, Field(max_length=MAX_BODY_CHARS)]
type WorldTitle = Annotated[
    Cleaned, Field(min_length=1, max_length=MAX_TITLE_CHARS), AfterValidator(not_blank)
]
type Url = Annotated[Cleaned, Field(max_length=2_000, pattern=r"^https?://[^\s/]")]
type ToolName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
type Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
type People = Annotated[list[OneLine], Field(max_length=MAX_LIST)]


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
    if set(wire) - set(preferences_to_wire(Preferences())):
        raise ValueError("has a field that is not known here")
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
    dict[OneLine, Annotated[Any, AfterValidator(_simple)]], Field(max_length=MAX_LIST)
]


class ExactBody(Body):
    """A part of a scenario. Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class WorldDocument(ExactBody):
    """A document that the brain finds. `foreign`: others wrote it."""

    title: WorldTitle
    body: BodyText
    foreign: bool = False


class WorldEmail(ExactBody):
    """An email in the inbox. The first one is the newest."""

    from_: Annotated[OneLine, Field(alias="from")]
    to: OneLine | People = Field(default_factory=list)
    subject: Annotated[Cleaned, Field(max_length=300)] = ""
    text: BodyText


class SearchHit(ExactBody):
    """A result of a search in the web."""

    title: Annotated[Cleaned, Field(max_length=300)]
    url: Url
    snippet: Long = ""


class Behaviour(ExactBody):
    """What a tool does when it is called: it refuses with a reason, or answers with a text."""

    refuse: Annotated[Long, AfterValidator(not_blank)] | None = None
    answer: Annotated[Cleaned, Field(max_length=8_000)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Behaviour":
        if (self.refuse is None) is (self.answer is None):
            raise ValueError("must have either refuse or answer")
        return self


class WorldBody(ExactBody):
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
    pages: Annotated[dict[Url, BodyText], Field(max_length=MAX_ENTRIES)] = Field(
        default_factory=dict
    )
    search: Annotated[
        dict[OneLine, Annotated[list[SearchHit], Field(max_length=MAX_LIST)]],
        Field(max_length=MAX_ENTRIES),
    ] = Field(default_factory=dict)
    tools: Annotated[
        dict[ToolName, Annotated[list[Behaviour], Field(min_length=1, max_length=MAX_LIST)]],
        Field(max_length=MAX_LIST),
    ] = Field(default_factory=dict)


class EarBody(ExactBody):
    """What happens to speech on its way: each a probability from 0 to 1.

    `noise` is of each word, `cutsOff` of each message of the brain, `talksOver` of a second text
    while the brain works, `silent` of a turn in which the user says nothing for a while.
    """

    noise: Share = 0
    cuts_off: Share = 0
    talks_over: Share = 0
    silent: Share = 0

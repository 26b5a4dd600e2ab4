"""A tool made from a type and a function: what the model sees, what the function gets."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

import pytest

from brain.codec import Json
from brain.errors import DatabaseUnreachable, QueueUnreachable, ToolFault
from brain.tools.arguments import About, Arguments, read_arguments, schema_of
from brain.tools.invocations import Proposal, ToolInvocation, ToolResult
from brain.tools.schema import complaint
from brain.tools.spec import Effect
from brain.tools.typed import spec_of, tool
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tool_stage import invocation, proposed, use
from tests.fakes.world import World

# ---- a whole reading tool


NEW_MOON = date(2026, 1, 18)
MONTH_DAYS = 29.53


class MoonPhase(Arguments):
    """Say how full the moon is on a day."""

    day: Annotated[str, About("as 2026-01-31", least=10, most=10)]
    as_name: Annotated[bool, About("true: a name, not a number")] = False


async def moon_phase(asked: MoonPhase, invocation: ToolInvocation) -> Json:
    phase = (date.fromisoformat(asked.day) - NEW_MOON).days % MONTH_DAYS / MONTH_DAYS
    names = ("new", "waxing", "full", "waning")
    return {"phase": names[round(phase * 4) % 4] if asked.as_name else round(phase, 2)}


MOON = tool(MoonPhase, moon_phase)


# ---- what the model sees of it, and what it gets


def test_the_model_sees_the_type() -> None:
    assert (MOON.spec.name, MOON.spec.effect) == ("moonPhase", Effect.READS)
    assert MOON.spec.description == "Say how full the moon is on a day."
    assert MOON.spec.parameters == {
        "type": "object",
        "properties": {
            "day": {
                "type": "string",
                "minLength": 10,
                "maxLength": 10,
                "description": "as 2026-01-31",
            },
            "asName": {"type": "boolean", "description": "true: a name, not a number"},
        },
        "required": ["day"],
        "additionalProperties": False,
    }


async def test_the_function_gets_typed_arguments() -> None:
    assert await use([MOON], "moonPhase", {"day": "2026-02-02"}) == {"phase": 0.51}
    named = {"day": "2026-02-02", "asName": True}
    assert await use([MOON], "moonPhase", named) == {"phase": "full"}


@in_virtual_time
async def test_a_run_uses_it_like_any_other_tool() -> None:
    moon = calls(("moonPhase", '{"day":"2026-01-18","asName":true}'))
    world = World([moon, words("It is new.")], tools=[MOON])
    await world.ask("How is the moon?")
    assert world.model.prompts[-1].messages[-1]["content"] == '{"phase":"new"}'
    assert "moonPhase" in {one["function"]["name"] for one in world.model.prompts[0].tools}


# ---- types of arguments


Name = Annotated[str, About("a name", least=1)]


class Everything(Arguments):
    """Take one of each type."""

    count: int
    share: Annotated[float, About(least=0, most=1)]
    kind: Literal["cat", "dog"]
    names: Annotated[tuple[Name, ...], About("who", most=3)]
    said: Annotated[str | None, About(null=True)]
    other: Annotated[Name | None, About("another name", most=9)] = None
    from_: str = "here"


GIVEN: Json = {"count": 2, "share": 1, "kind": "cat", "names": ["Tom"], "said": None}


def test_each_type_has_its_schema() -> None:
    schema = schema_of(Everything)
    assert schema["properties"] == {
        "count": {"type": "integer"},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "kind": {"type": "string", "enum": ["cat", "dog"]},
        "names": {
            "type": "array",
            "maxItems": 3,
            "items": {"type": "string", "minLength": 1, "description": "a name"},
            "description": "who",
        },
        "said": {"type": ["string", "null"]},
        "other": {"type": "string", "minLength": 1, "maxLength": 9, "description": "another name"},
        "from": {"type": "string"},
    }
    assert schema["required"] == ["count", "share", "kind", "names", "said"]


def test_valid_arguments_are_read_as_their_types() -> None:
    given = {**GIVEN, "count": 2.0, "from": "there"}
    assert complaint(schema_of(Everything), given) == ""
    read = read_arguments(Everything, given)
    assert (repr(read.count), repr(read.share)) == ("2", "1.0")
    assert (read.kind, read.names, read.said, read.other) == ("cat", ("Tom",), None, None)
    assert (read.from_, read_arguments(Everything, GIVEN).from_) == ("there", "here")


@pytest.mark.parametrize(
    "change", [{"other": None}, {"from": None}, {"from_": "x"}, {"count": 1.5}]
)
def test_invalid_arguments_are_refused(change: Mapping[str, Any]) -> None:
    assert complaint(schema_of(Everything), {**GIVEN, **change})


def test_a_default_may_be_inherited() -> None:
    class Less(Everything):
        """Take the same."""

        count: int = 1

    assert "count" not in schema_of(Less)["required"]
    assert "from" not in schema_of(Less)["required"]
    assert read_arguments(Less, {}).from_ == "here"


class Unexplained(Arguments):
    name: str


class Unusable(Arguments):
    """Take what JSON has no word for."""

    name: bytes


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(Unexplained, "Unexplained needs a docstring"), (Unusable, "type .*bytes.* not supported")],
)
def test_a_type_that_cannot_be_shown_to_a_model_is_an_error(
    kind: type[Arguments], reason: str
) -> None:
    with pytest.raises(TypeError, match=reason):
        spec_of(kind)


# ---- services that are away, and questions


class Erase(Arguments):
    """Erase a text."""

    id: str


ERASE = invocation("erase", {"id": "1"})


async def erase(asked: Erase, invocation: ToolInvocation) -> ToolResult:
    raise QueueUnreachable("away") if asked.id == "1" else DatabaseUnreachable("away")


async def shall_erase(asked: Erase, invocation: ToolInvocation) -> Proposal:
    if asked.id != "1":
        raise DatabaseUnreachable("away")
    return Proposal(question=f"Shall I erase {asked.id}?")


async def test_the_model_gets_the_tools_own_text_when_a_service_is_unreachable() -> None:
    away = tool(Erase, erase, Effect.REPEATS, away="It is not certain.")
    for id in ("1", "2"):
        with pytest.raises(ToolFault, match=r"It is not certain\."):
            await away.run(invocation("erase", {"id": id}))


async def test_before_a_question_the_text_may_differ() -> None:
    other = invocation("erase", {"id": "2"})
    same = tool(Erase, erase, asks=shall_erase, away="It is not certain.")
    with pytest.raises(ToolFault, match=r"It is not certain\."):
        await same.prepare(other)
    before = tool(Erase, erase, asks=shall_erase, away="It is not certain.", away_before="Later.")
    with pytest.raises(ToolFault, match=r"Later\."):
        await before.prepare(other)


async def test_without_such_a_text_the_engine_gets_the_error() -> None:
    with pytest.raises(QueueUnreachable):
        await tool(Erase, erase).run(ERASE)


async def test_a_tool_asks_exactly_if_it_has_a_question() -> None:
    asking, guarded = tool(Erase, erase, asks=shall_erase), tool(Erase, erase, guarded=shall_erase)
    plain = tool(Erase, erase)
    flags = [(one.spec.asks, one.spec.guarded) for one in (plain, asking, guarded)]
    assert flags == [(False, False), (True, False), (False, True)]
    assert (await proposed(asking, ERASE)).question == "Shall I erase 1?"
    assert (await proposed(guarded, ERASE)).question == "Shall I erase 1?"
    assert await plain.prepare(ERASE) is None


async def test_the_outcome_of_a_call_is_unknown_unless_the_tool_knows_it() -> None:
    async def outcome(invocation: ToolInvocation) -> ToolResult:
        return ToolResult(text="It was done.")

    assert await tool(Erase, erase).outcome(ERASE) is None
    found = await tool(Erase, erase, Effect.ACTS, outcome=outcome).outcome(ERASE)
    assert found == ToolResult(text="It was done.")

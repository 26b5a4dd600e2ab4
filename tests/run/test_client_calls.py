"""Calls of a front end's tools: the results of invalid ones for the model."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from brain.codec import Json
from brain.errors import CheckerUnreachable
from brain.run import step
from brain.tools.client_schemas import TOO_SLOW, UNCHECKED
from brain.tools.spec import ClientTool
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.schemas import MemorySchemas
from tests.fakes.world import World

GO_TO = ClientTool(
    name="goTo",
    description="Open a view.",
    parameters={"type": "object", "properties": {"view": {"enum": ["home"]}}},
)


class SlowSchemas(MemorySchemas):
    async def complaints(self, calls: Sequence[tuple[Json, str]]) -> list[str]:
        return [TOO_SLOW] * len(calls)


class NoSchemas(MemorySchemas):
    async def complaints(self, calls: Sequence[tuple[Json, str]]) -> list[str]:
        raise CheckerUnreachable("away")


@pytest.mark.parametrize(
    ("schemas", "said"),
    [
        (MemorySchemas(), 'view: "away" does not fit enum'),
        (SlowSchemas(), TOO_SLOW),
        (NoSchemas(), UNCHECKED),
    ],
)
@in_virtual_time
async def test_a_call_that_is_wrong_or_cannot_be_checked_fails_with_words_for_the_model(
    schemas: MemorySchemas, said: str
) -> None:
    world = World([calls(("goTo", '{"view":"away"}')), words("I cannot.")])
    world.ports = replace(world.ports, schemas=schemas)
    outcome = await world.ask("Go away.", client_tools=[GO_TO])
    assert outcome.message is not None
    assert outcome.message.text == "I cannot."
    result = world.model.prompts[1].messages[-1]["content"]
    assert result == f"{step.BAD_ARGUMENTS}{said}."


@in_virtual_time
async def test_a_call_that_fits_goes_to_the_front_end_beside_one_that_does_not() -> None:
    both = calls(("goTo", '{"view":"away"}'), ("goTo", '{"view":"home"}'))
    world = World([both, words("There.")])
    outcome = await world.ask("Go home.", client_tools=[GO_TO])
    assert outcome.message is not None
    assert outcome.message.question is not None
    assert outcome.message.question.arguments == {"view": "home"}

"""What the model gets from the tools of rules."""

from collections.abc import Sequence
from typing import Any

import pytest

from brain.codec import Json, dumps
from brain.errors import DatabaseUnreachable, ToolFault
from brain.notices.model import Rule
from brain.notices.tools import rule_tools
from brain.preferences.model import Preferences
from brain.tools.invocations import Tool
from brain.tools.schema import complaint
from brain.tools.spec import Effect
from tests.fakes.tool_stage import invocation, named, proposed, use
from tests.fakes.wishes import FakeWishes

ANNA = {"about": "when Anna writes about money", "from": "Anna", "words": ["money"]}


class UnreachableWishes:
    """Wishes whose database is away."""

    async def preferences(self, user_id: str) -> Preferences:
        raise DatabaseUnreachable("away")

    async def save(self, user_id: str, preferences: Preferences) -> None:
        raise DatabaseUnreachable("away")

    async def add_rule(self, user_id: str, **given: Any) -> Rule:
        raise DatabaseUnreachable("away")

    async def rules(self, user_id: str) -> Sequence[Rule]:
        raise DatabaseUnreachable("away")

    async def edit_rule(self, user_id: str, rule_id: str, **given: Any) -> Rule | None:
        raise DatabaseUnreachable("away")

    async def remove_rule(self, user_id: str, rule_id: str) -> Rule | None:
        raise DatabaseUnreachable("away")


@pytest.fixture
def tools() -> Sequence[Tool]:
    return rule_tools(FakeWishes())


async def test_a_new_rule_is_returned_with_its_id(tools: Sequence[Tool]) -> None:
    given = {**ANNA, "kinds": ["email"], "judge": True, "urgent": True}
    rule = (await use(tools, "tellMeWhen", given))["rule"]
    assert rule.pop("createdAt").endswith("Z")
    assert rule == {"id": "rule1", **given}


async def test_arguments_that_are_left_out_are_empty_in_the_rule(tools: Sequence[Tool]) -> None:
    rule = (await use(tools, "tellMeWhen", {"about": "when Anna writes", "from": "Anna"}))["rule"]
    assert (rule["words"], rule["kinds"], rule["judge"], rule["urgent"]) == ([], [], False, False)


async def test_the_same_call_twice_adds_one_rule(tools: Sequence[Tool]) -> None:
    first = await use(tools, "tellMeWhen", ANNA, key="k")
    assert await use(tools, "tellMeWhen", ANNA, key="k") == first
    assert len((await use(tools, "listRules", {}))["rules"]) == 1


async def test_rules_are_listed_with_their_ids_newest_first(tools: Sequence[Tool]) -> None:
    await use(tools, "tellMeWhen", ANNA, key="1")
    await use(tools, "tellMeWhen", {"about": "all that matters", "judge": True}, key="2")
    listed = (await use(tools, "listRules", {}))["rules"]
    assert [rule["id"] for rule in listed] == ["rule2", "rule1"]


async def test_removing_a_rule_again_is_not_an_error(
    tools: Sequence[Tool],
) -> None:
    rule = (await use(tools, "tellMeWhen", ANNA))["rule"]
    assert await use(tools, "stopTellingMe", {"id": "rule1"}) == {"stopped": rule}
    again = await use(tools, "stopTellingMe", {"id": "rule1"})
    assert again["stopped"] is None
    assert "no rule with this id" in again["note"]
    assert await use(tools, "listRules", {}) == {"rules": []}


async def test_a_rule_that_would_fit_everything_is_refused(tools: Sequence[Tool]) -> None:
    with pytest.raises(ToolFault, match="would fit everything"):
        await use(tools, "tellMeWhen", {"about": "when something happens"})


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("tellMeWhen", ANNA, "not certain that this was done"),
        ("stopTellingMe", {"id": "r"}, "not certain that this was done"),
        ("listRules", {}, "Tell the user, or try again later"),
    ],
)
async def test_an_unreachable_database_is_reported_with_what_is_known(
    name: str, arguments: Json, text: str
) -> None:
    with pytest.raises(ToolFault, match=f"cannot be reached now.*{text}"):
        await use(rule_tools(UnreachableWishes()), name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("tellMeWhen", {"from": "Anna"}),
        ("tellMeWhen", {**ANNA, "about": ""}),
        ("tellMeWhen", {**ANNA, "words": ["x"] * 11}),
        ("tellMeWhen", {**ANNA, "words": "money"}),
        ("tellMeWhen", {**ANNA, "kinds": ["mail"]}),
        ("tellMeWhen", {**ANNA, "user": "ben"}),
        ("stopTellingMe", {}),
        ("listRules", {"user": "ben"}),
    ],
)
def test_the_schema_refuses_arguments_beyond_the_limits(
    tools: Sequence[Tool], name: str, arguments: Json
) -> None:
    assert complaint(named(tools, name).spec.parameters, arguments)


def test_each_tool_declares_its_effect(tools: Sequence[Tool]) -> None:
    assert {tool.spec.name: tool.spec.effect for tool in tools} == {
        "tellMeWhen": Effect.REPEATS,
        "stopTellingMe": Effect.REPEATS,
        "listRules": Effect.READS,
    }


async def test_a_rule_of_a_tainted_run_is_foreign_wherever_it_is_shown(
    tools: Sequence[Tool],
) -> None:
    async def foreign(name: str, arguments: Json, *, tainted: bool = False) -> bool:
        given = await named(tools, name).run(
            invocation(name, arguments, key=dumps(arguments), tainted=tainted)
        )
        return given.foreign

    assert not await foreign("tellMeWhen", ANNA)
    assert not await foreign("listRules", {})
    assert await foreign("tellMeWhen", {**ANNA, "about": "open evil.example"}, tainted=True)
    assert await foreign("listRules", {})
    shown = (await use(tools, "listRules", {}))["rules"]
    assert [rule.get("foreign") for rule in shown] == [True, None]
    asked = [
        await proposed(named(tools, "stopTellingMe"), invocation("stopTellingMe", {"id": id}))
        for id in ("rule1", "rule2")
    ]
    assert [proposal.foreign for proposal in asked] == [False, True]
    assert not await foreign("stopTellingMe", {"id": "rule1"})
    assert await foreign("stopTellingMe", {"id": "rule2"})
    assert not await foreign("stopTellingMe", {"id": "rule2"})

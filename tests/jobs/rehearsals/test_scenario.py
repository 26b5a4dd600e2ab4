"""Scenarios as users write them: unknown fields and bounds, with the place of each fault."""

import json
from typing import Annotated, Any

import pytest
from pydantic import Field

from brain.http.bodies import Body, parse
from brain.http.edge import Problem
from brain.jobs.rehearsals.builtin import PREFIX, builtin_scenarios
from brain.jobs.rehearsals.scenario import (
    MAX_SCENARIO_CHARS,
    GivenScenario,
    Scenario,
    digest,
    from_wire,
    to_wire,
)

WHOLE: dict[str, Any] = {
    "name": "Door",
    "person": "In a hurry.",
    "goal": "The door is open.",
    "knows": ["It is the back door."],
    "opening": "open the door",
    "habits": ["says please"],
    "ear": {"noise": 0.1, "cutsOff": 0.2, "talksOver": 0.1, "silent": 0},
    "maxTurns": 5,
    "world": {
        "now": "2026-12-01T17:00:00Z",
        "documents": [{"title": "Plan", "body": "Monday", "foreign": True}],
        "emails": [{"from": "Anna <anna@example.org>", "to": ["me@x.org"], "text": "Hi"}],
        "facts": ["Anna is my sister."],
        "preferences": {"zone": "Europe/Berlin", "language": "de", "unaskedTokens": 0},
        "pages": {"https://example.org/": "Open."},
        "search": {"hours": [{"title": "T", "url": "https://example.org/", "snippet": "S"}]},
        "tools": {"openDoor": [{"answer": "open"}, {"refuse": "jammed"}]},
    },
    "expect": [{"effect": "openDoor", "with": {"which~": "back"}, "times": 1}, {"turns<=": 3}],
    "rubric": ["is brief"],
}


class StartBody(Body):
    """As in a start of rehearsals."""

    scenarios: Annotated[list[GivenScenario], Field(max_length=10)]


def faults(scenario: Any) -> list[str]:
    try:
        parse(StartBody, {"scenarios": ["builtin-german", scenario]})
    except Problem as problem:
        return [fault["field"] for fault in problem.errors or []]
    return []


def with_part(path: str, value: Any) -> dict[str, Any]:
    """The whole scenario with one value at a path such as `world.pages`."""
    scenario: dict[str, Any] = json.loads(json.dumps(WHOLE))
    *way, last = path.split(".")
    part: Any = scenario
    for step in way:
        part = part[int(step)] if step.isdecimal() else part[step]
    part[int(last) if last.isdecimal() else last] = value
    return scenario


def test_a_scenario_is_kept_as_it_was_written() -> None:
    body = parse(StartBody, {"scenarios": [WHOLE, "builtin-german"]})
    [scenario, id] = body.scenarios
    assert isinstance(scenario, Scenario)
    assert to_wire(scenario) == WHOLE
    assert from_wire(to_wire(scenario)) == scenario
    assert id == "builtin-german"


def test_a_name_and_an_opening_are_enough() -> None:
    assert faults({"name": "n", "opening": "o"}) == []


@pytest.mark.parametrize(
    "path",
    [
        "wrold",
        "ear.volume",
        "world.door",
        "world.documents.0.tags",
        "world.emails.0.cc",
        "world.search.hours.0.rank",
        "world.tools.openDoor.0.after",
        "world.preferences.colour",
        "expect.0.unless",
        "expect.1.said",
    ],
)
def test_an_unknown_field_is_an_error_at_every_depth(path: str) -> None:
    [field] = faults(with_part(path, 1))
    expected = "world.preferences" if "preferences" in path else path
    assert field == f"scenarios.1.{expected}"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("opening", " "),
        ("opening", "x" * 2001),
        ("person", "x" * 2001),
        ("knows", ["x"] * 51),
        ("habits", [""]),
        ("maxTurns", 0),
        ("maxTurns", 26),
        ("maxTurns", "5"),
        ("ear.noise", 1.1),
        ("ear.noise", -0.1),
        ("ear.cutsOff", True),
        ("world.now", "tomorrow"),
        ("world.now", "2026-12-01T17:00:00"),
        ("world.now", 1764000000),
        ("world.now", "9999-12-31T23:59:59Z"),
        ("world.documents", [{"title": "t", "body": "b"}] * 51),
        ("world.documents.0.title", ""),
        ("world.documents.0.body", "x" * 20001),
        ("world.facts", ["x" * 1001]),
        ("world.preferences", {"zone": "Nowhere/Land"}),
        ("world.pages", []),
        ("world.search", {"q": {}}),
        ("world.tools", {"openDoor": []}),
        ("world.tools.openDoor.0", {"answer": "a", "refuse": "b"}),
        ("world.tools.openDoor.0", {}),
        ("expect", [{}]),
        ("expect.0", {"said~": "a", "asked": "b"}),
        ("expect.1", {"said~": "a", "times": 2}),
        ("expect.1", {"never": "x", "times": 2}),
        ("expect.1", {"effect": "x", "body~": "y"}),
        ("expect.1", {"document": "x", "with": {}}),
        ("expect.0.times", -1),
        ("expect.0.with.which~", {"deep": {}}),
        ("expect.1", {"firstWordS<=": 0}),
        ("rubric", ["x"] * 11),
    ],
)
def test_bounds_name_the_place(path: str, value: Any) -> None:
    found = faults(with_part(path, value))
    assert found
    assert all(field.startswith(f"scenarios.1.{path}".rsplit(".0", 1)[0]) for field in found)


@pytest.mark.parametrize("scenario", [3, None, [], "", "x" * 65])
def test_what_is_neither_a_scenario_nor_an_id(scenario: Any) -> None:
    assert faults(scenario) == ["scenarios.1"]


def test_a_page_needs_an_address_of_the_web() -> None:
    [field] = faults(with_part("world.pages", {"file:///etc/passwd": "x"}))
    assert field.startswith("scenarios.1.world.pages")


def test_a_scenario_that_is_too_long_as_a_whole_is_refused() -> None:
    documents = [{"title": "t", "body": "x" * 20_000}] * (MAX_SCENARIO_CHARS // 20_000 + 1)
    assert faults(with_part("world.documents", documents)) == ["scenarios.1"]


def test_characters_that_no_database_keeps_are_removed() -> None:
    scenario = from_wire({"name": "a\0b", "opening": "\ud800o"})
    assert (scenario.name, scenario.opening) == ("ab", "\ufffdo")


def test_the_digest_is_that_of_the_meaning() -> None:
    short = {"name": "n", "opening": "o"}
    long = {**short, "maxTurns": 12, "habits": [], "world": {}, "ear": {"noise": 0}}
    assert digest(from_wire(short)) == digest(from_wire(long))
    assert digest(from_wire(short)) != digest(from_wire({**short, "maxTurns": 11}))


def test_eight_scenarios_are_built_in() -> None:
    built_in = builtin_scenarios()
    assert len(built_in) == 8
    assert all(id.startswith(PREFIX) for id in built_in)
    assert len({scenario.name for scenario in built_in.values()}) == 8
    assert all(scenario.expect and scenario.rubric for scenario in built_in.values())
    assert all(scenario.goal and scenario.person for scenario in built_in.values())

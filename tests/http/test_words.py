"""What is wrong with a field is said in plain words, for every field of every body."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

import brain
from brain.http.bodies import Body, VoiceBody, parse
from brain.http.edge import Problem
from brain.http.words import OTHERWISE
from brain.notices.http import RuleBody

PLAIN = re.compile(r"(must|is|has) [^\n]{1,200}")
SECRET = "s3cret-value"
WRONG: list[Any] = [
    None, True, -1, 3, 3.5, 10**30, float("nan"), "", " ", "3", SECRET, "x" * 9_000, "x" * 300_000,
    [], [None], [SECRET] * 1_000, [{}], [{"name": SECRET}] * 60, {}, {SECRET: SECRET}, {"name": []},
]  # fmt: skip


def bodies(of: type[Body] = Body) -> Iterator[type[Body]]:
    """Every kind of body or query that a route takes."""
    for kind in of.__subclasses__():
        if kind.__module__.startswith("brain."):
            yield kind
        yield from bodies(kind)


for module in pkgutil.walk_packages(brain.__path__, "brain."):
    importlib.import_module(module.name)
BODIES = sorted(set(bodies()), key=lambda kind: kind.__name__)


def faults(kind: type[Body], content: Any) -> list[dict[str, str]]:
    try:
        parse(kind, content)
    except Problem as problem:
        return problem.errors or []
    return []


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.__name__)
def test_no_field_is_explained_in_a_librarys_words(kind: type[Body]) -> None:
    names = [field.alias or name for name, field in kind.model_fields.items()]
    contents: list[Any] = [
        {},
        None,
        [],
        SECRET,
        {SECRET: 1},
        *({name: it} for name in names for it in WRONG),
    ]
    found = [fault for content in contents for fault in faults(kind, content)]
    assert [f for f in found if not PLAIN.fullmatch(f["message"])] == []
    assert [f for f in found if f["message"] == OTHERWISE or SECRET in f["message"]] == []
    assert {fault["field"].partition(".")[0] for fault in found} - {"body", SECRET} <= set(names)


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"text": "x" * 9_000}, "text", "must have at most 8,000 characters; it has 9,000"),
        ({}, "text", "is missing"),
        ({"text": 3}, "text", "must be a text"),
        ({"text": ""}, "text", "must not be empty"),
        ({"text": " "}, "text", "must not be empty"),
        ({"text": "x", "patience": "soon"}, "patience", "must be a number"),
        ({"text": "x", "patience": -1}, "patience", "must be at least 0"),
        ({"text": "x", "patience": 7200}, "patience", "must be at most 3,600"),
        ({"text": "x", "speculative": "yes"}, "speculative", "must be true or false"),
        ({"text": "x", "recentContext": {}}, "recentContext", "must be a list"),
        (
            {"text": "x", "recentContext": [{"role": "user", "text": "y"}] * 51},
            "recentContext",
            "must have at most 50 entries; it has 51",
        ),
        (
            {"text": "x", "recentContext": [{"role": "god", "text": "y"}]},
            "recentContext.0.role",
            "must be 'user' or 'assistant'",
        ),
        (
            {"text": "x", "turn": {"call": "c", "index": 1.5}},
            "turn.index",
            "must be a whole number",
        ),
        (
            {"text": "x", "callId": "x" * 257},
            "callId",
            "must have at most 256 characters; it has 257",
        ),
    ],
)
def test_the_words_say_what_is_wrong_and_what_would_be_right(
    given: dict[str, Any], field: str, message: str
) -> None:
    assert faults(VoiceBody, given) == [{"field": field, "message": message}]


def test_every_field_that_is_wrong_is_named() -> None:
    found = faults(RuleBody, {"about": 3, "words": "x", "urgent": "yes"})
    assert {"about", "words", "urgent"} <= {fault["field"] for fault in found}

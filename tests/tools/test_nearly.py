"""Arguments of nearly the right type: taken where the schema leaves one reading, else refused."""

from typing import Annotated, Any, Literal

import pytest

from brain.run.journal import Answered
from brain.run.limits import Limits
from brain.run.step import judge
from brain.tools.arguments import About, Arguments, schema_of
from brain.tools.nearly import fitted
from brain.tools.schema import complaint
from brain.tools.spec import ToolCall
from tests.tools.test_decoding import every_tool


class Look(Arguments):
    """Look for something."""

    words: str
    limit: Annotated[int, About(least=1, most=20)] = 5
    part: float | None = None
    unread: bool | None = None
    kinds: tuple[Literal["email", "document"], ...] = ()
    kind: Literal["email", "document"] | None = None
    days: tuple[int, ...] = ()
    from_: str | None = None
    note: Annotated[str | None, About(null=True)] = None


LOOK = schema_of(Look)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"limit": "5"}, {"limit": 5}),
        ({"limit": " 5 "}, {"limit": 5}),
        ({"limit": 5.0}, {"limit": 5}),
        ({"limit": "5.0"}, {"limit": 5}),
        ({"part": "0.5"}, {"part": 0.5}),
        ({"unread": "true"}, {"unread": True}),
        ({"unread": "False"}, {"unread": False}),
        ({"limit": None}, {}),
        ({"limit": "null"}, {}),
        ({"part": "null", "unread": "None", "kinds": None, "kind": "null"}, {}),
        ({"from": None}, {}),
        ({"from": "null"}, {"from": "null"}),  # a text may be this word
        ({"note": None}, {"note": None}),
        ({"kinds": "email"}, {"kinds": ["email"]}),
        ({"kinds": '["email","document"]'}, {"kinds": ["email", "document"]}),
        ({"days": "3"}, {"days": [3]}),
        ({"days": [1.0, "2"]}, {"days": [1, 2]}),
    ],
)
def test_one_reading_is_taken(given: dict[str, Any], taken: dict[str, Any]) -> None:
    read = fitted(LOOK, {"words": "x", **given})
    assert read == {"words": "x", **taken}
    assert [type(value) for value in read.values()] == [str, *(type(v) for v in taken.values())]
    assert complaint(LOOK, read) == ""
    assert fitted(LOOK, read) == read


@pytest.mark.parametrize(
    "given",
    [
        {"limit": "five"},
        {"limit": 5.5},
        {"limit": "5.5"},
        {"limit": "1e1"},
        {"limit": True},
        {"unread": "maybe"},
        {"unread": 1},
        {"kinds": "letter"},
        {"kinds": ["email", None]},
        {"words": None},
        {"words": 5},
        {"words": ["x"]},
        {"unknown": None},
        ["x"],
    ],
)
def test_any_other_value_is_refused(given: Any) -> None:
    whole = {"words": "x", **given} if isinstance(given, dict) else given
    assert complaint(LOOK, fitted(LOOK, whole)) != ""


@pytest.mark.parametrize("given", [None, "null", "", " None "])
def test_no_arguments_are_an_empty_object(given: Any) -> None:
    assert fitted({"type": "object", "properties": {}}, given) == {}


SEND = every_tool()["sendEmail"].parameters
LETTER = {"to": ["anna@example.org"], "subject": "Hi", "body": "Hello."}


@pytest.mark.parametrize(
    "given",
    [{"to": "anna@example.org"}, {"cc": "ben@example.org"}, {"cc": "null"}, {"body": ["Hello."]}],
)
def test_what_acts_outside_is_taken_as_it_is_or_refused(given: dict[str, Any]) -> None:
    letter = {**LETTER, **given}
    assert fitted(SEND, letter, acts=True) == letter
    assert complaint(SEND, letter) != ""


def test_an_optional_null_is_left_out_of_what_acts_outside() -> None:
    assert fitted(SEND, {**LETTER, "cc": None}, acts=True) == LETTER


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("sendEmail", '{"to":"anna@example.org","subject":"Hi","body":"Hello."}'),
        ("replyToEmail", '{"id":"e1","body":"Hello.","all":"true"}'),
        ("shareDocument", '{"id":"d1","version":"v","to":"anna@example.org"}'),
    ],
)
def test_the_engine_does_not_repair_calls_that_send(name: str, arguments: str) -> None:
    answer = Answered(text="", calls=(ToolCall(id="c", name=name, arguments=arguments),))
    assert judge(answer, every_tool(), heard=True, limits=Limits()).work == ()


def test_the_engine_repairs_other_calls() -> None:
    call = ToolCall(id="c", name="searchDocuments", arguments='{"query":"x","limit":"5"}')
    verdict = judge(Answered(text="", calls=(call,)), every_tool(), heard=True, limits=Limits())
    assert verdict.work[0].arguments == {"query": "x", "limit": 5}

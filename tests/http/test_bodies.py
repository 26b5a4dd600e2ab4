"""The bodies: every limit of the contract, and the errors for bodies that exceed it."""

from typing import Any

import pytest

from brain.http.bodies import SessionBody, VoiceBody, WakeCallBody, parse
from brain.http.edge import Problem
from brain.run.messages import Remark

SUMMONS = {"userId": "anna", "runId": "r1", "reason": "handoff"}


def faults(kind: type[Any], content: Any) -> dict[str, str]:
    """The errors for an invalid body: field to message."""
    with pytest.raises(Problem) as problem:
        parse(kind, content)
    assert problem.value.status == 422
    assert problem.value.errors is not None
    return {error["field"]: error["message"] for error in problem.value.errors}


def test_a_text_alone_is_enough() -> None:
    body = parse(VoiceBody, {"text": "Hi"})
    assert (body.text, body.message_id, body.patience, body.agent_call_id) == (
        "Hi",
        None,
        None,
        None,
    )
    assert body.remarks() == ()


def test_everything_may_be_given() -> None:
    body = parse(
        VoiceBody,
        {
            "text": "Hi",
            "messageId": "01JD-abc_",
            "recentContext": [
                {"role": "user", "text": "Well"},
                {"role": "assistant", "text": "Yes?"},
            ],
            "patience": 2,
            "callId": "call-7",
        },
    )
    assert (body.message_id, body.patience, body.agent_call_id) == ("01JD-abc_", 2.0, "call-7")
    assert body.remarks() == (
        Remark(role="user", text="Well"),
        Remark(role="assistant", text="Yes?"),
    )


def test_fields_that_are_not_known_are_left_alone() -> None:
    line = {"role": "user", "text": "Well", "at": 1}
    body = parse(VoiceBody, {"text": "Hi", "later": {"deep": 1}, "recentContext": [line]})
    assert body.text == "Hi"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0b", "ab"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\udc4b", "👋"),
        ("x" * 8000, "x" * 8000),
        ("👋" * 8000, "👋" * 8000),
    ],
)
def test_a_text_is_kept_without_what_no_store_can_hold(text: str, kept: str) -> None:
    assert parse(VoiceBody, {"text": text}).text == kept


@pytest.mark.parametrize(
    "text", [None, "", "  \n ", "\0", "\u2800\u200b", "x" * 8001, 7, ["Hi"], {"a": 1}, True]
)
def test_a_text_that_is_none_or_too_long_is_named(text: Any) -> None:
    assert set(faults(VoiceBody, {"text": text})) == {"text"}


@pytest.mark.parametrize("content", [None, [], "Hi", 7])
def test_a_body_that_is_no_object_is_named(content: Any) -> None:
    assert set(faults(VoiceBody, content)) == {"body"}


@pytest.mark.parametrize(
    "id", ["short", "x" * 65, "with spaces", "grüße-123", "a.b.c.d.e", 12345678]
)
def test_a_message_id_of_another_form_is_named(id: Any) -> None:
    assert set(faults(VoiceBody, {"text": "Hi", "messageId": id})) == {"messageId"}


@pytest.mark.parametrize("id", ["x" * 8, "x" * 64])
def test_a_message_id_has_8_to_64_characters(id: str) -> None:
    assert parse(VoiceBody, {"text": "Hi", "messageId": id}).message_id == id


def test_a_message_id_ends_where_its_last_character_is() -> None:
    assert set(faults(VoiceBody, {"text": "Hi", "messageId": "x" * 8 + "\n"})) == {"messageId"}


@pytest.mark.parametrize("patience", [-1, 3601, "soon", float("nan"), float("inf")])
def test_a_patience_that_cannot_be_is_named(patience: Any) -> None:
    assert set(faults(VoiceBody, {"text": "Hi", "patience": patience})) == {"patience"}


@pytest.mark.parametrize("agent_call_id", ["", "x" * 257, 7])
def test_a_call_id_that_cannot_be_is_named(agent_call_id: Any) -> None:
    assert set(faults(VoiceBody, {"text": "Hi", "callId": agent_call_id})) == {"callId"}


def test_a_line_of_the_context_is_named_by_its_place() -> None:
    lines = [{"role": "user", "text": "Well"}, {"role": "brain"}]
    found = faults(VoiceBody, {"text": "Hi", "recentContext": lines})
    assert set(found) == {"recentContext.1.role", "recentContext.1.text"}


def test_every_wrong_field_is_named_at_once() -> None:
    found = faults(VoiceBody, {"text": "", "messageId": "x", "patience": -1})
    assert set(found) == {"text", "messageId", "patience"}


def test_the_context_has_50_lines_and_32_kib_at_most() -> None:
    line = {"role": "user", "text": "x"}
    assert len(parse(VoiceBody, {"text": "Hi", "recentContext": [line] * 50}).remarks()) == 50
    assert set(faults(VoiceBody, {"text": "Hi", "recentContext": [line] * 51})) == {"recentContext"}
    halves = [{"role": "user", "text": "ä" * 8192}] * 2
    assert len(parse(VoiceBody, {"text": "Hi", "recentContext": halves}).remarks()) == 2
    found = faults(VoiceBody, {"text": "Hi", "recentContext": [*halves, line]})
    assert found == {"recentContext": "must not be longer than 32 KiB in total"}


def test_the_context_is_cleaned_like_the_text() -> None:
    lines = [{"role": "user", "text": "a\0b\udfff"}]
    [remark] = parse(VoiceBody, {"text": "Hi", "recentContext": lines}).remarks()
    assert remark.text == "ab\ufffd"


def test_what_is_wrong_is_told_without_what_was_said() -> None:
    found = faults(VoiceBody, {"text": ["my private words"], "callId": "private" * 100})
    assert "private" not in str(found)


def test_a_session_may_be_asked_for_with_nothing() -> None:
    body = parse(SessionBody, {})
    assert (body.access_key, body.token) == (None, None)


def test_an_access_key_or_token_beyond_reason_is_named() -> None:
    found = faults(SessionBody, {"accessKey": "x" * 1001, "token": "x" * 10_001})
    assert set(found) == {"accessKey", "token"}


def test_a_summons_needs_user_run_and_reason() -> None:
    body = parse(WakeCallBody, {**SUMMONS, "fence": 3, "wake": 2})
    assert (body.user_id, body.run_id, body.fence, body.wake) == ("anna", "r1", 3, 2)
    assert set(faults(WakeCallBody, {})) == {"userId", "runId", "reason"}


@pytest.mark.parametrize(
    "changed",
    [
        {"userId": ""},
        {"userId": "x" * 257},
        {"runId": "two words"},
        {"runId": "x" * 65},
        {"fence": -1},
        {"wake": 1.5},
        {"reason": "other"},
    ],
)
def test_a_summons_that_cannot_be_ours_is_named(changed: dict[str, Any]) -> None:
    assert set(faults(WakeCallBody, {**SUMMONS, **changed})) == set(changed)


# ---- a front end's own tools


def a_tool(name: str = "whereAmI", **changed: Any) -> dict[str, Any]:
    return {"name": name, "description": "Where the user is."} | changed


def test_a_front_end_may_bring_tools_of_its_own() -> None:
    parameters = {"type": "object", "properties": {"near": {"type": "string"}}}
    tools = [a_tool(), a_tool("callTaxi", parameters=parameters)]
    plain, whole = parse(VoiceBody, {"text": "Hi", "clientTools": tools}).tools()
    assert (plain.name, plain.description) == ("whereAmI", "Where the user is.")
    assert plain.parameters == {"type": "object", "properties": {}}
    assert whole.parameters == parameters


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "its type is not object"),
        ({"type": "array"}, "its type is not object"),
        ({"type": "object", "properties": 7}, "must be a JSON schema"),
        ({"type": "object", "required": "near"}, "must be a JSON schema"),
    ],
)
def test_a_tool_whose_parameters_are_no_schema_is_named(
    parameters: dict[str, Any], said: str
) -> None:
    [(field, message)] = faults(
        VoiceBody, {"text": "Hi", "clientTools": [a_tool(parameters=parameters)]}
    ).items()
    assert field == "clientTools.0.parameters"
    assert said in message


def test_results_of_a_tool_are_foreign_unless_a_tool_with_a_description_says_otherwise() -> None:
    own = {**a_tool("batteryLevel"), "foreign": False}
    body = parse(VoiceBody, {"text": "Hi", "clientTools": [a_tool(), own]})
    assert [tool.foreign for tool in body.tools()] == [True, False]
    blank = {**own, "description": " \u2800"}
    assert faults(VoiceBody, {"text": "Hi", "clientTools": [blank]}) == {
        "clientTools.0": "must have a description if its results are not foreign"
    }
    for missing in ("name", "description"):
        lacking = {name: value for name, value in own.items() if name != missing}
        assert faults(VoiceBody, {"text": "Hi", "clientTools": [lacking]})


def test_the_tools_have_names_that_differ_and_16_kib_at_most() -> None:
    twice = faults(VoiceBody, {"text": "Hi", "clientTools": [a_tool(), a_tool()]})
    assert twice == {"clientTools": "must have different names"}
    long = {"type": "object", "description": "x" * 9000}
    tools = [a_tool(name, parameters=long) for name in ("one", "two")]
    assert parse(VoiceBody, {"text": "Hi", "clientTools": tools[:1]}).tools()
    much = faults(VoiceBody, {"text": "Hi", "clientTools": tools})
    assert much == {"clientTools": "must not be longer than 16 KiB in total"}

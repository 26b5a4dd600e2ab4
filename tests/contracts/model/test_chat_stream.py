"""The pure part of the chat model: assembling chunks and classifying errors."""

import pytest

from brain.cloud.model.faults import Failure, Remedy, error_in_answer, refused, retry_after_s
from brain.cloud.model.stream import Assembly, conclude
from brain.codec import Json
from brain.errors import ModelCut, ModelUnavailable
from brain.run.journal import Answered
from brain.run.ports import Delta
from tests.contracts.model.chat_stage import delta, part


def assembled(*chunks: Json) -> tuple[Assembly, list[Delta]]:
    assembly = Assembly()
    deltas = [piece for chunk in chunks for piece in assembly.feed(chunk)]
    return assembly, deltas


def calls_of(*chunks: Json) -> list[tuple[str, str, str]]:
    answer = conclude(assembled(*chunks, delta("tool_calls"))[0], None, ())
    assert isinstance(answer, Answered)
    return [(call.id, call.name, call.arguments) for call in answer.calls]


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_a_thought_is_announced_and_not_part_of_the_answer(field: str) -> None:
    assembly, deltas = assembled(delta(**{field: "Hm."}), delta("stop", content="Yes."))
    assert deltas == [Delta(kind="thought", text="Hm."), Delta(kind="content", text="Yes.")]
    assert conclude(assembly, None, ()) == Answered(text="Yes.", calls=())


def test_a_tool_is_announced_once_and_its_arguments_in_pieces() -> None:
    _, deltas = assembled(
        part(0, id="a", name="find", arguments=""),
        part(0, id="a", name="find", arguments="{"),
        part(1, id="b", name="keep", arguments='{"x"'),
        part(0, arguments="}"),
    )
    assert deltas == [
        Delta(kind="action", text="find", call=0),
        Delta(kind="arguments", text="{", call=0),
        Delta(kind="action", text="keep", call=1),
        Delta(kind="arguments", text='{"x"', call=1),
        Delta(kind="arguments", text="}", call=0),
    ]


def test_a_server_may_repeat_id_and_name_in_each_fragment() -> None:
    assert calls_of(
        part(0, id="a", name="find", arguments='{"x"'),
        part(0, id="a", name="find", arguments=":1}"),
    ) == [("a", "find", '{"x":1}')]


def test_a_server_may_repeat_the_name_without_an_id() -> None:
    assert calls_of(
        part(0, name="find", arguments='{"x"'), part(0, name="find", arguments=":1}")
    ) == [("call_0", "find", '{"x":1}')]


def test_a_server_may_number_all_calls_0() -> None:
    assert calls_of(
        part(0, id="a", name="find", arguments="{}"), part(0, id="b", name="say", arguments="{}")
    ) == [("a", "find", "{}"), ("b", "say", "{}")]


def test_a_server_may_send_whole_calls_without_index_and_id() -> None:
    whole = [{"function": {"name": name, "arguments": "{}"}} for name in ("find", "find")]
    assert calls_of(delta(tool_calls=whole)) == [("call_0", "find", "{}"), ("call_1", "find", "{}")]


def test_a_server_may_send_pieces_without_index() -> None:
    assert calls_of(part(id="a", name="find", arguments='{"x"'), part(arguments=":1}")) == [
        ("a", "find", '{"x":1}')
    ]


def test_a_server_may_send_arguments_as_an_object() -> None:
    assert calls_of(part(0, id="a", name="find", arguments={"x": 1})) == [("a", "find", '{"x": 1}')]


def test_two_calls_with_one_id_stay_two_calls() -> None:
    ids = [
        agent_call_id
        for agent_call_id, _, _ in calls_of(
            part(0, id="a", name="find", arguments="{}"),
            part(1, id="a", name="say", arguments="{}"),
        )
    ]
    assert len(set(ids)) == 2


def test_content_may_come_as_a_list_of_parts() -> None:
    assembly, _ = assembled(delta("stop", content=[{"type": "text", "text": "Yes."}]))
    assert assembly.text == "Yes."


def test_a_refusal_by_the_model_is_its_answer() -> None:
    assembly, _ = assembled(delta("stop", refusal="I will not."))
    assert assembly.text == "I will not."


def test_the_usage_comes_in_a_separate_chunk() -> None:
    assembly, _ = assembled(
        delta("stop", content="Yes."), {"choices": [], "usage": {"total_tokens": 7}}
    )
    assert assembly.tokens == 7


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"choices": None},
        {"choices": "no"},
        {"choices": [None]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": {"tool_calls": None, "content": None}}]},
        {"choices": [{"delta": {"tool_calls": ["no"], "content": 7}}]},
        {"usage": None},
        {"usage": {"total_tokens": "many"}},
    ],
)
def test_a_chunk_with_unexpected_types_is_ignored(odd: Json) -> None:
    assembly, deltas = assembled(odd)
    assert deltas == []
    assert not assembly.begun


def test_a_thought_alone_is_an_error_and_not_retried() -> None:
    assembly, _ = assembled(delta("stop", reasoning="Hm."))
    with pytest.raises(ModelUnavailable, match="empty"):
        conclude(assembly, None, ())


def test_a_failure_after_the_finish_reason_is_ignored() -> None:
    late = Failure(reason="ReadError")
    whole, _ = assembled(delta("stop", content="Yes."))
    assert conclude(whole, late, ()) == Answered(text="Yes.", calls=())
    half, _ = assembled(delta(content="Ye"))
    with pytest.raises(ModelCut, match="ReadError"):
        conclude(half, late, ())
    nothing, _ = assembled()
    assert conclude(nothing, late, ()) is late


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (0, Remedy.AGAIN),
        (408, Remedy.AGAIN),
        (429, Remedy.AGAIN),
        (529, Remedy.AGAIN),
        (401, Remedy.ELSEWHERE),
        (404, Remedy.ELSEWHERE),
        (400, Remedy.NOTHING),
        (413, Remedy.NOTHING),
    ],
)
def test_the_remedy_depends_on_the_status(status: int, remedy: Remedy) -> None:
    assert Failure(reason="", status=status).remedy is remedy


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 10:00:07 GMT",
                "date": "Sat, 21 Nov 2026 10:00:00 GMT",
            },
            7.0,
        ),
        ({"retry-after": "Sat, 21 Nov 2026 10:00:07 GMT"}, None),
    ],
)
def test_retry_after_is_parsed(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_only_an_errors_status_and_code_are_kept() -> None:
    body = {"message": "Incorrect API key: sk-123", "code": "Key sk-123 is bad", "type": "auth"}
    assert refused(401, body, "Incorrect API key: sk-123", {}).reason == "status 401 auth"
    assert error_in_answer("sk-123").reason == "error in the answer: no code"

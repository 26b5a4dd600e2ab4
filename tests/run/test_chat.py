"""Chat messages in the form that the strictest servers take, and the sizes of texts."""

import json

import pytest

from brain.chat.calls import UNKNOWN, call_id, legal_name, object_text
from brain.chat.sizes import LEFT_OUT, first_kept, fitted, shorten, tokens
from brain.chat.strict import (
    BRIDGE,
    EMPTY_RESULT,
    GO_ON,
    NO_RESULT,
    SPOKE_FIRST,
    assistant_line,
    calling_line,
    strict,
    system_line,
    user_line,
)
from brain.codec import Json
from local.model.strict import broken

A, B = call_id("run", 0), call_id("run", 1)
SYSTEM = system_line("Be brief.")


def calling(*ids: str, text: str = "") -> Json:
    return calling_line(text, [(id, "find", "{}") for id in ids])


def result(id: str, text: str = "Found.") -> Json:
    return {"role": "tool", "tool_call_id": id, "content": text}


def told(*lines: Json) -> list[tuple[str, str | None]]:
    """The roles and texts of the request, which keeps the rules, after the instructions."""
    messages = strict([SYSTEM, *lines])
    assert broken({"messages": messages}) == {}
    return [(message["role"], message["content"]) for message in messages[1:]]


def test_texts_of_one_side_become_one_message() -> None:
    asked, answered = (user_line("a"), user_line("b")), (assistant_line("c"), assistant_line("d"))
    assert told(*asked, *answered, user_line("e")) == [
        ("user", "a\n\nb"), ("assistant", "c\n\nd"), ("user", "e")
    ]  # fmt: skip


def test_all_instructions_are_one_message_and_later_ones_are_notes() -> None:
    messages = strict([SYSTEM, system_line("Be kind."), user_line("a"), system_line("Hurry.")])
    assert [message["content"] for message in messages] == [
        "Be brief.\n\nBe kind.", "a\n\n[Hurry.]"
    ]  # fmt: skip


def test_results_stand_after_their_calls_in_their_order() -> None:
    lines = (user_line("a"), calling(A, B), user_line("b"), result(B, "two"), result(A, "one"))
    assert told(*lines) == [
        ("user", "a"), ("assistant", None), ("tool", "one"), ("tool", "two"),
        ("assistant", BRIDGE), ("user", "b"),
    ]  # fmt: skip


def test_a_missing_and_an_empty_result_say_so() -> None:
    lines = (user_line("a"), calling(A, B), result(B, " \n"), result("other"))
    assert told(*lines)[2:] == [("tool", NO_RESULT), ("tool", EMPTY_RESULT)]


def test_blank_texts_are_left_out() -> None:
    lines = (user_line("a"), assistant_line(" "), user_line("\n"), calling(A, text=" "), result(A))
    assert told(*lines) == [("user", "a"), ("assistant", None), ("tool", "Found.")]


def test_a_text_before_calls_belongs_to_them() -> None:
    lines = (user_line("a"), assistant_line("So."), calling(A, text="I look."), result(A))
    assert told(*lines)[1] == ("assistant", "So.\n\nI look.")


def test_a_request_begins_and_ends_with_the_user() -> None:
    assert told(assistant_line("News.")) == [
        ("user", SPOKE_FIRST), ("assistant", "News."), ("user", GO_ON)
    ]  # fmt: skip
    assert told() == [("user", GO_ON)]
    assert told(calling(A), result(A))[0] == ("user", SPOKE_FIRST)


def test_what_is_carried_stays_at_its_message() -> None:
    carried = {"model": "m", "message": {"reasoning_content": "Hm."}, "calls": [{}]}
    line = {**calling(A), "carried": carried, "other": 1}
    messages = strict([SYSTEM, user_line("a"), line, result(A)])
    assert messages[2]["carried"] == carried
    assert "other" not in messages[2]


def test_call_ids_are_stable_and_differ() -> None:
    ids = [call_id("01J", place) for place in range(2_000)]
    assert len(set(ids)) == 2_000
    assert call_id("01J", 7) == ids[7] != call_id("01K", 7)
    assert all(len(id) == 9 and id.isalnum() and id.isascii() for id in ids)


@pytest.mark.parametrize(
    ("name", "legal"),
    [
        ("find", "find"),
        ("functions.find", "find"),
        ("default_api:find", "find"),
        ("find<|channel|>commentary", "find"),
        ("<|x|>", "x"),
        ("", UNKNOWN),
        ("…", UNKNOWN),
        ("find it", "findit"),
        ("n" * 99, "n" * 64),
    ],
)
def test_a_name_loses_what_cannot_stand_in_a_name(name: str, legal: str) -> None:
    assert legal_name(name) == legal


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ("", {}),
        (" ", {}),
        ('{"a": 1}', {"a": 1}),
        ('{"a":', {"raw": '{"a":'}),
        ("[1]", {"raw": "[1]"}),
        ("null", {"raw": "null"}),
        ('{"a":NaN}', {"raw": '{"a":NaN}'}),
        ('{"a":1e999}', {"raw": '{"a":1e999}'}),
        ('{"a":"\\ud800"}', {"a": "\ufffd"}),
        ('{"a":' * 5_000, {"raw": ('{"a":' * 5_000)[:2_000]}),
    ],
)
def test_arguments_are_the_text_of_an_object(arguments: str, sent: Json) -> None:
    assert json.loads(object_text(arguments)) == sent


@pytest.mark.parametrize(("text", "count"), [("", 0), ("abcde", 2), ("猫犬", 2), ("ab猫", 2)])
def test_tokens_are_estimated(text: str, count: int) -> None:
    assert tokens(text) == count


def test_a_text_by_others_keeps_its_end_when_it_is_cut() -> None:
    assert shorten("<<<\nabcdef\n>>>", 6) == "<<<\nab" + LEFT_OUT.format(4) + "\n>>>"


def test_the_newest_result_is_cut_and_not_left_out() -> None:
    lines = [result(A, "a" * 5_000), result(B, "b" * 5_000)]
    old, new = fitted(lines, 3_000)
    assert old["content"] == LEFT_OUT.format(5_000)
    assert new["content"].startswith("b" * 2_000 + "[left out")


def test_a_text_that_is_cut_already_stays_as_it_is() -> None:
    lines = [user_line("x" * 5_000)]
    assert fitted(fitted(lines, 100), 100) == fitted(lines, 100)


@pytest.mark.parametrize(
    ("sizes", "room", "first"),
    [
        ([], 10, 0),
        ([9, 9], 8, 2),
        ([9, 9], 10, 1),
        ([2] * 8, 8, 5),
        ([2] * 8, 12, 3),
        ([1] * 8, 12, 0),
    ],
)
def test_a_history_is_dropped_at_round_places(sizes: list[int], room: int, first: int) -> None:
    assert first_kept(range(1, len(sizes) + 1), sizes, room) == first

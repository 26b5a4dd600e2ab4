"""What is read of a request: only what would make it meaningless is refused. Pure."""

import random
from typing import Any

import pytest

from brain.voice.chat.model import ChatRequest, ToolAnswer
from brain.voice.chat.reading import MANNER_CHARS, NotAsked, asked_in

type Json = dict[str, Any]

HI: Json = {"messages": [{"role": "user", "content": "Hi"}]}


def read(*messages: Json, headers: dict[str, str] | None = None, **more: Any) -> ChatRequest:
    return asked_in({"messages": list(messages) or HI["messages"], **more}, headers or {})


def line(role: str, content: Any, **more: Any) -> Json:
    return {"role": role, "content": content, **more}


def test_the_text_is_all_that_has_no_answer() -> None:
    parts = [
        {"type": "text", "text": "for"},
        {"type": "image_url"},
        {"type": "text", "text": "two"},
        7,
    ]
    said = read(
        line("system", "S"),
        line("user", "Hello"),
        line("assistant", "Hi."),
        line("assistant", "What can I do?"),
        line("user", " Book a table "),
        line("function", "passed over"),
        line("user", parts),
    ).said
    assert said.text == "Book a table for two"
    assert (said.answers, said.quote, said.before) == (2, "Hi. What can I do?", "Hello")


def test_results_come_with_the_id_of_their_question() -> None:
    id = "01JD0000000000000000000000"
    said = read(
        line("user", "Light"),
        line("assistant", None, tool_calls=[{"id": f"call_{id}"}]),
        line("tool", "done", tool_call_id=f"call_{id}"),
        line("tool", "not ours", tool_call_id="x"),
        line("tool", "nobody's", tool_call_id=7),
    ).said
    assert (said.text, said.results) == ("", (ToolAnswer(question_id=id, text="done"),))


CALLS: list[tuple[Json, dict[str, str], str]] = [
    ({}, {}, ""),
    ({"user": "u-1"}, {}, "u-1"),
    ({"user": "u-1", "metadata": {"call": "m-1"}}, {}, "m-1"),
    ({"elevenlabs_extra_body": {"conversation_id": "e-1"}, "metadata": {"call": "m"}}, {}, "e-1"),
    ({"call": {"id": "v-1"}, "elevenlabs_extra_body": {"conversation_id": "e-1"}}, {}, "v-1"),
    ({"call": {"id": "v-1"}}, {"x-call-id": "c-1"}, "c-1"),
    ({"call": {"id": 17}}, {"x-call-id": " "}, "17"),
    ({"call": "odd", "metadata": 7, "user": ["x"], "elevenlabs_extra_body": None}, {}, ""),
]


@pytest.mark.parametrize(("more", "headers", "call"), CALLS)
def test_the_call(more: Json, headers: dict[str, str], call: str) -> None:
    assert read(headers=headers, **more).call == call


def test_a_long_call_id_is_shortened() -> None:
    one, other = (read(user="x" * 300 + end).call for end in "ab")
    assert one != other
    assert len(one) <= 256


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("1.5", 1.5),
        (3, 3.0),
        (0, 0.0),
        ("-1", None),
        ("nan", None),
        (True, None),
        ([], None),
        ("9" * 400, None),
    ],
)
def test_the_patience(given: Any, seconds: float | None) -> None:
    assert read(metadata={"patience": given}).patience_s == seconds


def test_the_manner_is_what_system_and_developer_say_first() -> None:
    asked = read(line("system", "Be kind."), line("developer", "x" * 3_000), line("user", "Hi"))
    assert len(asked.manner) == MANNER_CHARS
    assert asked.manner.startswith("Be kind.\nxxx")


def test_fields_are_passed_over() -> None:
    asked = read(
        temperature="hot", n=1, tool_choice={"x": 1}, stop=[], response_format=None, model=7
    )
    assert (asked.said.text, asked.model, asked.is_stream) == ("Hi", "", False)


@pytest.mark.parametrize("n", [2, 1.5, 10**30])
def test_several_choices_are_refused(n: float) -> None:
    with pytest.raises(NotAsked) as refused:
        read(n=n)
    assert refused.value.param == "n"


def test_ten_thousand_messages_are_read() -> None:
    told = [line("user", f"q{i}") if i % 2 else line("assistant", f"a{i}") for i in range(10_000)]
    said = read(*told).said
    assert (said.text, said.answers, said.quote) == ("q9999", 5_000, "a9998")


VALUES: tuple[Any, ...] = (
    None,
    7,
    True,
    "x",
    "",
    "\ud800",
    [],
    {},
    [[]],
    {"text": 1},
    1e300,
    "é\0",
)


@pytest.mark.parametrize("seed", range(300))
def test_any_json_is_read_or_refused_in_words(seed: int) -> None:
    chance = random.Random(seed)

    def anything(depth: int = 0) -> Any:
        kind = chance.random()
        if depth > 3 or kind < 0.5:
            return chance.choice(VALUES)
        if kind < 0.75:
            return [anything(depth + 1) for _ in range(chance.randint(0, 3))]
        names = (
            "role",
            "content",
            "text",
            "type",
            "id",
            "tool_call_id",
            "name",
            "function",
            "call",
        )
        return {chance.choice(names): anything(depth + 1) for _ in range(chance.randint(0, 3))}

    roles = ("user", "assistant", "tool", "system", "developer", "function", "", 7)
    messages: Any = [
        {"role": chance.choice(roles), "content": anything(), "tool_call_id": anything()}
        for _ in range(chance.randint(0, 6))
    ]
    fields = ("n", "user", "tools", "call", "metadata", "stream_options", "elevenlabs_extra_body")
    body: Any = {"messages": chance.choice((messages, messages, anything()))}
    body |= {name: anything() for name in fields if chance.random() < 0.5}
    found: ChatRequest | NotAsked
    try:
        found = asked_in(body, {})
    except NotAsked as refused:
        found = refused
    if isinstance(found, NotAsked):
        assert str(found), seed
        return
    assert found.said.text or found.said.results, seed
    found.said.text.encode()

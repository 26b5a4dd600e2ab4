"""Tool calls in the text: every way in which models write them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.cloud.model.assembly import Assembly
from brain.cloud.model.text_calls import text_calls
from brain.codec import Json
from tests.contracts.model.chat_stage import delta, part

OFFERED: dict[str, Json] = {
    "find": {"properties": {"query": {"type": "string"}, "limit": {"type": "integer"}}},
    "keep": {},
}
OBJECT = '{"name": "find", "arguments": {"query": "a"}}'
FIND = [("find", {"query": "a"})]

FORMS = {
    "tags": f"<tool_call>\n{OBJECT}\n</tool_call>",
    "tags that are not closed": f"<tool_call>{OBJECT}",
    "tags with a list": f"<tool_calls>[{OBJECT}]</tool_calls>",
    "tags with encoded JSON": f"<tool_call>{json.dumps(OBJECT)}</tool_call>",
    "a tag of the template": f"<|tool_call|>{OBJECT}",
    "a tag for Python": '<|python_tag|>{"name": "find", "parameters": {"query": "a"}}',
    "function tags": '<function=find>{"query": "a"}</function>',
    "function tags with parameters": (
        "<tool_call>\n<function=find>\n<parameter=query>\na\n</parameter>\n</function>\n</tool_call>"
    ),
    "invoke tags": '<invoke name="find"><parameter name="query">a</parameter></invoke>',
    "pairs": ("<tool_call>find\n<arg_key>query</arg_key>\n<arg_value>a</arg_value>\n</tool_call>"),
    "Mistral's marker": f"[TOOL_CALLS][{OBJECT}]",
    "Mistral's marker with a space": f"[TOOL_CALLS] [{OBJECT}]",
    "Mistral's marker with a name": '[TOOL_CALLS]find{"query": "a"}',
    "Mistral's marker with arguments": '[TOOL_CALLS]find[ARGS]{"query": "a"}',
    "Kimi's tokens": (
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.find:0"
        '<|tool_call_argument_begin|>{"query": "a"}<|tool_call_end|><|tool_calls_section_end|>'
    ),
    "DeepSeek's tokens": (
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>find\n"  # noqa: RUF001
        '```json\n{"query": "a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>'  # noqa: RUF001
    ),
    "a fence": f"```json\n{OBJECT}\n```",
    "a fence without a language": f"```\n{OBJECT}\n```",
    "a bare object": OBJECT,
    "a bare list": f"[{OBJECT}]",
    "a nested object": f'{{"type": "function", "function": {OBJECT}}}',
    "an object of calls": f'{{"tool_calls": [{OBJECT}]}}',
    "parameters": '{"name": "find", "parameters": {"query": "a"}}',
    "encoded arguments": '{"name": "find", "arguments": "{\\"query\\": \\"a\\"}"}',
    "a namespace": '{"name": "functions.find", "arguments": {"query": "a"}}',
    "a harmony channel": (
        '<|channel|>commentary to=functions.find <|constrain|>json<|message|>{"query": "a"}<|call|>'
    ),
}


def read(*pieces: str) -> tuple[str, list[tuple[str, Json]], str]:
    """The text, the calls, and what a listener has heard."""
    assembly = Assembly(OFFERED)
    deltas = [one for piece in pieces for one in assembly.feed(delta(content=piece))]
    whole, last = assembly.end()
    heard = "".join(one.text for one in deltas + last if one.kind == "content")
    return whole.text, [(call.name, json.loads(call.arguments)) for call in whole.calls], heard


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_call_in_the_text_is_a_call_and_never_heard(form: str) -> None:
    assert read(form) == ("", FIND, "")
    assert read(*form) == ("", FIND, "")


@pytest.mark.parametrize(
    "form", [form for name, form in FORMS.items() if name != "a harmony channel"]
)
def test_text_around_a_call_stays(form: str) -> None:
    text, calls, heard = read(f"I will look.\n{form}\n")
    assert (text, calls, heard.strip()) == ("I will look.", FIND, "I will look.")


def test_several_calls_are_all_found() -> None:
    other = '<function=keep>{"x": 1}</function>'
    assert read(FORMS["tags"] + FORMS["tags"] + other)[1] == [*FIND, *FIND, ("keep", {"x": 1})]
    assert read(f"[TOOL_CALLS][{OBJECT}, {OBJECT}]")[1] == FIND * 2


def test_marked_calls_of_unknown_tools_are_calls() -> None:
    unknown = OBJECT.replace("find", "lose")
    for form in (f"<tool_call>{unknown}</tool_call>", f"[TOOL_CALLS][{unknown}]"):
        assert read(form) == ("", [("lose", {"query": "a"})], "")


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Anna", "age": 5}',
        '{"name": "lose", "arguments": {}}',
        '{"name": "find"}',
        '{"name": "find", "arguments": "later"}',
        '[{"name": "Anna"}]',
        "```json\n{}\n```",
        "Use {braces} and [brackets] `so`.",
        "a < b and <b>c</b>",
    ],
)
def test_other_text_is_text(text: str) -> None:
    assert read(text) == (text, [], text)
    assert read(*text) == (text, [], text)


def test_broken_calls_are_calls_that_the_model_is_told_about() -> None:
    for broken in (
        '<tool_call>{"name": "find", "arguments": {"query"</tool_call>',
        '[TOOL_CALLS][{"name": "find", "arguments"',
        "<tool_call>???</tool_call>",
    ):
        text, calls = text_calls(broken, OFFERED)
        assert text == ""
        assert [call.name for call in calls] in (["find"], ["unknown"])


def test_arguments_in_tags_have_the_types_of_the_schema() -> None:
    form = "<function=find><parameter=query>5</parameter><parameter=limit>5</parameter></function>"
    assert read(form)[1] == [("find", {"query": "5", "limit": 5})]


def test_a_call_that_is_sent_twice_in_two_ways_is_one_call() -> None:
    assembly = Assembly(OFFERED)
    assembly.feed(part(0, id="a", name="find", arguments='{"query":"a"}'))
    assembly.feed(delta("tool_calls", content=FORMS["tags"]))
    whole, _ = assembly.end()
    assert (whole.text, len(whole.calls)) == ("", 1)


def test_a_fence_around_a_marked_call_goes_with_it() -> None:
    assert read(f"I look.\n```xml\n{FORMS['tags']}\n```")[:2] == ("I look.", FIND)


def test_a_call_in_the_text_is_announced_like_others() -> None:
    assembly = Assembly(OFFERED)
    assembly.feed(delta("stop", content=FORMS["tags"]))
    assert [(one.kind, one.text) for one in assembly.end()[1]] == [
        ("action", "find"),
        ("arguments", '{"query": "a"}'),
    ]


@pytest.mark.parametrize("piece", ["<tool_call>", "<function=find>", "```json [{", "[TOOL_CALLS]"])
def test_long_junk_is_read_to_its_end(piece: str) -> None:
    text_calls(piece * (100_000 // len(piece)), OFFERED)


TOKENS = [*FORMS.values(), "<tool_call>", "</tool_call>", "[TOOL_CALLS]", "```", "{", "}", "["]
MORE = ["]", '"', "<function=find>", "<parameter=a>", "</function>", "a", " ", "\n", OBJECT]


@given(st.lists(st.sampled_from(TOKENS + MORE), max_size=9), st.integers(1, 7))
def test_any_text_is_read_and_every_split_is_the_same(tokens: list[str], size: int) -> None:
    text = "".join(tokens)
    outcomes = []
    for step in (size, len(text) + 1):
        assembly = Assembly(OFFERED)
        pieces = [text[i : i + step] for i in range(0, len(text), step)]
        # The first two pieces are alike for no text that grows, so this is not cumulative.
        for piece in ["\n", "!", *pieces]:
            assembly.feed(delta(content=piece))
        outcomes.append(assembly.end()[0])
    assert outcomes[0] == outcomes[1]

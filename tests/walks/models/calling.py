"""Servers that send calls in a way of their own, and models that call strangely."""

import json
import re

from tests.walks.models.case import ANSWER, TEXT, Case, Played
from tests.walks.models.wire import (
    Json,
    Reply,
    call,
    calling,
    chunk,
    has_results,
    results,
    stream,
    text,
)

QUERY = {"query": "boat"}
ANSWERED = text(ANSWER, fits=has_results)
WEIGHT = {"prompt_tokens": 400_000, "completion_tokens": 200_000}  # without a total


def found(played: Played, calls: int = 1) -> bool:
    """Whether the search was run so many times, and each time with success."""
    shown = results(played.requests[1])
    return len(shown) == calls and all("passages" in result for result in shown)


def searched(*replies: Reply) -> Case:
    """A case in which the search must run."""
    return Case(replies=(*replies, ANSWERED), requests=2, right=found)


def written(words: str) -> Case:
    """A case in which a call is written into the text, in pieces."""
    return searched(text(words, at_once=7))


def part(index: object, arguments: str, **function: str) -> Json:
    """A fragment of a call."""
    return chunk(tool_calls=[{"index": index, "function": {"arguments": arguments, **function}}])


def continued(request: Json) -> bytes:
    """A call that differs with each request."""
    number = len(results(request))
    one = call("searchDocuments", {"query": f"boat {number}"})
    done = {"index": 0, "delta": {"tool_calls": [one]}, "finish_reason": "tool_calls"}
    answer = {"choices": [done], "usage": WEIGHT}
    return b"data: " + json.dumps(answer).encode() + b"\n\ndata: [DONE]\n\n"


def deletes(request: Json) -> bytes:
    """A call that deletes the document that was just created."""
    created = re.search(r'"id": ?"([^"]+)"', results(request)[-1])
    assert created
    one = call("deleteDocument", {"id": created[1]})
    return json.dumps({"choices": [{"message": {"tool_calls": [one]}}]}).encode()


CASES: dict[str, Case] = {
    # ---- putting calls together
    "an index in words, and fragments": searched(
        stream(
            part("0", "", name="searchDocuments"),
            part("0", '{"query":'),
            part("0", ' "boat"}'),
            finish="tool_calls",
        )
    ),
    "two calls of one name with one index and without ids": Case(
        replies=(
            stream(
                part(0, json.dumps(QUERY), name="searchDocuments"),
                part(0, '{"query": "ship"}', name="searchDocuments"),
                finish="tool_calls",
            ),
            ANSWERED,
        ),
        requests=2,
        right=lambda played: found(played, calls=2),
    ),
    "empty arguments before the real ones": searched(
        stream(
            part(0, "{}", name="searchDocuments"),
            part(0, json.dumps(QUERY)),
            finish="tool_calls",
        )
    ),
    "arguments that are sent twice": searched(
        stream(
            part(0, json.dumps(QUERY), name="searchDocuments"),
            part(0, json.dumps(QUERY)),
            finish="tool_calls",
        )
    ),
    "arguments in a text within a text": searched(
        calling(call("searchDocuments", json.dumps(json.dumps(QUERY))))
    ),
    "a function call of the old kind": searched(
        stream(
            chunk(function_call={"name": "searchDocuments", "arguments": json.dumps(QUERY)}),
            finish="function_call",
        )
    ),
    # ---- calls in the text
    "a call between tags": written(
        '<tool_call>{"name": "searchDocuments", "arguments": {"query": "boat"}}</tool_call>'
    ),
    "a call as a function tag with parameters": written(
        "<function=searchDocuments>\n<parameter=query>\nboat\n</parameter>\n</function>"
    ),
    "a call as a function tag with JSON": written(
        '<function=searchDocuments>{"query": "boat"}</function>'
    ),
    "a call after Mistral's mark": written(
        '[TOOL_CALLS][{"name": "searchDocuments", "arguments": {"query": "boat"}}]'
    ),
    "a call in a fence": written(
        '```json\n{"name": "searchDocuments", "arguments": {"query": "boat"}}\n```'
    ),
    "a call in a channel of harmony": written(
        "<|channel|>commentary to=functions.searchDocuments <|constrain|>json<|message|>"
        '{"query": "boat"}<|call|>'
    ),
    "a call of a tool that is not there": Case(
        replies=(text('<tool_call>{"name": "fly", "arguments": {}}</tool_call>'), ANSWERED),
        requests=2,
    ),
    "an answer in JSON": Case(
        replies=(text('{"name": "Robin", "arguments": {"age": 7}}', at_once=5),),
        hears=('{"name": "Robin", "arguments": {"age": 7}}',),
        requests=1,
    ),
    # ---- arguments of nearly the right type, and names
    "a number in words": searched(calling(call("searchDocuments", QUERY | {"limit": "3"}))),
    "a whole number with a point": searched(
        calling(call("searchDocuments", QUERY | {"limit": 3.0}))
    ),
    "null for what is optional": searched(
        calling(call("searchDocuments", QUERY | {"limit": None}))
    ),
    "a name with the word functions": searched(calling(call("functions.searchDocuments", QUERY))),
    "a name with the mark of a channel": searched(
        calling(call("searchDocuments<|channel|>commentary", QUERY))
    ),
    # ---- what is carried back
    "thoughts that must come back with their call": Case(
        replies=(
            calling(call("searchDocuments", QUERY), beside={"reasoning_content": "Hm."}),
            ANSWERED,
        ),
        requests=2,
        right=lambda played: "Hm." in str(played.requests[1]["messages"][-2]["reasoning_content"]),
    ),
    "a signature that must come back with its call": Case(
        replies=(
            calling(call("searchDocuments", QUERY, extra_content={"google": {"sign": "abc"}})),
            ANSWERED,
        ),
        requests=2,
        right=lambda played: (
            played.requests[1]["messages"][-2]["tool_calls"][0]["extra_content"]["google"]["sign"]
            == "abc"
        ),
    ),
    # ---- bounds, and what was done
    "a model that repeats a call that fails": Case(
        replies=(calling(call("readDocument", {"id": "none"})),),
        hears=(None,),
        requests=range(1, 6),
        right=lambda played: "too many" not in played.last,
    ),
    "a server that counts tokens in parts": Case(
        replies=(Reply(parts=continued),),
        hears=(None,),
        requests=range(1, 5),
    ),
    "a model that fails after a deletion that was approved": Case(
        texts=(TEXT,),
        approves=True,
        replies=(
            calling(call("createDocument", {"title": "Old list", "body": "eggs"})),
            Reply(parts=deletes, type="application/json"),
            Reply(parts=(b"{}",), status=500, type="application/json"),
        ),
        hears=(None,),
        right=lambda played: "done" in played.last.lower() and "again" not in played.last,
    ),
}

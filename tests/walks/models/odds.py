"""Small oddities of servers, one each: bodies, fields, marks and errors in unusual forms."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.walks.models.calling import ANSWERED, QUERY, found, part, searched, written
from tests.walks.models.case import ANSWER, Case
from tests.walks.models.wire import (
    DONE,
    JSON,
    SPARE,
    Reply,
    call,
    calling,
    chunk,
    error,
    event,
    is_spare,
    refusal,
    stream,
    text,
)

CALL = json.dumps({"name": "searchDocuments", "arguments": QUERY})
LONG = "word " * 8_000  # longer than a message may be


def whole(message: object, finish: str | None = "stop") -> Reply:
    """One JSON document."""
    body = {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    return Reply(parts=(json.dumps(body).encode(),), type=JSON)


def raw(*parts: bytes | float) -> Case:
    """A case in which these bytes are the whole answer."""
    return Case(replies=(Reply(parts=parts),), requests=1)


def soon() -> str:
    """A date one second ahead, as a header has it."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)


CASES: dict[str, Case] = {
    # ---- streams
    "no space after the colon": raw(
        b"data:" + json.dumps(chunk(content=ANSWER)).encode() + b"\n\n",
        b"data:" + json.dumps(chunk("stop")).encode() + b"\n\ndata:[DONE]\n\n",
    ),
    "no empty line after the end": raw(
        event(chunk(content=ANSWER), chunk("stop")), b"data: [DONE]"
    ),
    "the reason comes with the last words": raw(
        event(chunk(content="In the "), chunk("stop", content="harbour."), DONE)
    ),
    "nulls wherever they can stand": raw(
        event(
            {"choices": None},
            {"choices": []},
            {"choices": [{"index": 0, "delta": None}]},
            chunk(content=None, tool_calls=None, refusal=None),
            chunk(content=ANSWER, tool_calls=[], function_call=None),
            {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": None, "error": None},
            DONE,
        )
    ),
    "usage of zero and an empty chunk at the end": raw(
        event(chunk(content=ANSWER), chunk("stop")),
        event({"choices": [], "usage": {"total_tokens": 0}}, DONE),
    ),
    "text in parts": Case(
        replies=(whole({"content": [{"type": "text", "text": ANSWER}]}),), requests=1
    ),
    "a message at the end repeats what the deltas said": raw(
        event(chunk(content=ANSWER)),
        event(
            {"choices": [{"message": {"content": ANSWER}, "delta": {}, "finish_reason": "stop"}]},
            DONE,
        ),
    ),
    "an empty reason": raw(event(chunk(content=ANSWER), chunk(""), DONE)),
    "letters that no text may have": Case(
        replies=(text("In\x00 the \ud800harbour."),), hears=(None,), requests=1
    ),
    "an answer longer than a message may be": Case(
        replies=(text(LONG, at_once=5_000),),
        hears=(None,),
        right=lambda played: "cut off" in played.last,
    ),
    # ---- calls
    "arguments that are an object": searched(
        whole({"tool_calls": [{"function": {"name": "searchDocuments", "arguments": QUERY}}]})
    ),
    "the name stands in each fragment": searched(
        stream(
            part(0, '{"que', name="searchDocuments"),
            part(0, 'ry": "bo', name="searchDocuments"),
            part(0, 'at"}', name="searchDocuments"),
            finish="tool_calls",
        )
    ),
    "no index, and the id in each fragment": searched(
        stream(
            *(
                chunk(tool_calls=[{"id": "a", "function": {"name": name, "arguments": piece}}])
                for name, piece in (("searchDocuments", '{"query"'), ("", ': "boat"}'))
            ),
            finish="tool_calls",
        )
    ),
    "two calls whose fragments alternate": Case(
        replies=(
            stream(
                part(0, "", name="searchDocuments"),
                part(1, "", name="searchDocuments"),
                part(0, '{"query": '),
                part(1, '{"query": '),
                part(0, '"boat"}'),
                part(1, '"ship"}'),
                finish="tool_calls",
            ),
            ANSWERED,
        ),
        requests=2,
        right=lambda played: found(played, calls=2),
    ),
    "a reason that says stop after a call": searched(
        stream(part(0, json.dumps(QUERY), name="searchDocuments"))
    ),
    "a call after a thought in the text": written(
        f"<think>Where?</think>\n<tool_call>\n{CALL}\n</tool_call>"
    ),
    "a call whose tag never closes": written(f"<tool_call>\n{CALL}"),
    "a call with the word parameters": written(
        '<tool_call>{"name": "searchDocuments", "parameters": {"query": "boat"}}</tool_call>'
    ),
    "a call whose arguments are a text": written(
        f"<tool_call>{json.dumps({'name': 'searchDocuments', 'arguments': json.dumps(QUERY)})}"
        "</tool_call>"
    ),
    "two calls in the text": Case(
        replies=(text(f"<tool_call>{CALL}</tool_call>\n" * 2, at_once=9), ANSWERED),
        requests=2,
    ),
    "words before and after a call in the text": Case(
        replies=(text(f"I look. <tool_call>{CALL}</tool_call> Wait.", at_once=9), ANSWERED),
        requests=2,
        right=lambda played: "tool_call" not in str(played.log) + played.streamed,
    ),
    "Mistral's mark with the name before the arguments": written(
        '[TOOL_CALLS]searchDocuments[ARGS]{"query": "boat"}'
    ),
    "an empty call beside a real one": Case(
        replies=(
            calling(call("searchDocuments", QUERY), call("", "", index=1, id="call_2")),
            ANSWERED,
        ),
        requests=2,
    ),
    "arguments that are cut by the length limit": Case(
        replies=(
            stream(part(0, '{"query": "bo', name="searchDocuments"), finish="length"),
            text(ANSWER),
        ),
        requests=2,
    ),
    # ---- errors
    "an error with status 200": Case(
        replies=(
            Reply(
                parts=(json.dumps(error("Provider returned error", code=502)).encode(),), type=JSON
            ),
            text(ANSWER),
        ),
        requests=2,
    ),
    "an error that is a text": Case(
        replies=(refusal(500, {"error": "model runner has stopped"}), text(ANSWER)), requests=2
    ),
    "a page of a gateway": Case(
        replies=(
            Reply(parts=(b"<html><h1>502 Bad Gateway</h1></html>",), status=502, type="text/html"),
            text(ANSWER),
        ),
        requests=2,
        right=lambda played: "html" not in str(played.log),
    ),
    "a limit whose end is a date": Case(
        replies=(refusal(429, error("Slow down"), f"retry-after: {soon()}"), text(ANSWER)),
        requests=2,
    ),
    "a list with a delay": Case(
        replies=(
            refusal(
                429,
                [{"error": {"message": "Quota", "details": [{"retryDelay": "1.1s"}]}}],
            ),
            text(ANSWER),
        ),
        requests=2,
        right=lambda played: played.times[1] - played.times[0] >= 1.1,
    ),
    "a field that the server does not know": Case(
        replies=(
            refusal(400, error("Unrecognized request argument supplied: stream_options")),
            text(ANSWER),
        ),
        requests=2,
        right=lambda played: "stream_options" not in played.requests[1],
    ),
    "a stream that a filter ends": Case(
        replies=(stream(chunk(content="In the"), finish="content_filter"),),
        hears=(None,),
        right=lambda played: "refused" in played.last and "while" not in played.last,
    ),
    "a first model that never says anything": Case(
        replies=(
            stream(chunk(content="\n \n"), fits=lambda request: not is_spare(request), times=9),
            text(ANSWER),
        ),
        right=lambda played: len(set(played.models)) == 2 and len(played.models) <= 4,
    ),
    "nothing at all": Case(replies=(Reply(parts=(b"",)), text(ANSWER)), requests=2),
    "a connection that breaks in the middle of a chunk": Case(
        replies=(Reply(parts=(b'data: {"choi',)), text(ANSWER)),
        requests=2,
    ),
    "JSON that is no answer": Case(
        replies=(
            Reply(parts=(b"null",), type=JSON),
            Reply(parts=(b"[]",), type=JSON),
            text(ANSWER),
        ),
        requests=3,
    ),
    "fields of other types": Case(
        replies=(
            stream(
                {"choices": [7, "x", {"delta": "x"}, {"delta": {"tool_calls": "none"}}]},
                chunk(content=ANSWER),
            ),
        ),
        requests=range(1, 3),
    ),
    "arguments that are nested too deeply": Case(
        replies=(calling(call("searchDocuments", "[" * 100_000)), text(ANSWER)),
        requests=range(2, 5),
    ),
    "more calls than an answer may have": Case(
        replies=(
            calling(*(call("searchDocuments", QUERY, index=i, id=f"c{i}") for i in range(20))),
            ANSWERED,
        ),
        requests=2,
    ),
    "a wait of an hour": Case(
        replies=(
            refusal(
                429,
                error("Quota exceeded"),
                "retry-after: 3600",
                times=9,
                fits=lambda r: not is_spare(r),
            ),
            text(ANSWER),
        ),
        right=lambda played: played.models[-1] == SPARE,
    ),
}

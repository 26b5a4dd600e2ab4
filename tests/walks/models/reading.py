"""Servers that send an answer in a way of their own: streams, bodies, ends, thoughts, cuts."""

import json

from tests.walks.models.case import ANSWER, Case
from tests.walks.models.wire import (
    DONE,
    JSON,
    Reply,
    call,
    calling,
    chunk,
    event,
    has_results,
    stream,
    text,
)

HALF, REST = "The first half of it, and", " then the second."
SECRET = "SECRET thoughts"
WHOLE = json.dumps(
    {"choices": [{"index": 0, "message": {"content": ANSWER}, "finish_reason": "stop"}]}
).encode()
LINE = json.dumps(chunk(content=ANSWER), indent=1).encode()
SEARCH = call("searchDocuments", {"query": "boat"})

CASES: dict[str, Case] = {
    # ---- server-sent events
    "lines that end with CR LF": Case(
        replies=(
            Reply(
                parts=(
                    event(chunk(content=ANSWER), chunk("stop"), end=b"\r\n"),
                    b"data: [DONE]\r\n\r\n",
                )
            ),
        ),
    ),
    "lines that end with CR, after a byte order mark": Case(
        replies=(
            Reply(
                parts=(
                    b"\xef\xbb\xbf" + event(chunk(content=ANSWER), chunk("stop"), end=b"\r"),
                    b"data: [DONE]\r\r",
                )
            ),
        ),
    ),
    "an event of many data lines between comments, names and numbers": Case(
        replies=(
            stream(
                b": hello\n\nevent: ping\n\nid: 7\nretry: 100\n\n",
                b"".join(b"data: " + line + b"\n" for line in LINE.splitlines()) + b"\n",
                b"data\n\ndata:\n\ndata: no json\n\n",
            ),
        ),
    ),
    "a letter cut between two writes": Case(
        replies=(
            Reply(
                parts=(
                    b'data: {"choices":[{"delta":{"content":"\xc3',
                    0.2,
                    b'\xa4h"}}]}\n\n',
                    event(chunk("stop"), DONE),
                )
            ),
        ),
        hears=("äh",),
    ),
    # ---- body before header
    "one JSON document under the name of a stream": Case(
        replies=(Reply(parts=(b"\n \n" + WHOLE + b"\n\n" + DONE,)),),
    ),
    "a stream without a content type": Case(
        replies=(Reply(parts=(event(chunk(content=ANSWER), chunk("stop"), DONE),), type=""),),
    ),
    "a stream under the name of JSON": Case(
        replies=(Reply(parts=(event(chunk(content=ANSWER), chunk("stop"), DONE),), type=JSON),),
    ),
    # ---- cumulative text, choices
    "every chunk has the whole text so far": Case(
        replies=(stream(*(chunk(content=ANSWER[:n]) for n in (3, 7, 11, len(ANSWER)))),),
    ),
    "a word that is said again and again": Case(
        replies=(text("no no no no.", at_once=3),),
        hears=("no no no no.",),
    ),
    "the call stands in the second choice": Case(
        replies=(
            stream(
                {
                    "choices": [
                        {"index": 0, "delta": {"content": "I look."}},
                        {"index": 1, "delta": {"tool_calls": [SEARCH]}},
                    ]
                },
                finish="tool_calls",
            ),
            text(ANSWER, fits=has_results),
        ),
        requests=2,
    ),
    # ---- thoughts
    "thoughts between tags that come letter by letter": Case(
        replies=(text(f"<thinking>{SECRET}</thinking>\n\n{ANSWER}", at_once=1),),
        right=lambda played: SECRET not in played.streamed,
    ),
    "thoughts between square brackets": Case(
        replies=(text(f"[THINK]{SECRET}[/THINK]{ANSWER}", at_once=4),),
    ),
    "thoughts that only end": Case(replies=(text(f"{SECRET}\n</think>\n{ANSWER}", at_once=5),)),
    "the channels of harmony": Case(
        replies=(
            text(
                f"<|channel|>analysis<|message|>{SECRET}<|end|><|start|>assistant"
                f"<|channel|>final<|message|>{ANSWER}",
                at_once=6,
            ),
        ),
    ),
    "thoughts in the message of a call": Case(
        replies=(
            calling(call("sayToUserAndQuit", {"message": f"<think>{SECRET}</think>{ANSWER}"})),
        ),
    ),
    "a sentence about a tag": Case(
        replies=(text("Write <think> before it.", at_once=3),),
        hears=("Write <think> before it.",),
    ),
    # ---- the end of an answer, and cuts
    "a reason, and then nothing more on an open connection": Case(
        replies=(Reply(parts=(event(chunk(content=ANSWER), chunk("stop")),), open=True),),
        requests=1,
    ),
    "no reason before the end": Case(
        replies=(Reply(parts=(event(chunk(content=ANSWER), DONE),)),),
        requests=1,
    ),
    "thoughts alone, and then an answer": Case(
        replies=(stream(chunk(reasoning_content=SECRET)), text(ANSWER)),
        requests=2,
    ),
    "a text that is cut once": Case(
        replies=(text(HALF, finish="max_tokens"), text(REST)),
        hears=(HALF + REST,),
        requests=2,
    ),
    "a text that goes on with what was said": Case(
        replies=(text(HALF, finish="length"), text(f"{HALF}{REST}")),
        hears=(HALF + REST,),
        requests=2,
    ),
    "a text that is always cut": Case(
        replies=(text("And so on", finish="unheard_of"),),
        hears=(None,),
        requests=range(1, 9),
        right=lambda played: "cut off" in played.last,
    ),
    "a text that is cut in a word, and then again": Case(
        replies=(
            text("The har", finish="length"),
            text("bour is big, ", finish="length"),
            text("and the boat is small."),
        ),
        hears=("The harbour is big, and the boat is small.",),
        requests=3,
    ),
    "thoughts that are cut": Case(
        replies=(stream(chunk(reasoning_content=SECRET), finish="length"), text(ANSWER)),
        requests=2,
    ),
    "thoughts whose tag never closes": Case(
        replies=(text(f"<think>{SECRET}", at_once=9), text(ANSWER)),
        requests=2,
    ),
    "thoughts as parts of the text": Case(
        replies=(
            stream(
                chunk(
                    content=[{"type": "thinking", "thinking": [{"type": "text", "text": SECRET}]}]
                ),
                chunk(content=[{"type": "text", "text": ANSWER}]),
            ),
        ),
        requests=1,
    ),
}

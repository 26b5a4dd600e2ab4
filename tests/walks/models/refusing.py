"""Servers that refuse, make wait, or keep rules of their own."""

import json

from tests.walks.models.case import ANSWER, TEXT, Case, Played
from tests.walks.models.wire import (
    MODEL,
    SPARE,
    Json,
    Reply,
    call,
    calling,
    chunk,
    error,
    event,
    is_spare,
    refusal,
    results,
    stream,
    text,
)

BANNED = "plum"
WINDOW = 26_000  # characters; a first request has up to 14,000 of instructions and tools
LONG = "And then we went on. " * 150
SLOWLY: tuple[bytes | float, ...] = (b": processing\n\n", 1.5) * 5  # longer than the first wait
SPARED = text(ANSWER, fits=is_spare, times=99)


def is_banned(request: Json) -> bool:
    return BANNED in json.dumps(request["messages"])


def is_long(request: Json) -> bool:
    return len(json.dumps([request["messages"], request["tools"]], ensure_ascii=False)) > WINDOW


def is_remembered(played: Played) -> bool:
    """Whether the second text went to the fallback at once."""
    return played.models == [MODEL, SPARE, SPARE]


def refused(status: int, message: str, **more: str) -> Case:
    """A case in which the first model can never answer."""
    no = refusal(status, error(message, **more), times=99, fits=lambda r: not is_spare(r))
    return Case(
        replies=(no, SPARED, SPARED),
        texts=(TEXT, TEXT),
        hears=(ANSWER, ANSWER),
        right=is_remembered,
        teaches=True,
    )


CASES: dict[str, Case] = {
    # ---- refusals that belong to the model
    "a model without tools": refused(400, "registry.ollama.ai/x does not support tools"),
    "a key that is wrong": refused(401, "Incorrect API key provided"),
    "no model can use tools": Case(
        replies=(refusal(400, error("x does not support tools")),),
        hears=(None,),
        requests=range(1, 4),
        right=lambda played: "tools" in played.last and "while" not in played.last,
        teaches=True,
    ),
    "a call that the server could not read": Case(
        replies=(
            refusal(400, error("Failed to call a function.", code="tool_use_failed")),
            text(ANSWER),
        ),
        requests=2,
    ),
    # ---- refusals that belong to the talk
    "a word that the provider refuses": Case(
        replies=(
            refusal(
                400,
                error("The prompt was filtered by the content policy.", code="content_filter"),
                fits=is_banned,
                times=99,
            ),
            text(ANSWER),
        ),
        texts=(TEXT, f"My {BANNED} tree", TEXT),
        hears=(ANSWER, None, ANSWER),
        right=lambda played: "while" not in played.heard[1]["text"],
    ),
    "a window that the talk outgrows": Case(
        replies=(
            refusal(
                400,
                error(
                    "This model's maximum context length is 6000 tokens.",
                    code="context_length_exceeded",
                ),
                fits=is_long,
                times=99,
            ),
            text(ANSWER),
        ),
        texts=(LONG,) * 8,
        hears=(ANSWER,) * 8,
        teaches=True,
    ),
    "a result that is too large": Case(
        replies=(
            refusal(413, error("Request too large for this model"), fits=is_long, times=99),
            calling(
                call("createDocument", {"title": "Boat", "body": LONG * 3}),
                call("searchDocuments", {"query": "boat"}, index=1, id="call_2"),
                fits=lambda request: not results(request),
            ),
            text(ANSWER),
        ),
        hears=(ANSWER,),
        teaches=True,
    ),
    # ---- waits
    "a server that is still loading": Case(
        replies=(
            refusal(503, error("Loading model"), "retry-after: 1", times=2),
            text(ANSWER),
        ),
        requests=3,
        right=lambda played: set(played.models) == {MODEL},
    ),
    "a limit whose end stands in the body": Case(
        replies=(
            refusal(429, [error("Rate limit reached. Please try again in 1.2s.")]),
            text(ANSWER),
        ),
        requests=2,
        right=lambda played: played.times[1] - played.times[0] >= 1.2,
    ),
    "comments while the model begins": Case(
        replies=(stream(*SLOWLY, chunk(content=ANSWER)),),
        requests=1,
    ),
    "a server that never begins": Case(
        replies=(
            Reply(parts=(), open=True, times=9, fits=lambda request: not is_spare(request)),
            SPARED,
            SPARED,
        ),
        right=lambda played: played.models == [MODEL, MODEL, SPARE],
    ),
    "a connection that breaks in the middle": Case(
        replies=(
            Reply(
                parts=(event(chunk(content="In th")),),
                headers=("content-length: 100000",),
                times=2,
            ),
            text(ANSWER),
        ),
        requests=3,
        right=lambda played: (
            min(played.times[1] - played.times[0], played.times[2] - played.times[1]) >= 0.2
        ),
    ),
    "an error in the middle of a stream": Case(
        replies=(
            Reply(parts=(event(chunk(content="In"), error("Upstream failed", code="502")), b"")),
            text(ANSWER),
        ),
        requests=2,
    ),
}

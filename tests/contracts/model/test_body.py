"""The body of a request: the same JSON as of the whole, in the same order."""

import json

from brain.cloud.model.body import MOST_KEPT, written
from tests.contracts.model.chat_stage import SYSTEM, TOOL, Json


def body(*tools: Json) -> Json:
    return {"model": "m", "messages": [SYSTEM], "stream": True, "tools": tools}


def as_json(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def test_a_body_is_the_json_of_the_request() -> None:
    words = {"model": "m", "messages": [{"role": "user", "content": 'Zoë "\u2028" 👋'}]}
    assert written(words) == as_json(words)
    assert written({**words, "tools": []}) == as_json({**words, "tools": []})
    for tools in ((TOOL,), (TOOL, {**TOOL, "type": "ü"}), (TOOL, TOOL)):
        assert written(body(*tools)) == as_json(body(*tools))


def test_the_tools_are_last_so_that_the_order_never_changes() -> None:
    mixed = {"tools": (TOOL,), **body(TOOL), "seed": 7}
    assert list(json.loads(written(mixed))) == ["model", "messages", "stream", "seed", "tools"]


def test_a_lone_surrogate_can_be_sent() -> None:
    assert json.loads(written({"content": "a\ud800b"})) == {"content": "a?b"}


def test_of_more_tools_than_are_kept_each_is_itself() -> None:
    for number in range(2 * MOST_KEPT):
        tool = {**TOOL, "type": str(number)}
        assert json.loads(written(body(TOOL, tool)))["tools"] == [TOOL, tool]

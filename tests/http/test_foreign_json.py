"""JSON that others wrote: what is refused, in which words, and what is repaired."""

import json
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import NotJson, NotUsable, decoded
from brain.codec.foreign import BAD_KEY, MOST_DEPTH, NO_NUMBER, TOO_DEEP, TOO_LARGE, TWICE
from brain.http.edge import Answer, endpoint, read_json
from brain.texts.visible import is_blank

REFUSED: list[tuple[bytes, str]] = [
    (b"[" * 100_000, TOO_DEEP),
    (b"[" * 100_000 + b"]" * 100_000, TOO_DEEP),
    (b'{"a":' * 65 + b"1" + b"}" * 65, TOO_DEEP),
    (b'[{"a":' * 33 + b"1" + b"}]" * 33, TOO_DEEP),
    (b"1" * 5_000, TOO_LARGE),
    (b"-" + b"1" * 500, TOO_LARGE),
    (b"[1e999]", TOO_LARGE),
    (b'{"patience": NaN}', NO_NUMBER),
    (b"[-Infinity]", NO_NUMBER),
    (b'{"text": "a", "text": "b"}', TWICE),
    (b'{"a": [{"b": 1, "\\u0062": 2}]}', TWICE),
    (b'{"\\ud800": 1}', BAD_KEY),
    (b'{"a": [{"b\xed\xa0\x80": 1}]}', BAD_KEY),
]


async def echo(request: Request, _: None) -> ASGIApp:
    return Answer({"got": await read_json(request)})


async def posted(body: bytes) -> httpx.Response:
    transport = httpx.ASGITransport(endpoint({"POST": echo}, None))
    headers = {"content-type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://brain") as client:
        return await client.post("/api/x", content=body, headers=headers)


@pytest.mark.parametrize(("body", "reason"), REFUSED)
async def test_a_body_that_cannot_be_used_is_422_in_words(body: bytes, reason: str) -> None:
    answer = await posted(body)
    assert (answer.status_code, answer.json()["title"]) == (422, "Invalid request body.")
    assert answer.json()["errors"] == [{"field": "body", "message": reason}]
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_the_decoder_says_why_and_quotes_nothing(text: bytes, reason: str) -> None:
    with pytest.raises(NotUsable) as refused:
        decoded(text)
    assert str(refused.value) == reason


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[1,]", "nul", "'a'", b"[" * 60])
def test_what_is_not_json_is_named_so(text: str | bytes) -> None:
    with pytest.raises(NotJson):
        decoded(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a\\ud800b"', "a\ufffdb"),
        ('{"a": ["\\udfff", {"b": "\\ud83d\\udc4b"}]}', {"a": ["\ufffd", {"b": "👋"}]}),
        ('"\\ud800"', "\ufffd"),
        ("[1, 2.5, -3e5, true, null]", [1, 2.5, -3e5, True, None]),
        ("[" * MOST_DEPTH + "]" * MOST_DEPTH, json.loads("[" * MOST_DEPTH + "]" * MOST_DEPTH)),
        ('{"a": {"a": 1}, "b": {"a": 2}}', {"a": {"a": 1}, "b": {"a": 2}}),
    ],
)
def test_what_can_be_used_is_decoded_and_every_text_of_it_can_be_stored(
    text: str, value: Any
) -> None:
    assert decoded(text) == value
    json.dumps(decoded(text), ensure_ascii=False, allow_nan=False).encode()


INVISIBLE = [
    "\u200b\u200c\u2060", "\ufeff", "\u2800", "\u3164 \uffa0", "\u115f\u1160", "\u034f",
    "\ufe0f", "\U000e0041\U000e007f", "\U000e0100", "\u202e\u2066", "\u17b4\u17b5\u180e",
    "\u00ad", "\ue000", "\u0378", "\x07\x1b", "\u2028\u00a0\u3000",
]  # fmt: skip


@pytest.mark.parametrize("text", INVISIBLE)
def test_a_text_without_a_visible_character_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(f"{text}a")


@pytest.mark.parametrize("text", ["?", "👋", "。", "ش\u200cر", "한", "👨\u200d👩", "1"])
def test_a_text_with_a_visible_character_is_not_blank(text: str) -> None:
    assert not is_blank(text)

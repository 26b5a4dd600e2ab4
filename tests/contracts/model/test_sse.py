"""Reading bodies: server-sent events after the WHATWG standard, JSON, and what is neither."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.cloud.model.sse import MAX_DOCUMENT_CHARS, MAX_EVENT_LINES, BodyTooLong, ChunkReader
from brain.codec import Json

A: Json = {"choices": [{"delta": {"content": "a\u2028b"}}]}
B: Json = {"choices": [], "usage": None}
TEXT_A, TEXT_B = json.dumps(A, ensure_ascii=False), json.dumps(B)
HALF = TEXT_A.index(" ") + 1


def read(*pieces: bytes) -> tuple[list[Json], bool]:
    body = ChunkReader()
    found = [one for piece in pieces for one in body.feed(piece)]
    return found + body.end(), body.is_done


BODIES = {
    "events": f"data: {TEXT_A}\n\ndata: {TEXT_B}\n\n",
    "no space after the colon": f"data:{TEXT_A}\n\ndata:{TEXT_B}\n\n",
    "a byte order mark": f"\ufeffdata: {TEXT_A}\n\ndata: {TEXT_B}\n\n",
    "comments": f": hello\n\n:\n\ndata: {TEXT_A}\n: ping\n\ndata: {TEXT_B}\n\n",
    "names, ids and times": (
        f"retry: 3000\n\nid: 1\nevent: x\ndata: {TEXT_A}\n\nid: 2\ndata: {TEXT_B}\n\n"
    ),
    "events without data": f"event: ping\n\ndata\n\ndata:\n\ndata: {TEXT_A}\n\ndata: {TEXT_B}\n\n",
    "two data lines": f"data: {TEXT_A[:HALF]}\ndata: {TEXT_A[HALF:]}\n\ndata: {TEXT_B}\n\n",
    "a comment as data": f"data: : PROCESSING\n\ndata: {TEXT_A}\n\ndata: {TEXT_B}\n\n",
    "a comment as data in an event": f"data: : PING\ndata: {TEXT_A}\n\ndata: {TEXT_B}\n\n",
    "data that is not JSON": f"data: {{oops\n\ndata: {TEXT_A}\n\ndata: {TEXT_B}\n\n",
    "no empty lines": f"data: {TEXT_A}\ndata: {TEXT_B}\n",
    "no line end": f"data: {TEXT_A}\n\ndata: {TEXT_B}",
    "a document of chunks": f"[{TEXT_A}, {TEXT_B}]",
    "a document for each line": f"{TEXT_A}\n{TEXT_B}\n",
    "a document and the end": f"  {TEXT_A}\n{TEXT_B}\n\ndata: [DONE]\n\n",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_body_is_read_however_its_lines_end_and_it_arrives(body: str, line_end: str) -> None:
    data = body.replace("\n", line_end).encode()
    assert read(data)[0] == [A, B]
    assert read(*(bytes([byte]) for byte in data))[0] == [A, B]


def test_the_end_is_noted_and_nothing_after_it_is_read() -> None:
    assert read(f"data: {TEXT_A}\n\ndata: [DONE]\n\ndata: {TEXT_B}\n\n".encode()) == ([A], True)
    assert read(f"data: {TEXT_A}\n\n".encode()) == ([A], False)
    assert read(TEXT_A.encode()) == ([A], True)


def test_an_error_event_is_an_error() -> None:
    found, _ = read(b'event: error\ndata: {"message": "no"}\n\n')
    assert found == [{"error": {"message": "no"}}]


@pytest.mark.parametrize("junk", [b"", b"\n", b"<html>", b"{", b"nul", b"\xff\xfe", b"data", b"["])
def test_what_is_neither_has_no_chunks(junk: bytes) -> None:
    assert read(junk)[0] == []


@pytest.mark.parametrize(
    "endless",
    [
        b" " * (MAX_DOCUMENT_CHARS + 1),
        b"{" * (MAX_DOCUMENT_CHARS + 1),
        b"data: {" + b" " * MAX_DOCUMENT_CHARS + b"\n\n",
        b"data: {\n" * (MAX_EVENT_LINES + 1),
    ],
)
def test_a_body_without_end_has_a_bound(endless: bytes) -> None:
    with pytest.raises(BodyTooLong):
        read(*(endless[i : i + 65_536] for i in range(0, len(endless), 65_536)))


LINES = ["data: ", "data:", TEXT_A, TEXT_B, "{", "}", '"', ":", "[DONE]", "event: error", "id"]
ENDS = ["\n", "\r", "\r\n", "\n\n", " ", "\ufeff", "[", "]", "\u00e9", "1"]


@given(st.lists(st.sampled_from(LINES + ENDS), max_size=15), st.integers(1, 9))
def test_every_split_of_a_body_has_the_same_result(parts: list[str], size: int) -> None:
    data = "".join(parts).encode()
    assert read(*(data[i : i + size] for i in range(0, len(data), size))) == read(data)


@given(st.binary(max_size=200))
def test_no_bytes_are_an_error(data: bytes) -> None:
    read(data)


def test_deeply_nested_json_is_no_error() -> None:
    assert read(b"data: " + b"[" * 100_000 + b"]" * 100_000 + b"\n\n")[0] == []
    assert read(b"[" * 100_000)[0] == []

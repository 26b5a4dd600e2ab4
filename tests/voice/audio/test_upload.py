"""POST /api/audioUpload, over HTTP, with a real server that hears."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from brain.http.bodies import MAX_TEXT_CHARS
from brain.http.takes import MOST_BYTES
from tests.routes.stage import Json, User
from tests.routes.test_voice import QUIT, said
from tests.voice.audio import sounds
from tests.voice.audio.conftest import Stage
from tests.voice.audio.speech_server import Reply

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATH = "/api/audioUpload"
TAKE = sounds.webm((0, (0, 20, 2100)))
OPUS = "audio/webm;codecs=opus"


async def upload(user: User, content: Any = TAKE, **more: Any) -> httpx.Response:
    """Send a take as recorded. `more` are parameters of the query, and headers."""
    headers = {"Content-Type": more.pop("kind", OPUS), **more.pop("headers", {}), **user.headers}
    http = user.deployment.http
    return await http.post(PATH, content=content, headers=headers, params=more)


def in_json(data: bytes = TAKE, mime_type: str = OPUS, **more: Any) -> Json:
    return {"audioData": base64.b64encode(data).decode(), "mimeType": mime_type, **more}


def events(response: httpx.Response) -> list[tuple[str, Json]]:
    blocks = [block.split("\n") for block in response.text.split("\n\n")]
    named = [lines for lines in blocks if lines[0].startswith("event: ")]
    return [(lines[0][7:], json.loads(lines[-1].removeprefix("data: "))) for lines in named]


async def test_a_recording_is_heard_and_answered(stage: Stage, user: User) -> None:
    await stage.deployment.direct("What did Anna write?", said(QUIT, "She moved the meeting."))
    answer = await upload(user)
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["heard", "seconds", "message", "runId", "seq", "state"]
    assert (body["heard"], body["seconds"], body["seq"]) == ("What did Anna write?", 2.1, 1)
    assert body["message"]["text"] == "She moved the meeting."
    assert [entry["text"] for entry in await user.log()] == [body["heard"], body["message"]["text"]]
    [asked] = stage.server.asked
    assert asked.file == ("take.webm", "audio/webm", TAKE)


async def test_a_recording_in_json_is_the_same(stage: Stage, user: User) -> None:
    answer = await user.post(PATH, json=in_json(sessionId="s-1", more="unknown"))
    assert answer.json()["heard"] == "What did Anna write?"
    assert stage.server.asked[0].file == ("take.webm", "audio/webm", TAKE)


async def test_only_the_text_asks_no_brain(stage: Stage, user: User) -> None:
    answer = await upload(user, only="text")
    assert answer.json() == {"heard": "What did Anna write?", "seconds": 2.1}
    assert answer.headers["cache-control"] == "no-store"
    assert await user.log() == []


async def test_a_stream_begins_with_what_was_heard(stage: Stage, user: User) -> None:
    await stage.deployment.direct("Stream this", said(QUIT, "Done."))
    stage.server.text = "Stream this"
    answer = await upload(user, headers={"Accept": "text/event-stream"})
    found = events(answer)
    assert found[0] == ("heard", {"heard": "Stream this", "seconds": 2.1})
    assert [name for name, _ in found if name in ("message", "done")][-1] == "done"
    assert found[-1][1]["message"]["text"] == "Done."


async def test_a_stream_of_the_text_alone_ends_with_it(stage: Stage, user: User) -> None:
    answer = await upload(user, headers={"Accept": "text/event-stream"}, only="text")
    assert [name for name, _ in events(answer)] == ["heard"]
    assert await user.log() == []


async def test_the_same_take_again_is_one_text_and_is_heard_once(stage: Stage, user: User) -> None:
    first = (await upload(user, messageId="message-1")).json()
    stage.server.text = "Something else"
    again = (await upload(user, messageId="message-1")).json()
    assert again["heard"] == first["heard"]
    assert (again["seq"], again["message"]) == (first["seq"], first["message"])
    assert len(stage.server.asked) == 1
    assert [entry["role"] for entry in await user.log()].count("user") == 1


async def test_the_same_take_twice_at_once_is_one_text(stage: Stage, user: User) -> None:
    answers = await asyncio.gather(*(upload(user, messageId="message-2") for _ in range(3)))
    assert {answer.json()["seq"] for answer in answers} == {1}
    assert [entry["role"] for entry in await user.log()].count("user") == 1


async def test_a_take_beyond_the_rate_is_refused_before_it_is_heard(
    stage: Stage, user: User
) -> None:
    for _ in range(60):
        assert (await upload(user, only="text")).status_code == 200
    answer = await upload(user, only="text")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert len(stage.server.asked) == 60


async def test_the_language_that_is_spoken_is_passed_on(stage: Stage, user: User) -> None:
    await upload(user, language="de-AT", only="text")
    await upload(user, language="nonsense!", only="text")
    told = [one.fields.get("language") for one in stage.server.asked]
    assert told == ["de", None]


@pytest.mark.parametrize("text", [" ", "\n\u200b", "", "[BLANK_AUDIO]", "…"])
async def test_a_take_in_which_nobody_speaks_is_no_text(
    stage: Stage, user: User, text: str
) -> None:
    stage.server.text = text
    answer = await upload(user)
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"field": "audio", "message": "nothing was heard"}],
    )
    assert await user.log() == []


async def test_a_take_that_the_ear_cannot_read_is_unreadable(stage: Stage, user: User) -> None:
    stage.server.replies += [Reply(status=400, body={"error": {"message": "bad", "param": "file"}})]
    answer = await upload(user, b"not audio")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "audio")
    assert "bad" not in answer.text


async def test_speech_that_is_too_long_to_answer_is_still_heard(stage: Stage, user: User) -> None:
    stage.server.text = "word " * (MAX_TEXT_CHARS // 4)
    assert (await upload(user)).status_code == 422
    assert len((await upload(user, only="text")).json()["heard"]) > MAX_TEXT_CHARS
    assert await user.log() == []


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Reply(status=401, body={"error": {"message": "Incorrect key ear-key"}}), 502),
        (Reply(body="<html>ear-key</html>", kind="text/html"), 502),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:9/"}), 502),
        (Reply(status=500, body={"error": {"message": "ear-key"}}), 503),
        (Reply(status=429, headers={"Retry-After": "0"}), 503),
    ],
)
async def test_an_ear_that_fails_is_a_gateway_error_without_its_words(
    stage: Stage, user: User, reply: Reply, status: int
) -> None:
    stage.server.replies += [reply, reply]
    answer = await upload(user)
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) is (status == 503)
    assert "ear-key" not in answer.text
    assert await user.log() == []


async def test_without_an_ear_nothing_is_heard(stage: Stage, user: User) -> None:
    async with stage.deployment.changed(BRAIN_STT_BASE_URL="", BRAIN_STT_API_KEY="") as http:
        headers = {"Content-Type": OPUS, **user.headers}
        answer = await http.post(PATH, content=TAKE, headers=headers)
        assert answer.status_code == 503
        session = await http.post("/api/session", headers=user.headers, json={})
        assert session.json()["features"]["voice"]["upload"] is False
        health = (await http.get("/api/health")).json()
        assert "ear" not in health["checks"]
        assert "BRAIN_STT_BASE_URL" in health["absent"]["ear"]
    voice = (await user.post("/api/session", json={})).json()["features"]["voice"]
    assert (voice["upload"], voice["speech"]) == (True, True)
    checks = (await user.get("/api/health")).json()["checks"]
    assert (checks["ear"], checks["mouth"]) == ({"ok": True}, {"ok": True})


async def test_a_malformed_address_of_the_ear_is_named(stage: Stage, user: User) -> None:
    async with stage.deployment.changed(BRAIN_STT_BASE_URL="ear.example") as http:
        check = (await http.get("/api/health")).json()["checks"]["ear"]
        assert check["ok"] is False
        assert "BRAIN_STT_BASE_URL" in check["missing"]
        headers = {"Content-Type": OPUS, **user.headers}
        assert (await http.post(PATH, content=TAKE, headers=headers)).status_code == 500


@pytest.mark.parametrize(
    "kind", ["text/plain", "video/webm", "application/octet-stream", "audio/midi", "audio/", ""]
)
async def test_a_body_that_is_no_audio_is_refused(stage: Stage, user: User, kind: str) -> None:
    answer = await upload(user, kind=kind)
    assert answer.status_code == 415
    assert stage.server.asked == []


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, None),
        (b"[]", 422, "body"),
        (b"{}", 422, "audioData"),
        (json.dumps({"audioData": "AAAA"}).encode(), 422, "mimeType"),
        (json.dumps(in_json(mime_type="text/plain")).encode(), 415, None),
        (json.dumps({"audioData": "@@@", "mimeType": OPUS}).encode(), 422, "audioData"),
        (json.dumps({"audioData": "AAAAA", "mimeType": OPUS}).encode(), 422, "audioData"),
        (json.dumps({"audioData": "", "mimeType": OPUS}).encode(), 422, "audioData"),
        (json.dumps({"audioData": "ÄÄÄÄ", "mimeType": OPUS}).encode(), 422, "audioData"),
        (json.dumps({"audioData": 7, "mimeType": OPUS}).encode(), 422, "audioData"),
        (json.dumps({"audioData": "\ud800AAA", "mimeType": OPUS}).encode(), 422, "audioData"),
        (json.dumps(in_json(sessionId=7)).encode(), 422, "sessionId"),
    ],
)
async def test_a_json_body_that_is_not_right_is_refused(
    stage: Stage, user: User, body: bytes, status: int, field: str | None
) -> None:
    answer = await upload(user, body, kind="application/json")
    assert answer.status_code == status
    if field is not None:
        assert field in [fault["field"] for fault in answer.json()["errors"]]
    assert stage.server.asked == []


@pytest.mark.parametrize(
    "query",
    [{"messageId": "short"}, {"patience": "-1"}, {"patience": "soon"}, {"only": "audio"}],
)
async def test_a_query_that_is_not_right_is_refused(
    stage: Stage, user: User, query: dict[str, str]
) -> None:
    answer = await upload(user, **query)
    assert (answer.status_code, answer.json()["title"]) == (422, "Invalid query parameters.")
    assert answer.json()["errors"][0]["field"] in query


async def test_an_empty_take_is_refused(stage: Stage, user: User) -> None:
    answer = await upload(user, b"")
    assert answer.json()["errors"] == [{"field": "audio", "message": "is empty"}]
    assert stage.server.asked == []


async def test_a_caller_without_a_token_is_refused(stage: Stage) -> None:
    http = stage.deployment.http
    answer = await http.post(PATH, content=TAKE, headers={"Content-Type": OPUS})
    assert answer.status_code == 401
    assert stage.server.asked == []


# ---- bounds


async def test_the_longest_take_is_accepted(stage: Stage, user: User) -> None:
    longest = TAKE + b"\0" * (MOST_BYTES - len(TAKE))
    assert (await upload(user, longest, only="text")).status_code == 200
    in_json_too = await user.post(PATH, params={"only": "text"}, json=in_json(longest))
    assert in_json_too.status_code == 200
    assert [len(one.file[2]) for one in stage.server.asked if one.file] == [MOST_BYTES] * 2


async def test_a_take_that_is_too_long_is_refused(stage: Stage, user: User) -> None:
    too_long = b"\0" * (MOST_BYTES + 1)
    answers = [await upload(user, too_long), await user.post(PATH, json=in_json(too_long))]
    assert [answer.status_code for answer in answers] == [413, 413]
    assert stage.server.asked == []


async def test_a_body_without_a_length_is_read_up_to_the_bound(stage: Stage, user: User) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(6 * 1024):
            yield b"\0" * 1024

    for kind in (OPUS, "application/json"):
        try:
            answer = await upload(user, endless(), kind=kind)
            assert answer.status_code == 413
        except httpx.WriteError:  # the server has answered and closed before the end
            pass
    assert stage.server.asked == []


async def test_a_slow_ear_does_not_delay_others(stage: Stage, user: User) -> None:
    hold = asyncio.Event()
    stage.server.replies += [Reply(body={"text": "Late."}, hold=hold)]
    slow = asyncio.ensure_future(upload(user, only="text"))
    while not stage.server.asked:
        await asyncio.wait({slow}, timeout=0.01)
    quick = await upload(user, only="text")
    assert not slow.done()
    hold.set()
    assert (quick.json()["heard"], (await slow).json()["heard"]) == (stage.server.text, "Late.")


async def test_no_log_line_has_what_was_said(
    stage: Stage, user: User, caplog: pytest.LogCaptureFixture
) -> None:
    stage.server.text = "My secret word is xylophone"
    caplog.set_level("INFO")
    await upload(user)
    assert "upload: heard" in caplog.text
    assert "xylophone" not in caplog.text

"""GET and POST /api/audioStream, over HTTP, with a real server that speaks."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from brain.voice.audio.wav import parse
from tests.routes.stage import Json, User
from tests.routes.test_voice import CONTINUE, QUIT, said
from tests.voice.audio import sounds
from tests.voice.audio.conftest import Stage
from tests.voice.audio.speech_server import Reply, spoken

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATH = "/api/audioStream"
ANSWER = "Anna moved the meeting. It is at three."
FIRST, SECOND = "Anna moved the meeting.", "It is at three."


class Listener:
    """A client of the event stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.events: list[tuple[str, Json, str]] = []  # name, data, id
        self.comments = 0
        self._lines = response.aiter_lines()

    async def rest(self) -> AsyncIterator[str]:
        """What comes until the end, without empty lines."""
        async for line in self._lines:
            if line:
                yield line

    async def until(self, name: str, **fields: object) -> Json:
        """Read up to an event with this name and these fields."""
        event: dict[str, str] = {}
        async for line in self._lines:
            self.comments += line.startswith(":")
            if line and not line.startswith(":"):
                key, _, value = line.partition(": ")
                event[key] = value
            elif "event" in event:
                data: Json = json.loads(event["data"])
                self.events.append((event["event"], data, event.get("id", "")))
                is_it = event["event"] == name and fields.items() <= data.items()
                event = {}
                if is_it:
                    return data
        raise AssertionError(f"the stream has ended: {[one[0] for one in self.events]}")


@asynccontextmanager
async def listening(user: User, **query: object) -> AsyncIterator[Listener]:
    params = {name: str(value) for name, value in query.items() if name != "headers"}
    headers = {**user.headers, "Accept": "text/event-stream", **dict(query.get("headers", {}))}  # type: ignore[call-overload]
    http = user.deployment.http
    async with http.stream("GET", PATH, params=params, headers=headers) as response:
        yield Listener(response)


async def answered(stage: Stage, user: User, text: str = ANSWER, asked: str = "Who wrote") -> int:
    """Have the brain answer with this text. Returns the seq of the answer."""
    await stage.deployment.direct(asked, said(QUIT, text))
    seq: int = (await user.ask(asked)).json()["message"]["seq"]
    return seq


async def get(user: User, **query: object) -> httpx.Response:
    params = {name: str(value) for name, value in query.items()}
    return await user.deployment.http.get(PATH, params=params, headers=user.headers)


# ---- sentence by sentence


async def test_a_step_and_an_answer_come_sentence_by_sentence(stage: Stage, user: User) -> None:
    await stage.deployment.direct("Look", said(CONTINUE, "I am looking."), said(QUIT, ANSWER))
    async with listening(user, sinceSeq=0, format="wav") as listener:
        asking = asyncio.ensure_future(user.ask("Look"))
        await listener.until("spoken", seq=3)
        await asking
    audio = [data for name, data, _ in listener.events if name == "audio"]
    shown = [(one["seq"], one["part"], one["last"], one["text"]) for one in audio]
    assert shown == [(2, 0, True, "I am looking."), (3, 0, False, FIRST), (3, 1, True, SECOND)]
    assert [name for name, *_ in listener.events] == ["audio", "spoken", "audio", "audio", "spoken"]
    assert [id for name, _, id in listener.events if name == "spoken"] == ["2", "3"]
    assert {one["mimeType"] for one in audio} == {"audio/wav"}
    assert [base64.b64decode(one["data"]) for one in audio[1:]] == [
        spoken(sentence, "wav").body for sentence in (FIRST, SECOND)
    ]


async def test_a_listener_goes_on_where_it_was(stage: Stage, user: User) -> None:
    seqs = [await answered(stage, user, f"Number {n}.", f"Say {n}") for n in (1, 2)]
    for query in ({"sinceSeq": seqs[0]}, {"headers": {"Last-Event-ID": str(seqs[0])}}):
        async with listening(user, **query) as listener:
            await listener.until("spoken", seq=seqs[1])
        assert [data["text"] for name, data, _ in listener.events if name == "audio"] == [
            "Number 2."
        ]


async def test_a_sentence_that_fails_is_left_out(stage: Stage, user: User) -> None:
    stage.server.failing.add(FIRST)
    seq = await answered(stage, user)
    async with listening(user, sinceSeq=0) as listener:
        done = await listener.until("spoken", seq=seq)
    assert done == {"seq": seq, "skipped": [0]}
    audio = [data for name, data, _ in listener.events if name == "audio"]
    assert [(one["part"], one["text"]) for one in audio] == [(1, SECOND)]


async def test_what_is_spoken_is_made_for_the_ear(stage: Stage, user: User) -> None:
    seq = await answered(stage, user, "**Done.** See [the plan](https://a.example/b).", "Link")
    async with listening(user, sinceSeq=0) as listener:
        await listener.until("spoken", seq=seq)
    assert [one.fields["input"] for one in stage.server.asked] == ["Done.", "See the plan."]


async def test_the_user_is_not_read_out_to_themselves(stage: Stage, user: User) -> None:
    seq = await answered(stage, user)
    async with listening(user, sinceSeq=0) as listener:
        await listener.until("spoken", seq=seq)
    assert [one.fields["input"] for one in stage.server.asked] == [FIRST, SECOND]


async def test_a_message_that_was_taken_back_is_silent(stage: Stage, user: User) -> None:
    turn = {"call": "c-1", "index": 0}
    await stage.deployment.direct("Half a", said(QUIT, "Half an answer."))
    await stage.deployment.direct("Half a whole", said(QUIT, "A whole answer."))
    old = await user.ask("Half a", messageId="message-1", turn=turn, speculative=True)
    new = await user.ask("Half a whole", turn=turn, replaces="message-1", speculative=True)
    async with listening(user, sinceSeq=0) as listener:
        await listener.until("spoken", seq=new.json()["message"]["seq"])
    assert [one.fields["input"] for one in stage.server.asked] == ["A whole answer."]
    assert (await get(user, seq=old.json()["message"]["seq"])).status_code == 404


# ---- one message


@pytest.mark.parametrize(("format", "kind"), [("wav", "audio/wav"), ("mp3", "audio/mpeg")])
async def test_a_message_is_one_file(stage: Stage, user: User, format: str, kind: str) -> None:
    seq = await answered(stage, user)
    answer = await get(user, seq=seq, format=format)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == len(answer.content)
    parts = [spoken(sentence, "wav").body for sentence in (FIRST, SECOND)]
    frames = sounds.mp3_frame(bytes([len(FIRST)])) * len(FIRST)
    if format == "wav":
        samples = b"".join(parse(part).samples for part in parts if isinstance(part, bytes))
        assert parse(answer.content).samples == samples
    else:
        assert answer.content.startswith(frames)
        assert len(answer.content) == 417 * (len(FIRST) + len(SECOND))


async def test_a_message_may_come_sentence_by_sentence_too(stage: Stage, user: User) -> None:
    seq = await answered(stage, user)
    await answered(stage, user, "Something later.", "Later")
    async with listening(user, seq=seq) as listener:
        await listener.until("spoken", seq=seq)
        assert [line async for line in listener.rest()] == []
    assert [name for name, *_ in listener.events] == ["audio", "audio", "spoken"]
    assert [one.fields["input"] for one in stage.server.asked] == [FIRST, SECOND]


async def test_a_player_may_ask_for_a_part_of_the_file(stage: Stage, user: User) -> None:
    seq = await answered(stage, user)
    whole = await get(user, seq=seq)
    path = f"{PATH}?seq={seq}"
    assert whole.headers["accept-ranges"] == "bytes"
    first = await user.get(path, Range="bytes=0-1")
    assert (first.status_code, first.content) == (206, whole.content[:2])
    assert first.headers["content-range"] == f"bytes 0-1/{len(whole.content)}"
    rest = await user.get(path, Range="bytes=2-")
    assert (rest.status_code, rest.content) == (206, whole.content[2:])
    late = await user.get(path, Range=f"bytes={len(whole.content)}-")
    assert (late.status_code, late.headers["content-range"]) == (
        416,
        f"bytes */{len(whole.content)}",
    )


async def test_mp3_is_the_default_and_other_formats_are_not_made(stage: Stage, user: User) -> None:
    seq = await answered(stage, user)
    assert (await get(user, seq=seq)).headers["content-type"] == "audio/mpeg"
    for query in ({"seq": seq, "format": "opus"}, {"sinceSeq": seq, "format": ""}):
        assert (await get(user, **query)).status_code == 406


async def test_what_is_not_there_is_not_found(stage: Stage, user: User) -> None:
    seq = await answered(stage, user)
    other = stage.deployment.user()
    assert (await get(user, seq=seq - 1)).status_code == 404  # what the user said
    assert (await get(user, seq=seq + 1)).status_code == 404
    assert (await get(other, seq=seq)).status_code == 404
    silent = await answered(stage, user, "👍", "Thumbs")
    assert (await get(user, seq=silent)).status_code == 404
    for wrong in (0, -1, "x", 2**60):
        assert (await get(user, seq=wrong)).status_code == 422
    assert stage.server.asked == []


async def test_a_mouth_that_fails_is_unavailable(stage: Stage, user: User) -> None:
    seq = await answered(stage, user)
    stage.server.failing |= {FIRST, SECOND}
    answer = await get(user, seq=seq)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    stage.server.failing.remove(SECOND)
    assert len((await get(user, seq=seq)).content) == 417 * len(SECOND)


async def test_without_a_mouth_nothing_is_spoken(stage: Stage, user: User) -> None:
    seq = await answered(stage, user)
    async with stage.deployment.changed(BRAIN_TTS_BASE_URL="") as http:
        for query in ({"seq": seq}, {"sinceSeq": seq}):
            answer = await http.get(PATH, params=query, headers=user.headers)
            assert answer.status_code == 503
        checks = (await http.get("/api/health")).json()
        assert "mouth" not in checks["checks"]
        assert "BRAIN_TTS_BASE_URL" in checks["absent"]["mouth"]


async def test_two_sentences_at_most_are_spoken_at_once(stage: Stage, user: User) -> None:
    seq = await answered(stage, user, "One. Two. Three. Four. Five.", "Count")
    await get(user, seq=seq)
    assert stage.server.most_at_once <= 2
    assert stage.server.asked[0].fields["input"] == "One."


# ---- tickets


async def test_a_ticket_opens_one_message_without_a_header(stage: Stage, user: User) -> None:
    seq = await answered(stage, user)
    other = await answered(stage, user, "Something else.", "Other")
    issued = await user.post(PATH, json={"seq": seq})
    assert set(issued.json()) == {"ticket", "expiresAt"}
    http, ticket = stage.deployment.http, issued.json()["ticket"]
    answer = await http.get(PATH, params={"seq": seq, "ticket": ticket})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mpeg")
    refused: tuple[dict[str, str | int], ...] = (
        {"seq": other, "ticket": ticket},
        {"seq": seq, "ticket": ticket[:-2]},
        {"seq": seq, "ticket": ""},
        {"seq": seq},
        {"sinceSeq": 0, "ticket": ticket},
    )
    for params in refused:
        assert (await http.get(PATH, params=params)).status_code == 401
    as_token = {"Authorization": f"Bearer {ticket}"}
    assert (await http.get("/api/messages", headers=as_token)).status_code == 401


async def test_a_ticket_is_issued_only_for_a_message_of_the_user(stage: Stage, user: User) -> None:
    seq = await answered(stage, user)
    assert (await stage.deployment.user().post(PATH, json={"seq": seq})).status_code == 404
    assert (await user.post(PATH, json={"seq": seq + 9})).status_code == 404
    assert (await user.post(PATH, json={"seq": "1"})).status_code == 422
    assert (await stage.deployment.http.post(PATH, json={"seq": seq})).status_code == 401


async def test_a_caller_without_a_token_hears_nothing(stage: Stage) -> None:
    for query in ({"seq": 1}, {"sinceSeq": 0}, {}):
        assert (await stage.deployment.http.get(PATH, params=query)).status_code == 401


async def test_a_mouth_that_answers_with_an_error_as_its_sound_is_not_heard(
    stage: Stage, user: User
) -> None:
    seq = await answered(stage, user)
    stage.server.replies += [Reply(body={"error": {"message": "no voice"}}, kind="audio/mpeg")]
    answer = await get(user, seq=seq)
    assert len(answer.content) == 417 * len(SECOND)

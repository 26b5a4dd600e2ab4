"""POST /api/assist: the answer of a model as events, with the real client and scripted servers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from brain.jobs.assist_http import CUT_OFF, NO_ANSWER, REFUSED
from tests.contracts.model.chat_stage import PendingNotices, Wire, delta, http, sse, wire
from tests.routes.stage import Deployment

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATHS = ["/api/assist", "/api/promptbro/assist"]
BODY = {"instructions": "Be brief.", "ask": "Never read addresses aloud."}
PARTS = ("Be brief.\n", "No addresses.\n=== CHANGES", " ===\n- Added.\n=== QUESTIONS ===\n- Why?")
ANSWER = sse(*(delta(content=part) for part in PARTS), delta("stop"), "data: [DONE]")
AWAY = http("{}", status="500 Internal Server Error", kind="application/json")
BROKEN = sse(delta(content="Be brief."))  # and the connection ends

type Event = tuple[str, Any]


@asynccontextmanager
async def asking(
    deployment: Deployment, *answers: bytes, **env: str
) -> AsyncIterator[tuple[httpx.AsyncClient, Wire]]:
    """The functions over HTTP, with a model that gives these answers."""
    async with (
        wire(*answers) as raw,
        deployment.served(OPENAI_BASE_URL=raw.url, **env) as client,
    ):
        client.headers.update(deployment.user().headers)
        yield client, raw


def events_in(text: str) -> list[Event]:
    """The events of a stream, and its comments."""
    found: list[Event] = []
    for frame in text.strip().split("\n\n"):
        if frame.startswith(":"):
            found.append(("comment", frame))
            continue
        name, data = frame.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def told(deployment: Deployment, *answers: bytes) -> tuple[list[Event], int]:
    """What a page is told, and how many requests the model got."""
    async with asking(deployment, *answers) as (client, raw):
        events = events_in((await client.post(PATHS[0], json=BODY)).text)
    return events, len(raw.requests)


@pytest.mark.parametrize("path", PATHS)
async def test_the_answer_is_streamed_and_then_told_as_a_whole(
    deployment: Deployment, path: str
) -> None:
    async with asking(deployment, ANSWER) as (client, raw):
        response = await client.post(path, json=BODY, headers={"Accept": "text/event-stream"})
    first, *contents, last = events_in(response.text)
    assert first[0] == "comment"
    assert {name for name, _ in contents} == {"content"}
    assert "".join(data["text"] for _, data in contents) == "".join(PARTS)
    done = {"prompt": "Be brief.\nNo addresses.", "questions": ["Why?"], "changes": ["Added."]}
    assert last == ("done", done)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache, no-transform"
    assert response.headers["x-accel-buffering"] == "no"
    (request,) = raw.requests
    assert (request["max_tokens"], request["stream"]) == (800, True)
    assert "tools" not in request


async def test_a_comment_comes_before_the_model_has_said_anything(deployment: Deployment) -> None:
    async with (
        asking(deployment, PendingNotices()) as (client, _),
        client.stream("POST", PATHS[0], json=BODY) as response,
        asyncio.timeout(20),
    ):
        assert (await anext(response.aiter_text())).startswith(":")


async def test_a_word_is_passed_on_while_the_model_still_writes(deployment: Deployment) -> None:
    begun = PendingNotices(sse(delta(content="Be brief. "), delta(content="No")))
    async with (
        asking(deployment, begun) as (client, _),
        client.stream("POST", PATHS[0], json=BODY) as response,
        asyncio.timeout(20),
    ):
        read = ""
        async for text in response.aiter_text():
            read += text
            if "event: content" in read:
                break
    assert "event: done" not in read


async def test_a_closed_connection_ends_the_call_of_the_model(deployment: Deployment) -> None:
    begun = PendingNotices(sse(delta(content="Be brief. "), delta(content="No")))
    async with asking(deployment, begun) as (client, raw):
        async with client.stream("POST", PATHS[0], json=BODY) as response:
            async for text in response.aiter_text():
                if "event: content" in text:
                    break
        async with asyncio.timeout(20):
            await raw.left.wait()


async def test_a_model_that_fails_before_its_first_word_is_asked_once_more(
    deployment: Deployment,
) -> None:
    events, requests = await told(deployment, AWAY, ANSWER)
    assert (events[-1][0], requests) == ("done", 2)


async def test_it_is_not_asked_a_third_time(deployment: Deployment) -> None:
    events, requests = await told(deployment, AWAY, AWAY, ANSWER)
    assert (events[1:], requests) == ([("error", {"title": NO_ANSWER})], 2)


async def test_it_is_not_asked_again_after_its_first_word(deployment: Deployment) -> None:
    events, requests = await told(deployment, BROKEN, ANSWER)
    assert events[-1] == ("error", {"title": CUT_OFF})
    assert [name for name, _ in events].count("done") == 0
    assert requests == 1


async def test_an_answer_that_reaches_its_length_is_not_given_out_as_whole(
    deployment: Deployment,
) -> None:
    cut = sse(delta(content="Be brief."), delta("length"), "data: [DONE]")
    events, requests = await told(deployment, cut)
    assert (events[-1], requests) == (("error", {"title": CUT_OFF}), 1)


async def test_a_lasting_refusal_is_told_at_once(deployment: Deployment) -> None:
    refused = http("{}", status="401 Unauthorized", kind="application/json")
    events, requests = await told(deployment, refused)
    assert (events[-1], requests) == (("error", {"title": REFUSED}), 1)


async def test_an_answer_of_thoughts_only_is_none(deployment: Deployment) -> None:
    empty = sse(delta(content="=== CHANGES ===\n- All."), delta("stop"), "data: [DONE]")
    events, _ = await told(deployment, empty)
    assert events[-1] == ("error", {"title": NO_ANSWER})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ask"),
        ({"ask": ""}, "ask"),
        ({"ask": " \u200b"}, "ask"),
        ({"ask": "x" * 2_001}, "ask"),
        ({"ask": 7}, "ask"),
        ({"ask": "Shorter.", "instructions": "x" * 20_001}, "instructions"),
        ({"ask": "Shorter.", "history": [{"role": "user", "text": "a"}] * 21}, "history"),
        ({"ask": "Shorter.", "history": [{"role": "system", "text": "a"}]}, "history.0.role"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_before_a_model_is_asked(
    deployment: Deployment, body: dict[str, Any], field: str
) -> None:
    response = await deployment.user().post(PATHS[0], json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("instructions", "prompt"), [("Be brief.", "Be brief.\n\nBe kind."), ("", "Be kind.")]
)
async def test_the_scripted_model_helps_too(
    deployment: Deployment, instructions: str, prompt: str
) -> None:
    body = {"instructions": instructions, "ask": "Be kind."}
    name, done = events_in((await deployment.user().post(PATHS[0], json=body)).text)[-1]
    assert (name, done["prompt"], done["changes"]) == ("done", prompt, ["Added: Be kind."])


async def test_without_a_token_nobody_is_helped(deployment: Deployment) -> None:
    response = await deployment.http.post(PATHS[0], json=BODY)
    assert response.status_code == 401

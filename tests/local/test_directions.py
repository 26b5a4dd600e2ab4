"""The scripted model on the wire, and as tests direct it."""

import asyncio
import json

import httpx
from starlette.types import Message, Scope

from local.model import scripted_model
from tests.local.script_stage import Conversation, model, talk

__all__ = ["model", "talk"]  # fixtures


async def test_its_models_are_listed(model: httpx.AsyncClient) -> None:
    listed = (await model.get("/v1/models")).json()
    assert [entry["id"] for entry in listed["data"]] == ["script"]


async def test_a_request_that_is_none_is_refused_as_the_vendor_does(
    model: httpx.AsyncClient,
) -> None:
    response = await model.post("/v1/chat/completions", json={"model": "script"})
    assert response.status_code == 400
    assert "messages" in response.json()["error"]["message"]


async def test_directed_answers_come_in_order_and_then_the_script_goes_on(
    model: httpx.AsyncClient, talk: Conversation
) -> None:
    answers = [
        {"text": "one", "repeat": 2},
        {"calls": [{"name": "sayToUserAndQuit", "arguments": {"message": "two"}}]},
    ]
    await model.post("/_local/script", json={"match": "magpie", "answers": answers})
    talk.hear("tell me of the magpie")
    assert await talk.ask() == [("text", {"message": "one"})]
    assert await talk.ask() == [("text", {"message": "one"})]
    assert await talk.ask() == [("sayToUserAndQuit", {"message": "two"})]
    talk.give()
    talk.hear("hello")
    [(_, said)] = await talk.ask()
    assert "script" in said["message"]


async def test_a_conversation_that_does_not_match_is_not_directed(
    model: httpx.AsyncClient, talk: Conversation
) -> None:
    await model.post("/_local/script", json={"match": "magpie", "answers": [{"text": "one"}]})
    talk.hear("hello")
    [(_, said)] = await talk.ask()
    assert "script" in said["message"]


async def test_every_call_is_told_of_and_forgotten_on_demand(
    model: httpx.AsyncClient, talk: Conversation
) -> None:
    await model.post("/_local/script", json={"answers": [{"text": "one"}]})
    talk.hear("tell me of the magpie")
    asked = list(talk.lines)
    await talk.ask()
    [call] = (await model.get("/_local/calls")).json()
    assert (call["match"], call["count"], call["lastRole"]) == (None, 2, "user")
    assert call["messages"] == asked
    assert call["fields"]["model"] == "script"
    await model.delete("/_local/script")
    assert (await model.get("/_local/calls")).json() == []


async def test_a_direction_that_cannot_be_read_is_refused(model: httpx.AsyncClient) -> None:
    response = await model.post("/_local/script", json={"answers": [{"txt": "one"}]})
    assert response.status_code == 422
    assert "txt" in response.json()["error"]["message"]


async def test_a_client_that_leaves_ends_an_answer_that_hangs() -> None:
    app = scripted_model()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://model") as client:
        await client.post("/_local/script", json={"answers": [{"hang": True}]})
    body = json.dumps({"model": "m", "messages": []}).encode()
    incoming: list[Message] = [{"type": "http.request", "body": body}, {"type": "http.disconnect"}]
    sent: list[Message] = []
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/chat/completions",
        "headers": [],
        "query_string": b"",
    }

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    async with asyncio.timeout(10):
        await app(scope, receive, send)
    assert sent == []

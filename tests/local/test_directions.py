"""The scripted model over HTTP, with answers set by tests."""

import asyncio
import json

import httpx
from starlette.types import Message, Scope

from local.model import scripted_model
from tests.local.script_stage import Conversation, model, talk

__all__ = ["model", "talk"]  # fixtures


async def test_the_models_are_listed(model: httpx.AsyncClient) -> None:
    listed = (await model.get("/v1/models")).json()
    assert [entry["id"] for entry in listed["data"]] == ["script"]


async def test_an_invalid_request_is_refused_in_the_vendors_format(
    model: httpx.AsyncClient,
) -> None:
    response = await model.post("/v1/chat/completions", json={"model": "script"})
    assert response.status_code == 400
    assert "messages" in response.json()["error"]["message"]


async def test_set_answers_come_in_order_and_then_the_rules_answer_again(
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


async def test_set_answers_do_not_apply_to_a_conversation_that_does_not_match(
    model: httpx.AsyncClient, talk: Conversation
) -> None:
    await model.post("/_local/script", json={"match": "magpie", "answers": [{"text": "one"}]})
    talk.hear("hello")
    [(_, said)] = await talk.ask()
    assert "script" in said["message"]


async def test_every_request_is_listed_and_can_be_cleared(
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


async def test_an_invalid_script_is_refused(model: httpx.AsyncClient) -> None:
    response = await model.post("/_local/script", json={"answers": [{"txt": "one"}]})
    assert response.status_code == 422
    assert "txt" in response.json()["error"]["message"]


async def test_a_hanging_answer_ends_when_its_client_disconnects() -> None:
    app = scripted_model(strict=False)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://model")
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
    [call] = (await client.get("/_local/calls")).json()
    assert call["end"] == "left"
    await client.aclose()


async def test_an_answer_waits_at_its_gate_until_the_gate_is_opened(
    model: httpx.AsyncClient,
) -> None:
    answer = {"text": "It is under the stairs.", "gates": {"stairs": 2}}
    await model.post("/_local/script", json={"answers": [answer]})
    body = {"model": "script", "messages": [], "stream": True}
    answering = asyncio.create_task(model.post("/v1/chat/completions", json=body))

    async with asyncio.timeout(10):
        assert (await model.get("/_local/gates/stairs")).status_code == 204
        assert not answering.done()
        [call] = (await model.get("/_local/calls")).json()
        assert call["end"] is None
        await model.post("/_local/gates/stairs")
        told = (await answering).text

    assert "It is under the " in told
    assert "stairs." in told
    assert (await model.get("/_local/calls")).json()[0]["end"] == "told"


async def test_waiting_for_a_gate_that_no_answer_reaches_has_a_time_limit(
    model: httpx.AsyncClient,
) -> None:
    asked = await model.get("/_local/gates/nowhere", params={"timeout": 0.01})
    assert asked.status_code == 408

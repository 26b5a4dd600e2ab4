"""The schemas of client tools: which ones HTTP and the WebSocket refuse, and how."""

from typing import Any

import pytest
from msgspec.structs import replace

from brain.cloud.schemas import SchemaWorker
from brain.codec import Json
from brain.routes.voice import voice_to_brain
from brain.tools.client_schemas import BAD_PATTERN, NOT_A_SCHEMA, TOO_FAR
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.world import World
from tests.routes.stage import Deployment, User
from tests.routes.virtual import Page, connected, posted, wired

UNKNOWN_TYPE: Json = {"type": "object", "properties": {"a": {"type": "TOPSECRET"}}}
LOOKS_AHEAD: Json = {"type": "object", "patternProperties": {"(?=TOPSECRET)": {}}}
ELSEWHERE: Json = {"type": "object", "not": {"$ref": "http://127.0.0.1:9/TOPSECRET"}}
FINE: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"id": {"type": "string"}},
    "properties": {"a": {"$ref": "#/$defs/id"}},
}


def said(*schemas: Json) -> dict[str, Any]:
    tools = [
        {"name": f"tool{n}", "description": "A tool.", "parameters": schema}
        for n, schema in enumerate(schemas)
    ]
    return {"text": "Hi", "messageId": "message-1", "patience": 0, "clientTools": tools}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (UNKNOWN_TYPE, NOT_A_SCHEMA),
        (LOOKS_AHEAD, BAD_PATTERN),
        (ELSEWHERE, "it refers to another document"),
        (FINE | {"allOf": [{"enum": list(range(90))}, *[{"$ref": "#/allOf/0"}] * 30]}, TOO_FAR),
    ],
)
@in_virtual_time
async def test_a_rejected_schema_is_422_with_our_own_message(schema: Json, reason: str) -> None:
    world = World([words("Hello.")])
    wiring = wired(world)
    status, problem = await posted(wiring, voice_to_brain, said(FINE, schema))
    message = f"must be a JSON schema of type object: {reason}"
    assert (status, problem["errors"]) == (
        422,
        [{"field": "clientTools.1.parameters", "message": message}],
    )
    page = Page.of()
    async with connected(wiring, page):
        page.say("say", **said(schema))
        error = await page.answer("error")
        assert error["errors"] == [{"field": "clientTools.0.parameters", "message": message}]
        assert "TOPSECRET" not in str((problem, error))
    assert list(await world.log()) == []


@pytest.mark.asyncio(loop_scope="package")
async def test_a_deployment_checks_schemas_in_a_separate_process(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Hi", {"text": "Hello."})
    refused = await user.post("/api/voiceToBrain", json=said(UNKNOWN_TYPE))
    assert (refused.status_code, "TOPSECRET" in refused.text) == (422, False)
    answered = await user.post("/api/voiceToBrain", json=said(FINE))
    assert (answered.status_code, answered.json()["message"]["text"]) == (200, "Hello.")


@pytest.mark.asyncio(loop_scope="package")
async def test_without_a_checker_it_is_503_and_nothing_is_stored(
    deployment: Deployment, user: User
) -> None:
    wiring = deployment.functions.wirings["/api/voiceToBrain"]
    services = wiring.services
    without = SchemaWorker(command=["/nowhere/python"])
    vars(wiring)["services"] = replace(services, schemas=without)
    try:
        response = await user.post("/api/voiceToBrain", json=said(UNKNOWN_TYPE))
        assert (response.status_code, response.headers["Retry-After"] > "0") == (503, True)
        assert await user.log() == []
    finally:
        vars(wiring)["services"] = services

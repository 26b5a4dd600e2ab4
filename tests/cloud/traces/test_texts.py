"""What was said stands in no span, unless an operator has asked for it."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.cloud.traces.collector import Received, collecting, values
from tests.routes.stage import Deployment, User, deployed

SAID, TOLD, DONE, ANSWERED, FAILED = (f"{word}{uuid4().hex[:8]}" for word in "abcde")
TOOL = {
    "name": "openDoor",
    "description": f"Opens the door to {DONE}.",
    "parameters": {"type": "object", "properties": {"to": {"type": "string"}}},
}


async def a_run(stack: AsyncExitStack, folder: Path, **env: str) -> tuple[User, Received, str]:
    """A run with words in the text, the arguments, the result of a failed tool, and the answer."""
    received = await stack.enter_async_context(collecting())
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": received.url}
    deployment: Deployment = await stack.enter_async_context(deployed(folder, **endpoint, **env))
    calls = [
        {"name": "remind", "arguments": {"text": TOLD, "at": f"at {FAILED}"}},
        {"name": FAILED, "arguments": {}},
    ]
    answers = ({"text": f"I see {TOLD}.", "calls": calls}, {"text": f"So {ANSWERED}."})
    await deployment.direct(SAID, *answers)
    user = deployment.user()
    run_id: str = (await user.ask(SAID, clientTools=[TOOL])).json()["runId"]
    await received.until_ended(run_id)
    return user, received, run_id


async def test_no_words_and_no_ids_of_people_stand_in_a_trace(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        user, received, _ = await a_run(stack, tmp_path)
        sent = b"".join(received.bodies)
        words = (SAID, TOLD, DONE, ANSWERED, FAILED, user.id, "openDoor")
        assert [word for word in words if word.encode() in sent] == []


async def test_the_texts_are_there_if_an_operator_wants_them(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        user, received, run_id = await a_run(stack, tmp_path, BRAIN_TRACE_TEXTS="1")
        spans = received.of(run_id)
        chats = [values(span) for span in spans if span.name == "chat script"]
        [tool] = [values(span) for span in spans if span.name == "execute_tool remind"]
        assert SAID in chats[0]["gen_ai.input.messages"]
        assert parts(chats[0], "output")[0] == {"type": "text", "content": f"I see {TOLD}."}
        assert [part["type"] for part in parts(chats[1], "input")].count("tool_call_response") == 2
        assert json.loads(tool["gen_ai.tool.call.arguments"])["text"] == TOLD
        assert ANSWERED in chats[1]["gen_ai.output.messages"]
        assert json.loads(chats[0]["gen_ai.system_instructions"])[0]["type"] == "text"
        assert user.id.encode() not in b"".join(received.bodies)


def parts(chat: dict[str, Any], which: str) -> list[dict[str, Any]]:
    """Return the parts of all messages of a request or of its answer."""
    messages = json.loads(chat[f"gen_ai.{which}.messages"])
    return [part for message in messages for part in message["parts"]]


@pytest.mark.parametrize("half", ["\ud83d", "a\0b"])
async def test_half_a_character_is_no_obstacle(tmp_path: Path, half: str) -> None:
    async with collecting() as received:
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": received.url, "OTEL_SERVICE_NAME": half}
        async with deployed(tmp_path, **more) as deployment:
            run_id = (await deployment.user().ask("Hello")).json()["runId"]
            await received.until_ended(run_id)

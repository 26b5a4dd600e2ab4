"""Conversations with the scripted model, for its tests."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from local.model import scripted_model

TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in (
        "sayToUserAndContinue",
        "sayToUserAndQuit",
        "createDocument",
        "searchDocuments",
        "readDocument",
        "updateDocument",
    )
]

type Line = dict[str, Any]


class Conversation:
    """A run of the brain, with tool results from the test."""

    def __init__(self, model: httpx.AsyncClient) -> None:
        self._model = model
        self.lines: list[Line] = [{"role": "system", "content": "You are the brain."}]

    def hear(self, text: str) -> None:
        self.lines.append({"role": "user", "content": text})

    async def ask(self, *, tools: list[Line] = TOOLS) -> list[tuple[str, Line]]:
        """Return the calls in the model's answer; its text counts as a quit, as in the brain."""
        body = {"model": "script", "messages": self.lines, "tools": tools}
        response = await self._model.post("/v1/chat/completions", json=body)
        line: Line = response.json()["choices"][0]["message"]
        self.lines.append(line)
        if "tool_calls" not in line:
            return [("text", {"message": line["content"]})]
        functions = [call["function"] for call in line["tool_calls"]]
        return [(f["name"], json.loads(f["arguments"])) for f in functions]

    def give(self, **results: str) -> None:
        """Add the results of the last answer's calls, by tool."""
        for call in self.lines[-1]["tool_calls"]:
            text = results.get(call["function"]["name"], "Said.")
            self.lines.append({"role": "tool", "tool_call_id": call["id"], "content": text})


@pytest.fixture
async def model() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=scripted_model(pace=0, strict=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://model") as client:
        yield client


@pytest.fixture
def talk(model: httpx.AsyncClient) -> Conversation:
    return Conversation(model)

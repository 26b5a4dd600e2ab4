"""The judges refuse what servers refuse, so that what they accept says something."""

import asyncio
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contracts.judges.processes import BUILDS, CHECKS, Build, llama, verdicts

LIMIT_S = 30.0  # seconds for an answer on a busy machine

type Json = dict[str, Any]

CALL = {
    "id": "abcdefghi",
    "type": "function",
    "function": {"name": "searchDocuments", "arguments": '{"query": "boat"}'},
}
QUIT = {
    "name": "sayToUserAndQuit",
    "description": "Say it.",
    "parameters": {"type": "object", "properties": {"message": {"type": "string"}}},
}
FIND = {
    "name": "searchDocuments",
    "description": "Find it.",
    "parameters": {"type": "object", "properties": {"query": {"type": "string"}}},
}
GOOD: Json = {
    "model": "m",
    "stream": True,
    "tools": [{"type": "function", "function": tool} for tool in (FIND, QUIT)],
    "messages": [
        {"role": "system", "content": "You help."},
        {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "abcdefghi", "content": "In the harbour."},
    ],
}
SECOND_SYSTEM = {"role": "system", "content": "It is late."}
ALL_OF_MISTRAL = {f"mistral {version}" for version in ("v3", "v7", "v11", "v13", "v15")}
STRICT_IDS = {"mistral v3", "mistral v7", "mistral v11", "calls"}


def worse(change: Callable[[Json, list[Json]], object]) -> Json:
    """Return the good request with one change."""
    request = deepcopy(GOOD)
    change(request, request["messages"])
    return request


def renamed(request: Json, name: str) -> None:
    request["messages"][2]["tool_calls"][0]["function"]["name"] = name


def with_arguments(request: Json, arguments: str) -> None:
    request["messages"][2]["tool_calls"][0]["function"]["arguments"] = arguments


def with_id(messages: list[Json], id: str) -> None:
    messages[2]["tool_calls"][0]["id"] = messages[3]["tool_call_id"] = id


def _client(url: str) -> httpx.AsyncClient:
    # One connection for each request: the server may close one that waits just as it is used again.
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(base_url=url, timeout=LIMIT_S, limits=limits)


WORSE: dict[str, tuple[Json, set[str]]] = {
    "a second system message": (
        worse(lambda _, m: m.append(SECOND_SYSTEM)),
        {"one-system", *ALL_OF_MISTRAL},
    ),
    "no text of the user": (
        worse(lambda _, m: m.pop(1)),
        {"one-system"},
    ),
    "an answer before the first text": (
        worse(lambda _, m: m.insert(1, {"role": "assistant", "content": "Hello."})),
        {"turns"},
    ),
    "two texts in a row": (
        worse(lambda _, m: m.insert(1, {"role": "user", "content": "Hello?"})),
        {"turns"},
    ),
    "a text after a result": (
        worse(lambda _, m: m.append({"role": "user", "content": "Well?"})),
        {"turns"},
    ),
    "an answer at the end": (
        worse(lambda _, m: m.append({"role": "assistant", "content": "It is in"})),
        ALL_OF_MISTRAL,
    ),
    "a call without a result": (
        worse(lambda _, m: m.insert(2, m[2])),
        {"calls", *ALL_OF_MISTRAL},
    ),
    "an id of a provider": (
        worse(lambda _, m: with_id(m, "call_1")),
        STRICT_IDS,
    ),
    "a name with a dot": (worse(lambda r, _: renamed(r, "functions.search")), ALL_OF_MISTRAL),
    "an empty name": (worse(lambda r, _: renamed(r, "")), ALL_OF_MISTRAL),
    "cut arguments": (worse(lambda r, _: with_arguments(r, '{"query": "bo')), {"calls"}),
    "arguments in a list": (worse(lambda r, _: with_arguments(r, '["boat"]')), {"calls"}),
}


async def test_a_good_request_is_accepted_by_all_and_each_worse_one_refused_by_its_judges() -> None:
    requests = [GOOD, *(request for request, _ in WORSE.values())]
    found = await verdicts(requests)
    refusing = [{name for name, said in found.items() if said[i]} for i in range(len(requests))]
    assert refusing[0] == set()
    missed = {k: who - refusing[i] for i, (k, (_, who)) in enumerate(WORSE.items(), 1)}
    assert {k: who for k, who in missed.items() if who} == {}


@pytest.mark.parametrize("build", BUILDS)
async def test_the_server_of_llama_cpp_calls_a_tool_and_refuses_by_its_template(
    build: Build, tmp_path: Path
) -> None:
    refused = {"a second system message", "two texts in a row", "cut arguments"}
    async with llama(build, tmp_path, *CHECKS) as url, _client(url) as http:
        answers = {
            name: await http.post("/v1/chat/completions", json=request)
            for name, request in {"good": GOOD, **{k: WORSE[k][0] for k in refused}}.items()
        }
        asking = {**GOOD, "messages": GOOD["messages"][:2]}
        called = await http.post("/v1/chat/completions", json=asking)
    assert answers.pop("good").status_code == 200
    assert {name for name, answer in answers.items() if answer.status_code >= 400} == refused
    assert '"name":"searchDocuments"' in called.text
    assert '"finish_reason":"tool_calls"' in called.text


async def test_a_server_ends_with_the_block_that_started_it(tmp_path: Path) -> None:
    async with llama(BUILDS[0], tmp_path) as url:
        host, port = url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(host, int(port))

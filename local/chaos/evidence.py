"""Collects what can be observed of a user's conversation after it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import psycopg

from local.stack import Stack

NOTES = """
    SELECT user_id, body, count(*) FROM brain.documents
    WHERE user_id = ANY(%s) GROUP BY user_id, body
"""
AT_ONCE = 8  # conversations checked at once: more would only wait for the functions

type Json = dict[str, Any]


class Talker(Protocol):
    """A source of evidence about one conversation."""

    id: str
    word: str

    async def log(self) -> list[Json]: ...

    def heard(self) -> list[Json]: ...

    async def get(self, path: str) -> httpx.Response: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelRequest:
    """One request to the model: how many of its answers it contained, and which user texts."""

    answers: int
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The evidence about one conversation.

    `accepted` are the outcomes that callers got with a 200, `heard` the messages published on the
    channel, `notes` how often each text occurs in the user's documents. `is_mixed`: an earlier
    release took part.
    """

    accepted: Sequence[Json]
    log: Sequence[Json]
    heard: Sequence[Json]
    status: Json
    asked: Sequence[ModelRequest]
    notes: Mapping[str, int]
    is_mixed: bool = False


async def collect[W: Talker](
    stack: Stack, http: httpx.AsyncClient, accepted: Mapping[W, Sequence[Json]]
) -> list[Evidence]:
    """Collect the evidence from every place. `accepted` are the outcomes of each conversation."""
    calls = await model_calls(stack, http)
    notes = await notes_of(stack, [witness.id for witness in accepted])
    gate = asyncio.Semaphore(AT_ONCE)

    async def look(witness: W) -> Evidence:
        async with gate:
            return Evidence(
                accepted=tuple(accepted[witness]),
                log=await witness.log(),
                heard=witness.heard(),
                status=(await witness.get("/api/status")).raise_for_status().json(),
                asked=questions(calls, witness.word),
                notes=notes[witness.id],
            )

    return list(await asyncio.gather(*(look(witness) for witness in accepted)))


async def model_calls(stack: Stack, http: httpx.AsyncClient) -> list[Json]:
    """Return every request to the scripted model, in order of arrival."""
    url = f"{stack.services.model.address.url}/_local/calls"
    return list((await http.get(url)).raise_for_status().json())


def questions(calls: Sequence[Json], word: str) -> list[ModelRequest]:
    """Return the requests of the user whose texts contain the word."""
    found = []
    for call in calls:
        messages = call["messages"]
        texts = tuple(str(m["content"]) for m in messages if m["role"] == "user")
        if any(word in text for text in texts):
            answers = sum(bool(m.get("tool_calls")) for m in messages)
            found.append(ModelRequest(answers=answers, texts=texts))
    return found


async def notes_of(stack: Stack, user_ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """Return how often each text occurs in each user's documents."""
    url = stack.services.env["DATABASE_URL"]
    async with await psycopg.AsyncConnection.connect(url) as database:
        try:
            rows = await (await database.execute(NOTES, [list(user_ids)])).fetchall()
        except psycopg.errors.UndefinedTable:  # created with the first document
            rows = []
    found: dict[str, dict[str, int]] = {user_id: {} for user_id in user_ids}
    for user_id, body, times in rows:
        found[user_id][body] = times
    return found


async def keys_without_end(stack: Stack, http: httpx.AsyncClient) -> list[str]:
    """Return the keys of the store that would never expire."""
    env = stack.services.env
    url, token = env["UPSTASH_REDIS_REST_URL"], env["UPSTASH_REDIS_REST_TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}

    async def run(*commands: list[str]) -> list[Any]:
        answer = await http.post(f"{url}/pipeline", json=commands, headers=headers)
        return [each["result"] for each in answer.raise_for_status().json()]

    found, cursor = [], "0"
    while True:
        [(cursor, keys)] = await run(["SCAN", cursor, "COUNT", "1000"])
        if keys:
            lives = await run(*(["PTTL", key] for key in keys))
            found += [key for key, left_ms in zip(keys, lives, strict=True) if left_ms == -1]
        if cursor == "0":
            return found

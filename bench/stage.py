"""Runs the stack under the real runtime, the floor's functions beside it, and simulated users."""

from __future__ import annotations

import json
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt

from brain.cloud.pusher import channel_names
from local.gateway import Gateway
from local.gateway.rules import read_rules
from local.guard import guard
from local.platform import Functions
from local.server import serving
from local.services import ROOT
from local.stack import SOURCES, Stack, stack

HOME = ROOT / ".local" / "bench"
LIMIT_S = 120.0  # seconds for one answer of the slowest benchmark on a busy machine

type Json = dict[str, Any]


class NotAnswered(Exception):
    """A function returned an error; the text is its answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A new user, whose token is created outside the measured time."""

    id: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What the store was asked for: round trips, commands (including those in scripts), bytes."""

    requests: int
    commands: int
    bytes_out: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """The running stack at one address, the floor at another."""

    stack: Stack
    floor_url: str
    http: httpx.AsyncClient

    def person(self, id: str = "") -> Person:
        """Return a new user with an empty log and unused limits; `id` sets the user's id."""
        user = id or f"bench-{secrets.token_hex(8)}"
        claims = {"sub": user, "exp": int(time.time()) + 3600}
        secret = self.stack.services.env["BRAIN_JWT_SECRET"]
        token = jwt.encode(claims, secret, algorithm="HS256")
        return Person(id=user, headers={"Authorization": f"Bearer {token}"})

    async def ask(
        self, person: Person, *, http: httpx.AsyncClient | None = None, **more: object
    ) -> Json:
        """Send one text to the brain; returns its outcome."""
        answer = await (http or self.http).post(
            f"{self.stack.url}/api/voiceToBrain",
            json={"text": "What did Anna write?", **more},
            headers=person.headers,
        )
        return _checked(answer)

    async def ask_floor(
        self, person: Person, *, http: httpx.AsyncClient | None = None, loops: int = 1
    ) -> Json:
        """Send the same to the floor."""
        body = {"user": person.id, "text": "What did Anna write?", "loops": loops}
        return _checked(await (http or self.http).post(f"{self.floor_url}/api/floor", json=body))

    async def look_floor(self, person: Person, http: httpx.AsyncClient) -> httpx.Response:
        """Read a user's stored state by hand."""
        return await http.post(f"{self.floor_url}/api/floor", json={"user": person.id, "look": 1})

    async def call_bare(self) -> None:
        """Call a function that does nothing, to measure gateway, runtime and client."""
        (await self.http.post(f"{self.floor_url}/api/bare", json={})).raise_for_status()

    async def script(self, *answers: Json) -> None:
        """Set the model's answers from now on, for every user."""
        url = f"{self.stack.services.model.address.url}/_local/script"
        (await self.http.delete(url)).raise_for_status()
        (await self.http.post(url, json={"answers": answers})).raise_for_status()

    async def asked(self) -> list[Json]:
        """Return the model's calls since the last script."""
        url = f"{self.stack.services.model.address.url}/_local/calls"
        return list((await self.http.get(url)).json())

    async def until_answered(self, person: Person) -> None:
        """Wait until the channel has carried the run's last message."""
        name, _ = channel_names(person.id)
        pusher = self.stack.services.pusher

        def is_answered() -> bool:
            heard = [json.loads(event.data) for event in pusher.events(name)]
            return any(message.get("doneAfterThis") for message in heard)

        await pusher.until(is_answered)

    async def deliveries(self, *, since: float) -> list[float]:
        """Return when the queue began its deliveries since `since`, in seconds since 1970."""
        env = self.stack.services.env
        headers = {"Authorization": f"Bearer {env['QSTASH_TOKEN']}"}
        answer = await self.http.get(f"{env['QSTASH_URL']}/v2/events", headers=headers)
        begun = [event for event in answer.json()["events"] if event["state"] == "ACTIVE"]
        times = sorted(event["time"] / 1000 for event in begun)
        return [moment for moment in times if moment >= since]

    async def costs(self) -> Costs:
        """Return what the store was asked for since the last reset."""
        answer = (await self.http.get(f"{self._store}/_local/counts")).json()
        return Costs(
            requests=answer["requests"], commands=answer["commands"], bytes_out=answer["bytesOut"]
        )

    async def reset_costs(self) -> None:
        """Set the counts to zero."""
        (await self.http.post(f"{self._store}/_local/counts/reset")).raise_for_status()

    async def redis(self, *commands: list[str]) -> list[Any]:
        """Return the results of raw commands, sent in one request."""
        token = self.stack.services.env["UPSTASH_REDIS_REST_TOKEN"]
        answer = await self.http.post(
            f"{self._store}/pipeline", json=commands, headers={"Authorization": f"Bearer {token}"}
        )
        answer.raise_for_status()
        return [result["result"] for result in answer.json()]

    @property
    def _store(self) -> str:
        return self.stack.services.store.address.url


@asynccontextmanager
async def staged(asked: Mapping[str, str] | None = None) -> AsyncIterator[Stage]:
    """Run everything until the block ends, with its own state. `asked` is passed to the stack."""
    HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        async with (
            stack(Path(folder), asked=asked, on_line=_discard) as running,
            _floor(running.services.env) as floor_url,
            httpx.AsyncClient(timeout=LIMIT_S) as http,
        ):
            yield Stage(stack=running, floor_url=floor_url, http=http)


@asynccontextmanager
async def _floor(env: Mapping[str, str]) -> AsyncIterator[str]:
    """Serve the floor's functions under the same runtime, behind the same kind of gateway."""
    rules = read_rules(ROOT / "vercel.json")
    async with (
        guard() as watch,
        Functions(
            ROOT,
            env=env,
            api_dir="bench/functions",
            watch=[ROOT / name for name in SOURCES],  # as the stack does, with the same cost
            guard=watch,
            on_line=_discard,
        ) as functions,
        serving(Gateway(public=ROOT / "public", functions=functions, rules=rules)) as address,
    ):
        yield address.url


def says(text: str = "Anna wrote that she comes on Friday.", **more: Any) -> Json:
    """Return a model answer that quits with a message."""
    return {"calls": [{"name": "sayToUserAndQuit", "arguments": {"message": text}}], **more}


def calls(name: str, arguments: Json, **more: Any) -> Json:
    """Return a model answer that calls a tool."""
    return {"calls": [{"name": name, "arguments": arguments}], **more}


def _checked(answer: httpx.Response) -> Json:
    if answer.status_code != 200:
        raise NotAnswered(f"{answer.request.url.path}: {answer.status_code} {answer.text}")
    return dict(answer.json())


def _discard(name: str, line: str) -> None:
    """Drop what the functions print; it does not belong in a table."""

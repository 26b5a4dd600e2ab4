"""Runs the services, and each candidate alone in a process on a core of its own."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import jwt
import psutil  # type: ignore[import-untyped]  # it ships no types

from bench.limits import wire
from bench.limits.processes import apart, ended, started
from bench.stage import HOME, LIMIT_S, Json, NotAnswered, Person
from local.engines import Postgres, postgres, valkey
from local.environment import STORE_TOKEN, Env, private_settings, service_settings
from local.guard import Guard, guard
from local.server import BACKLOG, HOST, Address, reserve

type Kind = Literal["failing", "searching"]

CALM_S = 0.2  # seconds without a request of the store: what follows the answers is over


class CandidateFailed(Exception):
    """Its process ended, or did not answer; the text is what it printed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A running server. `is_ours`: it takes the brain's requests."""

    name: str
    is_ours: bool
    process: asyncio.subprocess.Process
    client: wire.Client
    host: str
    secret: str
    log: Path

    def person(self) -> Person:
        """Return a new user."""
        user = f"bench-{secrets.token_hex(8)}"
        claims = {"sub": user, "exp": int(time.time()) + 7200}
        token = jwt.encode(claims, self.secret, algorithm="HS256")
        return Person(id=user, headers={"Authorization": f"Bearer {token}"})

    async def ask(self, person: Person, *, loops: int = 1, kind: Kind = "failing") -> float:
        """Send a text that takes this many loops; return the seconds to its answer. `kind`: what
        all loops but the last do.

        Raises CandidateFailed.
        """
        turn = f"turn-{secrets.token_hex(6)} of {loops} {kind} loops"
        text = f"What did Anna write? This is {turn}."
        told = {"text": text} if self.is_ours else {"text": text, "user": person.id}
        lines = [f"{name}: {value}" for name, value in person.headers.items()]
        body = json.dumps(told).encode()
        data = wire.request("POST", self.host, "/api/voiceToBrain", body, *lines)
        began = time.perf_counter()
        try:
            answer = await asyncio.wait_for(self.client.ask(data), LIMIT_S)
        except (OSError, TimeoutError, wire.Closed) as error:
            raise CandidateFailed(f"{self.name}: {error!r}\n{self.log.read_text()}") from error
        seconds = time.perf_counter() - began
        if answer.status != 200 or (self.is_ours and not json.loads(answer.body).get("message")):
            raise NotAnswered(f"{self.name}: {answer.status} {answer.body.decode()}")
        return seconds

    async def ask_nothing(self) -> None:
        """Ask for an empty answer, where the candidate has one."""
        await self.client.ask(wire.request("GET", self.host, "/"))

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time so far."""
        spent = psutil.Process(self.process.pid).cpu_times()
        return float(spent.user + spent.system)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lab:
    """The running services. `core` is for the candidates alone; None: they share all."""

    python: Path
    env: Env
    database: Postgres
    client: wire.Client
    address: Address
    watch: Guard
    folder: Path
    core: int | None
    pids: tuple[int, ...]

    @asynccontextmanager
    async def serving(self, name: str, *, with_postgres: bool = False) -> AsyncIterator[Candidate]:
        """Run a candidate until the block ends."""
        env = dict(self.env)
        if not with_postgres:
            del env["DATABASE_URL"]
        core = "" if self.core is None else str(self.core)
        log = self.folder / f"{name}-{secrets.token_hex(4)}.log"
        with reserve() as place:
            place.listen(BACKLOG)
            port = place.getsockname()[1]
            process = await started(
                self.python, "bench.limits.serve", name, place.fileno(), core, env=env, log=log
            )
        self.watch.watch(process.pid, signal.SIGKILL)
        client = wire.Client(HOST, port)
        try:
            yield Candidate(
                name=f"{name} with Postgres" if with_postgres else name,
                is_ours=name == "ours",
                process=process,
                client=client,
                host=f"{HOST}:{port}",
                secret=env["BRAIN_JWT_SECRET"],
                log=log,
            )
        finally:
            client.close()
            await ended(process)
            self.watch.forget(process.pid)

    async def thinks(self, milliseconds: int) -> None:
        """Set how long the model takes for an answer."""
        await self._control("POST", f"thinks/{milliseconds}")

    async def counts(self) -> Json:
        """Return what the store was asked for since the last reset, once it is no longer asked."""
        found = await self._control("GET", "counts")
        while True:
            await asyncio.sleep(CALM_S)
            later = await self._control("GET", "counts")
            if later["requests"] == found["requests"]:
                return later
            found = later

    async def reset(self) -> None:
        """Set the counts to zero."""
        await self.counts()
        await self._control("POST", "reset")

    async def asked(self) -> Json:
        """Return the last request to the model."""
        return await self._control("GET", "asked")

    async def redis(self, commands: Sequence[Sequence[str]]) -> None:
        """Send commands to the store."""
        body = json.dumps(commands).encode()
        await self.client.ask(wire.request("POST", self.address.url, "/pipeline", body))

    async def ask_model(self) -> None:
        """Ask the model, as a candidate does."""
        path = "/v1/chat/completions"
        await self.client.ask(wire.request("POST", self.address.url, path, b"{}"))

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time of the users and the services so far."""
        spent = [psutil.Process(pid).cpu_times() for pid in self.pids]
        return float(sum(each.user + each.system for each in spent))

    async def _control(self, method: str, what: str) -> Json:
        data = wire.request(method, self.address.url, f"/_local/{what}")
        return dict(json.loads((await self.client.ask(data)).body))


@asynccontextmanager
async def lab(python: Path) -> AsyncIterator[Lab]:
    """Run the services until the block ends, and candidates with this Python."""
    HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME) as made, apart() as core:
        folder = Path(made)
        async with (
            guard() as watch,
            valkey(folder / "redis") as redis,
            postgres(folder / "postgres") as database,
            _world(redis.socket, folder / "world.log", watch) as (address, pid),
        ):
            client = wire.Client(HOST, address.port)
            try:
                yield Lab(
                    python=python,
                    env=_settings(address, database),
                    database=database,
                    client=client,
                    address=address,
                    watch=watch,
                    folder=folder,
                    core=core,
                    pids=(os.getpid(), redis.pid, pid),
                )
            finally:
                client.close()


@asynccontextmanager
async def _world(redis: Path, log: Path, watch: Guard) -> AsyncIterator[tuple[Address, int]]:
    with reserve() as place:
        place.listen(BACKLOG)
        address = Address(host=HOST, port=place.getsockname()[1])
        process = await started(
            Path(sys.executable), "bench.limits.world", place.fileno(), redis, env={}, log=log
        )
    watch.watch(process.pid, signal.SIGKILL)
    try:
        yield address, process.pid
    finally:
        await ended(process)
        watch.forget(process.pid)


def _settings(address: Address, database: Postgres) -> Env:
    """Return the environment of a candidate."""
    return {
        **service_settings(address, address, address, address.url),
        **private_settings(database.url, secrets.token_hex(32)),
        "UPSTASH_REDIS_REST_TOKEN": STORE_TOKEN,
        "OPENAI_BASE_URL": f"{address.url}/v1",
        "OPENAI_API_KEY": "local",
        "BRAIN_MODEL": "script",
        "BRAIN_SEARCH": "searxng",
        "BRAIN_SEARCH_URL": address.url,
        "BRAIN_LOG": "json",
    }

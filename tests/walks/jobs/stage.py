"""The whole stack with a model for jobs, its owners, and the troubles that tests make."""

import asyncio
import json
import os
import random
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import httpx
import psutil  # type: ignore[import-untyped]  # it ships no types
from psycopg import AsyncConnection

from brain.cloud.pusher import channel_names
from local.faults import Fault
from local.pusher import Failure
from local.pusher import Switches as ChannelSwitches
from local.qstash import CURRENT_SIGNING_KEY, Switches
from local.qstash.sign import sign
from local.stack import MAX_DURATION, Stack, stack
from tests.local.serving import served
from tests.walks.conftest import Person, Town
from tests.walks.jobs.troupe import Part, Troupe

MAX_DURATION_S = 20  # seconds; a helper of some loops fits, and one of many needs a hand-over
LEASE_S = 4
HURRY = 3.0  # sweeps come every 20 s then, and wake-ups soon after a lease has ended
POLL_S = 0.25  # seconds between two looks at a status
ENDS_S = 150.0  # seconds for a job to end, whatever happened: two sweeps and what follows
MOST_S = 40.0  # seconds for what needs no sweep
BRAINS = ("brainToBrain", "control")  # the functions in which a job may be

type Json = dict[str, Any]


class Owner(Person):
    """A user with jobs. Each job of theirs has a word of its own in its title and briefs."""

    def __init__(self, stage: "Stage", *, id: str = "") -> None:
        super().__init__(stage.stack, stage.http, id=id)
        self.stage = stage

    async def start(self, *parts: Part, word: str = "", **more: Any) -> "Started":
        """Start helpers by the route, and follow them."""
        answer, word = await self.try_start(*parts, word=word, **more)
        assert answer.status_code == 202, answer.text
        return Started(owner=self, word=word, parts=parts, answer=answer.json())

    async def try_start(
        self, *parts: Part, word: str = "", **more: Any
    ) -> tuple[httpx.Response, str]:
        """Post the start; return the answer as it is, and the job's word."""
        word = word or f"word-{secrets.token_hex(6)}"
        tasks = [{"title": part.name, "brief": part.brief(word)} for part in parts]
        body = {"kind": "helpers", "title": f"The trip, {word}", "tasks": tasks, **more}
        return await self.post("/api/jobs", body), word

    async def start_and_lose(self, *parts: Part) -> "Started":
        """Start helpers while the queue loses what it delivers: all starts, but not the sweep,
        which is not due yet.
        """
        engine = self.stage.stack.services.engine
        before = engine.counts().delivered
        with self.stage.queue(lose=True):
            job = await self.start(*parts)
            async with asyncio.timeout(MOST_S):
                await engine.delivered(before + len(parts))
        return job

    async def notifications(self) -> list[Json]:
        """Return the notifications of the log."""
        return [entry for entry in await self.log() if entry.get("kind") == "notification"]

    def job_events(self, job_id: str) -> list[Json]:
        """Return what the channel has carried of a job."""
        channel, _ = channel_names(self.id)
        events = self.stage.stack.services.pusher.events(channel)
        told = [json.loads(event.data) for event in events if event.name == "job"]
        return [each for each in told if each["jobId"] == job_id]

    async def listen(self) -> None:
        """Mark the user as present, as each open page does: what is held is said."""
        (await self.get("/api/status")).raise_for_status()

    async def until_told(self) -> list[Json]:
        """Be present until there is a notification; return all."""
        async with asyncio.timeout(MOST_S):
            while not (told := await self.notifications()):
                await self.listen()
                await asyncio.sleep(POLL_S)
        return told


@dataclass(frozen=True, kw_only=True)
class Started:
    """A job that was accepted. `answer` is that of its start."""

    owner: Owner
    word: str
    parts: Sequence[Part]
    answer: Json

    @property
    def id(self) -> str:
        return str(self.answer["jobId"])

    @property
    def troupe(self) -> Troupe:
        return self.owner.stage.troupe

    async def status(self) -> Json:
        answer = await self.owner.get(f"/api/jobs/{self.id}/status")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def report(self) -> httpx.Response:
        return await self.owner.get(f"/api/jobs/{self.id}/report")

    async def until(self, holds: Callable[[Json], bool], *, within_s: float = MOST_S) -> Json:
        """Poll until the status is like that; it is asked again while a service is away."""
        seen: Json = {}
        try:
            async with asyncio.timeout(within_s):
                while True:
                    answer = await self._looked()
                    if answer is not None and answer.status_code == 200:
                        seen = answer.json()
                        if holds(seen):
                            return seen
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise AssertionError(f"within {within_s} s it came only to {seen}") from None

    async def finished(self, *, within_s: float = ENDS_S) -> Json:
        """Wait for the end: its report is there and told."""
        return await self.until(lambda now: bool(now["finishedAt"]), within_s=within_s)

    async def call(self, reason: str, mind: int | str | None, *, times: int = 1) -> None:
        """Deliver this call of the queue as often as that, all at once. Each is answered by 200."""
        body = {"userId": self.owner.id, "job": self.id, "mind": mind, "reason": reason, "try": 0}
        calls = (self.owner.stage.deliver(body) for _ in range(times))
        answers = await asyncio.gather(*calls)
        assert [answer.status_code for answer in answers] == [200] * times, answers[0].text

    async def begun(self, calls: int) -> None:
        """Wait until the helpers have asked the model this often."""
        async with asyncio.timeout(MOST_S):
            while len(self.troupe.of(self.word, "helper")) < calls:  # noqa: ASYNC110 - the model is asked by processes
                await asyncio.sleep(0.02)

    async def stop(self, **more: int) -> Json:
        answer = await self.owner.post(f"/api/jobs/{self.id}/stop", more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def _looked(self) -> httpx.Response | None:
        try:
            return await self.owner.get(f"/api/jobs/{self.id}/status")
        except httpx.HTTPError:
            return None


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The running stack. `database` has the rows, `folder` the state of the services."""

    stack: Stack
    http: httpx.AsyncClient
    troupe: Troupe
    folder: Path

    def owner(self) -> Owner:
        return Owner(self)

    async def rows(self, query: bytes, *values: object) -> list[tuple[Any, ...]]:
        """Look into the database, beside the product."""
        url = self.stack.services.env["DATABASE_URL"]
        async with await AsyncConnection.connect(url) as connection:
            return list(await (await connection.execute(query, values)).fetchall())

    async def deliver(self, body: Json) -> httpx.Response:
        """Deliver a call to /api/brainToBrain as the queue does."""
        url = f"{self.stack.services.env['BRAIN_PUBLIC_URL']}/api/brainToBrain"
        raw = json.dumps(body).encode()
        signature = sign(key=CURRENT_SIGNING_KEY, url=url, body=raw, now_s=time.time())
        headers = {"Upstash-Signature": signature, "Content-Type": "application/json"}
        return await self.http.post("/api/brainToBrain", content=raw, headers=headers)

    async def spend(self, owner: Owner, tokens: int) -> None:
        """Let the owner have used so many of today's tokens."""
        query = b"""
            insert into brain.spending (user_id, day, used)
            values (%s, (now() at time zone 'utc')::date, %s) returning used
        """
        await self.rows(query, owner.id, tokens)

    # ---- troubles

    def calm(self) -> None:
        """End all troubles that a test may have left."""
        services = self.stack.services
        services.engine.switches = Switches(hurry=HURRY)
        services.pusher.switches = ChannelSwitches()
        services.queue.faults.clear()
        services.store.faults.clear()

    def kill(self, *names: str) -> None:
        """End the processes of these functions at once, with all that they are doing."""
        for name in names:
            self.stack.functions.kill(name, signal.SIGKILL)

    async def kill_often(self, chance: random.Random, times: int, *, most_s: float) -> None:
        """Kill a function by chance, again and again."""
        for _ in range(times):
            await asyncio.sleep(chance.uniform(0.05, most_s))
            self.kill(chance.choice(BRAINS))

    @contextmanager
    def queue(self, **switches: Any) -> Iterator[None]:
        """Let the queue have these faults."""
        engine = self.stack.services.engine
        before = engine.switches
        engine.switches = replace(before, **switches)
        try:
            yield
        finally:
            engine.switches = before

    @asynccontextmanager
    async def without_database(self) -> AsyncIterator[None]:
        """Freeze Postgres: it accepts nothing, answers nothing, and closes nothing."""
        [file] = (self.folder / "postgres").rglob("postmaster.pid")
        server = psutil.Process(int(file.read_text().split()[0]))
        frozen = [server, *server.children(recursive=True)]
        for process in frozen:
            process.suspend()
        try:
            yield
        finally:
            for process in reversed(frozen):
                process.resume()

    @contextmanager
    def without_channel(self) -> Iterator[None]:
        pusher = self.stack.services.pusher
        before = pusher.switches
        pusher.switches = replace(before, fail=Failure(status=500, seconds=ENDS_S))
        try:
            yield
        finally:
            pusher.switches = before

    @contextmanager
    def without_store(self) -> Iterator[None]:
        faults = self.stack.services.store.faults
        faults.add(Fault(kind="refuse", times=None))
        try:
            yield
        finally:
            faults.clear()

    @contextmanager
    def store_fails(self, kind: Literal["refuse", "lose"], words: str) -> Iterator[None]:
        """Let Redis fail for the requests that contain these words."""
        faults = self.stack.services.store.faults
        faults.add(Fault(kind=kind, times=None, body=words))
        try:
            yield
        finally:
            faults.clear()

    @contextmanager
    def without_queue(self) -> Iterator[None]:
        faults = self.stack.services.queue.faults
        faults.add(Fault(kind="refuse", times=None, path="/v2/"))
        try:
            yield
        finally:
            faults.clear()


@asynccontextmanager
async def staged(folder: Path, **settings: str) -> AsyncIterator[Stage]:
    """Run the stack with the model for jobs, until the block ends."""
    troupe = Troupe()
    async with served(troupe) as model:
        asked = {
            MAX_DURATION: str(MAX_DURATION_S),
            "BRAIN_LEASE_S": str(LEASE_S),
            "OPENAI_BASE_URL": f"{model}/v1",
            "OPENAI_API_KEY": "a key of the model",
            "BRAIN_MODEL": "troupe",
            **settings,
        }
        async with stack(folder, asked=asked, pace=0, on_line=_line) as running:
            town = await Town.of(running)
            async with town.http as http:
                stage = Stage(stack=running, http=http, troupe=troupe, folder=folder)
                stage.calm()
                yield stage


def _line(name: str, line: str) -> None:
    if os.environ.get("WALK_LINES") or "rror" in line or "Traceback" in line:
        print(f"{name}: {line}")

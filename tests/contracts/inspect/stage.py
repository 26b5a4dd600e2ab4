"""A deployment in one process, states that are planted in it, and the command that looks."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from qstash import AsyncQStash

from brain.cloud.postgres.database import Postgres
from brain.cloud.redis.upstash import Upstash
from brain.events.model import EventKind
from brain.inspect.__main__ import main
from brain.notices.model import Notice
from brain.notices.redis import RedisNoticeBoard
from brain.run.moves import CommitKind, WakeCall
from brain.wiring import Wiring
from local.engines import postgres
from tests.contracts.store import stage as store_stage
from tests.contracts.store.stage import SHORT, commit
from tests.local.qstash_stage import closed
from tests.routes.stage import Deployment, Json, User, deployed
from tests.routes.test_voice import QUIT, said

WORD = "xylophone"  # stands in every text that is planted


@dataclass(frozen=True, kw_only=True)
class Site:
    """`env` is what an operator has in the environment."""

    deployment: Deployment
    redis: Upstash
    database: Postgres
    wiring: Wiring
    client: AsyncQStash

    @property
    def env(self) -> dict[str, str]:
        return dict(self.deployment.env)

    def user(self) -> "Planted":
        """Return a user of whom nothing is stored."""
        user = self.deployment.user()
        store = store_stage.Stage(redis=self.redis, pass_time=asyncio.sleep, user=user.id)
        return Planted(site=self, user=user, store=store, run=f"run-of-{user.id}")


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A user, and the states that can be planted for them."""

    site: Site
    user: User
    store: store_stage.Stage
    run: str

    async def begun(self, *, dies: bool = False) -> Any:
        """A run with its first text. If it dies, its lease has expired."""
        limits = SHORT if dies else None
        arrival = self.store.arrival(f"A {WORD}.", run=self.run)
        admitted = await self.store.store(limits).admit(arrival)
        if dies:
            await self.store.run_out()
        return admitted

    async def answered(self) -> None:
        """A run that the deployment's own functions have answered."""
        text = f"A {WORD} for {self.user.id}"
        await self.site.deployment.direct(text, said(QUIT, f"One {WORD}."))
        assert (await self.user.ask(text)).json()["message"]["text"] == f"One {WORD}."

    async def handed_over(self, *, dies: bool = False) -> None:
        """A run between two invocations. If it dies, the successor has not come in time."""
        admitted = await self.begun()
        limits = SHORT if dies else None
        handed = commit(0, CommitKind.HAND_OVER)
        await self.store.store(limits).commit(admitted.token, handed)
        if dies:
            await self.store.run_out()

    async def called(self, *, delay_s: float = 3600) -> None:
        """A wake-up for the run on the queue."""
        call = WakeCall(user_id=self.user.id, run_id=self.run, reason="wakeup", wake=1)
        await self.site.wiring.queue.publish(call, delay_s=delay_s, dedup_id=f"{self.run}-wake-1")

    async def asked(self) -> None:
        """A run that rests with a question."""
        admitted = await self.begun()
        await self.store.ask(admitted.token, f"question-of-{self.user.id}")

    async def ended(self, because: str = "") -> None:
        """A run that has ended, early if there is a reason."""
        admitted = await self.begun()
        last = commit(0, CommitKind.END, f"The {WORD}.")
        await self.store.store().commit(admitted.token, replace(last, reason=because))

    async def noticed(self, kind: EventKind = "email", *, urgent: bool = False) -> None:
        """A notice that waits."""
        now = datetime.now(UTC)
        notice = Notice(
            id=f"notice-of-{self.user.id}",
            kind=kind,
            text=f"A {WORD}",
            urgent=urgent,
            at=now,
            expires_at=now + timedelta(days=1),
        )
        await RedisNoticeBoard(self.site.redis).keep(self.user.id, notice)

    async def given_up(self, *, path: str = "/api/messages", at: str = "") -> None:
        """A call that the queue has given up."""
        queue = self.site.deployment.queue
        dead = queue.counts().dead
        url = f"{at or self.site.env['BRAIN_PUBLIC_URL']}{path}"
        body = {"userId": self.user.id, "runId": self.run, "reason": "wakeup", "text": WORD}
        await self.site.client.message.publish_json(url=url, body=body, retries=0)
        async with asyncio.timeout(20):
            await queue.dead(dead + 1)


type Command = Callable[..., Awaitable[tuple[int, str]]]
type Findings = Callable[..., Awaitable[Json]]


async def command(site: Site, *arguments: str, **env: str) -> int:
    """Run the command in a thread, as the process that it is on an operator's machine."""
    async with asyncio.timeout(60):
        return await asyncio.to_thread(main, list(arguments), site.env | env)


def read(printed: str) -> Json:
    report: Json = json.loads(printed)
    return report


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(postgres(folder / "postgres"))
        running = await stack.enter_async_context(
            deployed(folder, DATABASE_URL=engine.url, BRAIN_HTTP_PATIENCE_S="60")
        )
        wiring = Wiring(running.env)
        stack.push_async_callback(wiring.aclose)
        redis = await stack.enter_async_context(
            aclosing(Upstash(running.env["UPSTASH_REDIS_REST_URL"], "redis-token"))
        )
        database = Postgres(engine.url)
        stack.push_async_callback(database.close)
        await database.run(lambda connection: connection.execute("select 1"))  # migrates
        client = AsyncQStash(
            running.env["QSTASH_TOKEN"], base_url=running.env["QSTASH_URL"], retry=False
        )
        stack.push_async_callback(closed, client)
        yield Site(deployment=running, redis=redis, database=database, wiring=wiring, client=client)

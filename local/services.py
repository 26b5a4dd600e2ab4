"""Runs the local services that replace the cloud's.

    python -m local.services      only the services, for functions under `vercel dev`

Redis and Postgres run as processes. In front of them, ASGI apps in this process implement the
vendors' interfaces, each with fault injection. The mail server runs in this process too.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from local.command import begin, state_dir, until_stopped
from local.dotenv import pointing
from local.engines import Postgres, Valkey, postgres, valkey
from local.environment import (
    CHANNEL_ID,
    CHANNEL_KEY,
    CHANNEL_SECRET,
    STORE_TOKEN,
    Env,
    model_settings,
    own,
    private_settings,
    service_settings,
    stored_secret,
    voice_settings,
)
from local.faults import FaultInjector
from local.gateway.doors import OwnDoor
from local.guard import Guard, guard
from local.mailbox.server import LocalMailbox, local_mailbox
from local.mailbox.settings import mail_settings
from local.model import scripted_model
from local.pusher import LocalPusher
from local.qstash import LocalQueue
from local.server import HOST, Address, serving
from local.upstash import upstash_app
from local.voice.serve import Fetched, voice

ROOT = Path(__file__).resolve().parent.parent
DATABASE_FILE = "database-url"  # beside the state, for programs that connect to the running stack
WEBHOOK_ROUTE = "/api/websocketToBrain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """Ports on which the services listen; 0 picks a free port."""

    store: int = 0
    queue: int = 0
    channel: int = 0
    model: int = 0
    imap: int = 0
    smtp: int = 0
    voice: int = 0

    @classmethod
    def beside(cls, port: int) -> Ports:
        """Return the ports after the page's port, so that they are the same on each start."""
        return cls(
            store=port + 1,
            queue=port + 2,
            channel=port + 3,
            model=port + 4,
            imap=port + 5,
            smtp=port + 6,
            voice=port + 7,
        )


class Switchable:
    """A served app that can be stopped and served again at the same address."""

    def __init__(self, app: ASGIApp, port: int, asked: Mapping[str, str]) -> None:
        """`asked` is the user's environment."""
        self.faults = FaultInjector(app)
        self._door = OwnDoor(self.faults, asked, from_any_port=True)
        self.address = Address(host=HOST, port=port)
        self._exits = AsyncExitStack()

    async def start(self) -> None:
        """Listen. Raises PortInUse."""
        self.address = await self._exits.enter_async_context(
            serving(self._door, port=self.address.port)
        )

    async def stop(self) -> None:
        """Close the port and every connection."""
        await self._exits.aclose()


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalServices:
    """The running services. `env` is what a function needs to find them."""

    env: Env
    store: Switchable
    queue: Switchable
    channel: Switchable
    model: Switchable
    engine: LocalQueue
    pusher: LocalPusher
    mailbox: LocalMailbox
    voice: Address
    store_pid: int


@asynccontextmanager
async def services(
    data_dir: Path,
    *,
    ports: Ports,
    public_url: str,
    watch: Guard,
    asked: Mapping[str, str],
    pace: float = 1.0,
    fetched: Fetched | None = None,
) -> AsyncIterator[LocalServices]:
    """Run all services until the block ends. Raises PortInUse.

    `asked` is the user's environment; `own` says what is used of it, beside keys of models. `pace`
    scales the scripted model's waits. Without `fetched`, ear and mouth are scripted.
    """
    async with AsyncExitStack() as exits:
        redis, database = await _engines(exits, data_dir, watch)
        engine, pusher = LocalQueue(data_dir / "queue.sqlite"), _pusher(public_url)
        apps = _apps(redis, engine, pusher, pace)
        store, queue, channel, model = await _start(exits, apps, ports, asked)
        mailbox = await _mailbox(exits, data_dir, ports)
        voice_at, voice_env = await _voice(exits, data_dir, ports, asked, watch, fetched)
        yield LocalServices(
            env={
                **service_settings(store.address, queue.address, channel.address, public_url),
                **model_settings(model.address, asked),
                **private_settings(database.url, stored_secret(data_dir, "jwt-secret")),
                **mail_settings(mailbox, data_dir, public_url, asked),
                **(voice_env | own(asked)),
            },
            store=store,
            queue=queue,
            channel=channel,
            model=model,
            engine=engine,
            pusher=pusher,
            mailbox=mailbox,
            voice=voice_at,
            store_pid=redis.pid,
        )


def _apps(redis: Valkey, engine: LocalQueue, pusher: LocalPusher, pace: float) -> list[ASGIApp]:
    """Return the apps of store, queue, channel and model."""
    store = upstash_app(redis.socket, token=STORE_TOKEN)
    return [store, engine.app, pusher.app, scripted_model(pace=pace)]


async def _start(
    exits: AsyncExitStack, apps: Iterable[ASGIApp], ports: Ports, asked: Mapping[str, str]
) -> list[Switchable]:
    """Serve the apps of store, queue, channel and model on their ports."""
    places = (ports.store, ports.queue, ports.channel, ports.model)
    served = [Switchable(app, port, asked) for app, port in zip(apps, places, strict=True)]
    for switchable in served:
        await switchable.start()
        exits.push_async_callback(switchable.stop)
    return served


async def _voice(
    exits: AsyncExitStack,
    data_dir: Path,
    ports: Ports,
    asked: Mapping[str, str],
    watch: Guard,
    fetched: Fetched | None,
) -> tuple[Address, Env]:
    """Serve the voice vendors; returns their address, and the settings that point at it."""
    senses = fetched or Fetched()
    served = voice(data_dir / "voice", port=ports.voice, asked=asked, watch=watch, fetched=senses)
    at = await exits.enter_async_context(served)
    # Without WebRTC a page would wait for a call that is never connected.
    calls = fetched is None or fetched.has_peer
    return at, voice_settings(at, asked, calls=calls, is_scripted=senses.is_scripted)


async def _mailbox(exits: AsyncExitStack, data_dir: Path, ports: Ports) -> LocalMailbox:
    return await exits.enter_async_context(
        local_mailbox(data_dir / "mailbox", imap_port=ports.imap, smtp_port=ports.smtp)
    )


def _pusher(public_url: str) -> LocalPusher:
    webhook = f"{public_url}{WEBHOOK_ROUTE}"
    return LocalPusher(CHANNEL_ID, CHANNEL_KEY, CHANNEL_SECRET, webhook=webhook)


async def _engines(exits: AsyncExitStack, data_dir: Path, watch: Guard) -> tuple[Valkey, Postgres]:
    redis, database = await asyncio.gather(
        exits.enter_async_context(valkey(data_dir / "redis")),
        exits.enter_async_context(postgres(data_dir / "postgres")),
    )
    (data_dir / DATABASE_FILE).write_text(database.url)
    watch.watch(redis.pid, signal.SIGTERM)
    watch.watch(database.pid, signal.SIGINT)  # Postgres: a fast, clean shutdown
    return redis, database


async def main(port: int, root: Path = ROOT) -> None:
    """Serve only the services, for functions that run elsewhere on this machine.

    Until the command ends, .env.local and .env in `root` point at them.
    """
    async with guard() as watch:
        running = services(
            state_dir(os.environ),
            ports=Ports.beside(port),
            public_url=f"http://{HOST}:{port}",
            watch=watch,
            asked=os.environ,
            fetched=Fetched.found(),
        )
        async with running as local:
            with pointing(root, local.env) as told:
                print(f"Services are up. {told} Ctrl-C ends them.", flush=True)
                await until_stopped()


if __name__ == "__main__":
    begin(main)

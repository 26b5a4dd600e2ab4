"""Runs everything on one machine: page, functions under the real runtime, and their services."""

from __future__ import annotations

import random
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from local.environment import MAX_DURATION
from local.faults import FaultInjector
from local.gateway import Gateway
from local.gateway.doors import OwnDoor
from local.gateway.policy import with_policy
from local.gateway.rules import read_rules
from local.guard import Guard, guard
from local.mailbox.control import PATH as EMAIL_PATH
from local.mailbox.control import mailbox_app
from local.platform import Durations, Functions, print_line
from local.platform.instance import OnLine
from local.server import HOST, reserve, serving
from local.services import ROOT, LocalServices, Ports, services
from local.voice.serve import Fetched

__all__ = ["MAX_DURATION", "Stack", "stack"]  # where others look for the variable

SOURCES = ("api", "brain")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """The running stack, at `url`. `faults` injects faults in front of its gateway."""

    url: str
    faults: FaultInjector
    services: LocalServices
    functions: Functions


@asynccontextmanager
async def stack(
    data_dir: Path,
    *,
    host: str = HOST,
    port: int = 0,
    ports: Ports | None = None,
    asked: Mapping[str, str] | None = None,
    pace: float = 1.0,
    on_line: OnLine = print_line,
    beside: Path | None = None,
    fetched: Fetched | None = None,
) -> AsyncIterator[Stack]:
    """Run everything until the block ends. Raises PortInUse, PolicyNotMade.

    From `asked`, the user's own environment, the same is used as by `services`. State is kept in
    `data_dir`. `fetched` is what hears and speaks, as in `services`. `beside` is the folder of
    another version of the code: each request goes to one of the two by chance.
    """
    asked = asked or {}
    rules = read_rules(ROOT / "vercel.json")
    durations = float(asked[MAX_DURATION]) if asked.get(MAX_DURATION) else rules.max_durations
    place, url = _reserved(host, port)
    async with (
        guard() as watch,
        services(
            data_dir,
            ports=ports or Ports(),
            public_url=url,
            watch=watch,
            asked=asked,
            pace=pace,
            fetched=fetched,
        ) as local,
        _functions(local, durations, watch, on_line) as functions,
        _beside(beside, local, durations, watch, on_line) as other,
    ):
        faults = FaultInjector(_either(await _gateway(local, functions), other))
        async with serving(OwnDoor(faults, asked), place=place):
            yield Stack(url=url, faults=faults, services=local, functions=functions)


def _reserved(host: str, port: int) -> tuple[socket.socket, str]:
    """Reserve a port: the functions must know their address before they are served."""
    place = reserve(host=host, port=port)
    return place, f"http://{HOST}:{place.getsockname()[1]}"


async def _gateway(local: LocalServices, functions: Functions, *, root: Path = ROOT) -> Gateway:
    rules = await with_policy(read_rules(root / "vercel.json"), root, local.env)
    here = {EMAIL_PATH: mailbox_app(local.mailbox)}
    return Gateway(public=root / "public", functions=functions, rules=rules, here=here)


def _functions(
    local: LocalServices, durations: Durations, watch: Guard, on_line: OnLine
) -> Functions:
    return Functions(
        ROOT,
        env=local.env,
        max_duration_s=durations,
        watch=[ROOT / name for name in SOURCES],
        guard=watch,
        on_line=on_line,
    )


@asynccontextmanager
async def _beside(
    root: Path | None, local: LocalServices, durations: Durations, watch: Guard, on_line: OnLine
) -> AsyncIterator[ASGIApp | None]:
    """Run the functions of another version of the code; nothing for None."""
    if root is None:
        yield None
        return
    async with Functions(
        root,
        env=local.env,
        max_duration_s=durations,
        guard=watch,
        on_line=lambda name, line: on_line(f"other {name}", line),
    ) as functions:
        yield await _gateway(local, functions, root=root)


def _either(first: ASGIApp, second: ASGIApp | None) -> ASGIApp:
    """Send each request or connection to one of two apps by chance, if there are two."""
    if second is None:
        return first

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        chosen = second if scope["type"] != "lifespan" and random.random() < 0.5 else first
        await chosen(scope, receive, send)

    return app

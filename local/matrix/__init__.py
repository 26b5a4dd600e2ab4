"""The resume matrix: the client is cut off at each moment of a question, on each road, and goes on
by each road. Its list must be the log, each entry once, every time.

The client is `public/brain.js`, run by Node with the vendor's pusher-js; the stack is all of it,
and lines of TCP between them are really cut. Where the cut falls is fixed by gates in the answers
of the scripted model, and by no time.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import time
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import jwt

from local.services import ROOT
from local.stack import Stack
from local.toolchain import version_of

ROADS = ("channel", "stream", "socket", "polling")
MOMENTS = (
    "before the first token",
    "between accept and answer",
    "in mid-word",
    "after the answer",
)
AT_ONCE = 12  # cells; with more, two cores make functions wait so long that they ask twice
TOKEN_S = 3600  # seconds
WARM_UP_S = 60.0  # seconds
SOCKETS_BUILT_IN = (22,)  # Node's version; before, its WebSocket has to be asked for
HERE = Path(__file__).parent

type Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One way to be cut off and to go on. `complaint` None: the list was the log."""

    cut_on: str
    moment: str
    goes_on_by: str
    entries: int
    seconds: float
    complaint: str | None


async def tried(stack: Stack, *, at_once: int = AT_ONCE) -> list[Cell]:
    """All 64, each with a user of its own."""
    await _warmed(stack)
    ways = product(ROADS, MOMENTS, ROADS)
    cells = [
        {"from": cut_on, "moment": moment, "to": goes_on_by, **someone(stack)}
        for cut_on, moment, goes_on_by in ways
    ]
    found = await run_node(HERE / "cells.js", stack, {"cells": cells, "atOnce": at_once})
    return [
        Cell(
            cut_on=each["from"],
            moment=each["moment"],
            goes_on_by=each["to"],
            entries=each["entries"],
            seconds=each["seconds"],
            complaint=each["complaint"],
        )
        for each in found
    ]


async def _warmed(stack: Stack) -> None:
    """Have every function's process up: the first cells would wait for all of them at once."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=WARM_UP_S) as http:
        names = sorted(stack.functions.names())
        await asyncio.gather(*(http.get(f"/api/{name}") for name in names))


def someone(stack: Stack) -> Json:
    """A new user: a token, and a word by which the model's script knows them."""
    claims = {"sub": f"user-{secrets.token_hex(8)}", "exp": int(time.time()) + TOKEN_S}
    secret = stack.services.env["BRAIN_JWT_SECRET"]
    return {"token": jwt.encode(claims, secret, algorithm="HS256"), "word": secrets.token_hex(6)}


async def run_node(script: Path, stack: Stack, task: Mapping[str, object]) -> list[Json]:
    """What a script of Node's prints, line by line of JSON, when it is told stack and task."""
    services = stack.services
    at = {
        "url": stack.url,
        "model": services.model.address.url,
        "channel": services.channel.address.url,
        "channelPort": services.channel.address.port,
    }
    node = shutil.which("node")
    assert node, "Node is needed"
    is_new = (version_of(node) or ()) >= SOCKETS_BUILT_IN
    flags = () if is_new else ("--experimental-websocket",)
    running = await asyncio.create_subprocess_exec(
        node, "--no-warnings", *flags, script, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    try:
        told = json.dumps({"stack": at, **task}).encode()
        printed, _ = await running.communicate(told)
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    assert running.returncode == 0, f"{script.name} ended with {running.returncode}"
    return [json.loads(line) for line in printed.splitlines()]


def table(cells: Sequence[Cell]) -> str:
    """In Markdown; a cell says how many entries list and log have."""
    by_way = {(cell.cut_on, cell.moment, cell.goes_on_by): cell for cell in cells}
    lines = [
        f"| cut on | moment | {' | '.join(f'on by {road}' for road in ROADS)} |",
        f"|---|---|{'---|' * len(ROADS)}",
    ]
    for cut_on, moment in product(ROADS, MOMENTS):
        drawn = [_drawn(by_way.get((cut_on, moment, road))) for road in ROADS]
        lines.append(f"| {cut_on} | {moment} | {' | '.join(drawn)} |")
    return "\n".join(lines)


def _drawn(cell: Cell | None) -> str:
    if cell is None:
        return "NOT TRIED"
    return f"ok, {cell.entries}" if cell.complaint is None else f"WRONG: {cell.complaint}"

"""The resume matrix: cuts the client off at each moment of a question and resumes over each road.

A road is a way to receive updates. The client is cut off on every road and resumes on every road.
Each time, its list must equal the log, with each entry once.

The client is `public/brain.js`, run by Node with the vendor's pusher-js. The stack is complete, and
the TCP connections between both are really cut. Gates in the scripted model's answers fix the
moment of the cut, so it does not depend on time.
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
AT_ONCE = 12  # cells; with more, functions on two cores are so slow that clients ask twice
TOKEN_S = 3600  # seconds
WARM_UP_S = 60.0  # seconds
SOCKETS_BUILT_IN = (22,)  # Node's version; older ones need a flag for WebSocket
HERE = Path(__file__).parent

type Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One way to be cut off and resume. `complaint` None: the list equals the log."""

    cut_on: str
    moment: str
    goes_on_by: str
    entries: int
    seconds: float
    complaint: str | None


async def tried(stack: Stack, *, at_once: int = AT_ONCE) -> list[Cell]:
    """Run all 64 cells, each with its own user."""
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
    """Start every function's process, so that the first cells do not wait for all of them at
    once.
    """
    async with httpx.AsyncClient(base_url=stack.url, timeout=WARM_UP_S) as http:
        names = sorted(stack.functions.names())
        await asyncio.gather(*(http.get(f"/api/{name}") for name in names))


def someone(stack: Stack) -> Json:
    """Return a new user: a token, and a word by which the model's script recognises the user."""
    claims = {"sub": f"user-{secrets.token_hex(8)}", "exp": int(time.time()) + TOKEN_S}
    secret = stack.services.env["BRAIN_JWT_SECRET"]
    return {"token": jwt.encode(claims, secret, algorithm="HS256"), "word": secrets.token_hex(6)}


async def run_node(script: Path, stack: Stack, task: Mapping[str, object]) -> list[Json]:
    """Run a Node script with the stack and a task as input; returns its output, one JSON value per
    line.
    """
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
        task_input = json.dumps({"stack": at, **task}).encode()
        printed, _ = await running.communicate(task_input)
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    assert running.returncode == 0, f"{script.name} ended with {running.returncode}"
    return [json.loads(line) for line in printed.splitlines()]


def table(cells: Sequence[Cell]) -> str:
    """Return the table in Markdown; a cell shows how many entries list and log have."""
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

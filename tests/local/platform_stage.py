"""The fixture functions behind a gateway, for the tests of both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from local.gateway import Gateway
from local.gateway.rules import Rules
from local.guard import Guard
from local.platform import Durations, Functions
from local.server import serving

HERE = Path(__file__).parent
NO_RULES = Rules(max_durations={})


class Lines:
    """The lines that the functions printed; a test can wait for one."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._more = asyncio.Event()

    def __call__(self, name: str, line: str) -> None:
        self.all.append(f"{name} | {line}")
        self._more.set()

    async def until(self, line: str) -> None:
        while line not in self.all:
            self._more.clear()
            await self._more.wait()


class Stage:
    def __init__(self, functions: Functions, lines: Lines, client: httpx.AsyncClient) -> None:
        self.functions = functions
        self.lines = lines
        self.client = client

    async def step(self, name: str) -> str:
        """Return the answer of the function `steps` to this step."""
        answer = await self.client.get(f"/api/steps?{name}")
        assert answer.status_code == 200, answer.text
        return answer.text


@asynccontextmanager
async def stage(
    *,
    public: Path = HERE,
    rules: Rules = NO_RULES,
    env: Mapping[str, str] | None = None,
    max_duration_s: Durations = 60.0,
    root: Path = HERE,
    api_dir: str = "functions",
    watch: tuple[Path, ...] = (),
    guard: Guard | None = None,
) -> AsyncIterator[Stage]:
    lines = Lines()
    functions = Functions(
        root,
        env=env or {},
        max_duration_s=max_duration_s,
        api_dir=api_dir,
        watch=watch,
        guard=guard,
        on_line=lines,
    )
    gateway = Gateway(public=public, functions=functions, rules=rules)
    async with (
        functions,
        serving(gateway) as address,
        httpx.AsyncClient(base_url=address.url, timeout=30.0) as client,
    ):
        yield Stage(functions, lines, client)

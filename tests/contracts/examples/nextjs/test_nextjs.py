"""examples/nextjs: its server's route signs in, and its page asks, approves, edits and rejects."""

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from local.engines import postgres
from local.toolchain import ROOT
from tests.routes.stage import JWT_SECRET, Deployment, Json, User
from tests.voice.chat.stage import says

pytestmark = pytest.mark.asyncio(loop_scope="package")

PAGE = Path(__file__).with_name("page.js")
LIMIT_S = 60.0


class Page:
    """The page of the example. `shown` is what it shows now."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.shown: Json = {"lines": [], "fields": [], "buttons": [], "problem": ""}

    def do(self, *command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(command)}\n".encode())

    async def until(self, is_so: Callable[[], bool]) -> None:
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(LIMIT_S):
                while not is_so():
                    line = await self._process.stdout.readline()
                    assert line, "the page has ended"
                    self.shown = json.loads(line)
        except TimeoutError:
            raise AssertionError(f"not shown; {self.shown}") from None

    async def until_button(self, label: str) -> None:
        await self.until(lambda: label in self.shown["buttons"])


@asynccontextmanager
async def opened(url: str, user: str, *, secret: str = JWT_SECRET) -> AsyncIterator[Page]:
    env = {"BRAIN_URL": url.rstrip("/"), "BRAIN_JWT_SECRET": secret, "DEMO_USER": user}
    process = await asyncio.create_subprocess_exec(
        "node", PAGE, stdin=PIPE, stdout=PIPE, cwd=ROOT, env={"PATH": os.environ["PATH"], **env}
    )
    try:
        yield Page(process)
    finally:
        process.kill()
        await process.wait()


@pytest_asyncio.fixture(loop_scope="package")
async def http(
    deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        postgres(tmp_path_factory.mktemp("postgres")) as engine,
        deployment.served(DATABASE_URL=engine.url) as http,
    ):
        yield http


async def test_it_asks_edits_approves_and_rejects(
    deployment: Deployment, user: User, http: httpx.AsyncClient
) -> None:
    async def kept(title: str) -> str:
        body = {"title": title, "body": "Text."}
        answer = await http.post("/api/documents", json=body, headers=user.headers)
        return str(answer.json()["id"])

    async def titles() -> set[str]:
        answer = await http.get("/api/documents", headers=user.headers)
        return {document["title"] for document in answer.json()["documents"]}

    good, bad, last = [await kept(title) for title in ("Good", "Bad", "Last")]

    def delete(id: str) -> Json:
        return {"calls": [{"name": "deleteDocument", "arguments": {"id": id}}]}

    await deployment.direct("Tidy up", delete(good), says("Tidied."))
    await deployment.direct("Clean up", delete(last), says("Kept."))
    async with opened(str(http.base_url), user.id) as page:
        await page.until_button("Ask")
        page.do("ask", "Tidy up, please")
        await page.until_button("Approve")
        assert page.shown["fields"] == [["id", good]]
        page.do("type", "id", bad)
        await page.until_button("Approve with changes")
        page.do("press", "Approve with changes")
        await page.until(lambda: any("Tidied." in line for line in page.shown["lines"]))
        assert await titles() == {"Good", "Last"}
        page.do("ask", "Clean up, please")
        await page.until_button("Reject")
        page.do("press", "Reject")
        await page.until(lambda: any("Kept." in line for line in page.shown["lines"]))
        assert await titles() == {"Good", "Last"}
    log: list[Any] = (await http.get("/api/messages", headers=user.headers)).json()["messages"]
    decisions = [entry["decision"] for entry in log if entry.get("decision")]
    assert [(one["verdict"], one.get("changed")) for one in decisions] == [
        ("approve", ["id"]),
        ("reject", None),
    ]


async def test_who_is_not_signed_in_gets_no_token(deployment: Deployment) -> None:
    async with opened(deployment.url, "") as page:
        await page.until(lambda: bool(page.shown["problem"]))
    assert page.shown["problem"] == "No token: 401"
    assert page.shown["buttons"] == []

"""The examples of the client's documentation run, against the stub gateway with its streams."""

import ast
import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.page.conftest import STREAMING, gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "reference" / "client.md").read_text()
FROM_PYTHON = (ROOT / "docs" / "how-to" / "use-from-python.md").read_text()
README = (ROOT / "README.md").read_text()
MOST_LINES = 20


def shown(language: str, text: str = TEXT) -> str:
    """The document's example in this language."""
    found = re.search(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize("language", ["html", "python", "sh"])
async def test_an_example_is_short(language: str) -> None:
    assert shown(language).count("\n") <= MOST_LINES


@pytest.mark.parametrize("text", [TEXT, README], ids=["client.md", "README.md"])
async def test_the_page_asks_and_shows_what_it_is_answered(
    context: BrowserContext, text: str
) -> None:
    async with gateway(STREAMING) as address:
        page = await context.new_page()
        await page.route(
            "**/client.html",
            lambda route: route.fulfill(body=shown("html", text), content_type="text/html"),
        )
        await page.goto(f"{address}/client.html")
        await expect(page).to_have_title("live: idle")

        await page.locator("input").fill("slow hello")
        # It lasts a second, so each frame is looked at, and from before the click.
        running = asyncio.create_task(page.wait_for_function("document.title === 'live: running'"))
        await page.get_by_role("button", name="Ask").click()

        await running
        await expect(page.locator("#log")).to_contain_text("brain: Answer to slow hello")
        await expect(page.locator("#log")).to_contain_text("user: slow hello\nbrain: Looking.")
        await expect(page).to_have_title("live: idle")


async def test_the_shell_asks_and_then_listens() -> None:
    async with gateway(STREAMING) as address:
        environment = {"PATH": os.environ["PATH"], "BRAIN": address}
        shell = await asyncio.create_subprocess_exec(
            "bash", "-c", shown("sh"), stdout=PIPE, env=environment, process_group=0
        )
        assert shell.stdout
        try:
            answered = await shell.stdout.readuntil(b"event: done")
            listened = await shell.stdout.readuntil(b"Answer to What did Anna write?")
            listened += await shell.stdout.readuntil(b"id: 3")
        finally:
            os.killpg(shell.pid, 15)
            await shell.wait()

    assert answered.count(b"event: content") == 6
    assert b"retry: 1000" in listened


async def test_the_python_example_is_python() -> None:
    assert ast.parse(shown("python"))


async def test_the_program_of_the_guide_prints_the_answer_as_it_comes() -> None:
    async with gateway(STREAMING) as address:
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            shown("python", FROM_PYTHON),
            stdout=PIPE,
            stderr=PIPE,
            env={"PATH": os.environ["PATH"], "BRAIN": address},
        )
        printed, complaint = await program.communicate()

    assert program.returncode == 0, complaint.decode()
    as_it_came, _, answer = printed.decode().strip().rpartition("\n")
    assert answer in as_it_came
    assert answer == "Answer to What did Anna write?"

"""A browser, and the stub gateway with the page."""

import asyncio
import os
import shutil
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from local.toolchain import find_browser

HERE = Path(__file__).parent
STUB = HERE / "stub_server.js"  # the page, canned answers, no streams
STREAMING = HERE / "http_server.js"  # the client's files, and all roads but channel and socket
ENGLISH = "en-US"
# The limit of Playwright's `expect` is five seconds otherwise, and a loaded machine needs more.
expect.set_options(timeout=30_000)
BROWSER_ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]

HIDE = """(isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


@asynccontextmanager
async def gateway(script: Path = STUB, **settings: str) -> AsyncIterator[str]:
    """A stub server's address."""
    node = shutil.which("node")
    assert node, "Node is needed"
    environment = {"PATH": os.environ["PATH"], **settings}
    server = await asyncio.create_subprocess_exec(node, script, stdout=PIPE, env=environment)
    assert server.stdout
    try:
        yield (await server.stdout.readline()).decode().strip()
    finally:
        server.terminate()
        await server.wait()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """As wide as the narrowest phone."""
    context = await browser.new_context(viewport={"width": 320, "height": 640}, locale=ENGLISH)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """The page, opened; an error that nobody caught fails the test."""
    async with started(context) as page:
        yield page


@asynccontextmanager
async def started(context: BrowserContext, **settings: str) -> AsyncIterator[Page]:
    """Open the page where its server has these settings; an error that nobody caught fails."""
    async with gateway(STUB, **settings) as address:
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(address)
        await expect(page.get_by_text("Polling")).to_be_visible()
        yield page
        assert complaints == []


async def hide(page: Page, *, is_hidden: bool = True) -> None:
    """Let the page be out of sight, as in another tab, or in sight again."""
    await page.evaluate(HIDE, is_hidden)

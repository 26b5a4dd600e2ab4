"""The client alone in a page of Chromium: `cell` in it holds the connection and what it tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

from playwright.async_api import Browser, Page

from tests.walks.pages import LIMIT_MS

if TYPE_CHECKING:
    from tests.walks.conftest import Person

type Road = Literal["channel", "stream", "socket", "polling"]

NO_SCRIPTS = "/api/health"  # a document of the brain's origin that holds no script of its own
BEGIN = """async ([token, road, wsPort]) => {
    const { connect } = await import('/brain.js');
    const { default: Pusher } = await import('/vendor/pusher.js');
    class Channel extends Pusher {
        constructor(key, options) { super(key, { ...options, wsPort }); }
    }
    const brain = await connect({ token, road, Pusher: Channel });
    const cell = { brain, heard: [], pieces: [], answers: [], state: null };
    brain.onMessage((entry) => cell.heard.push(entry));
    brain.onPiece((piece) => cell.pieces.push(piece));
    brain.onState((state) => (cell.state = state));
    window.cell = cell;
}"""
ASK = """(text) => void cell.brain.askBrain(text).then(
    ({ state }) => cell.answers.push(state), (error) => cell.answers.push(`${error}`))"""
TAKES = "(road) => cell.state.road === road"
REACHES = "(seq) => cell.heard.at(-1)?.seq >= seq"


@asynccontextmanager
async def bare_page(browser: Browser, url: str) -> AsyncIterator[Page]:
    """A page at this origin, in a browser of its own, with nothing of ours in it."""
    context = await browser.new_context()
    context.set_default_timeout(LIMIT_MS)
    page = await context.new_page()
    await page.goto(f"{url}{NO_SCRIPTS}")
    yield page
    await context.close()


async def begin(page: Page, person: Person, *, road: Road | None, channel_port: int) -> None:
    """Let the client connect for a person, by this road or by whichever works best."""
    await page.evaluate(BEGIN, [person.token(), road, channel_port])
    if road is not None:
        await takes(page, road)


async def ask(page: Page, text: str) -> None:
    """Hand a text to the brain, and do not wait."""
    await page.evaluate(ASK, text)


async def takes(page: Page, road: Road) -> None:
    """Wait until the client hears by this road."""
    await page.wait_for_function(TAKES, arg=road)


async def reaches(page: Page, seq: int) -> None:
    """Wait until the client has told of this place of the log."""
    await page.wait_for_function(REACHES, arg=seq)

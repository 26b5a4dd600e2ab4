"""Devices of one user: browsers that share nothing, each with the client in an empty document."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

from tests.walks.conftest import LIMIT_S, Json, Person, Town

BARE = "/api/health"
# `voice`: speaks, with so many ms for each message; 0 begins and never ends; null is silent.
OPEN = """async ({ token, road, voice }) => {
    const { connect } = await import('/brain.js');
    const brain = await connect({ token, road: road ?? undefined });
    const walk = (window.walk = { brain, heard: [], said: [], state: null });
    brain.onMessage((entry) => walk.heard.push({ ...entry, atMs: Date.now() }));
    walk.speak = (voice) =>
        brain.onSpeak(({ text }, done) => {
            walk.said.push(text);
            if (voice) setTimeout(() => done('played'), voice);
        });
    if (voice !== null) walk.speak(voice);
    brain.onState((state) => (walk.state = state));
}"""
UP = "walk.state.connection === 'live'"
POLLS = "walk.state.connection === 'polling'"
# What is spoken, or is not to be spoken any more, is noted in the browser.
SETTLED = """(JSON.parse(localStorage.getItem(
    Object.keys(localStorage).find((name) => name.endsWith(':spoken')))) ?? []).includes(%d)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """A browser of the person's, with one page."""

    context: BrowserContext
    page: Page
    person: Person

    async def open(self, *, road: str | None = None, voice: int | None = 50) -> None:
        given = {"token": self.person.token(), "road": road, "voice": voice}
        await self.page.evaluate(OPEN, given)
        await self.until(POLLS if road == "polling" else UP)

    async def speak(self) -> None:
        """Turn the voice on."""
        await self.page.evaluate("() => void walk.speak(50)")

    async def ask(self, text: str, **options: Any) -> None:
        """Ask, and do not wait for the answer."""
        asked = [f"{text} {self.person.word}", options]
        await self.page.evaluate(
            "(asked) => void walk.brain.askBrain(...asked).catch(() => {})", asked
        )

    async def until(self, holds: str) -> None:
        async with asyncio.timeout(LIMIT_S):
            await self.page.evaluate(f"""() => new Promise((resolve) => {{
                const look = () => ({holds} ? resolve() : setTimeout(look, 20));
                look();
            }})""")

    async def until_heard(self, text: str) -> Json:
        await self.until(f"walk.heard.some((entry) => entry.text.startsWith('{text}'))")
        return next(e for e in await self.has("heard") if e["text"].startswith(text))

    async def until_said(self, text: str) -> None:
        await self.until(f"walk.said.includes('{text}')")

    async def until_settled(self, seq: int) -> None:
        """Wait until this device has said the message, or knows that it will never say it."""
        await self.until(SETTLED % seq)

    async def has(self, what: str) -> Any:
        return await self.page.evaluate(f"walk.{what}")

    async def close(self) -> None:
        """Close the browser, as a crash does: nothing is said goodbye to."""
        await self.context.close()


type Make = Callable[[], Awaitable[Device]]


@asynccontextmanager
async def devices_of(browser: Browser, town: Town, person: Person) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:

        async def make() -> Device:
            context = await browser.new_context(locale="en-US")
            stack.push_async_callback(context.close)
            page = await context.new_page()
            await page.goto(f"{town.stack.url}{BARE}")
            return Device(context=context, page=page, person=person)

        yield make

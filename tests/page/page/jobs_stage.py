"""The page with canned jobs, for tests of its panel."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.page.conftest import ENGLISH, gateway

HELPERS, TALK, REHEARSAL = "Three days in Lisbon", "Should I buy the van?", "Six rehearsals"
SPEAKERS = ["Task", "Pro", "Con", "Pro"]
# Two voices, and what each of them was given to say.
SPEECH = """
    window.spoken = [];
    const voices = ['Anna', 'Ben'].map((name) => ({ name, lang: 'en-US' }));
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    Object.defineProperty(window, 'speechSynthesis', { value: {
        getVoices: () => voices,
        cancel() { window.cancelled = (window.cancelled ?? 0) + 1; },
        speak(utterance) {
            setTimeout(() => utterance.onstart?.());
            if (!utterance.text.trim()) return;
            spoken.push([utterance.text, utterance.voice?.name ?? null]);
            document.body.dataset.spoken = spoken.length;
            if (!window.hangs) setTimeout(() => utterance.onend?.(), 20);
        },
    } });
"""


@asynccontextmanager
async def opened(
    browser: Browser, jobs: str = "1", *, script: str = "", width: int = 1280, **choices: Any
) -> AsyncIterator[Page]:
    """The page with the panel of jobs; an error that nobody caught fails the test."""
    async with gateway(JOBS=jobs) as address:
        size: Any = {"width": width, "height": 760}
        context = await browser.new_context(viewport=size, **({"locale": ENGLISH} | choices))
        page = await context.new_page()
        if script:
            await page.add_init_script(script)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{address}/#jobs")
        await expect(page.locator(".job")).to_have_count(3)
        yield page
        await context.close()
        assert complaints == []


@pytest_asyncio.fixture(loop_scope="module")
async def still(browser: Browser) -> AsyncIterator[Page]:
    """Jobs that do not go on by themselves, on the narrowest page."""
    async with opened(browser, "still", width=360) as page:
        yield page


def row(page: Page, title: str) -> Locator:
    return page.locator(".job").filter(has_text=title)


async def show(page: Page, title: str) -> None:
    await page.get_by_role("button", name=title, exact=True).click()
    await expect(page.locator(".job-view h3").first).to_have_text(title)


async def orders(page: Page) -> list[dict[str, Any]]:
    """What the page asked the server to do."""
    asked = "async () => (await fetch('/api/_orders')).json()"
    found: list[dict[str, Any]] = await page.evaluate(asked)
    return found

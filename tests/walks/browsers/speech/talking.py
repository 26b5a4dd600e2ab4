"""The page in a browser whose ear and mouth are played, with faults, against the real functions."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page

from tests.walks.conftest import Person, Town
from tests.walks.pages import LIMIT_MS, connected, shows

FAULTS = Path(__file__).with_name("browser_faults.js").read_text("utf-8")
SILENT_MS = 1_000
LATE_S = 1.0  # more than the other device waits: the answer comes by the channel


class Talker:
    """A page that talks, and what its browser was asked to do."""

    def __init__(self, page: Page, person: Person) -> None:
        self.page = page
        self.person = person
        self.field: Locator = page.locator("#text")  # its label is in the page's language
        self.dictate: Locator = page.get_by_role("button", name="Dictate")
        self.speak: Locator = page.get_by_role("button", name="Speak answers")

    async def begun(self) -> list[dict[str, Any]]:
        """Return the utterances that have begun."""
        return list(await self.page.evaluate("mouth.begun"))

    async def said(self) -> list[str]:
        return [one["text"] for one in await self.begun()]

    async def until_said(self, text: str) -> dict[str, Any]:
        """Wait until an utterance with these words has begun; returns it."""
        find = "(text) => mouth.begun.find((one) => one.text.includes(text)) ?? null"
        await self.page.wait_for_function(find, arg=text)
        found: dict[str, Any] = await self.page.evaluate(find, text)
        return found

    async def stays_silent(self, page: Page | None = None, said: tuple[str, ...] = ()) -> None:
        """Fail if anything else begins to be said within more than a tab waits for another."""
        here = page or self.page
        await here.wait_for_timeout(SILENT_MS)
        assert await here.evaluate("mouth.begun.map((one) => one.text)") == list(said)

    async def elsewhere(self, text: str, *answers: Any) -> None:
        """Ask from another device, and wait until this page shows the last answer."""
        await self.person.script(*answers[:-1], {"delay_s": LATE_S, **answers[-1]})
        await self.person.ask(text, patience=0.1)
        [call] = answers[-1]["calls"]
        await shows(self.page.get_by_text(call["arguments"]["message"]))

    async def users(self) -> list[str]:
        """Return the user's texts in the log."""
        return [one["text"] for one in await self.person.log() if one["role"] == "user"]


@asynccontextmanager
async def talking(
    browser: Browser,
    town: Town,
    person: Person,
    *,
    is_on: bool = True,
    locale: str = "en-US",
    **faults: Any,
) -> AsyncIterator[Talker]:
    """Open the page of a person, with the voice on from an earlier visit or not."""
    context = await browser.new_context(locale=locale)
    context.set_default_timeout(LIMIT_MS)
    kept = [f"sessionStorage.setItem('second-brain-token', '{person.token()}');"]
    if is_on:
        kept.append("localStorage.setItem('second-brain-speak', 'on');")
    kept.append(f"window.faults = {json.dumps(faults)};")
    await context.add_init_script("".join(kept) + FAULTS)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(town.stack.url)
    if locale.startswith("en"):
        await connected(page)
    yield Talker(page, person)
    await context.close()
    assert complaints == []

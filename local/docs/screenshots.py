"""Takes the pictures of the page for README.md: a conversation with the scripted model.

    python -m local.docs.screenshots [FOLDER]      page-light.png and page-dark.png, in docs/images

Runs its own stack with fresh state, so it can run beside `make dev`. Needs Chromium.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright, expect

from local.docs.palette import reduced
from local.platform.instance import OnLine
from local.services import ROOT
from local.stack import stack
from local.toolchain import find_browser

FOLDER = ROOT / "docs" / "images"
SIZE = (1280, 794)  # CSS pixels: wide enough for the conversation and a panel side by side
SCALE = 1.5  # device pixels per CSS pixel; more would make the files too large for a README
LIMIT_MS = 30_000  # for each wait
BROWSER_ARGS = ["--no-sandbox"]  # containers and root have no sandbox
PANEL = "Mailbox"
TALK = (
    ("Is there any new email from Anna?", "Dinner on Friday"),
    ("Reply to Anna: Friday at seven is perfect. I eat everything!", "Friday at seven is perfect"),
)

type Scheme = Literal["light", "dark"]


async def take(folder: Path, on_line: OnLine) -> None:
    """Hold the conversation, and take a picture in each colour scheme."""
    with tempfile.TemporaryDirectory() as state:
        async with stack(Path(state), on_line=on_line) as local, async_playwright() as play:
            browser = await play.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGS)
            await _talk(await _opened(browser, local.url, "light"))
            for scheme in ("light", "dark"):
                page = await _opened(browser, local.url, scheme)
                await _photograph(page, folder / f"page-{scheme}.png")
            await browser.close()


async def _opened(browser: Browser, url: str, scheme: Scheme) -> Page:
    width, height = SIZE
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=SCALE,
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="en-GB",
    )
    context.set_default_timeout(LIMIT_MS)
    page = await context.new_page()
    await page.goto(url)
    return page


async def _talk(page: Page) -> None:
    """Type each text, and wait for part of its answer before the next."""
    for text, answer in TALK:
        await page.locator("#text").fill(text)
        await page.keyboard.press("Enter")
        said = page.locator("#log article:not(.user)").filter(has_text=answer)
        await expect(said.last).to_be_visible(timeout=LIMIT_MS)
    await page.context.close()


async def _photograph(page: Page, file: Path) -> None:
    await page.locator("#panels").get_by_text(PANEL).click()
    await expect(page.locator("#log")).to_contain_text(TALK[-1][1], timeout=LIMIT_MS)
    await expect(page.locator("#panel [aria-busy=true]")).to_have_count(0, timeout=LIMIT_MS)
    await page.locator("#scroll").evaluate("(place) => place.scrollTo(0, place.scrollHeight)")
    picture = await page.screenshot(animations="disabled", caret="hide")
    await asyncio.to_thread(_write, file, picture)
    await page.context.close()


def _write(file: Path, picture: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(reduced(picture))


def _discard(*_: object) -> None:
    """Drop the functions' log lines; the pictures do not need them."""


def main() -> None:
    """Write the pictures to the folder named on the command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    asyncio.run(take(folder, _discard))


if __name__ == "__main__":
    main()

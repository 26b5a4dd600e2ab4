"""The page in a real browser, as used by the walks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from playwright.async_api import Browser, Locator, Page, expect

from local.mailbox.control import PATH as EMAIL_PATH

if TYPE_CHECKING:
    from tests.walks.conftest import Person, Town

BROWSER_ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
LIMIT_MS = 30_000  # for anything that a test waits for on a page
expect.set_options(timeout=LIMIT_MS)  # instead of five seconds
HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
SHOWN = """[...document.querySelectorAll('#log article')].map(
    (entry) => [entry.className.replace('entry ', ''), entry.querySelector('p').textContent])"""


@asynccontextmanager
async def opened(
    browser: Browser, town: Town, person: Person | None = None, **context_options: Any
) -> AsyncIterator[tuple[Page, list[str]]]:
    """Open the page in a new browser context; yields it with its console errors.

    It belongs to this person, or, without one, to the owner, like any page opened on this machine.
    """
    context = await browser.new_context(**{"locale": "en-US", **context_options})
    context.set_default_timeout(LIMIT_MS)
    if person:
        token = f"sessionStorage.setItem('second-brain-token', '{person.token()}')"
        await context.add_init_script(token)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    await page.goto(town.stack.url)
    yield page, complaints
    await context.close()


async def shows(what: Locator) -> None:
    await expect(what).to_be_visible()


async def connected(page: Page) -> None:
    await shows(page.get_by_text("Connected", exact=True))


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.keyboard.press("Enter")


async def answered(page: Page, text: str) -> None:
    await shows(page.locator(".say").get_by_text(text))


async def on_page(page: Page) -> list[list[str]]:
    """Return kind and text of all entries, from first to last."""
    return list(await page.evaluate(SHOWN))


async def in_log(person: Person) -> list[list[str]]:
    """Return the same, from the log."""
    return [[entry.get("kind", "user"), entry["text"]] for entry in await person.log()]


async def sent_emails(town: Town) -> list[dict[str, Any]]:
    """Return the emails that the mail server accepted, newest first."""
    return list((await town.http.get(EMAIL_PATH)).json()["sent"])


# ---- panels


async def open_panel(page: Page, name: str) -> Locator:
    """Open the panel with this name, and wait until it is loaded."""
    await page.get_by_role("navigation").get_by_role("button", name=name, exact=True).click()
    return await the_panel(page, name)


async def the_panel(page: Page, name: str) -> Locator:
    panel = page.get_by_role("complementary", name=name)
    await shows(panel)
    for part in await panel.locator(".loaded").all():
        await expect(part).to_have_attribute("aria-busy", "false")
    return panel


async def confirm(panel: Locator, what: str) -> None:
    """Press the button, and confirm its question."""
    await panel.get_by_role("button", name=what).click()
    await panel.get_by_role("button", name=f"Yes, {what.partition(':')[0].lower()}").click()

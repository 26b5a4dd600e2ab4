"""The keyboard alone: every control of the page is pressed, and the focus is never lost."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.page.conftest import ENGLISH, gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

MOST = 60  # presses in one state
# Leaves the page for the platform's own window, which no test can close.
ELSEWHERE = ("Choose files", "Dictate")
# Focuses the first control that was not pressed yet, and names it.
NEXT = """([pressed, elsewhere]) => {
    const kinds = 'button, summary, input[type=checkbox], input[type=radio]';
    const top = document.querySelector('dialog[open], .roads:popover-open') ?? document;
    for (const one of top.querySelectorAll(kinds)) {
        const place = one.closest('.panel, dialog, form, .scroll, header, nav, .bottom, .roads');
        const label = one.labels?.[0]?.innerText;
        const words = (one.ariaLabel || one.innerText || label || one.id).trim();
        const name = `${place?.className || place?.id || place?.tagName}: ${words}`;
        const isOff = one.disabled || one.ariaDisabled === 'true' || !one.checkVisibility();
        if (isOff || pressed.includes(name) || elsewhere.includes(words)) continue;
        one.focus();
        if (document.activeElement === one) return [name, one.matches('input') ? ' ' : 'Enter'];
    }
    return null;
}"""
# Nothing is under way, and what follows on the last change has happened.
SETTLED = """async () => {
    const busy = '.panel [aria-busy=true], dialog [aria-busy=true], [data-busy]';
    const isBusy = () => document.querySelector(busy);
    const turn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    do { await turn(); await turn(); } while (isBusy());
}"""
FOCUS = "document.activeElement?.tagName ?? 'nothing'"

type Setup = Callable[[Page], Awaitable[object]]


@pytest_asyncio.fixture(loop_scope="module")
async def opened(browser: Browser) -> AsyncIterator[Callable[[str], Awaitable[Page]]]:
    """Open the page, with a panel."""
    async with gateway(THINGS="1", LOG="120", JOBS="still", VOICE="chat") as address:
        context = await browser.new_context(locale=ENGLISH)

        async def open_page(panel: str = "") -> Page:
            page = await context.new_page()
            await page.goto(f"{address}/#{panel}")
            await expect(page.get_by_text("Question 119")).to_be_visible()
            return page

        yield open_page
        await context.close()


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.keyboard.press("Enter")


async def nothing(page: Page) -> None:
    pass


async def failed_text(page: Page) -> None:
    await ask(page, "fail, please")
    await expect(page.get_by_text("Not sent.")).to_be_visible()


async def running(page: Page) -> None:
    await ask(page, "four steps, please")
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()


async def asked(page: Page) -> None:
    await ask(page, "ask")
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()


async def refusing(page: Page) -> None:
    async def refuse(route: Route) -> None:
        if route.request.method == "GET":
            return await route.continue_()
        await route.fulfill(status=503, json={"title": "A service cannot be reached."})

    names = (
        "documents",
        "emails",
        "facts",
        "reminders",
        "rules",
        "preferences",
        "control",
        "erase",
    )
    for name in names:
        await page.route(f"**/api/{name}*", refuse)


async def unreachable(page: Page) -> None:
    things = re.compile(r"/api/(documents|emails|facts|messages|reminders|rules)")
    await page.route(things, lambda route: route.abort())
    await page.get_by_role("button", name="Memory").click()
    await expect(page.get_by_role("button", name="Try again").first).to_be_visible()


async def settings(page: Page) -> None:
    await page.get_by_role("button", name="Settings").click()
    await expect(page.get_by_label("Spoken language")).to_be_visible()


async def searching(page: Page) -> None:
    await page.get_by_role("button", name="Search the conversation").click()
    await page.get_by_role("searchbox").fill("Question 11")
    await expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()


async def not_set_up(page: Page) -> None:
    problem = {"title": "Not set up.", "detail": "KEY is missing."}
    await page.route("**/api/voiceToBrain", lambda route: route.fulfill(status=500, json=problem))
    await ask(page, "hello")
    await expect(page.get_by_text("KEY is missing.")).to_be_visible()


async def hands_free(page: Page) -> None:
    await page.get_by_role("button", name="Hands-free").click()
    await expect(page.get_by_role("region", name="Hands-free")).to_be_visible()


STATES: list[tuple[str, Setup]] = [
    ("", nothing),
    ("", failed_text),
    ("", running),
    ("", asked),
    ("documents", nothing),
    ("mailbox", nothing),
    ("notifications", nothing),
    ("memory", nothing),
    ("memory", refusing),
    ("notifications", refusing),
    ("", unreachable),
    ("", settings),
    ("", searching),
    ("", not_set_up),
    ("", hands_free),
    ("data", nothing),
    ("data", refusing),
    ("jobs", nothing),
]


@pytest.mark.parametrize(
    ("panel", "setup"), STATES, ids=[f"{panel or 'talk'}-{act.__name__}" for panel, act in STATES]
)
async def test_no_control_takes_the_focus_along(
    opened: Callable[[str], Awaitable[Page]], panel: str, setup: Setup
) -> None:
    page = await opened(panel)
    await page.evaluate(SETTLED)
    await setup(page)
    pressed: list[str] = []
    while (found := await page.evaluate(NEXT, [pressed, ELSEWHERE])) and len(pressed) < MOST:
        name, key = found
        pressed.append(name)
        await page.keyboard.press(key)
        await page.evaluate(SETTLED)
        assert await page.evaluate(FOCUS) not in ("BODY", "HTML", "nothing"), pressed[-3:]
    assert len(pressed) > 5
    await page.close()


async def test_after_a_decision_the_composer_or_the_next_question_has_the_focus(
    opened: Callable[[str], Awaitable[Page]],
) -> None:
    page = await opened("")
    await asked(page)
    await page.get_by_role("button", name="Approve", exact=True).press("Enter")
    await expect(page.get_by_text("You approved this.")).to_be_visible()
    await expect(page.get_by_label("Your message")).to_be_focused()
    await page.close()


async def test_after_a_deletion_the_next_row_has_the_focus_and_then_the_title(
    opened: Callable[[str], Awaitable[Page]],
) -> None:
    page = await opened("notifications")
    rules = page.get_by_role("listitem").filter(has_text="Rule")
    count = await rules.count()
    while count > 1:
        await rules.first.get_by_role("button", name="Delete").press("Enter")
        await page.get_by_role("button", name="Yes, delete").press("Enter")
        await expect(rules).to_have_count(count - 1)
        count -= 1
        await expect(rules.first.get_by_role("button").first).to_be_focused()
    await rules.first.get_by_role("button", name="Delete").press("Enter")
    await page.get_by_role("button", name="Yes, delete").press("Enter")
    await expect(rules).to_have_count(0)
    await expect(page.get_by_role("heading", name="Tell me when")).to_be_focused()
    await page.close()


async def test_save_keeps_the_focus_while_it_saves(
    opened: Callable[[str], Awaitable[Page]],
) -> None:
    page = await opened("notifications")
    save = page.get_by_role("button", name="Save").first
    await save.press("Enter")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await expect(save).to_be_focused()
    await page.close()

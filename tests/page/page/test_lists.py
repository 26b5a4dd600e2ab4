"""The lists of the panels in a real browser: reminders, and a list that cannot be loaded again."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, Route, expect

from tests.page.conftest import gateway, started
from tests.page.voice.desk import POLICY

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

TRY_MARKUP = """() => {
    const act = () => { document.body.insertAdjacentHTML('beforeend', '<b id=planted>x</b>'); };
    try { act(); } catch { /* the policy forbids it */ }
    return document.getElementById('planted') === null;
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """The page with the user's things, under the policy of the platform."""
    async with started(context, THINGS="1", CSP=POLICY) as page:
        yield page


async def open_panel(page: Page, name: str) -> None:
    await page.get_by_role("navigation").get_by_role("button", name=name).click()


async def test_reminders_are_listed_and_cancelled(page: Page) -> None:
    await open_panel(page, "Memory")
    reminders = page.get_by_role("listitem").filter(has_text="Reminder")
    await expect(reminders).to_have_count(3)
    for left in (2, 1, 0):
        await reminders.first.get_by_role("button", name="Delete").click()
        await page.get_by_role("button", name="Yes, delete").click()
        await expect(reminders).to_have_count(left)
    await expect(page.get_by_text("No reminders are set.")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="Fact")).to_have_count(3)


async def test_a_list_that_cannot_be_loaded_again_keeps_what_it_shows(page: Page) -> None:
    await open_panel(page, "Mailbox")
    letters = page.get_by_role("listitem").filter(has_text="Letter")
    await expect(letters).to_have_count(3)
    await page.route("**/api/emails*", lambda route: route.abort())
    for _ in range(2):
        await page.get_by_role("button", name="Refresh").click()
        await expect(page.get_by_role("alert").filter(has_text="cannot be reached")).to_have_count(
            1
        )
        await expect(letters).to_have_count(3)
    await page.unroute("**/api/emails*")

    await page.get_by_role("button", name="Try again").click()

    await expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    await expect(letters).to_have_count(3)


async def test_another_search_that_fails_shows_nothing_of_the_last_one(page: Page) -> None:
    await open_panel(page, "Mailbox")
    letters = page.get_by_role("listitem").filter(has_text="Letter")
    await expect(letters).to_have_count(3)
    await page.route("**/api/emails*", lambda route: route.abort())

    await page.get_by_role("searchbox").fill("Letter 1")

    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await expect(letters).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(0, "cannot be reached"), (429, "a lot at once"), (503, "The server failed")],
)
async def test_a_next_page_that_fails_keeps_the_rows_and_can_be_tried_again(
    context: BrowserContext, status: int, reason: str
) -> None:
    async def refuse(route: Route) -> None:
        problem = {"status": status, "title": "Refused"}
        await (route.fulfill(status=status, json=problem) if status else route.abort())

    async with gateway(THINGS="120", CSP=POLICY) as address:
        page = await context.new_page()
        await page.route("**/api/facts?*cursor=f*", refuse)
        await page.goto(f"{address}/#memory")
        facts = page.get_by_role("listitem").filter(has_text="Fact")
        more = page.locator(".more").filter(has_text="of 120").first
        again, problem = more.get_by_role("button", name="Show more"), more.locator(".problem")
        await expect(facts).to_have_count(50)
        for _ in range(2):  # by scrolling, and by the button
            await again.scroll_into_view_if_needed()
            await expect(problem).to_contain_text(reason)
            await expect(facts).to_have_count(50)
            await expect(more).to_contain_text("50 of 120")
            await again.press("Enter")
        await expect(again).to_be_focused()
        await page.unroute("**/api/facts?*cursor=f*")

        await again.press("Enter")

        await expect(facts).to_have_count(100)
        await expect(problem).to_be_empty()
        await again.scroll_into_view_if_needed()
        await expect(facts).to_have_count(120)
        texts = await facts.locator(".fact").all_text_contents()
        assert texts == [f"Fact {n}" for n in range(120)]


async def test_no_text_becomes_markup(page: Page) -> None:
    assert await page.evaluate(TRY_MARKUP)

"""The talk in a real browser: older entries, days, and its search."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.page.conftest import ENGLISH, gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

ENTRIES = 243  # ten a day: the last day has ten
PLACES = "[...document.querySelectorAll('.entry')].map((one) => one.querySelector('p').textContent)"
TOP = """() => {
    const scroll = document.getElementById('scroll');
    const entry = document.querySelector('.entry');
    scroll.scrollTop = 40;
    return [entry.querySelector('p').textContent, entry.getBoundingClientRect().top];
}"""
PLACE_OF = """(text) => [...document.querySelectorAll('.entry')].find(
    (one) => one.querySelector('p').textContent === text).getBoundingClientRect().top"""


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with gateway(LOG=str(ENTRIES)) as address:
        size = {"width": 390, "height": 640}
        context = await browser.new_context(viewport=size, locale=ENGLISH, timezone_id="UTC")  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(address)
        await expect(page.get_by_text(f"Question {ENTRIES}")).to_be_visible()
        yield page
        await context.close()


def said(first: int) -> list[str]:
    words = ("Answer", "Question")
    return [f"{words[seq % 2]} {seq}" for seq in range(first, ENTRIES + 1)]


async def at_top(page: Page) -> None:
    await page.locator("#scroll").evaluate("(scroll) => { scroll.scrollTop = 0 }")


async def test_older_entries_are_loaded_at_the_top_and_nothing_moves(page: Page) -> None:
    assert await page.evaluate(PLACES) == said(ENTRIES - 99)
    text, before = await page.evaluate(TOP)

    await expect(page.locator(".entry")).to_have_count(150)

    assert await page.evaluate(PLACES) == said(ENTRIES - 149)
    assert abs(await page.evaluate(PLACE_OF, text) - before) < 2


async def test_at_the_beginning_of_the_talk_nothing_more_is_offered(page: Page) -> None:
    for count in (150, 200, ENTRIES):
        await at_top(page)
        await expect(page.locator(".entry")).to_have_count(count)
    assert await page.evaluate(PLACES) == said(1)
    await expect(page.get_by_role("button", name="Show earlier messages")).to_have_count(0)


async def test_older_entries_that_cannot_be_loaded_can_be_tried_again(page: Page) -> None:
    path = "**/api/messages?beforeSeq*"
    await page.route(path, lambda route: route.abort())
    await at_top(page)
    await expect(page.locator("#earlier")).to_contain_text("cannot be reached")
    assert await page.evaluate(PLACES) == said(ENTRIES - 99)
    await page.unroute(path)

    await page.get_by_role("button", name="Show earlier messages").press("Enter")

    await expect(page.locator(".entry")).to_have_count(150)
    assert await page.evaluate(PLACES) == said(ENTRIES - 149)
    await expect(page.locator("#earlier .problem")).to_be_empty()
    await expect(page.get_by_role("button", name="Show earlier messages")).to_be_focused()


async def test_screen_readers_are_not_told_older_entries(page: Page) -> None:
    assert (
        await page.locator("#older").evaluate("(one) => one.closest('[aria-live], [role]')") is None
    )


async def test_a_line_stands_between_days_and_today_alone_has_none(page: Page) -> None:
    days = page.get_by_role("separator")
    await expect(days).to_have_count(10)  # the last of them is today
    texts = await days.all_text_contents()
    assert len(set(texts)) == len(texts)
    last = days.last
    today = await last.evaluate("(one) => one.nextElementSibling.querySelector('p').textContent")
    assert today == f"Answer {ENTRIES - 9}"


async def test_days_are_those_of_the_users_zone(page: Page) -> None:
    """Where it is already tomorrow for some entries, the lines stand elsewhere."""
    here = await page.get_by_role("separator").all_text_contents()
    await page.evaluate("""async () => {
        const [{ useZone }, { Days }] = await Promise.all([
            import('/page/texts.js'), import('/page/talk/days.js')]);
        useZone('Pacific/Kiritimati');
        window.days = new Days(document.getElementById('older'), document.getElementById('log'));
        window.hours = [new Date().getUTCHours()];
        days.draw();
    }""")
    there = await page.get_by_role("separator").all_text_contents()
    hours = await page.evaluate("hours[0]")
    assert (there != here) == (hours >= 10)  # Kiritimati is 14 hours ahead
    assert len(set(there)) == len(there)


async def test_the_search_finds_what_is_not_shown_and_leads_there(page: Page) -> None:
    await page.get_by_role("button", name="Search the conversation").press("Enter")
    field = page.get_by_role("searchbox")
    await expect(field).to_be_focused()
    await field.fill("tion 1")
    results = page.get_by_role("dialog").get_by_role("listitem")
    await expect(page.get_by_role("dialog").get_by_text("of 56")).to_be_visible()
    await expect(results.first).to_contain_text("Question 199")
    await field.fill("Question 7")
    await expect(results).to_have_count(6)

    await results.last.get_by_role("button").press("Enter")

    await expect(page.get_by_role("dialog")).to_have_count(0)
    entry = page.locator(".entry:focus")
    await expect(entry.locator("p")).to_have_text("Question 7")
    await expect(entry).to_be_in_viewport()


async def test_the_search_says_what_to_do_where_nothing_is_found(page: Page) -> None:
    await page.get_by_role("button", name="Search the conversation").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Type a word")
    await dialog.get_by_role("searchbox").fill("zebra")
    await expect(dialog).to_contain_text("Nothing was said with these words.")
    await page.keyboard.press("Escape")  # empties the field
    await expect(dialog).to_contain_text("Type a word")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Search the conversation")).to_be_focused()

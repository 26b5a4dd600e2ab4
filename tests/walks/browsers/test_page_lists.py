"""Long lists on the page: the first rows, then the others, and how many there are."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.walks.conftest import Person
from tests.walks.pages import open_panel, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALL = 120
KEPT = 8  # documents that are stored at the same time


async def test_a_long_list_goes_on_as_the_reader_scrolls_and_says_how_long_it_is(
    page: Page, person: Person
) -> None:
    gate = asyncio.Semaphore(KEPT)

    async def keep(n: int) -> None:
        async with gate:
            body = {"title": f"Note {n:03}", "body": "The red door"}
            assert (await person.post("/api/documents", body)).status_code == 201

    await asyncio.gather(*(keep(n) for n in range(ALL)))
    panel = await open_panel(page, "Documents")
    items = panel.locator(".items > li")
    await shows(page.get_by_text(f"50 of {ALL}"))
    await expect(items).to_have_count(50)
    more = panel.get_by_role("button", name="Show more")
    await more.focus()  # by the keyboard: what has the focus comes into view
    await expect(items.nth(50)).to_be_attached()
    for shown in (50, 100):
        await items.nth(shown).scroll_into_view_if_needed()
        await expect(items.nth(min(shown + 50, ALL) - 1)).to_be_attached()
        await items.last.scroll_into_view_if_needed()
    await expect(items).to_have_count(ALL)
    await expect(more).to_have_count(0)
    assert await panel.evaluate("(panel) => panel.contains(document.activeElement)")
    titles = await panel.locator(".items .open").all_text_contents()
    assert len(titles) == len(set(titles)) == ALL

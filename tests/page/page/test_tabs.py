"""The tabs of all panels, and the header, on each width: every name can be read."""

import pytest
from playwright.async_api import Browser, expect

from tests.page.conftest import gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

TABS = 7
WIDTHS = (320, 390, 480, 600, 768, 899, 900, 1280)
# The names of which a part lies outside of their tab or of the page, or in a second line.
UNREADABLE = """() => [...document.querySelectorAll('.tab span')].filter((name) => {
    if (!name.checkVisibility()) return false;
    const range = document.createRange();
    range.selectNodeContents(name);
    const [text, tab] = [range.getBoundingClientRect(), name.parentElement.getBoundingClientRect()];
    const [left, right] = [Math.max(tab.left, 0) - 1, Math.min(tab.right, innerWidth) + 1];
    if (text.left < left || text.right > right) return true;
    return name.scrollWidth > name.clientWidth || range.getClientRects().length > 1;
}).map((name) => name.textContent)"""
CUT = """() => ['name', 'connection-words'].filter((id) => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.getElementById(id);
    return clientWidth > 1 && (scrollWidth > clientWidth || scrollHeight > clientHeight + 2);
})"""


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
async def test_every_name_of_a_tab_and_the_header_are_whole(
    browser: Browser, language: str
) -> None:
    async with gateway(THINGS="1", JOBS="1") as address:
        page = await browser.new_page(locale=language)
        await page.goto(address)
        await expect(page.locator("#connection[data-connection=polling]")).to_be_visible()
        await expect(page.locator(".tab")).to_have_count(TABS)
        found = {}
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 700})
            found[width] = [*await page.evaluate(UNREADABLE), *await page.evaluate(CUT)]
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await page.close()
    assert {width: names for width, names in found.items() if names} == {}


async def test_a_large_font_breaks_a_name_and_cuts_none_off(browser: Browser) -> None:
    async with gateway(THINGS="1", JOBS="1") as address:
        page = await browser.new_page(locale="de-DE", viewport={"width": 320, "height": 700})
        await page.goto(address)
        await expect(page.locator(".tab")).to_have_count(TABS)
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        cut = await page.evaluate(
            "[...document.querySelectorAll('.tab span')].filter((one) =>"
            " one.scrollWidth > one.clientWidth).length"
        )
        await page.close()
    assert cut == 0

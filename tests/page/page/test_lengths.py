"""A text that is too long for the server is neither sent nor cut: it stays to be shortened."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.page.conftest import gateway
from tests.page.page.jobs_stage import opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST = 8000
PASTED = "👋" + "a sentence of a letter. " * 375  # 9,001 characters
HINT = "Press Enter to send, Shift + Enter for a new line."


async def test_a_long_text_stays_in_the_field_and_the_page_says_how_long_it_may_be(
    page: Page,
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    field, hint = page.get_by_label("Your message"), page.locator("#hint")
    await field.fill(PASTED)
    await page.keyboard.press("Enter")

    await expect(hint).to_have_text("This must have at most 8,000 characters; it has 9,000.")
    await expect(field).to_have_value(PASTED)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("log").get_by_role("article")).to_have_count(0)
    assert not [url for url in asked if "voiceToBrain" in url]

    await field.fill("👋" + "a" * (MOST - 1))
    await expect(hint).to_have_text(HINT)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log").get_by_role("article")).to_have_count(2)
    await expect(field).to_have_value("")


async def test_german_users_read_it_in_german(browser: Browser) -> None:
    async with gateway() as address:
        german = await browser.new_context(locale="de-DE")
        page = await german.new_page()
        await page.goto(address)
        await page.locator("#text").fill(PASTED)
        await page.keyboard.press("Enter")
        words = "Höchstens 8.000 Zeichen sind möglich; es sind 9.000."
        await expect(page.locator("#hint")).to_have_text(words)
        await german.close()


async def test_a_form_of_a_panel_refuses_it_before_it_is_sent(browser: Browser) -> None:
    async with opened(browser) as page:
        posted: list[str] = []
        page.on("request", lambda request: posted.append(request.method))
        await page.get_by_role("button", name="Let two argue").click()
        goal = page.get_by_label("What they talk about", exact=True)
        await goal.fill("x" * 2001)
        await page.get_by_role("button", name="Start", exact=True).click()

        words = "This must have at most 2,000 characters; it has 2,001."
        assert await goal.evaluate("field => field.validationMessage") == words
        await expect(goal).to_have_value("x" * 2001)
        assert "POST" not in posted
        await goal.fill("x" * 2000)
        await page.get_by_role("button", name="Start", exact=True).click()
        await expect(goal).to_have_count(0)
        assert "POST" in posted

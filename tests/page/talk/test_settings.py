"""The page in small: its name, a low screen, and an email that is read."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.page.conftest import ENGLISH, gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

LOW: ViewportSize = {"width": 320, "height": 256}
TALK = """() => {
    const talk = document.getElementById('scroll').getBoundingClientRect();
    const end = document.querySelector('.bottom').getBoundingClientRect().top;
    return Math.min(talk.bottom, end, innerHeight) - Math.max(talk.top, 0);
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with gateway(THINGS="1", LOG="43") as address:
        context = await browser.new_context(viewport=LOW, locale=ENGLISH)
        page = await context.new_page()
        await page.goto(address)
        await expect(page.get_by_text("Question 43")).to_be_attached()
        yield page
        await context.close()


async def test_on_a_low_screen_the_talk_has_most_of_the_height(page: Page) -> None:
    assert await page.evaluate(TALK) >= 90
    await page.get_by_label("Your message").focus()
    await expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    assert await page.evaluate(TALK) >= 0.6 * LOW["height"]
    assert await page.evaluate("document.documentElement.scrollWidth") == LOW["width"]


async def test_on_a_low_screen_the_composer_is_one_line_that_grows(browser: Browser) -> None:
    height = "document.getElementById('text').getBoundingClientRect().height"
    async with gateway(VOICE="chat") as address:
        page = await browser.new_page(viewport=LOW, locale="de-DE")  # its words are the longest
        await page.goto(address)
        field = page.get_by_label("Deine Nachricht")
        line = await page.evaluate(height)
        await field.fill("eins\nzwei\ndrei")
        assert await page.evaluate(height) > 1.5 * line
        await field.press("Enter")
        await expect(page.get_by_text("You said: eins")).to_be_attached()
        assert await page.evaluate(height) < 1.5 * line
        await page.close()


async def test_the_page_is_called_what_the_brain_is_called(page: Page) -> None:
    await page.get_by_role("button", name="Notifications").click()
    await page.get_by_label("Its name").fill("Ada")
    await page.get_by_label("Its name").press("Enter")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await expect(page).to_have_title("Ada")
    await page.reload()
    await expect(page).to_have_title("Ada")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ada")
    await expect(page.locator("#greeting")).to_have_text("I am Ada. What’s on your mind?")  # noqa: RUF001


async def test_an_unread_email_that_is_opened_is_marked_as_read(page: Page) -> None:
    marked = asyncio.get_running_loop().create_future()
    page.on(
        "request",
        lambda request: (
            marked.set_result((request.url, json.loads(request.post_data or "{}")))
            if request.method == "PATCH" and not marked.done()
            else None
        ),
    )
    await page.get_by_role("button", name="Mailbox").click()
    await expect(page.get_by_text("unread", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Letter 0").click()
    url, body = await marked
    assert (url.partition("?")[2], body) == ("id=e1", {"unread": False})
    await page.get_by_role("button", name="← All emails").click()
    await expect(page.get_by_role("button", name="Letter 0")).to_be_visible()
    await expect(page.get_by_text("unread", exact=True)).to_have_count(0)

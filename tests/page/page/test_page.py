"""The page in a real browser, on a gateway with canned answers and without a channel."""

import re

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.page.conftest import ENGLISH, gateway
from tests.walks.line import laid_line

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

LONG_WORD = "x" * 300
# What the greeting says when the browser is about to paint for the first time.
FIRST_FRAME = """window.firstFrame = new Promise((resolve) => {
    requestAnimationFrame(() => resolve(document.getElementById('greeting').textContent));
})"""


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.keyboard.press("Enter")


async def test_a_question_typed_and_sent_by_keyboard_is_answered(page: Page) -> None:
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")

    log = page.get_by_role("log")
    await expect(log.get_by_text("You said: one\ntwo")).to_be_visible()
    await expect(log.get_by_role("article")).to_have_count(2)
    await expect(page.get_by_label("Your message")).to_have_value("")
    await expect(page.get_by_label("Your message")).to_be_focused()


async def test_steps_and_progress_are_shown_while_a_run_is_on(page: Page) -> None:
    await ask(page, "four steps please")

    await expect(page.get_by_role("progressbar")).to_be_visible()
    await expect(page.locator(".say")).to_have_text(re.compile("All steps are done"))
    await expect(page.locator(".breadcrumb")).to_have_count(4)
    await expect(page.get_by_role("progressbar")).to_be_hidden()


async def test_a_refused_text_can_be_tried_again_and_stays_one(page: Page) -> None:
    await ask(page, "fail first")
    await expect(page.get_by_text("Not sent. The text is not liked.")).to_be_visible()

    await page.get_by_role("button", name="Try again").click()

    await expect(page.get_by_text("You said: fail first")).to_be_visible()
    await expect(page.locator(".user")).to_have_count(1)


async def test_a_refused_text_can_be_discarded(page: Page) -> None:
    await ask(page, "fail first")

    await page.get_by_role("button", name="Discard").click()

    await expect(page.get_by_role("article")).to_have_count(0)


async def test_what_was_said_before_is_there_after_a_reload(page: Page) -> None:
    await ask(page, "hello")
    await expect(page.get_by_text("You said: hello")).to_be_visible()

    await page.reload()

    await expect(page.get_by_text("You said: hello")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(2)


async def test_a_text_sent_in_another_tab_appears(context: BrowserContext, page: Page) -> None:
    other = await context.new_page()
    await other.goto(page.url)
    await ask(other, "from the other tab")

    await expect(page.get_by_text("You said: from the other tab")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(2)


async def test_what_was_taken_back_is_not_shown_any_more(page: Page) -> None:
    await ask(page, "half a sen")
    await expect(page.get_by_text("You said: half a sen")).to_be_visible()

    await ask(page, "a whole sentence instead")

    await expect(page.get_by_text("You said: a whole sentence instead")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(2)
    await page.reload()
    await expect(page.get_by_text("You said: a whole sentence instead")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(2)


async def test_markup_in_a_text_stays_text(page: Page) -> None:
    await ask(page, "<img src=x onload=alert(1)> https://example.test/a")

    answer = page.locator(".say")
    await expect(answer).to_contain_text("<img src=x onload=alert(1)>")
    await expect(answer.locator("img")).to_have_count(0)
    rel = "noopener noreferrer nofollow"
    await expect(answer.get_by_role("link")).to_have_attribute("rel", rel)


FOREIGN = [
    "https://evil.example/?pin=9999",
    "[your bank](https://evil.example/?pin=9999)",
    "<https://evil.example/?pin=9999>",
    "www.evil.example/9999",
]


@pytest.mark.parametrize("text", FOREIGN)
async def test_what_others_wrote_has_a_mark_and_nothing_that_a_touch_opens(
    page: Page, text: str
) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await ask(page, f"from others: {text}")

    answer = page.locator(".say")
    await expect(answer).to_contain_text(text)
    await expect(answer.get_by_text("from what others wrote")).to_be_visible()
    assert await answer.locator("a, area, form").count() == 0
    copy = answer.get_by_role("button", name="evil.example")
    await copy.click()
    await expect(copy).to_contain_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied in text
    assert "9999" in copied


async def test_the_users_own_words_and_answers_without_a_mark_keep_their_links(page: Page) -> None:
    await ask(page, "see https://example.test/a and javascript:alert(1)")

    await expect(page.locator(".say").get_by_role("link")).to_have_count(1)
    await expect(page.locator(".user").get_by_role("link")).to_have_count(1)
    await expect(page.get_by_text("from what others wrote")).to_have_count(0)


async def test_an_error_is_called_a_problem(page: Page) -> None:
    await ask(page, "make an error")

    await expect(page.locator(".error").get_by_role("heading")).to_have_text("Problem")


async def test_a_long_word_does_not_widen_a_narrow_page(page: Page) -> None:
    await ask(page, LONG_WORD)
    await expect(page.get_by_text(f"You said: {LONG_WORD}")).to_be_visible()

    assert await page.evaluate("document.documentElement.scrollWidth") == 320


async def test_an_example_with_a_gap_is_left_to_the_user_to_complete(page: Page) -> None:
    await page.get_by_role("button", name="What do my documents say").click()
    await page.keyboard.type("whales")

    await expect(page.get_by_label("Your message")).to_have_value(
        "What do my documents say about whales?"
    )


async def test_an_example_without_a_gap_is_sent(page: Page) -> None:
    await page.get_by_role("button", name="Remember: my passport").click()

    await expect(page.get_by_text("You said: Remember: my passport")).to_be_visible()


async def test_the_page_says_that_a_script_answers(page: Page) -> None:
    await expect(page.get_by_text("These answers come from a script")).to_be_visible()
    await expect(page.get_by_text("OPENAI_API_KEY")).to_be_visible()


async def test_a_private_brain_asks_for_its_key_until_it_fits(browser: Browser) -> None:
    async with gateway(ACCESS_KEY="sesame") as address:
        page = await browser.new_page(locale=ENGLISH)
        await page.goto(address)
        await page.get_by_label("Access key").fill("wrong")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text(
            "That access key is incorrect. Check it and try again."
        )

        await page.get_by_label("Access key").fill("sesame")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Polling")).to_be_visible()

        await page.reload()
        await expect(page.get_by_text("Polling")).to_be_visible()
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await page.close()


async def test_a_server_out_of_reach_is_called_offline_and_found_again(browser: Browser) -> None:
    async with gateway() as address, laid_line() as line:
        page = await browser.new_page(proxy=line.proxy, locale=ENGLISH)
        await page.goto(address)
        await expect(page.get_by_text("Polling")).to_be_visible()
        assert line.open, "the page does not go through the line"
        line.cut()
        await expect(page.get_by_text("Offline")).to_be_visible()
        await ask(page, "said offline")
        await expect(page.get_by_text("Trying again")).to_be_visible()

        line.mend()

        await expect(page.get_by_text("You said: said offline")).to_be_visible()
        await expect(page.get_by_role("article")).to_have_count(2)
        await page.close()


async def test_a_question_older_than_what_is_shown_still_stands_and_can_be_decided(
    browser: Browser,
) -> None:
    async with gateway(QUESTION="1") as address:
        page = await browser.new_page(locale=ENGLISH)
        await page.goto(address)
        card = page.locator(".question")
        await expect(card.get_by_text("Shall I delete it?")).to_be_visible()

        await card.get_by_role("button", name="Approve").click()

        await expect(card.get_by_text("You approved this.")).to_be_visible()
        await expect(page.locator(".say")).to_have_text(re.compile("It is deleted"))
        await page.reload()
        await expect(page.get_by_text("It is deleted.")).to_be_visible()
        await expect(card).to_have_count(0)
        await page.close()


async def test_beside_the_talk_there_is_what_the_user_has_and_the_users_data(page: Page) -> None:
    tabs = page.get_by_role("navigation").get_by_role("button")
    await expect(tabs).to_have_text(["Talk", "Your data"])


async def test_the_page_speaks_german_to_who_prefers_it(browser: Browser) -> None:
    async with gateway() as address:
        page = await browser.new_page(locale="de-DE")
        await page.goto(address)

        await expect(page.get_by_text("Regelmäßiger Abruf")).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("lang", "de")
        await expect(page.get_by_role("heading", name="Was beschäftigt dich?")).to_be_visible()
        await page.get_by_label("Deine Nachricht").fill("Hallo")
        await page.get_by_role("button", name="Senden").click()
        await expect(page.locator(".user").get_by_role("heading")).to_have_text("Du")
        await expect(page.get_by_text("You said: Hallo")).to_be_visible()
        await page.close()


async def test_nobody_who_prefers_german_sees_english_first(browser: Browser) -> None:
    async with gateway() as address:
        page = await browser.new_page(locale="de-DE")
        await page.add_init_script(FIRST_FRAME)
        await page.goto(address)

        assert await page.evaluate("firstFrame") == "Was beschäftigt dich?"
        await page.close()

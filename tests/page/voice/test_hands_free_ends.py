"""When hands-free without a vendor ends, and what a press changes."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from tests.page.conftest import gateway, hide
from tests.page.voice.hands import (
    VOICE_AND_EAR,
    ask,
    bar,
    hands_free,
    is_off,
    mark_after,
    turn_on,
    words,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    async with hands_free(context) as page:
        yield page


@pytest.mark.parametrize(
    "wish", ["Stop listening.", "Okay, please stop listening", "Hör auf zuzuhören."]
)
async def test_the_wish_to_end_ends_it_and_is_said_but_not_asked(page: Page, wish: str) -> None:
    await page.evaluate("words => ear.hear(words)", wish)

    await is_off(page)
    await expect(words(page)).to_have_text("As you wish: nobody is listening now.")
    await page.wait_for_function("() => window.saying?.text === 'I have stopped listening.'")
    await expect(page.locator(".user")).to_have_count(0)
    await page.get_by_role("button", name="Close").press("Enter")
    await expect(bar(page)).to_be_hidden()
    await expect(page.get_by_role("button", name="Hands-free")).to_be_focused()
    await turn_on(page)


async def test_the_wish_to_end_is_heard_while_an_answer_is_spoken(page: Page) -> None:
    await ask(page, "a long story")
    await page.wait_for_function("() => window.level")
    await page.evaluate("level.gain.value = 0.2")
    await page.wait_for_function("() => window.ear")

    mark = await mark_after(page, "ear.hear('stop listening')")

    assert mark["how"] == "cutOff"
    await is_off(page)
    await expect(page.locator(".user")).to_have_count(1)


async def test_escape_ends_it_wherever_the_focus_is(page: Page) -> None:
    assert await page.evaluate("locks") == 1
    await page.get_by_label("Your message").press("Escape")

    await is_off(page)
    await expect(bar(page)).to_be_hidden()


async def test_escape_that_closes_a_window_or_a_panel_leaves_it_on(page: Page) -> None:
    await page.get_by_role("button", name="Polling").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.get_by_role("navigation").get_by_role("button", name="Your data").click()
    await expect(page.get_by_role("heading", name="Your data")).to_be_focused()
    await expect(words(page)).to_be_in_viewport()  # where a panel takes the place of the talk
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Your data")).to_have_count(0)
    await expect(words(page)).to_have_text("Listening. Just speak.")

    await page.keyboard.press("Escape")

    await is_off(page)


async def test_a_page_that_is_hidden_does_not_listen(page: Page) -> None:
    await hide(page)

    await is_off(page)
    await expect(words(page)).to_contain_text("The page was hidden")


async def test_two_minutes_without_speech_end_it(context: BrowserContext) -> None:
    async with gateway(VOICE="chat") as address:
        page = await context.new_page()
        await page.add_init_script(VOICE_AND_EAR)
        await page.clock.install()
        await page.goto(address)
        await expect(page.get_by_text("Polling")).to_be_visible()
        await turn_on(page)
        await page.clock.pause_at(await page.evaluate("Date.now() / 1000 + 5"))

        await page.clock.run_for(100_000)
        await page.evaluate("ear.hear('and', false)")
        await page.clock.run_for(110_000)
        assert await page.evaluate("ears") == 1
        await page.clock.run_for(20_000)

        await is_off(page)
        await expect(words(page)).to_contain_text("Nobody has spoken for two minutes")
        await page.close()


async def test_a_voice_that_gives_no_sound_does_not_keep_the_ear_closed(page: Page) -> None:
    await page.keyboard.press("Escape")
    await is_off(page)
    await page.evaluate("() => { speechSynthesis.speak = () => {}; }")

    await page.get_by_role("button", name="Hands-free").click()

    await page.wait_for_function("() => window.ear")
    await expect(words(page)).to_have_text("Listening. Just speak.")


async def test_without_recognition_there_is_no_switch(context: BrowserContext) -> None:
    async with gateway(VOICE="chat") as address:
        page = await context.new_page()
        await page.add_init_script("""
            delete window.SpeechRecognition;
            delete window.webkitSpeechRecognition;
        """)
        await page.goto(address)
        await expect(page.get_by_text("Polling")).to_be_visible()
        await expect(page.get_by_role("button", name="Hands-free")).to_be_hidden()
        await page.close()


async def test_a_press_that_fails_changes_no_other_setting(page: Page) -> None:
    speak = page.get_by_role("button", name="Speak answers")
    await page.keyboard.press("Escape")
    before = await page.evaluate("JSON.stringify(localStorage)")
    error = "Object.assign(new Event('error'), { error: 'not-allowed' })"
    for name in ("Dictate", "Hands-free"):
        await page.get_by_role("button", name=name).click()
        if name == "Hands-free":
            await page.wait_for_function("() => window.saying?.text === 'I am listening.'")
            await page.evaluate("saying.onend()")
        await page.wait_for_function("() => window.ear")
        await page.evaluate(f"ear.dispatchEvent({error}), ear?.end()")
        await expect(page.get_by_text("The microphone is blocked.").last).to_be_visible()
        await expect(speak).to_have_attribute("aria-pressed", "false")
        await expect(page.get_by_role("button", name=name)).to_have_attribute(
            "aria-pressed", "false"
        )
    assert await page.evaluate("JSON.stringify(localStorage)") == before


async def test_words_that_were_dictated_have_their_answer_spoken(page: Page) -> None:
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Dictate").click()
    await page.wait_for_function("() => window.ear")
    speak = page.get_by_role("button", name="Speak answers")
    await expect(speak).to_have_attribute("aria-pressed", "false")

    await page.evaluate("ear.hear('one')")

    await expect(speak).to_have_attribute("aria-pressed", "true")
    await page.wait_for_function("() => window.saying?.text === 'You said: one'")

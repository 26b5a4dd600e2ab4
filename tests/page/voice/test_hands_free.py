"""Hands-free without a vendor, in a browser whose voice and ear the test plays."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from tests.page.voice.hands import ask, hands_free, mark_after, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    async with hands_free(context) as page:
        yield page


async def test_the_ear_opens_when_playing_has_ended(page: Page) -> None:
    await expect(words(page)).to_have_text("Listening. Just speak.")
    await ask(page, "one")

    await expect(words(page)).to_have_text("Speaking. You can interrupt.")
    assert await page.evaluate("ears") == 0
    mark = await mark_after(page, "saying.onend()")
    assert mark["how"] == "played"
    await page.wait_for_function("() => window.ear")
    await ask(page, "two")
    assert await page.evaluate("spoken") == [["You said: one", 1], ["You said: two", 1]]


async def test_a_voice_lowers_then_cuts_and_silence_resumes_at_the_same_place(page: Page) -> None:
    await ask(page, "first half. second half")
    await page.evaluate("saying.onend()")
    await page.wait_for_function("() => window.saying?.text === 'second half'")
    await page.evaluate("saying.onboundary({ charIndex: 7 })")
    await page.wait_for_function("() => window.level")

    await page.evaluate("level.gain.value = 0.2")
    await page.wait_for_function("() => spoken.length === 3")
    assert await page.evaluate("spoken[2]") == ["half", 0.25]
    await page.wait_for_function("() => window.ear")  # cut: what the user says is understood
    assert await page.evaluate("saying") is None
    await page.evaluate("level.gain.value = 0")

    await page.wait_for_function("() => spoken.length === 4")
    assert await page.evaluate("spoken[3]") == ["half", 1]
    mark = await mark_after(page, "saying.onend()")
    assert mark["how"] == "played"


async def test_words_after_a_cut_are_the_next_question(page: Page) -> None:
    await ask(page, "a long story")
    await page.evaluate("saying.onboundary({ charIndex: 9 })")
    await page.wait_for_function("() => window.level")
    await page.evaluate("level.gain.value = 0.2")
    await page.wait_for_function("() => window.ear")

    mark = await mark_after(page, "ear.hear('and the weather')")

    assert (mark["how"], mark["chars"]) == ("cutOff", 9)
    await expect(page.get_by_text("You said: and the weather")).to_be_visible()


async def test_a_stop_word_ends_the_speaking_and_asks_nothing(page: Page) -> None:
    await ask(page, "a long story")
    await page.wait_for_function("() => window.level")
    await page.evaluate("level.gain.value = 0.2")
    await page.wait_for_function("() => window.ear")

    mark = await mark_after(page, "ear.hear('stop')")

    assert mark["how"] == "cutOff"
    await expect(words(page)).to_have_text("Listening. Just speak.")
    await expect(page.locator(".user")).to_have_count(1)


async def test_what_the_page_has_just_said_is_no_question(page: Page) -> None:
    await ask(page, "tell me about whales")
    await mark_after(page, "saying.onend()")
    await page.wait_for_function("() => window.ear")

    await page.evaluate("ear.hear('said tell me about whales')")

    await ask(page, "thank you")
    await expect(page.locator(".user")).to_have_count(2)


async def test_no_message_begins_in_the_middle_of_the_users_sentence(page: Page) -> None:
    await page.evaluate("ear.hear('and also', false)")
    await page.evaluate("""fetch('/api/voiceToBrain', {
        method: 'POST',
        body: JSON.stringify({ text: 'elsewhere', messageId: 'of-another-device' }),
    })""")
    await expect(page.get_by_text("You said: elsewhere")).to_be_visible()
    await page.wait_for_timeout(1000)  # more than a tab waits before it speaks
    await page.evaluate("ear.hear('and also the', false)")
    assert await page.evaluate("spoken") == []

    await ask(page, "and also the weather")

    assert (await page.evaluate("spoken"))[-1] == ["You said: and also the weather", 1]
    await expect(page.locator(".user")).to_have_count(2)


async def test_muted_it_does_not_listen_and_at_the_end_neither_listens_nor_speaks(
    page: Page,
) -> None:
    await page.get_by_role("button", name="Mute").click()
    await expect(words(page)).to_have_text("Muted. Nobody hears you.")
    assert await page.evaluate("ears") == 0
    await page.get_by_role("button", name="Mute").click()
    await ask(page, "a long story")

    mark = await mark_after(page, "document.getElementById('hands-free-end').click()")

    assert mark["how"] == "cutOff"
    await expect(page.get_by_role("region", name="Hands-free")).to_be_hidden()
    assert await page.evaluate("[ears, saying]") == [0, None]
    await expect(page.get_by_role("button", name="Dictate")).to_be_visible()


async def test_a_blocked_microphone_ends_it_with_a_reason(page: Page) -> None:
    error = "Object.assign(new Event('error'), { error: 'not-allowed' })"

    await page.evaluate(f"ear.dispatchEvent({error})")

    await expect(words(page)).to_contain_text("The microphone is blocked.")
    await page.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("region", name="Hands-free")).to_be_hidden()

"""Dictation and typing with browsers as they are: what is sent, and what stays in the field."""

import pytest
from playwright.async_api import Browser, expect

from tests.walks.browsers.speech.talking import Talker, talking
from tests.walks.conftest import Person, Town, says
from tests.walks.pages import answered

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAFARI_ENTER = """(field) => {
    field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
    field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: '東京' }));
    const how = { key: 'Enter', keyCode: 229, isComposing: false, bubbles: true, cancelable: true };
    const enter = new KeyboardEvent('keydown', how);
    return field.dispatchEvent(enter);
}"""


async def hear(talker: Talker, *result: object) -> None:
    await talker.page.evaluate("result => ear.now.hear(...result)", list(result))


async def test_what_android_calls_final_without_being_sure_is_still_changing(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, is_on=False) as talker:
        await person.script(says("In the drawer."))
        await talker.dictate.click()
        for words in ("where", "where is", "where is my", "where is my passport"):
            await hear(talker, words, True, 0)
            await expect(talker.field).to_have_value(words)
        assert await talker.users() == []

        await hear(talker, f"where is my passport {person.word}", True, 0.92)

        await answered(talker.page, "In the drawer.")
        assert await talker.users() == [f"where is my passport {person.word}"]


async def test_a_browser_that_is_never_sure_is_believed_when_it_ends_by_itself(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, is_on=False) as talker:
        await person.script(says("At nine."))
        await talker.dictate.click()
        await hear(talker, "when is the", True, 0)
        await talker.dictate.click()  # the user closes it: a draft
        await expect(talker.field).to_have_value("when is the")
        assert await talker.users() == []
        await talker.field.fill("")

        await talker.dictate.click()
        await hear(talker, f"when is the train {person.word}", True, 0)
        await talker.page.evaluate("ear.now.close()")

        await answered(talker.page, "At nine.")
        assert await talker.users() == [f"when is the train {person.word}"]


async def test_what_went_on_or_failed_before_it_was_final_is_not_sent(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, is_on=False) as talker:
        await talker.dictate.click()
        await hear(talker, "send it to", True, 0)
        await hear(talker, "send it to An", False, 0.5)
        await talker.page.evaluate("ear.now.close()")
        await expect(talker.field).to_have_value("send it to An")

        await talker.field.fill("")
        await talker.dictate.click()
        await hear(talker, "send it", True, 0)
        await talker.page.evaluate("ear.now.fail('network')")
        await expect(talker.page.get_by_text("needs an internet connection")).to_be_visible()
        await expect(talker.field).to_have_value("send it")
        assert await talker.users() == []


async def test_dictation_goes_to_the_caret_and_keeps_what_was_written(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, is_on=False) as talker:
        await talker.field.fill("Write to Anna: ")
        await talker.dictate.click()
        await hear(talker, "dinner", False, 0.5)
        await expect(talker.field).to_have_value("Write to Anna: dinner")
        await hear(talker, "dinner at eight", True)
        await expect(talker.field).to_have_value("Write to Anna: dinner at eight")
        await expect(talker.dictate).to_have_attribute("aria-pressed", "false")

        await talker.field.evaluate("field => field.setSelectionRange(13, 13)")
        await talker.dictate.click()
        await hear(talker, "and Tom", True)
        await expect(talker.field).to_have_value("Write to Anna and Tom: dinner at eight")
        assert await talker.users() == []


async def test_what_is_typed_while_dictating_stays(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, is_on=False) as talker:
        await talker.dictate.click()
        await hear(talker, "dinner", False, 0.5)
        await talker.field.press("End")
        await talker.field.press_sequentially("!")
        await talker.field.press("Home")
        await talker.field.press_sequentially("OK: ")

        await hear(talker, "dinner at eight", True)

        await expect(talker.field).to_have_value("OK: dinner at eight!")
        assert await talker.users() == []


async def test_a_hint_goes_away_when_the_next_dictation_begins(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, is_on=False) as talker:
        await talker.dictate.click()
        await talker.page.evaluate("ear.now.fail('no-speech')")
        hint = talker.page.get_by_text("No speech was detected.")
        await expect(hint).to_be_visible()

        await talker.dictate.click()

        await expect(hint).to_have_count(0)


async def test_the_enter_that_confirms_a_word_sends_nothing(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, is_on=False) as talker:
        await person.script(says("In Japan."))
        await talker.field.fill(f"Where is 東京? {person.word}")
        assert await talker.field.evaluate(SAFARI_ENTER) is False  # no form is sent either
        await talker.field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
        await expect(talker.field).to_have_value(f"Where is 東京? {person.word}")

        await talker.field.press("Enter")

        await answered(talker.page, "In Japan.")
        assert await talker.users() == [f"Where is 東京? {person.word}"]

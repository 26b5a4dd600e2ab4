"""While the user speaks or types nobody reads anything out, and the ear does not hear the mouth."""

import pytest
from playwright.async_api import Browser, expect

from tests.walks.browsers.speech.talking import LATE_S, talking
from tests.walks.conftest import Person, Town, goes_on, says
from tests.walks.pages import connected

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG_MS = 600_000  # an utterance that lasts as long as a test


async def test_steps_are_not_spoken_into_an_open_ear(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, hears=True) as talker:
        await talker.dictate.click()
        await talker.elsewhere("Plan it.", goes_on("I look at the trains."), says("It is planned."))
        await talker.stays_silent()

        await person.script(says("Both, then."))
        words = f"and a table for two {person.word}"
        await talker.page.evaluate("words => ear.now.hear(words)", words)
        spoken = await talker.until_said("Both, then.")
        assert spoken["whileEarOpen"] is False
        assert await talker.users() == [f"Plan it. {person.word}", words]


async def test_what_was_held_is_said_once_the_ear_is_closed(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, hears=True) as talker:
        await talker.dictate.click()
        await talker.elsewhere("And?", says("The train is late."))
        await talker.page.evaluate("ear.now.hear('what I', false)")
        await talker.stays_silent()

        await talker.dictate.click()

        spoken = await talker.until_said("The train is late.")
        assert spoken["whileEarOpen"] is False
        await expect(talker.field).to_have_value("what I")
        assert await talker.users() == [f"And? {person.word}"]


async def test_the_ear_silences_the_first_message_and_the_next_one_waits(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, ms=LONG_MS) as talker:
        await talker.elsewhere("One?", says("The first message."))
        await talker.until_said("The first message.")
        await talker.elsewhere("Two?", says("The second message."))
        before = await talker.page.evaluate("mouth.cancelled")

        await talker.dictate.click()

        assert await talker.page.evaluate("mouth.cancelled") > before
        assert await talker.page.evaluate("speechSynthesis.speaking") is False
        await talker.page.evaluate("ear.now.hear('hm', false)")
        await talker.stays_silent(said=("The first message.",))
        await talker.dictate.click()
        await talker.until_said("The second message.")


async def test_an_open_ear_silences_the_other_tabs_too(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person) as talker:
        other = await talker.page.context.new_page()
        await other.goto(talker.page.url)
        await connected(other)
        await talker.dictate.click()
        late = await talker.page.context.new_page()  # it begins while the ear is open
        await late.goto(talker.page.url)
        await connected(late)

        await talker.elsewhere("And?", says("Not now."))
        for page in (other, late):
            await expect(page.get_by_text("Not now.")).to_be_visible()
            await talker.stays_silent(page)

        await talker.dictate.click()
        pages = (talker.page, other, late)
        for page in pages:
            await page.evaluate("""
                window.saidBy = new Promise((resolve) => {
                    const look = () => (mouth.begun.length ? resolve() : setTimeout(look, 20));
                    look();
                });
                null
            """)
        for page in pages:
            await page.evaluate(
                "Promise.race([saidBy, new Promise((end) => setTimeout(end, 3000))])"
            )
        assert sum([len(await page.evaluate("mouth.begun")) for page in pages]) == 1


async def test_what_was_just_spoken_is_not_taken_for_the_users_words(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person) as talker:
        await talker.elsewhere("When?", says("At nine, on track four."))
        await talker.until_said("At nine, on track four.")
        await talker.dictate.click()

        await talker.page.evaluate("ear.now.hear('at nine on track four')")

        await expect(talker.dictate).to_have_attribute("aria-pressed", "false")
        await expect(talker.field).to_have_value("")
        assert await talker.users() == [f"When? {person.word}"]


async def test_nothing_begins_in_the_middle_of_a_typed_sentence(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person) as talker:
        await talker.field.press_sequentially("I would like")
        await person.script(says("By the way.", delay_s=LATE_S))
        await person.ask("And?", patience=0.1)
        while not await talker.page.get_by_text("By the way.").is_visible():
            await talker.field.press_sequentially(" to")
        await talker.field.press_sequentially(" know")
        await talker.stays_silent()

        await talker.field.fill("")

        await talker.until_said("By the way.")

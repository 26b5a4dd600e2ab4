"""What the page shows and offers while an answer arrives."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from tests.walks.conftest import LIMIT_S, Json, Person, Town, goes_on, says
from tests.walks.pages import (
    answered,
    ask,
    connected,
    in_log,
    on_page,
    opened,
    shows,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = "These are the words of an answer that comes bit by bit, as a model gives it."
# The top of the words in each frame, until their message has arrived.
WATCH = """() => {
    const tops = [];
    window.watched = new Promise((resolve) => {
        const look = () => {
            const words = document.querySelector('#log .draft p, #log .say p');
            // What the model says before it acts looks like an answer at first.
            const isAnswer = words?.textContent.startsWith('These');
            if (isAnswer) tops.push(words.getBoundingClientRect().top);
            if (document.querySelector('#log .say')) resolve(tops);
            else requestAnimationFrame(look);
        };
        look();
    });
}"""
HIDE = """(isHidden) => {
    Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


async def asked_elsewhere(person: Person, answer: str) -> None:
    """Ask from a client that does not wait, so that the channel carries the answer."""
    await person.script(says(answer, delay_s=1))
    await person.ask("And?", patience=0.1)
    await person.until_heard(answer)


async def test_thoughts_are_grey_actions_are_marked_and_words_are_replaced_by_their_message(
    town: Town, page: Page, person: Person
) -> None:
    look: Json = {"name": "searchDocuments", "arguments": {"query": "boat"}}
    # A new process takes time, and a second invocation sends no pieces, so another question comes
    # first.
    other = town.person()
    await other.script({"calls": [look]}, says("It is there."))
    await other.ask("Is it there?")
    await person.script(
        {"text": "I should look that up.", "calls": [look]},
        says(WORDS, chunk_delay_s=0.1),
    )
    await page.evaluate(WATCH)
    await ask(page, f"Where is the boat? {person.word}")

    thought = page.locator("#log .thought")
    await shows(thought.get_by_text("I should look that up."))
    await shows(page.locator("#log .action").get_by_text("Search documents"))
    await shows(page.locator("#log .draft").get_by_text("These are the words"))
    await answered(page, WORDS)
    await expect(page.locator("#log .draft")).to_have_count(0)
    assert await on_page(page) == await in_log(person)
    tops = await page.evaluate("watched")
    assert max(tops) - min(tops) < 1, "the words moved when their message arrived"
    grey, ink = [
        await place.evaluate("(element) => getComputedStyle(element).color")
        for place in (thought, page.locator("#log .say p"))
    ]
    assert grey != ink


async def test_a_stop_ends_the_run_and_is_offered_only_during_a_run(
    page: Page, person: Person
) -> None:
    await person.script(goes_on("On it."), says("Never said.", delay_s=60))
    stop = page.get_by_role("button", name="Stop", exact=True)
    await expect(stop).to_be_hidden()
    await ask(page, f"Something long {person.word}")
    await shows(page.get_by_text("On it."))
    await person.until_asked(2)

    await stop.click()

    await expect(stop).to_be_hidden()
    await expect(page.locator("#activity")).to_be_hidden()
    assert (await person.get("/api/status")).json()["state"] == "stopped"
    await expect(page.locator("#log article")).to_have_count(len(await person.log()))
    assert await on_page(page) == await in_log(person)


@pytest.mark.parametrize("road", ["Stream", "Socket", "Polling"])
async def test_the_menu_changes_the_road_and_the_page_continues_on_it(
    page: Page, person: Person, road: str
) -> None:
    menu = page.locator("#connection")
    await expect(menu).to_contain_text("channel")
    await menu.click()
    await page.get_by_role("radio", name=road).check()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("radio")).to_have_count(0)
    await expect(menu).to_contain_text(road, ignore_case=True)

    # Asked from another client: only this road can deliver it.
    await person.script(says(f"By {road}."))
    await person.ask("Which road?")
    await answered(page, f"By {road}.")

    await page.reload()
    await expect(menu).to_contain_text(road, ignore_case=True)
    await answered(page, f"By {road}.")


async def test_other_pages_are_counted_and_the_menu_shows_the_count(page: Page) -> None:
    beside = await page.context.new_page()
    await beside.goto(page.url)
    await connected(beside)

    await expect(page.locator("#connection .others")).to_have_text("+1")
    await page.locator("#connection").click()
    await shows(page.get_by_role("dialog", name="How updates arrive").get_by_text("1 other page"))
    await beside.close()
    await expect(page.locator("#connection .others")).to_be_empty()


async def test_messages_while_away_are_below_a_line_and_counted_in_the_title(
    browser: Browser, town: Town, person: Person
) -> None:
    async with opened(browser, town, person) as (page, complaints):
        await connected(page)
        await asked_elsewhere(person, "Seen.")
        await answered(page, "Seen.")
        await page.evaluate(HIDE, True)
        await asked_elsewhere(person, "Missed.")
        await asked_elsewhere(person, "Missed too.")
        await expect(page).to_have_title("(2) Second Brain")
        away = page.get_by_text("While you were away: 2 messages")
        assert await page.locator("#log > .away, #log > .say > p").all_inner_texts() == [
            "Seen.",
            "While you were away: 2 messages",
            "Missed.",
            "Missed too.",
        ]

        await page.evaluate(HIDE, False)
        await page.mouse.move(100, 100)
        await expect(page).to_have_title("Second Brain")
        await shows(away)
        await ask(page, f"Hello again {person.word}")
        await expect(away).to_have_count(0)
        assert complaints == []


async def test_messages_while_the_page_was_closed_are_below_a_line_too(
    page: Page, person: Person
) -> None:
    await asked_elsewhere(person, "Before.")
    await answered(page, "Before.")
    await page.close()
    await asked_elsewhere(person, "In between.")
    again = await page.context.new_page()
    await again.goto(page.url)

    await answered(again, "In between.")
    await shows(again.get_by_text("While you were away: 1 message"))


async def test_the_page_works_if_only_polling_is_possible(
    browser: Browser, town: Town, person: Person
) -> None:
    async with opened(browser, town, person) as (page, _):
        for path in ("**/api/stream*", "**/vendor/pusher.js"):
            await page.route(path, lambda route: route.abort())
        await page.reload()
        await shows(page.get_by_text("Polling", exact=True))
        await person.script(goes_on("Looking."), says("Found.", delay_s=1))
        async with asyncio.timeout(LIMIT_S):
            await ask(page, f"Where? {person.word}")
            await answered(page, "Found.")
        assert await on_page(page) == await in_log(person)

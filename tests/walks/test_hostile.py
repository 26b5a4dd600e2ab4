"""A channel that drops, doubles and delays, and a server that fails for a while: a tenth of the
times that the real ones take. The page's list is the log, and it says nothing twice.
"""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from local.pusher.switches import Failure, Switches
from tests.walks.conftest import LIMIT_S, Json, Person, Town, goes_on, says
from tests.walks.pages import begin, client_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

LATE_S = 2.0  # seconds; 20 in the wild
DOWN_S = 3.0  # seconds; 30 in the wild
LONG = "All of it. " * 2_800  # 30 KB: three times what the channel carries
SPEAK = """() => {
    cell.spoken = [];
    cell.brain.onSpeak((message, done) => {
        const over = cell.heard.some((each) => each.doneAfterThis && each.runId === message.runId);
        cell.spoken.push({ seq: message.seq, late: over && !message.doneAfterThis });
        setTimeout(() => done('played'), 50);
    });
}"""
ASK = "(text) => void cell.brain.askBrain(text).catch(() => {})"
REACHES = "(seq) => cell.heard.at(-1)?.seq >= seq"


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, town: Town, person: Person) -> AsyncIterator[Page]:
    async with client_page(browser, town) as page:
        await begin(page, person, road="channel")
        await page.evaluate(SPEAK)
        yield page


async def test_the_list_is_the_log_and_nothing_is_spoken_twice_or_too_late(
    town: Town, page: Page, person: Person
) -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    town.stack.services.pusher.switch(
        Switches(drop=0.3, double=0.1, late=0.1, late_s=LATE_S, seed=seed)
    )
    try:
        steps = [goes_on(f"Step {number}.", delay_s=0.3) for number in range(5)]
        await person.script(*steps, says(LONG), *steps, says("Done again."), says("Bye."))
        await page.evaluate(ASK, f"All of it! {person.word}")
        await _down(page)
        await _ended(person)
        await page.evaluate(ASK, f"Again! {person.word}")
        await _ended(person)
        await asyncio.sleep(LATE_S)  # whatever is still to come late, comes now
    finally:
        town.stack.services.pusher.switch(Switches())
    await person.ask("Bye")
    log = await person.log()
    await page.wait_for_function(REACHES, arg=log[-1]["seq"])
    heard: list[Json] = await page.evaluate("cell.heard")
    spoken: list[Json] = await page.evaluate("cell.spoken")
    assert heard == log
    assert LONG.strip() in [entry["text"] for entry in heard]
    assert len({each["seq"] for each in spoken}) == len(spoken)
    assert [each for each in spoken if each["late"]] == []

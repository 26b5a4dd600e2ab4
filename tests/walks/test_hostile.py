"""A channel that drops, doubles and delays, and a server that fails for a while: a tenth of the
times that the real ones take. The page's list is the log, and it says nothing twice.
"""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from local.pusher.switches import Switches
from tests.walks.bare import ask, bare_page, begin, reaches
from tests.walks.conftest import LIMIT_S, Json, Person, Town, goes_on, says

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


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, town: Town, person: Person) -> AsyncIterator[Page]:
    port = int(town.stack.services.env["PUSHER_PORT"])
    async with bare_page(browser, town.stack.url) as page:
        await begin(page, person, road="channel", channel_port=port)
        await page.evaluate(SPEAK)
        yield page


async def test_the_list_is_the_log_and_nothing_is_spoken_twice_or_too_late(
    town: Town, page: Page, person: Person
) -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    pusher = town.stack.services.pusher
    pusher.switches = Switches(drop=0.3, double=0.1, late=0.1, late_s=LATE_S, seed=seed)
    try:
        steps = [goes_on(f"Step {number}.", delay_s=0.3) for number in range(5)]
        await person.script(*steps, says(LONG), *steps, says("Done again."), says("Bye."))
        await ask(page, f"All of it! {person.word}")
        await fails_for_a_while(page)
        await rests(person)
        await ask(page, f"Again! {person.word}")
        await rests(person)
        await asyncio.sleep(LATE_S)  # whatever is still under way comes now
    finally:
        pusher.switches = Switches()
    await person.ask("Bye")
    log = await person.log()
    await reaches(page, log[-1]["seq"])
    assert await page.evaluate("cell.heard") == log
    assert LONG.strip() in [entry["text"] for entry in log]
    spoken: list[Json] = await page.evaluate("cell.spoken")
    assert len({each["seq"] for each in spoken}) == len(spoken)
    assert [each for each in spoken if each["late"]] == []


async def fails_for_a_while(page: Page) -> None:
    """Every function answers 500 to the page, once its question has been asked."""

    async def refuse(route: Route) -> None:
        await route.fulfill(status=500, body="")

    await page.wait_for_function("() => cell.heard.length > 0")
    await page.route("**/api/**", refuse)
    await asyncio.sleep(DOWN_S)
    await page.unroute("**/api/**", refuse)


async def rests(person: Person) -> None:
    """Wait until the brain has said its last word."""
    async with asyncio.timeout(LIMIT_S):
        while (await person.get("/api/status")).json()["state"] == "running":  # noqa: ASYNC110 - the functions are asked over HTTP
            await asyncio.sleep(0.1)

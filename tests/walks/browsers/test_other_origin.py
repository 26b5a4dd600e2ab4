"""A page of another origin uses the client of the brain, in a real browser."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.walks.conftest import FRONT, Person, Town, says
from tests.walks.pages import LIMIT_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

STRANGER = "http://evil.localhost:5990"
BLANK = "<!doctype html><title>A front end</title>"
CONNECT = """async ([brain, token]) => {
    const { connect } = await import(`${brain}/brain.js`);
    window.brain = await connect({ baseUrl: brain, token });
    window.heard = [];
    window.brain.onMessage((entry) => window.heard.push(entry.text));
    window.brain.onState((state) => { window.state = state; });
}"""
PREFLIGHTED = """async ([brain, token]) => {
    const headers = { Authorization: `Bearer ${token}`, 'If-None-Match': '"x"' };
    const first = await fetch(`${brain}/api/messages`, { headers });
    const tag = first.headers.get('ETag');
    const headed = { ...headers, 'If-None-Match': tag };
    const again = await fetch(`${brain}/api/messages`, { headers: headed });
    const wrong = await fetch(`${brain}/api/voiceToBrain`, {
        method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: '{}',
    });
    return [first.status, Boolean(tag), again.status, wrong.status, (await wrong.json()).errors];
}"""


async def blank(route: Route) -> None:
    await route.fulfill(body=BLANK, content_type="text/html")


@pytest_asyncio.fixture(loop_scope="session")
async def front(browser: Browser) -> AsyncIterator[Page]:
    """A page of an allowed origin, and of another one."""
    # These pages come from no address, so the browser would ask before they reach this machine.
    context = await browser.new_context(permissions=["local-network-access"])
    context.set_default_timeout(LIMIT_MS)
    for origin in (FRONT, STRANGER):
        await context.route(f"{origin}/**", blank)
    page = await context.new_page()
    await page.goto(f"{FRONT}/")
    yield page
    await context.close()


async def test_it_connects_asks_and_hears_over_the_channel(
    front: Page, town: Town, person: Person
) -> None:
    await person.script(says("Good evening."))

    await front.evaluate(CONNECT, [town.stack.url, person.token()])
    await front.evaluate("(text) => void window.brain.askBrain(text)", f"Hello {person.word}")

    await front.wait_for_function("window.heard.includes('Good evening.')")
    await front.wait_for_function("window.state.connection === 'live'")


async def test_it_reads_tags_and_errors(front: Page, town: Town, person: Person) -> None:
    found = await front.evaluate(PREFLIGHTED, [town.stack.url, person.token()])
    assert found == [200, True, 304, 422, [{"field": "text", "message": "is missing"}]]


async def test_a_page_of_an_origin_that_is_not_listed_reads_nothing(
    front: Page, town: Town, person: Person
) -> None:
    await front.goto(f"{STRANGER}/")
    with pytest.raises(Exception, match="Failed to fetch"):
        await front.evaluate(PREFLIGHTED, [town.stack.url, person.token()])

"""A page that cannot start says so: what it waits for, and what can be done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.page.conftest import gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

STARTING = "#starting"
HELD = asyncio.Event()  # never set
SCRIPTS = "It waits for its scripts."
BRAIN = "Your brain has not answered yet."


async def never(route: Route) -> None:
    await HELD.wait()


async def absent(route: Route) -> None:
    await route.fulfill(status=404, body="")


async def garbled(route: Route) -> None:
    await route.fulfill(body="this is no script", content_type="text/javascript")


async def refusing(route: Route) -> None:
    problem = '{"title": "Not set up", "detail": "A variable is missing."}'
    await route.fulfill(status=503, body=problem, content_type="application/problem+json")


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser: Browser) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """Open the page where requests for a path meet something else."""
    async with gateway() as address:
        contexts = []

        async def opened(
            path: str, fault: Callable[[Route], Awaitable[None]], **options: Any
        ) -> Page:
            context = await browser.new_context(**{"locale": "en-US", **options})
            contexts.append(context)
            page = await context.new_page()
            await page.route(path, fault)
            await page.goto(address, wait_until="commit")
            return page

        yield opened
        for context in contexts:
            await context.close()


async def says(page: Page, words: str) -> None:
    await expect(page.locator(STARTING)).to_be_visible()
    await expect(page.locator(STARTING)).to_contain_text(words)


# All wait for 15 s, so they do it at once.
async def test_after_fifteen_seconds_it_says_what_it_waits_for(
    open_page: Callable[..., Awaitable[Page]],
) -> None:
    still: dict[str, Any] = {"reduced_motion": "reduce"}
    waiting = [
        (await open_page("**/page.js", never), SCRIPTS),
        (await open_page("**/page.js", absent), SCRIPTS),
        (await open_page("**/client/roads.js", absent), SCRIPTS),
        (await open_page("**/page/panels.js", garbled, **still), SCRIPTS),
        (await open_page("**/nothing", absent, java_script_enabled=False), SCRIPTS),
        (await open_page("**/api/session", never), BRAIN),
        (await open_page("**/api/session", never, locale="de-DE"), "hat noch nicht geantwortet"),
    ]
    for page, _ in waiting:
        await expect(page.locator(STARTING)).to_be_hidden()

    await asyncio.gather(*(says(page, words) for page, words in waiting))


async def test_a_refusal_is_explained_at_once(open_page: Callable[..., Awaitable[Page]]) -> None:
    page = await open_page("**/api/session", refusing)

    problem = page.get_by_role("alert").filter(has_text="A variable is missing.")
    await expect(problem).to_be_visible()
    await expect(page.locator(STARTING)).to_be_hidden()
    await expect(page.get_by_text("Offline")).to_be_visible()

    await page.unroute("**/api/session")
    await expect(page.get_by_text("Polling")).to_be_visible()
    await expect(problem).to_be_hidden()


async def test_a_page_that_has_started_says_nothing_of_it(
    open_page: Callable[..., Awaitable[Page]],
) -> None:
    page = await open_page("**/nothing", absent)

    await expect(page.get_by_text("Polling")).to_be_visible()
    await expect(page.locator(STARTING)).to_be_hidden()


async def test_an_unexpected_error_is_no_silence(open_page: Callable[..., Awaitable[Page]]) -> None:
    async def odd(route: Route) -> None:
        body = '{"userId": "anna", "token": "t", "channel": null}'
        await route.fulfill(body=body, content_type="application/json")

    page = await open_page("**/api/session", odd)

    await expect(page.get_by_text("Connecting…")).to_be_hidden(timeout=20_000)

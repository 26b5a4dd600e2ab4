"""When hands-free with a vendor ends by itself."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.page.conftest import gateway, hide
from tests.page.voice.desk import (
    POLICY,
    Desk,
    begin,
    browser_with_microphone,
    context_with_microphone,
    opened,
    words,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browser_with_microphone() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def both(browser: Browser) -> AsyncIterator[tuple[Page, Desk]]:
    async with (
        gateway(VOICE="openai-realtime", CSP=POLICY) as address,
        context_with_microphone(browser) as context,
    ):
        yield await opened(context, address)


async def is_off(page: Page) -> None:
    switch = page.get_by_role("button", name="Hands-free")
    await expect(switch).to_have_attribute("aria-pressed", "false")
    await page.wait_for_function("() => vendor.isClosed")
    assert await page.evaluate("microphones.map(({ readyState }) => readyState)") == ["ended"]


async def test_the_wish_to_end_is_not_asked(both: tuple[Page, Desk]) -> None:
    page, desk = both
    await begin(page)
    arguments = json.dumps({"text": "Stop listening."})
    call = {"name": "askBrain", "call_id": "c1", "arguments": arguments}
    event = {"type": "response.function_call_arguments.done", **call}

    await page.evaluate("event => tell(event)", event)

    await is_off(page)
    await expect(words(page)).to_have_text("As you wish: nobody is listening now.")
    assert [ask for ask in desk.asked if "text" in ask] == []


async def test_escape_and_a_hidden_page_end_it(both: tuple[Page, Desk]) -> None:
    page, _ = both
    await begin(page)
    await page.keyboard.press("Escape")
    await is_off(page)
    await page.evaluate("microphones.length = 0")
    await begin(page)

    await hide(page)

    await is_off(page)
    await expect(words(page)).to_contain_text("The page was hidden")

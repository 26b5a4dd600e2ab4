"""The page in a real browser: with a wrong clock, and with a token that expires."""

import json
import time
from collections.abc import AsyncIterator

import jwt
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.walks.conftest import Person, Town, says
from tests.walks.outside import an_email, tell
from tests.walks.pages import LIMIT_MS, ask, connected, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
TOKEN = "second-brain-token"
# A clock that is wrong by `skewMs`, which may be changed, and a voice that notes what it says.
DEVICE = """(() => {
    window.skewMs = %d;
    const Real = Date;
    window.Date = class extends Real {
        constructor(...given) {
            if (given.length) super(...given);
            else super(Real.now() + window.skewMs);
        }
        static now() { return Real.now() + window.skewMs; }
    };
    window.spoken = [];
    const voice = { speaking: false, pending: false, paused: false, getVoices: () => [] };
    voice.cancel = () => {};
    voice.resume = voice.pause = voice.addEventListener = () => {};
    voice.speak = (saying) => {
        window.spoken.push(saying.text);
        for (const name of ['start', 'end'])
            setTimeout(() => saying.dispatchEvent(new Event(name)), name === 'end' ? 50 : 0);
    };
    Object.defineProperty(window, 'speechSynthesis', { value: voice });
})()"""
UNTIL_SPOKEN = "(text) => window.spoken.some((one) => one.includes(text))"


@pytest_asyncio.fixture(loop_scope="session")
async def blank(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="en-US")
    context.set_default_timeout(LIMIT_MS)
    page = await context.new_page()
    yield page
    await context.close()


def lasting(town: Town, person: Person, seconds: int) -> str:
    secret = town.stack.services.env["BRAIN_JWT_SECRET"]
    claims = {"sub": person.id, "exp": int(time.time()) + seconds}
    return jwt.encode(claims, secret, algorithm="HS256")


async def open_page(page: Page, town: Town, token: str, *, skew_ms: int = 0) -> None:
    """Open the page as the owner of a token, once: a reload finds what the page has kept."""
    await page.add_init_script(DEVICE % skew_ms)
    await page.add_init_script(
        f"if (!sessionStorage.length) sessionStorage.setItem('{TOKEN}', {json.dumps(token)});"
    )
    await page.goto(town.stack.url)


async def speaks(page: Page) -> None:
    speak = page.get_by_role("button", name="Speak answers")
    await speak.click()
    await expect(speak).to_have_attribute("aria-pressed", "true")


async def said(page: Page, text: str) -> None:
    await page.wait_for_function(UNTIL_SPOKEN, arg=text)


@pytest.mark.parametrize("skew_ms", [11 * MINUTE_MS, 13 * HOUR_MS, -13 * HOUR_MS])
async def test_on_a_device_with_a_wrong_clock_notices_and_answers_are_spoken(
    blank: Page, town: Town, person: Person, skew_ms: int
) -> None:
    await person.script(says(f"Good evening {person.word}."))
    await open_page(blank, town, lasting(town, person, 600), skew_ms=skew_ms)
    await connected(blank)
    await speaks(blank)

    assert (await tell(town, an_email(person, f"Dinner {person.word}"))).status_code == 200
    await said(blank, f"Dinner {person.word}")
    await ask(blank, f"Hello {person.word}")
    await said(blank, f"Good evening {person.word}")


@pytest.mark.parametrize("set_ms", [13 * HOUR_MS, -13 * HOUR_MS])
async def test_a_clock_that_is_set_while_the_page_is_open_keeps_no_notice_from_being_spoken(
    blank: Page, town: Town, person: Person, set_ms: int
) -> None:
    await open_page(blank, town, lasting(town, person, 600))
    await connected(blank)
    await speaks(blank)

    await blank.evaluate("(ms) => { window.skewMs = ms; }", set_ms)

    assert (await tell(town, an_email(person, f"Lunch {person.word}"))).status_code == 200
    await said(blank, f"Lunch {person.word}")


async def test_when_its_token_has_expired_the_page_says_so_and_shows_nobody_elses(
    blank: Page, town: Town, person: Person
) -> None:
    await open_page(blank, town, lasting(town, person, 2))
    await connected(blank)

    await shows(blank.get_by_text("Your session has expired. Sign in again."))
    assert await blank.evaluate(f"sessionStorage.getItem('{TOKEN}')") is None


async def test_a_page_that_is_opened_with_a_token_that_has_expired_asks_for_the_key(
    blank: Page, town: Town, person: Person
) -> None:
    await open_page(blank, town, lasting(town, person, -60))
    await shows(blank.get_by_text("Your session has expired. Sign in again."))
    assert await blank.evaluate(f"sessionStorage.getItem('{TOKEN}')") is None


async def test_a_page_that_needs_no_key_goes_on_when_its_token_has_expired(
    blank: Page, town: Town
) -> None:
    await open_page(blank, town, lasting(town, town.person("owner"), -60))
    await connected(blank)


async def test_the_page_keeps_the_newer_token_after_a_reload(blank: Page, town: Town) -> None:
    await blank.goto(town.stack.url)
    await connected(blank)
    first = await blank.evaluate(f"sessionStorage.getItem('{TOKEN}')")
    await blank.wait_for_function(
        "(since) => Date.now() > since + 1000", arg=await blank.evaluate("Date.now()")
    )
    await blank.reload()
    await connected(blank)
    assert await blank.evaluate(f"sessionStorage.getItem('{TOKEN}')") not in (first, None)

"""A deployment that is not fully set up, and what the page tells of its device."""

import json

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.page.conftest import gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

SECRET = "BRAIN_JWT_SECRET or BRAIN_JWKS_URL is missing"
KEY = "OPENAI_API_KEY is missing"


def failing(status: int, detail: str) -> str:
    problem = {"title": "This deployment is not fully set up.", "status": status, "detail": detail}
    return json.dumps(problem)


async def refuse(page: Page, path: str, status: int, detail: str) -> None:
    async def answer(route: Route) -> None:
        kind = "application/problem+json"
        await route.fulfill(status=status, content_type=kind, body=failing(status, detail))

    await page.route(f"**{path}", answer)


async def type_and_send(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.keyboard.press("Enter")


async def test_a_missing_secret_is_named_above_the_composer_and_the_text_stays(
    context: BrowserContext,
) -> None:
    async with gateway() as address:
        page = await context.new_page()
        await refuse(page, "/api/session", 500, SECRET)
        await page.goto(address)
        await expect(page.get_by_role("alert").filter(has_text=SECRET)).to_be_visible()
        await expect(page.get_by_text(SECRET)).to_have_count(1)  # it is said once

        await type_and_send(page, "Hello?")

        await expect(page.get_by_label("Your message")).to_have_value("Hello?")
        await expect(page.get_by_role("article")).to_have_count(0)
        await page.unroute("**/api/session")
        await expect(page.locator("#setup")).to_be_hidden()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("You said: Hello?")).to_be_visible()


@pytest.mark.parametrize("status", [500, 503])
async def test_a_text_that_cannot_be_taken_goes_back_into_the_field(
    page: Page, status: int
) -> None:
    await refuse(page, "/api/voiceToBrain", status, KEY)
    await type_and_send(page, "Hello?")
    await expect(page.get_by_role("alert").filter(has_text=KEY)).to_be_visible()
    await expect(page.get_by_label("Your message")).to_have_value("Hello?")
    await expect(page.get_by_role("article")).to_have_count(0)
    await expect(page.locator("#activity")).to_be_hidden()


async def test_the_page_tells_the_zone_and_the_language_of_its_device(browser: Browser) -> None:
    sent: list[dict[str, str]] = []
    device = await browser.new_context(locale="de-DE", timezone_id="Asia/Kolkata")
    async with gateway() as address, device:
        page = await device.new_page()
        page.on(
            "request",
            lambda request: (
                sent.append(json.loads(request.post_data or "{}"))
                if request.url.endswith(("/api/session", "/api/voiceToBrain"))
                else None
            ),
        )
        await page.goto(address)
        await page.get_by_label("Deine Nachricht").fill("Hallo")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("You said: Hallo")).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == "de"
    assert len(sent) >= 2
    for body in sent:
        assert (body["zone"], body["language"]) in (
            ("Asia/Kolkata", "de-DE"), ("Asia/Calcutta", "de-DE"),
        )  # fmt: skip

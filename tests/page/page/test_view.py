"""When the page reports a question as shown, in a real browser with a clock that the test moves."""

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import Page, Request, expect

from tests.page.conftest import hide

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all


class Reports:
    """What the page reports with `heard`."""

    def __init__(self, page: Page) -> None:
        self.all: list[dict[str, Any]] = []
        self._came = asyncio.Event()
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        body = json.loads(request.post_data or "null") if request.method == "POST" else None
        if isinstance(body, dict) and body.get("type") == "heard":
            self.all.append(body)
            self._came.set()

    async def until(self, count: int) -> list[dict[str, Any]]:
        """Return all reports, once there are so many."""
        while len(self.all) < count:
            self._came.clear()
            await self._came.wait()
        return self.all


async def stop_clock(page: Page) -> None:
    """From now on time passes only in `pass_time`."""
    await page.clock.install()
    now_ms = await page.evaluate("Date.now()")
    await page.clock.pause_at(now_ms / 1000 + 60)


async def ask(page: Page, text: str) -> None:
    """Lead the page to a question, which is open when this returns."""
    await page.get_by_label("Your message").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_be_attached()


async def drawn(page: Page) -> None:
    """Wait until the browser has told the page which elements are in view."""
    frame = (
        "() => new Promise((done) => {const o = new IntersectionObserver(() => { o.disconnect();"
    )
    await page.evaluate(f"{frame} done(); }}); o.observe(document.body); }})")


async def pass_time(page: Page, seconds: float) -> None:
    await drawn(page)
    await page.clock.run_for(round(seconds * 1000))
    await drawn(page)


async def test_a_question_that_is_in_view_for_a_second_is_reported_once(page: Page) -> None:
    reports = Reports(page)
    await stop_clock(page)
    await ask(page, "ask")
    await pass_time(page, 0.9)
    assert reports.all == []
    await pass_time(page, 0.2)
    assert await reports.until(1) == [{"type": "heard", "seq": 2, "how": "shown"}]
    await pass_time(page, 60)
    assert len(reports.all) == 1


async def test_a_question_that_is_larger_than_the_window_is_not_reported(page: Page) -> None:
    reports = Reports(page)
    await stop_clock(page)
    await ask(page, "ask 200")
    await pass_time(page, 60)
    assert reports.all == []


async def test_a_question_in_a_tab_that_is_not_visible_is_reported_when_it_is(page: Page) -> None:
    reports = Reports(page)
    await stop_clock(page)
    await ask(page, "ask")
    await pass_time(page, 0.9)
    await hide(page)
    await pass_time(page, 60)
    assert reports.all == []
    await hide(page, is_hidden=False)
    await pass_time(page, 0.9)
    assert reports.all == []
    await pass_time(page, 0.2)
    assert [report["how"] for report in await reports.until(1)] == ["shown"]


async def test_a_question_that_leaves_the_view_within_the_second_is_not_reported(
    page: Page,
) -> None:
    reports = Reports(page)
    await stop_clock(page)
    await ask(page, "ask")
    await pass_time(page, 0.9)
    await page.locator(".question").evaluate("card => { card.style.height = '3000px'; }")
    await pass_time(page, 60)
    assert reports.all == []
    await page.locator(".question").evaluate("card => { card.removeAttribute('style'); }")
    await pass_time(page, 1.1)
    assert [report["how"] for report in await reports.until(1)] == ["shown"]


async def test_a_question_that_is_decided_is_not_reported(page: Page) -> None:
    reports = Reports(page)
    await stop_clock(page)
    await ask(page, "ask")
    await pass_time(page, 0.5)
    await page.get_by_role("button", name="Approve", exact=True).click()
    await expect(page.get_by_text("You approved this.")).to_be_visible()
    await pass_time(page, 60)
    assert reports.all == []

"""Notifications on a device, in a real browser: the button, the service worker, and what it shows.

A browser under test has no push service, so its subscription is made here; all else is real.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from brain.commands.vapid import new_private_key
from brain.notices.push.sealing import Signer
from brain.notices.push.settings import from_text
from tests.page.conftest import ENGLISH, gateway
from tests.page.voice.desk import POLICY

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

KEY = Signer(from_text(new_private_key()), "mailto:me@example.org").public_key
SUBSCRIBED = """(() => {
    let current = null;
    PushManager.prototype.getSubscription = async () => current;
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
        const endpoint = 'https://web.push.apple.com/1';
        const text = applicationServerKey.replaceAll('-', '+').replaceAll('_', '/');
        const key = Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer;
        const unsubscribe = async () => ((current = null), true);
        const toJSON = () => ({ endpoint, keys: { p256dh: 'p', auth: 'a' } });
        const options = { applicationServerKey: key };
        return (current = { endpoint, options, unsubscribe, toJSON });
    };
})()"""
WAITS_MS = 3_000  # for a message that was delivered
SHOWN = """async () => {
    const shown = await (await navigator.serviceWorker.ready).getNotifications();
    return shown.map(({ title, body, tag }) => ({ title, body, tag }));
}"""


@asynccontextmanager
async def opened(browser: Browser, *allowed: str) -> AsyncIterator[Page]:
    """The panel, in a browser whose user has allowed this; no error is left uncaught."""
    async with gateway(PUSH=KEY, CSP=POLICY) as address:
        context = await browser.new_context(locale=ENGLISH, permissions=[*allowed])
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: complaints.append(line.text) if "Security Policy" in line.text else None,
        )
        await page.add_init_script(SUBSCRIBED)
        await page.goto(f"{address}/#notifications")
        await expect(page.get_by_role("heading", name="On this device")).to_be_visible()
        yield page
        await context.close()
        assert complaints == []


async def counted(page: Page) -> int:
    """How many browsers the server pushes to."""
    return int(
        await page.evaluate("fetch('/api/push').then((r) => r.json()).then((r) => r.subscriptions)")
    )


async def _is_shown(page: Page, body: str) -> bool:
    """Wait a while for a notification."""
    looked = """async ([body, until]) => {
        const worker = await navigator.serviceWorker.ready;
        for (; performance.now() < until; await new Promise((done) => setTimeout(done, 20))) {
            if ((await worker.getNotifications()).some((one) => one.body === body)) return true;
        }
        return false;
    }"""
    now = await page.evaluate("performance.now()")
    return bool(await page.evaluate(looked, [body, now + WAITS_MS]))


async def pushed(page: Page, *contents: dict[str, Any]) -> list[dict[str, Any]]:
    """Deliver these to the service worker, as a push service does: the next one comes when one is
    shown, because browsers keep no order. Return what is shown in the end.
    """
    cdp = await page.context.new_cdp_session(page)
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def registered(event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if not one["isDeleted"] and not found.done():
                found.set_result(one["registrationId"])

    cdp.on("ServiceWorker.workerRegistrationUpdated", registered)
    await cdp.send("ServiceWorker.enable")
    async with asyncio.timeout(20):
        id = await found
    # Before the worker is active, what is delivered gets lost.
    origin = await page.evaluate("navigator.serviceWorker.ready.then(() => location.origin)")
    for content in contents:
        told = {"origin": origin, "registrationId": id, "data": json.dumps(content)}
        async with asyncio.timeout(60):
            # The browser's tools lose a message now and then; a push service sends it again.
            await cdp.send("ServiceWorker.deliverPushMessage", told)
            while not await _is_shown(page, content["body"]):
                await cdp.send("ServiceWorker.deliverPushMessage", told)
    shown: list[dict[str, Any]] = await page.evaluate(SHOWN)
    return shown


async def test_a_press_switches_it_on_and_another_one_off(browser: Browser) -> None:
    async with opened(browser, "notifications") as page:
        assert await page.evaluate("navigator.serviceWorker.getRegistration()") is None
        await page.get_by_role("button", name="Show notifications").press("Enter")
        off = page.get_by_role("button", name="Show no more notifications")
        await expect(off).to_be_focused()
        await expect(page.get_by_text("This device shows what is new")).to_be_visible()
        assert await counted(page) == 1

        await off.press("Enter")
        await expect(page.get_by_role("button", name="Show notifications")).to_be_focused()
        assert await counted(page) == 0


async def test_a_browser_that_refuses_says_what_to_do(browser: Browser) -> None:
    async with opened(browser) as page:  # without anybody to ask, this browser says no
        await expect(page.get_by_text("does not let this page show notifications")).to_be_visible()
        await expect(page.get_by_role("button", name="Show notifications")).to_have_count(0)


async def test_what_is_pushed_is_shown_and_a_second_digest_takes_the_firsts_place(
    browser: Browser,
) -> None:
    async with opened(browser, "notifications") as page:
        await page.get_by_role("button", name="Show notifications").click()
        await expect(page.get_by_text("This device shows what is new")).to_be_visible()
        shown = await pushed(
            page,
            {"title": "Ada", "body": "The oven is on fire.", "tag": "notice-1", "urgent": True},
            {"title": "Ada", "body": "Two emails.", "tag": "digest", "urgent": False},
            {"title": "Ada", "body": "Three emails.", "tag": "digest", "urgent": False},
        )
        assert sorted(one["body"] for one in shown) == ["The oven is on fire.", "Three emails."]
        assert {one["title"] for one in shown} == {"Ada"}


async def test_the_page_has_a_manifest(browser: Browser) -> None:
    async with opened(browser) as page:
        cdp = await page.context.new_cdp_session(page)
        found = await cdp.send("Page.getAppManifest")
        assert found["errors"] == []
        assert json.loads(found["data"])["icons"][0]["src"] == "icon.svg"

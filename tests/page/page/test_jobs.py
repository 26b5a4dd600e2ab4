"""The panel of jobs in a real browser, on a gateway with canned jobs."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.page.conftest import ENGLISH, gateway
from tests.page.page.jobs_stage import (
    HELPERS,
    REHEARSAL,
    SPEECH,
    TALK,
    opened,
    orders,
    row,
    show,
    still,
)

__all__ = ["still"]  # a fixture

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all


async def test_a_row_tells_how_far_a_job_is_in_words_and_by_shape(still: Page) -> None:
    helpers, rehearsal = row(still, HELPERS), row(still, REHEARSAL)

    await expect(helpers).to_contain_text("Working")
    await expect(helpers).to_contain_text("0 of 3")
    await expect(helpers).to_contain_text("41.2K of 90K tokens", ignore_case=True)
    await expect(helpers.get_by_role("progressbar")).to_be_visible()
    await expect(rehearsal).to_contain_text("5 of 6, 1 failed")
    shapes = [await one.locator(".shape path").get_attribute("d") for one in (helpers, rehearsal)]
    assert shapes[0] != shapes[1]
    assert await still.evaluate("document.documentElement.scrollWidth") == 360


async def test_only_a_talk_or_a_rehearsal_that_goes_on_can_be_paused(still: Page) -> None:
    talk = row(still, TALK)
    await expect(row(still, HELPERS).get_by_role("button", name="Pause")).to_have_count(0)
    await expect(row(still, REHEARSAL).get_by_role("button")).to_have_count(1)

    await talk.get_by_role("button", name="Pause").click()

    await expect(talk).to_contain_text("Paused")
    await expect(talk.get_by_role("button", name="Resume")).to_be_focused()
    await talk.get_by_role("button", name="Resume").click()
    await expect(talk).to_contain_text("Working")


async def test_a_job_is_followed_until_its_report_is_there_and_no_longer(browser: Browser) -> None:
    async with opened(browser) as page:
        await show(page, HELPERS)
        live = page.locator(".job-view [role=status].unseen")
        await expect(live).to_have_text(re.compile(r"[12] of 3"))
        await expect(page.get_by_role("heading", name="Two of three are back")).to_be_visible()
        await expect(live).to_have_text("Complete. 2 of 3, 1 failed")

        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.wait_for_timeout(2500)  # longer than the pause between two looks
        assert [url for url in asked if "/api/jobs" in url] == []


async def test_nothing_of_a_report_becomes_markup_and_what_others_wrote_opens_nothing(
    browser: Browser,
) -> None:
    async with opened(browser) as page:
        await show(page, HELPERS)
        report = page.locator(".report")
        await expect(report.get_by_text("from what others wrote")).to_be_visible()

        await expect(report).to_contain_text("<img src=x onerror=alert(1)>")
        await expect(report.get_by_role("heading", name="Lisbon", exact=True)).to_be_visible()
        await expect(report.get_by_role("listitem").first).to_contain_text("Quiet: Casa Azul")
        await expect(report.get_by_role("button", name="evil.example")).to_be_visible()
        await expect(report.get_by_text("its tokens were used up")).to_be_visible()
        await page.get_by_text("Result", exact=True).first.click()
        assert await page.locator(".panel-body img").count() == 0
        assert await page.locator(".panel-body a[href*=evil]").count() == 0
        await expect(page.get_by_text("Needs you: a yes before booking")).to_be_visible()


async def test_arrows_go_through_the_list_s_stops_after_a_yes_and_escape_leads_back(
    still: Page,
) -> None:
    await row(still, HELPERS).locator(".open").focus()
    await still.keyboard.press("ArrowDown")
    await expect(row(still, TALK).locator(".open")).to_be_focused()
    await still.keyboard.press("ArrowUp")
    await still.keyboard.press("s")
    yes = row(still, HELPERS).get_by_role("button", name="Yes, stop")
    await expect(yes).to_be_focused()
    assert await orders(still) == []
    await still.keyboard.press("Escape")
    await expect(yes).to_have_count(0)
    await expect(still.locator(".job")).to_have_count(3)

    await still.keyboard.press("s")
    await still.keyboard.press("Enter")

    await expect(row(still, HELPERS)).to_contain_text("Stopped")
    assert [one["path"] for one in await orders(still)] == ["/api/jobs/h1/stop"]
    await row(still, TALK).locator(".open").focus()
    await still.keyboard.press("Enter")
    await expect(still.locator(".job-view h3")).to_have_text(TALK)
    await still.keyboard.press("Escape")
    await expect(still.locator(".job")).to_have_count(3)
    await still.keyboard.press("Escape")
    await expect(still.get_by_role("complementary")).to_have_count(0)


async def test_one_helper_is_stopped_and_the_others_go_on(still: Page) -> None:
    await show(still, HELPERS)
    trains = still.locator(".mind").filter(has_text="Trains")
    await expect(trains).to_contain_text("Search the web")

    await trains.get_by_role("button", name="Stop: Trains").click()
    await trains.get_by_role("button", name="Yes, stop").click()

    await expect(trains).to_contain_text("Stopped")
    await expect(still.locator(".mind").filter(has_text="Hotels")).to_contain_text("Search the web")
    [order] = await orders(still)
    assert order["body"] == {"mind": 1}


async def test_a_helper_is_told_something_and_its_transcript_shows_it(still: Page) -> None:
    await show(still, HELPERS)
    hotels = still.locator(".mind").filter(has_text="Hotels")
    await hotels.get_by_role("button", name="Hotels", exact=True).click()
    await expect(hotels.get_by_role("log").get_by_role("heading").first).to_have_text("Task")
    await expect(hotels.get_by_role("log")).to_contain_text("Found: <img")
    assert await hotels.locator("img, a").count() == 0

    await hotels.get_by_role("button", name="Tell: Hotels").click()
    await still.keyboard.type("Look at breakfast too. s")
    await hotels.get_by_role("button", name="Send").click()

    await expect(hotels.get_by_text("Told. It reads this")).to_be_visible()
    await expect(hotels.get_by_role("log")).to_contain_text("Look at breakfast too. s")
    [order] = await orders(still)
    assert order["body"]["mind"] == "mind:h1:0"
    await hotels.get_by_role("button", name="Hotels", exact=True).click()
    await expect(hotels.get_by_role("log")).to_have_count(0)


async def test_a_talk_that_is_listened_to_has_a_voice_for_each_speaker(browser: Browser) -> None:
    async with opened(browser, "still", script=SPEECH) as page:
        await show(page, TALK)
        mind = page.locator(".mind")
        await mind.locator(".open").click()
        await expect(mind.locator(".entry h3")).to_have_text(["Task", "Pro", "Con", "Pro"])
        assert await page.evaluate("spoken") == []

        await mind.get_by_role("button", name="Listen").click()
        said = "async (more) => { await fetch('/api/_say', {method: 'POST', body: more}); }"
        for speaker in ("Con", "Pro", "Con"):
            await page.evaluate(said, f'{{"id": "mind:t1:0", "speaker": "{speaker}"}}')

        await expect(page.locator("body")).to_have_attribute("data-spoken", "3", timeout=20_000)
        assert await page.evaluate("spoken") == [
            ["Con goes on.", "Anna"],
            ["Pro goes on.", "Ben"],
            ["Con goes on.", "Anna"],
        ]
        await mind.get_by_role("button", name="Listen").click()
        await page.evaluate(said, '{"id": "mind:t1:0", "speaker": "Pro"}')
        await expect(mind.locator(".entry")).to_have_count(8)
        await page.wait_for_timeout(1000)
        assert len(await page.evaluate("spoken")) == 3


async def test_the_brain_comes_first_and_the_talk_goes_on_after_it(browser: Browser) -> None:
    async with opened(browser, "still", script=SPEECH) as page:
        await page.get_by_role("button", name="Speak answers").click()
        await show(page, TALK)
        mind = page.locator(".mind")
        await mind.locator(".open").click()
        await expect(mind.locator(".entry")).to_have_count(4)
        await mind.get_by_role("button", name="Listen").click()
        await page.evaluate("window.hangs = true")
        said = "async (more) => { await fetch('/api/_say', {method: 'POST', body: more}); }"
        await page.evaluate(said, '{"id": "mind:t1:0", "speaker": "Con"}')
        await expect(page.locator("body")).to_have_attribute("data-spoken", "1", timeout=20_000)

        await page.evaluate("window.hangs = false")
        await page.get_by_label("Your message").fill("hello")
        await page.keyboard.press("Enter")
        await expect(page.locator("body")).to_have_attribute("data-spoken", "2", timeout=20_000)
        await page.evaluate(said, '{"id": "mind:t1:0", "speaker": "Pro"}')

        await expect(page.locator("body")).to_have_attribute("data-spoken", "3", timeout=20_000)
        said_so_far = [text for text, _ in await page.evaluate("spoken")]
        assert said_so_far == ["Con goes on.", "You said: hello", "Pro goes on."]
        assert await page.evaluate("cancelled") >= 1


async def test_helpers_are_sent_from_the_page_one_for_each_line(still: Page) -> None:
    await still.get_by_role("button", name="Send helpers").click()
    await still.get_by_label("Tasks").fill("Find hotels\n\nFind trains")
    await still.get_by_role("button", name="Start", exact=True).click()

    await expect(still.locator(".job-view h3").first).to_have_text(HELPERS)
    [order] = await orders(still)
    titles = [task["title"] for task in order["body"]["tasks"]]
    assert (order["path"], titles) == ("/api/jobs", ["Find hotels", "Find trains"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{8,64}", order["body"]["key"])


async def test_an_ended_job_is_deleted(still: Page) -> None:
    await show(still, REHEARSAL)
    await still.get_by_role("button", name=f"Delete: {REHEARSAL}").click()
    await still.get_by_role("button", name="Yes, delete").click()

    await expect(still.locator(".job")).to_have_count(2)


async def test_jobs_are_shown_in_german_and_nothing_moves_for_who_does_not_want_it(
    browser: Browser,
) -> None:
    async with opened(browser, "still", locale="de-DE", reduced_motion="reduce") as page:
        await expect(page.get_by_role("heading", name="Aufträge")).to_be_visible()
        await expect(row(page, REHEARSAL)).to_contain_text("5 von 6, 1 fehlgeschlagen")
        moving = page.locator(".shape[data-status=running]").first
        assert await moving.evaluate("one => getComputedStyle(one).animationName") == "none"


async def test_without_jobs_there_is_no_panel(browser: Browser) -> None:
    async with gateway() as address:
        page = await browser.new_page(locale=ENGLISH)
        await page.goto(f"{address}/#jobs")
        await expect(page.get_by_text("Polling")).to_be_visible()

        jobs = page.get_by_role("navigation").get_by_role("button", name="Jobs")
        await expect(jobs).to_have_count(0)
        await expect(page.get_by_role("complementary")).to_have_count(0)
        await page.close()

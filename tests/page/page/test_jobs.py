"""The panel of jobs in a real browser, on a gateway with canned jobs."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.page.conftest import ENGLISH, gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

HELPERS, TALK, REHEARSAL = "Three days in Lisbon", "Should I buy the van?", "Six rehearsals"
# Two voices, and what each of them was given to say.
SPEECH = """
    window.spoken = [];
    const voices = ['Anna', 'Ben'].map((name) => ({ name, lang: 'en-US' }));
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    Object.defineProperty(window, 'speechSynthesis', { value: {
        getVoices: () => voices,
        cancel() {},
        speak(utterance) {
            spoken.push([utterance.text, utterance.voice?.name ?? null]);
            document.body.dataset.spoken = spoken.length;
            setTimeout(() => utterance.onend?.(), 20);
        },
    } });
"""


@asynccontextmanager
async def opened(
    browser: Browser, jobs: str = "1", *, script: str = "", width: int = 1280, **choices: Any
) -> AsyncIterator[Page]:
    """The page with the panel of jobs; an error that nobody caught fails the test."""
    async with gateway(JOBS=jobs) as address:
        size: Any = {"width": width, "height": 760}
        context = await browser.new_context(viewport=size, **({"locale": ENGLISH} | choices))
        page = await context.new_page()
        if script:
            await page.add_init_script(script)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{address}/#jobs")
        await expect(page.locator(".job")).to_have_count(3)
        yield page
        await context.close()
        assert complaints == []


@pytest_asyncio.fixture(loop_scope="module")
async def still(browser: Browser) -> AsyncIterator[Page]:
    """Jobs that do not go on by themselves, on the narrowest page."""
    async with opened(browser, "still", width=360) as page:
        yield page


def row(page: Page, title: str) -> Locator:
    return page.locator(".job").filter(has_text=title)


async def show(page: Page, title: str) -> None:
    await page.get_by_role("button", name=title, exact=True).click()
    await expect(page.locator(".job-view h3").first).to_have_text(title)


async def orders(page: Page) -> list[dict[str, Any]]:
    """What the page asked the server to do."""
    asked = "async () => (await fetch('/api/_orders')).json()"
    found: list[dict[str, Any]] = await page.evaluate(asked)
    return found


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
        await expect(report.get_by_text("written by others")).to_be_visible()

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
        await expect(mind.locator(".entry h3")).to_have_text(
            ["You (listener)", "Pro", "Con", "Pro"]
        )
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


async def test_a_finding_leads_to_its_line_with_what_was_done_and_what_failed(still: Page) -> None:
    await show(still, REHEARSAL)

    await still.get_by_role("button", name="No. 2: Reads addresses aloud").click()

    line = still.locator(".entry").filter(has_text="example dot org")
    await expect(line).to_be_focused()
    await expect(line).to_be_in_viewport()
    await expect(line.get_by_text("Did: Send email")).to_be_visible()
    await expect(line.get_by_text("Expected, but not so: effect sendEmail")).to_be_visible()
    assert await still.evaluate("document.documentElement.scrollTop") == 0


async def test_the_plot_has_a_shape_for_each_outcome_and_says_the_same_in_a_table(
    still: Page,
) -> None:
    await show(still, REHEARSAL)
    await expect(still.locator(".plot .before")).to_have_count(6)

    shapes = "marks => [...new Set(marks.map((mark) => mark.getAttribute('d')))].length"
    assert await still.locator(".plot-row .mark").evaluate_all(shapes) == 4
    rows = await still.locator(".plot-part tbody tr").all_inner_texts()
    assert [re.split(r"\s*\t\s*", text.strip()) for text in rows][:2] == [
        ["Changes their mind", "1", "passed", "passed"],
        ["A noisy street", "2", "failed", "failed"],
    ]
    await expect(still.get_by_text("60% passed; probably between 23% and 88%")).to_be_visible()
    await expect(still.locator(".rate .interval")).to_be_visible()
    await expect(still.get_by_text("This may be chance.")).to_be_visible()
    assert await still.evaluate("document.documentElement.scrollWidth") == 360


async def test_a_suggestion_is_adopted_only_by_a_press(still: Page) -> None:
    await show(still, REHEARSAL)
    await expect(still.locator("del")).to_contain_text("Be brief.")
    await expect(still.locator("ins")).to_contain_text("Never read addresses aloud.")
    assert await orders(still) == []

    await still.get_by_role("button", name="Use it").click()

    await expect(still.get_by_text("From now on your brain follows")).to_be_visible()
    [order] = await orders(still)
    assert (order["method"], order["path"]) == ("PUT", "/api/agents")
    assert order["body"]["instructions"] == "Be brief. Never read addresses aloud."


async def test_a_suggestion_is_tried_on_the_same_scenarios(still: Page) -> None:
    await show(still, REHEARSAL)

    await still.get_by_role("button", name="Try it").click()

    await expect(still.locator(".job-view h3").first).to_have_text(REHEARSAL)
    [order] = await orders(still)
    assert order["path"] == "/api/scale/start"
    assert order["body"]["again"] == "r1"


async def test_what_the_judge_is_not_sure_of_is_asked(still: Page) -> None:
    await show(still, REHEARSAL)

    await still.get_by_role("button", name="Yes: does not narrate its steps").click()

    await expect(still.get_by_text("You said: Yes")).to_be_visible()
    [order] = await orders(still)
    assert order["body"] == {"run": 3, "item": "does not narrate its steps", "verdict": "yes"}


async def test_an_answer_becomes_a_scenario_and_is_rehearsed(browser: Browser) -> None:
    async with opened(browser, "still") as page:
        await page.get_by_label("Your message").fill("hello")
        await page.keyboard.press("Enter")
        answer = page.locator(".say").filter(has_text="You said: hello")
        await answer.hover()
        await answer.get_by_role("button", name="Make a rehearsal of this").click()
        await expect(answer.get_by_text("Scenario “From message 2” is ready.")).to_be_visible()

        await answer.get_by_role("button", name="Rehearse it").click()
        await expect(page.get_by_role("checkbox", name="From message 2")).to_be_checked()
        await page.get_by_role("button", name="Start", exact=True).click()

        await expect(page.locator(".job-view h3").first).to_be_visible()
        assert (await orders(page))[-1]["body"]["scenarios"] == ["s1"]


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

        await expect(page.get_by_role("navigation")).to_be_hidden()
        await expect(page.get_by_role("complementary")).to_have_count(0)
        await page.close()

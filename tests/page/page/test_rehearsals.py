"""Rehearsals on the page: their plot, their report, and what is done with it."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.page.page.jobs_stage import REHEARSAL, opened, orders, show, still

__all__ = ["still"]  # a fixture

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all


async def test_a_finding_leads_to_its_line_with_what_was_done_and_what_failed(still: Page) -> None:
    await show(still, REHEARSAL)

    await still.get_by_role("button", name="No. 2: Reads addresses aloud").click()

    line = still.locator(".entry").filter(has_text="example dot org")
    await expect(line).to_be_focused()
    await expect(line).to_be_in_viewport()
    await expect(line.get_by_text("Did: Send email")).to_be_visible()
    await expect(line.get_by_text("Expected, but not so: Does: Send email (once)")).to_be_visible()
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

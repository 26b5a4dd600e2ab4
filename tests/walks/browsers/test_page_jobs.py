"""Helpers on the page, from the sentence that sends them to the report, on the whole stack."""

import uuid

import pytest
from playwright.async_api import Page, expect

from tests.walks.conftest import Person, Town, says
from tests.walks.pages import answered, ask, open_panel, shows

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

SLOWLY_MS = 60_000  # for what several processes have to begin for


async def test_helpers_are_watched_one_is_stopped_and_the_report_is_read(
    page: Page, town: Town, person: Person
) -> None:
    stays = f"stays-{uuid.uuid4().hex}"  # one helper's model never answers
    script = f"{town.stack.services.model.address.url}/_local/script"
    never = {"match": stays, "answers": [{"hang": True, "repeat": 50}]}
    (await town.http.post(script, json=never)).raise_for_status()
    briefs = {"Hotels": "look for hotels", "Trains": stays, "Museums": "look for museums"}
    tasks = [{"title": title, "brief": brief} for title, brief in briefs.items()]
    send = {"calls": [{"name": "sendHelpers", "arguments": {"tasks": tasks}}]}
    await person.script(send, says("Three are on their way."))
    await ask(page, f"Send three helpers {person.word}")
    await answered(page, "Three are on their way.")

    panel = await open_panel(page, "Jobs")
    await panel.locator(".job .open").click()
    hotels, trains, museums = (
        panel.locator(".mind").filter(has=page.get_by_role("button", name=name, exact=True))
        for name in briefs
    )
    for done in (hotels, museums):
        await expect(done).to_contain_text("Complete", timeout=SLOWLY_MS)
    await expect(panel.locator(".job")).to_contain_text("2 of 3")
    await expect(trains).to_contain_text("Working")
    await hotels.get_by_role("button", name="Hotels", exact=True).click()
    await expect(hotels.locator(".entry").first).to_contain_text("look for hotels")

    await trains.get_by_role("button", name="Stop: Trains").click()
    await trains.get_by_role("button", name="Yes, stop").click()

    await expect(trains).to_contain_text("Stopped")
    headline = "2 of 3 are done: Hotels, Museums."
    await expect(panel.get_by_role("heading", name=headline)).to_be_visible(timeout=SLOWLY_MS)
    await expect(panel.get_by_text("Trains: stopped")).to_be_visible()
    await shows(page.locator(".notification").get_by_text(headline))
    status = (await person.get("/api/jobs")).json()["jobs"][0]
    assert (status["completed"], status["failed"], status["total"]) == (2, 1, 3)


async def test_what_helpers_found_is_told_in_the_words_of_the_user(page: Page) -> None:
    await ask(page, "Send two helpers to look for gardens and lakes")
    await answered(page, "Two are on the way. I will tell you when they are back.")
    told = page.locator(".notification").get_by_text("2 of 2 are done: Gardens, Lakes.")
    await expect(told).to_be_visible(timeout=SLOWLY_MS)

    await ask(page, "What did they find?")

    await shows(page.locator(".say").get_by_text("2 of 2 are done: Gardens, Lakes."))

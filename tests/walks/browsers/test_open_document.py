"""An open document on the page, while others change it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.walks.conftest import Json, Person, Town, founded, says
from tests.walks.pages import open_panel, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROADS = ["Channel", "Stream", "Socket", "Polling"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Run a stack whose invocations have time: a road must not end meanwhile."""
    async with founded(tmp_path_factory.mktemp("place"), {}) as town:
        async with town.person().connecting("/api/live") as socket:
            await socket.recv()  # a page waits five seconds, and a new process takes time
        yield town


async def written(person: Person) -> Json:
    """A document of the person's."""
    new = {"title": "The trip", "body": "Monday: the boat.\nTuesday: the island."}
    answer = await person.post("/api/documents", new)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


async def changed(person: Person, document: Json, find: str, replace: str) -> None:
    """Change it from another device."""
    body = {"find": find, "replace": replace}
    answer = await person.call("PATCH", f"/api/documents?id={document['id']}", json=body)
    assert answer.status_code == 200, answer.text


async def opened_document(page: Page) -> Locator:
    panel = await open_panel(page, "Documents")
    await panel.get_by_role("button", name="The trip").click()
    await shows(panel.get_by_text("Tuesday: the island."))
    return panel


async def take(page: Page, road: str) -> None:
    menu = page.locator("#connection")
    await menu.click()
    await page.get_by_role("radio", name=road).check()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("radio")).to_have_count(0)
    await expect(menu).to_contain_text(road, ignore_case=True)


@pytest.mark.parametrize("road", ROADS)
async def test_an_open_document_shows_what_others_change_without_a_press(
    page: Page, person: Person, road: str
) -> None:
    document = await written(person)
    panel = await opened_document(page)
    await take(page, road)

    await changed(person, document, "the boat", "the train")

    await shows(panel.get_by_text("Monday: the train."))
    await expect(panel.get_by_text("the boat")).to_have_count(0)


async def test_an_open_document_shows_what_the_brain_changes(page: Page, person: Person) -> None:
    document = await written(person)
    panel = await opened_document(page)
    change: Json = {"id": document["id"], "append": "Wednesday: home."}
    call: Json = {"name": "updateDocument", "arguments": change}
    await person.script({"calls": [call]}, says("Added."))

    await person.ask("Add Wednesday.")

    await shows(panel.get_by_text("Wednesday: home."))


async def test_what_the_user_types_is_kept_while_others_change_the_document_and_wins(
    page: Page, person: Person
) -> None:
    document = await written(person)
    panel = await opened_document(page)
    await panel.get_by_role("button", name="Edit", exact=True).click()
    text = panel.get_by_label("Text")
    await text.fill("Monday: the sea.\nTuesday: the island.")

    await changed(person, document, "the boat", "the train")
    await shows(panel.get_by_text("This document has changed meanwhile."))
    assert await text.input_value() == "Monday: the sea.\nTuesday: the island."
    await panel.get_by_role("button", name="Save").click()

    await shows(panel.get_by_text("Monday: the sea."))
    now = (await person.get(f"/api/documents?id={document['id']}")).json()
    assert now["body"] == "Monday: the sea.\nTuesday: the island."


async def test_who_cancels_an_edit_sees_the_change_of_the_others(
    page: Page, person: Person
) -> None:
    document = await written(person)
    panel = await opened_document(page)
    await panel.get_by_role("button", name="Edit", exact=True).click()
    await panel.get_by_label("Text").fill("Never mind.")
    await changed(person, document, "the boat", "the train")
    await shows(panel.get_by_text("This document has changed meanwhile."))

    await panel.get_by_role("button", name="Cancel").click()

    await shows(panel.get_by_text("Monday: the train."))
    await expect(panel.get_by_text("Never mind.")).to_have_count(0)

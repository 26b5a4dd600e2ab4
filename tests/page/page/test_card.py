"""A question's card in a real browser: what it shows, and when its buttons work."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.page.conftest import ENGLISH, gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

LINES = [f"Line {number}." for number in range(200)]
TEXT = "\n".join(LINES)
CONTENT = {
    "recipients": [{"address": "anna@example.org", "name": "Anna"}, {"address": "b@example.org"}],
    "count": 2,
    "subject": "Lines",
    "text": TEXT,
    "characters": len(TEXT),
    "attachments": [],
}
ARGUMENTS = {"to": ["anna@example.org"], "subject": "Lines", "body": TEXT}
# A card in a window that is much lower than the card, and what was decided on it.
DRAW = """async (message) => {
    const [{ Card }, { entryElement }] = await Promise.all([
        import('/page/card.js'), import('/page/entries.js'),
    ]);
    const frame = document.createElement('div');
    Object.assign(frame, { id: 'frame' });
    Object.assign(frame.style, { position: 'fixed', inset: '0', height: '300px', overflow: 'auto',
        zIndex: 9, background: 'white' });
    const entry = entryElement('question', message.text);
    frame.append(entry);
    document.body.replaceChildren(frame);
    window.decisions = [];
    window.card = new Card(entry, message, async (decision) => { decisions.push(decision); });
    card.show('waiting');
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with gateway() as address:
        context = await browser.new_context(viewport={"width": 400, "height": 500}, locale=ENGLISH)
        page = await context.new_page()
        await page.goto(address)
        yield page
        await context.close()


async def draw(page: Page, **changes: Any) -> None:
    """Show a card in the window."""
    asked = {"for": "user", "tool": "sendEmail", "arguments": ARGUMENTS, **changes}
    lead = "Shall I send this email to 2 people?"
    message = {"id": "q", "kind": "question", "text": f"{lead}\n\n{TEXT}", "question": asked}
    await page.evaluate(DRAW, message)


def choice(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


async def decided(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await page.evaluate("decisions")
    return found


async def test_the_card_shows_what_is_sent_and_its_buttons_stand_below_the_whole_text(
    page: Page,
) -> None:
    await draw(page, content=CONTENT)
    assert await page.locator("dt").all_text_contents() == [
        "Action", "To", "Subject", "Length", "Text",
    ]  # fmt: skip
    shown = await page.locator("dd").all_text_contents()
    assert shown[1:3] == ["anna@example.org (Anna), b@example.org", "Lines"]
    assert shown[-1] == TEXT
    assert await page.get_by_text(LINES[0]).count() == 1  # once, not again as text and field
    text = await page.locator("dd").last.bounding_box()
    buttons = await page.locator(".choices").bounding_box()
    assert text is not None
    assert buttons is not None
    assert buttons["y"] >= text["y"] + text["height"]


async def test_a_yes_works_once_the_end_of_the_text_has_been_in_view(page: Page) -> None:
    await draw(page, content=CONTENT)
    approve = choice(page, "Approve")
    await expect(approve).to_have_attribute("aria-disabled", "true")
    await expect(approve).to_have_accessible_description("Read to the end to decide.")
    await approve.dispatch_event("click")
    assert await decided(page) == []

    await page.locator("#frame").evaluate("frame => { frame.scrollTop = frame.scrollHeight }")
    await expect(approve).not_to_have_attribute("aria-disabled", "true")
    await page.locator("#frame").evaluate("frame => { frame.scrollTop = 0 }")
    await approve.click()
    assert await decided(page) == [{"verdict": "approve"}]


async def test_with_the_keyboard_alone_the_text_is_passed_before_a_yes(page: Page) -> None:
    await draw(page, content=CONTENT)
    await page.keyboard.press("Tab")
    await expect(choice(page, "Approve")).to_be_focused()
    await expect(choice(page, "Approve")).to_be_in_viewport()
    await expect(choice(page, "Approve")).not_to_have_attribute("aria-disabled", "true")
    await page.keyboard.press("Enter")
    assert await decided(page) == [{"verdict": "approve"}]


async def test_a_change_needs_the_end_in_view_and_a_no_does_not(page: Page) -> None:
    await draw(page, content=CONTENT)
    await choice(page, "Edit").dispatch_event("click")
    await expect(page.get_by_label("Subject")).to_have_count(0)
    await choice(page, "Reject").dispatch_event("click")
    assert await decided(page) == [{"verdict": "reject"}]


async def test_a_question_without_content_shows_its_whole_text_once(page: Page) -> None:
    await draw(page, tool="updateDocument", arguments={"id": "d1", "append": TEXT})
    assert await page.locator("dt").all_text_contents() == ["Action", "ID"]
    await expect(page.locator(".more")).to_have_text(TEXT)


async def test_a_changed_action_is_shown_as_it_was_done(page: Page) -> None:
    await draw(page, content=CONTENT)
    changed = {**ARGUMENTS, "body": "Saturday then."}
    instead = {"arguments": changed, "names": ["body"]}
    await page.evaluate("instead => card.show('changed', instead)", instead)
    assert await page.locator("dt").all_text_contents() == [
        "Action", "To", "Subject", "Text changed by you",
    ]  # fmt: skip
    assert await page.locator("dd").all_text_contents() == [
        "Send email", "anna@example.org", "Lines", "Saturday then.",
    ]  # fmt: skip
    await expect(page.get_by_role("button")).to_have_count(0)

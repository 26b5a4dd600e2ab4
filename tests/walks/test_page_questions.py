"""Questions on the page: the page shows what is asked, and a decision takes effect once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Request, Route, expect

from local.mailbox.settings import EMAIL_USER
from tests.walks.conftest import Json, Person, Town, says
from tests.walks.pages import answered, ask, connected, opened, sent_emails, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")

BODY = "Hello Anna,\n\nFriday at seven <b>is</b> fine.\n\nRobin"


@pytest.fixture
def person(town: Town) -> Person:
    """Return the user who owns the mailbox."""
    return town.person(EMAIL_USER)


@pytest_asyncio.fixture(loop_scope="session")
async def card(page: Page, person: Person) -> AsyncIterator[Locator]:
    """Return the question whether an email may be sent, as the page shows it."""
    yield await asked(page, person)
    await person.post("/api/control", {"type": "stop"})


async def asked(page: Page, person: Person) -> Locator:
    arguments = {"to": ["anna@example.org"], "subject": f"Friday {person.word}", "body": BODY}
    send: Json = {"name": "sendEmail", "arguments": arguments}
    await person.script({"calls": [send]}, says(f"That was it {person.word}."))
    cards = page.locator(".question").filter(has_text=person.word)
    before = await cards.count()
    await ask(page, f"Write to Anna {person.word}")
    await expect(cards).to_have_count(before + 1)
    await shows(cards.last)
    return page.locator(".question").last


@asynccontextmanager
async def held(page: Page, order: str) -> AsyncIterator[None]:
    """Send the page's order of this type only when the block ends."""
    has_ended = asyncio.Event()

    async def hold(route: Route) -> None:
        if is_order(route.request, order):
            await has_ended.wait()
        await route.continue_()

    await page.route("**/api/control", hold)
    async with page.expect_response(lambda answer: is_order(answer.request, order)):
        yield
        has_ended.set()


def is_order(request: Request, type: str) -> bool:
    body = request.post_data_json if request.url.endswith("/api/control") else None
    return bool(body and body["type"] == type)


def choice(card: Locator, name: str) -> Locator:
    return card.get_by_role("button", name=name, exact=True)


async def ours(town: Town, person: Person) -> list[Json]:
    return [email for email in await sent_emails(town) if person.word in email["subject"]]


async def test_a_question_shows_the_recipient_the_subject_and_every_word(
    card: Locator, person: Person
) -> None:
    await shows(card.get_by_text("Shall I send this email?"))
    assert await card.locator("dt").all_inner_texts() == ["Action", "To", "Subject", "Text"]
    assert await card.locator("dd").all_text_contents() == [
        "Send email",
        "anna@example.org",
        f"Friday {person.word}",
        BODY,
    ]
    await choice(card, "Reject").click()
    await shows(card.get_by_text("You rejected this."))


async def test_an_approved_action_is_done_once_however_often_the_button_is_pressed(
    town: Town, page: Page, person: Person, card: Locator
) -> None:
    await choice(card, "Approve").dblclick()

    await shows(card.get_by_text("You approved this."))
    await answered(page, f"That was it {person.word}.")
    assert [email["text"].split() for email in await ours(town, person)] == [BODY.split()]
    await expect(card.get_by_role("button")).to_have_count(0)


async def test_a_question_in_view_is_decided_by_a_typed_okay(
    town: Town, page: Page, person: Person
) -> None:
    def is_report(request: Request) -> bool:
        return '"shown"' in (request.post_data or "")

    async with page.expect_response(lambda response: is_report(response.request)) as reported:
        card = await asked(page, person)
    assert (await (await reported.value).json())["how"] == "shown"
    await asyncio.sleep(1.1)  # nobody answers within a second
    await ask(page, "Okay")

    await shows(card.get_by_text("You approved this."))
    await answered(page, f"That was it {person.word}.")
    assert len(await ours(town, person)) == 1


async def test_an_edited_action_is_done_as_edited(
    town: Town, page: Page, person: Person, card: Locator
) -> None:
    await choice(card, "Edit").click()
    await expect(card.get_by_label("To")).to_be_focused()
    await card.get_by_label("To").fill("ben@example.org\nzoe@example.org")
    await card.get_by_label("Text").fill("Saturday then.")
    await choice(card, "Approve with changes").click()

    await shows(card.get_by_text("You approved this with changes."))
    await answered(page, f"That was it {person.word}.")
    (email,) = await ours(town, person)
    assert email["recipients"] == ["ben@example.org", "zoe@example.org"]
    assert email["text"].strip() == "Saturday then."


async def test_an_invalid_edit_is_reported_and_can_be_corrected(
    browser: Browser, town: Town, person: Person
) -> None:
    async with opened(browser, town, person) as (page, _):  # the browser reports a refused request
        card = await asked(page, person)
        await choice(card, "Edit").click()
        await card.get_by_label("Subject").fill("")
        await choice(card, "Approve with changes").click()
        await shows(card.get_by_role("status").filter(has_text="Invalid request body."))

        await card.get_by_label("Subject").fill(f"Mended {person.word}")
        await choice(card, "Approve with changes").click()

        await answered(page, f"That was it {person.word}.")
        assert [email["subject"] for email in await ours(town, person)] == [f"Mended {person.word}"]


async def test_a_rejected_action_is_not_done(
    town: Town, page: Page, person: Person, card: Locator
) -> None:
    await choice(card, "Reject").click()

    await shows(card.get_by_text("You rejected this. Nothing was done."))
    await answered(page, f"That was it {person.word}.")
    assert await ours(town, person) == []


async def test_a_question_is_still_there_after_a_reload_and_can_be_decided(
    town: Town, page: Page, person: Person, card: Locator
) -> None:
    await shows(choice(card, "Approve"))
    await page.set_viewport_size({"width": 400, "height": 400})  # less than the log needs
    await page.reload()
    await expect(choice(card, "Approve")).to_be_in_viewport()
    await choice(card, "Approve").click()
    await answered(page, f"That was it {person.word}.")
    assert len(await ours(town, person)) == 1

    await page.reload()
    await shows(card.get_by_text("You approved this."))
    await expect(card.get_by_role("button")).to_have_count(0)


async def test_two_tabs_decide_once_and_both_show_the_decision(
    town: Town, page: Page, person: Person, card: Locator
) -> None:
    beside = await page.context.new_page()
    await beside.goto(page.url)
    await connected(beside)
    other = beside.locator(".question").last
    await shows(choice(card, "Approve"))
    await shows(choice(other, "Reject"))

    await choice(card, "Approve").click()

    await shows(card.get_by_text("You approved this."))
    await shows(other.get_by_text("You approved this."))
    await expect(other.get_by_role("button")).to_have_count(0)
    await answered(page, f"That was it {person.word}.")
    assert len(await ours(town, person)) == 1


async def test_a_second_decision_is_refused_and_the_first_is_shown(
    browser: Browser, town: Town, person: Person
) -> None:
    async with opened(browser, town, person) as (page, _):  # the browser reports a refused request
        card = await asked(page, person)
        await shows(choice(card, "Approve"))
        id = (await person.get("/api/questions")).json()["question"]["id"]
        rejected = {"type": "reject", "questionId": id}
        async with held(page, "approve"):
            await choice(card, "Approve").click()
            (await person.post("/api/control", rejected)).raise_for_status()

        await shows(card.get_by_text("You rejected this. Nothing was done."))
        await expect(card.get_by_role("button")).to_have_count(0)
        assert await ours(town, person) == []


async def test_other_words_leave_a_question_open_and_a_later_question_replaces_it(
    page: Page, person: Person, card: Locator
) -> None:
    await ask(page, f"What is the weather? {person.word}")
    await answered(page, f"That was it {person.word}.")
    await shows(choice(card, "Approve"))

    first = page.locator(".question").filter(has_text=f"Friday {person.word}").first
    await asked(page, person)
    await shows(first.get_by_text("You did not answer this question."))
    await expect(first.get_by_role("button")).to_have_count(0)
    await choice(page.locator(".question").last, "Reject").click()
    await shows(page.locator(".question").last.get_by_text("You rejected this."))

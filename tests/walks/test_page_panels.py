"""The other panels of the page: they show the user's own data as the server has it."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from local.mailbox.settings import EMAIL_USER
from tests.walks.conftest import LIMIT_S, Json, Person, Town, says
from tests.walks.line import laid_line
from tests.walks.pages import (
    HOSTILE,
    answered,
    ask,
    confirm,
    connected,
    open_panel,
    opened,
    shows,
    the_panel,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANNA = "Anna Lindqvist <anna@lindqvist.example>"


async def test_a_panel_that_cannot_load_says_so_and_tries_again(
    browser: Browser, town: Town, person: Person
) -> None:
    async with (
        laid_line() as line,
        opened(browser, town, person, proxy=line.proxy) as (page, _),  # it reports a failure
    ):
        await connected(page)
        line.cut()
        await page.get_by_role("button", name="Documents", exact=True).click()
        panel = page.get_by_role("complementary", name="Documents")
        await shows(panel.get_by_role("alert").get_by_text("cannot be reached"))

        line.mend()
        await panel.get_by_role("button", name="Try again").click()
        await shows(panel.get_by_text("No documents yet."))


async def test_escape_closes_a_panel_and_the_focus_goes_back_to_its_button(page: Page) -> None:
    await open_panel(page, "Documents")
    await expect(page.get_by_role("heading", name="Documents")).to_be_focused()

    await page.keyboard.press("Escape")

    await expect(page.get_by_role("complementary")).to_have_count(0)
    await expect(page.get_by_role("button", name="Documents", exact=True)).to_be_focused()


# ---- mailbox


async def test_a_test_email_arrives_is_announced_and_is_read_as_text(
    browser: Browser, town: Town
) -> None:
    owner, queue = town.person(EMAIL_USER), town.stack.services.engine
    is_mirrored = (await owner.get("/api/emails")).json()["emails"] != []
    first_look = queue.counts().delivered + 1
    async with opened(browser, town, owner) as (page, complaints):
        await connected(page)
        if not is_mirrored:  # emails present at the first sync are not new
            async with asyncio.timeout(LIMIT_S):
                await queue.delivered(first_look)
        panel = await open_panel(page, "Mailbox")
        await panel.get_by_role("button", name="Receive a test email").click()
        await expect(panel.get_by_label("From")).to_have_value(
            "Anna Lindqvist <anna@lindqvist.example>"
        )
        await panel.get_by_label("Subject").fill(f"Boat {owner.word}")
        await panel.get_by_label("Text").fill(HOSTILE)
        await panel.get_by_role("button", name="Receive it").click()

        told = page.locator(".notification").get_by_text(owner.word)
        await shows(told)
        await panel.get_by_role("button", name="Refresh").click()
        await panel.get_by_role("searchbox").fill(owner.word)
        await panel.get_by_role("button", name=f"Boat {owner.word}").click()
        await expect(panel.locator(".text")).to_have_text(HOSTILE)
        await shows(panel.get_by_text(ANNA))
        await expect(page.locator("#panel img, #panel script, #log img")).to_have_count(0)
        await expect(page).to_have_title("Second Brain")
        assert complaints == []


async def test_a_user_without_a_mailbox_sees_no_tab_for_it(page: Page) -> None:
    tabs = page.get_by_role("navigation").get_by_role("button")
    await expect(tabs).to_have_text(["Documents", "Notifications", "Memory", "Jobs", "Your data"])


# ---- notifications


async def test_quiet_hours_are_saved_and_still_there_after_a_reload(
    page: Page, person: Person
) -> None:
    panel = await open_panel(page, "Notifications")
    await panel.get_by_label("Quiet hours every day").check()
    await panel.get_by_label("From").fill("21:30")
    await panel.get_by_label("Until").fill("06:45")
    await panel.get_by_label("Time zone").select_option("Europe/Stockholm")
    await panel.get_by_label("Emails to notify me about").select_option("rules")
    form = panel.locator("form", has=page.get_by_label("Quiet hours every day"))
    await form.get_by_role("button", name="Save").click()
    await shows(panel.get_by_text("Saved."))

    await page.reload()
    panel = await the_panel(page, "Notifications")
    await expect(panel.get_by_label("From")).to_have_value("21:30")
    await expect(panel.get_by_label("Until")).to_have_value("06:45")
    await expect(panel.get_by_label("Time zone")).to_have_value("Europe/Stockholm")
    assert (await person.get("/api/preferences")).json() == {
        "trusted": [],
        "quiet": {"from": "21:30", "until": "06:45"},
        "zone": "Europe/Stockholm",
        "emails": "rules",
        "language": None,
        "unaskedTokens": 100_000,
        "persona": {"name": None, "instructions": ""},
        "inUse": {
            "zone": "Europe/Stockholm",
            "zoneFrom": "user",
            "language": "en-US",
            "languageFrom": "device",
        },
    }


async def test_trusted_recipients_are_added_and_removed(
    browser: Browser, town: Town, person: Person
) -> None:
    async with opened(browser, town, person) as (page, _):  # the browser reports a refused request
        await connected(page)
        panel = await open_panel(page, "Notifications")
        address = panel.get_by_label("Add an address")
        for given in ("anna@example.org", "@harbour.example", "nobody"):
            await address.fill(given)
            await panel.get_by_role("button", name="Add", exact=True).click()
            if given == "nobody":
                await shows(panel.get_by_text("must be an address"))
            else:
                await expect(address).to_have_value("")

        await confirm(panel, "Remove: anna@example.org")
        await expect(panel.locator(".row")).to_have_count(1)
        assert (await person.get("/api/preferences")).json()["trusted"] == ["@harbour.example"]


async def test_a_rule_that_a_run_noted_after_foreign_text_is_marked_until_the_user_edits_it(
    page: Page, person: Person
) -> None:
    made = await person.post("/api/documents", {"title": "Web", "body": "Tell them of evil."})
    read: Json = {"name": "readDocument", "arguments": {"id": made.json()["id"]}}
    note: Json = {"name": "tellMeWhen", "arguments": {"about": "evil things", "from": "Eve"}}
    await person.script({"calls": [read]}, {"calls": [note]}, says("Noted."))
    await ask(page, f"Read it. {person.word}")
    await answered(page, "Noted.")
    await shows(page.locator(".say").get_by_text("from what others wrote"))

    panel = await open_panel(page, "Notifications")
    await shows(panel.get_by_text("written by others"))
    await panel.get_by_role("button", name="Edit: evil things").click()
    await expect(panel.get_by_label("From (")).to_have_value("Eve")
    await panel.get_by_label("What to tell me about").fill("when Eve writes about money")
    await panel.get_by_label("Words it must have").fill("money, bill")
    await panel.locator("li form").get_by_role("button", name="Save").click()
    await shows(panel.get_by_text("with money, bill"))
    await expect(panel.get_by_text("written by others")).to_have_count(0)
    [rule] = (await person.get("/api/rules")).json()["rules"]
    assert (rule["about"], rule["from"], "foreign" in rule) == (
        "when Eve writes about money", "Eve", False,
    )  # fmt: skip


async def test_a_rule_is_shown_and_deleted(page: Page, person: Person) -> None:
    rule: Json = {"about": "when Anna writes", "from": "Anna", "kinds": ["email"]}
    await person.script({"calls": [{"name": "tellMeWhen", "arguments": rule}]}, says("I will."))
    await ask(page, f"Tell me when Anna writes {person.word}")
    await answered(page, "I will.")

    panel = await open_panel(page, "Notifications")
    await shows(panel.get_by_text("when Anna writes"))
    await confirm(panel, "Delete: when Anna writes")

    await shows(panel.get_by_text("None yet."))
    assert (await person.get("/api/rules")).json()["rules"] == []


# ---- memory


async def test_a_fact_is_shown_with_its_source_and_deleted(page: Page, person: Person) -> None:
    fact: Json = {"name": "remember", "arguments": {"fact": "The boiler is from 2019"}}
    await person.script({"calls": [fact]}, says("Kept."))
    await ask(page, f"Keep that in mind {person.word}")
    await answered(page, "Kept.")

    panel = await open_panel(page, "Memory")
    item = panel.get_by_role("listitem").filter(has_text="The boiler is from 2019")
    await shows(item.get_by_text("conversation"))
    await shows(item.get_by_role("time"))
    await confirm(panel, "Delete: The boiler is from 2019")

    await shows(panel.get_by_text("Nothing yet."))
    assert (await person.get("/api/facts")).json()["facts"] == []


# ---- on a small screen


async def test_on_a_narrow_page_a_panel_covers_the_rest_and_nothing_is_wider_than_the_page(
    browser: Browser, town: Town, person: Person
) -> None:
    long = {"title": "W" * 120, "body": "x" * 400, "typed": True}
    (await person.post("/api/documents", long)).raise_for_status()
    narrow = {"width": 360, "height": 640}
    async with opened(browser, town, person, viewport=narrow) as (page, complaints):
        await shows(page.get_by_label("Your message"))
        for name in ("Documents", "Notifications", "Memory"):
            await open_panel(page, name)
            await expect(page.get_by_label("Your message")).to_be_hidden()
            assert await page.evaluate("document.documentElement.scrollWidth") == 360
            assert await page.evaluate("document.getElementById('panel').scrollWidth") <= 360
        await page.get_by_role("button", name="Talk", exact=True).click()
        await shows(page.get_by_label("Your message"))
        assert complaints == []

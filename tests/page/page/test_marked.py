"""Texts in Markdown on the page: their marks are shown as what they mean, never as they are."""

import pytest
from playwright.async_api import Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.get_by_label("Your message").press("Enter")


async def test_marks_are_rendered_or_removed(page: Page) -> None:
    text = (
        "a\n\n# Trip #\n\n**Rome** is _nice_ and ~~cold~~, see [the guide](https://example.test/g).\n"
        "![a map](https://example.test/m.png)\n\n- pack `bags`\n  - [x] ticket\n\n1. go\n\n"
        "> Ciao!\n\n"
        "| day | sum |\n|-----|----:|\n| Mon | 3.50 |\n\n---\n\n```sh\nls *\n```"
    )
    await ask(page, text)

    answer = page.locator(".say")
    await expect(answer.locator("h4")).to_have_text("Trip")
    await expect(answer.locator("strong")).to_have_text("Rome")
    await expect(answer.locator("em")).to_have_text("nice")
    await expect(answer.get_by_role("link")).to_have_text("the guide")
    await expect(answer.locator("small.target")).to_have_text("(example.test/g)")
    assert await answer.locator("img").count() == 0
    await expect(answer.get_by_role("listitem")).to_have_text(["pack bags", "☑ ticket", "go"])
    await expect(answer.locator("blockquote")).to_have_text("Ciao!")
    await expect(answer.get_by_role("cell")).to_have_text(["Mon", "3.50"])
    await expect(answer.locator("pre")).to_have_text("ls *")
    shown = (await answer.inner_text()).replace("ls *", "")
    assert [mark for mark in ("*", "#", "`", "[", "](", "~", "_", "|", ">") if mark in shown] == []
    await expect(page.locator(".user")).to_contain_text("**Rome** is _nice_")


async def test_what_only_looks_like_a_mark_stays(page: Page) -> None:
    text = "C# and 2 * 3 * 4, max_size and other_name, 5 > 3, a~b, x[0] (y), 4*5*6"
    await ask(page, text)

    await expect(page.locator(".say")).to_contain_text(text)


async def test_in_a_text_of_others_no_mark_makes_a_link(page: Page) -> None:
    await ask(
        page,
        "from others: **Pay** [here](https://evil.example/?pin=1) <b>now</b> "
        "[or write](mailto:eve@evil.example) <mailto:eve@evil.example>",
    )

    answer = page.locator(".say")
    await expect(answer.locator("strong")).to_have_text("Pay")
    await expect(answer).to_contain_text("[here](https://evil.example/?pin=1)")
    await expect(answer).to_contain_text(
        "<b>now</b> [or write](mailto:eve@evil.example) <mailto:eve@evil.example>"
    )
    assert await answer.locator("a, b").count() == 0


async def test_each_link_shows_where_it_leads(page: Page) -> None:
    text = (
        "- [report](https://example.test/a) and [bill](HTTPS://example.test/b)\n"
        "- [write to Anna](mailto:anna@example.test?subject=Hi)\n"
        "- [https://bank.test](https://evil.test)\n- <mailto:ben@example.test>\n"
        "- [run](javascript:alert(1)) [nobody](mailto:anna)"
    )
    await ask(page, text)

    answer = page.locator(".say")
    targets = ["example.test/a", "example.test/b", "anna@example.test", "evil.test"]
    await expect(answer.locator("small.target")).to_have_text([f"({one})" for one in targets])
    mail = answer.get_by_role("link", name="write to Anna")
    await expect(mail).to_have_attribute("href", "mailto:anna@example.test?subject=Hi")
    await expect(mail).to_have_attribute("rel", "noopener noreferrer nofollow")
    whole = mail.locator("xpath=following-sibling::small")
    await expect(whole).to_have_attribute("title", "mailto:anna@example.test?subject=Hi")
    await expect(answer.get_by_role("link", name="ben@example.test")).to_have_count(1)
    await expect(answer).to_contain_text("[run](javascript:alert(1)) [nobody](mailto:anna)")
    await expect(answer.get_by_role("link")).to_have_count(5)


async def test_what_is_to_be_approved_is_shown_as_it_is(page: Page) -> None:
    await ask(page, "ask marked")

    question = page.locator(".question")
    await expect(question.get_by_text("Shall I send *this* to")).to_be_visible()
    await expect(question.get_by_text("- Anna?")).to_be_visible()
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()

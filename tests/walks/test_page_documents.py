"""The panel of documents: files are dropped, and texts written, found, read and deleted."""

import base64

import pytest
from playwright.async_api import Browser, Locator, Page, Response, expect

from tests.documents.locked_pdf import encrypted
from tests.documents.made_files import docx, pdf
from tests.walks.conftest import Json, Person, Town, says
from tests.walks.pages import HOSTILE, answered, ask, confirm, connected, open_panel, opened, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")

# What a browser does when a user drags files into the page.
DROP = """([element, files]) => {
    const transfer = new DataTransfer();
    for (const [name, coded] of files) {
        const bytes = Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
    }
    for (const type of ['dragover', 'drop']) {
        const options = { bubbles: true, cancelable: true, dataTransfer: transfer };
        element.dispatchEvent(new DragEvent(type, options));
    }
}"""


async def drop(panel: Locator, files: dict[str, str | bytes]) -> None:
    body = await panel.locator(".panel-body").element_handle()
    contents = {
        name: content if isinstance(content, bytes) else content.encode()
        for name, content in files.items()
    }
    coded = [[name, base64.b64encode(raw).decode()] for name, raw in contents.items()]
    await panel.page.evaluate(DROP, [body, coded])


def is_kept(answer: Response) -> bool:
    return answer.request.method == "POST" and "/api/documents" in answer.url


async def test_a_dropped_file_becomes_one_document_and_the_brain_finds_it(
    page: Page, person: Person
) -> None:
    panel = await open_panel(page, "Documents")
    await shows(panel.get_by_text("No documents yet."))
    boat: dict[str, str | bytes] = {"boat.md": "# The boat\n\nIts key hangs behind the barometer."}
    for _ in range(2):
        async with page.expect_response(is_kept) as added:
            await drop(panel, boat)
        assert (await added.value).ok
        await shows(panel.get_by_text("boat.md: added."))

    titles = panel.locator(".open")
    await expect(titles).to_have_text(["The boat"])
    await expect(panel.locator(".items").get_by_text("by others")).to_have_count(0)
    search: Json = {"name": "searchDocuments", "arguments": {"query": "key of the boat"}}
    await person.script({"calls": [search]}, says("Behind the barometer."))
    await ask(page, f"Where is the key? {person.word}")
    await answered(page, "Behind the barometer.")
    assert "hangs behind the barometer" in str((await person.asked())[1])


async def test_pdf_and_word_files_are_added_as_the_users_own_or_as_written_by_others(
    page: Page,
) -> None:
    panel = await open_panel(page, "Documents")
    lease = pdf("The lease ends in May", title="The lease")
    await drop(panel, {"lease.pdf": lease, "rent.docx": docx("Rent is due on the first")})
    await shows(panel.get_by_text("lease.pdf: added."))
    await shows(panel.get_by_text("rent.docx: added."))
    await expect(panel.locator(".open")).to_have_text(["rent", "The lease"])
    await expect(panel.locator(".items").get_by_text("by others")).to_have_count(0)

    await panel.get_by_role("checkbox", name="Others wrote these files").check()
    await drop(panel, {"lease.pdf": lease})
    await expect(panel.locator(".open")).to_have_text(["The lease", "rent", "The lease"])
    await expect(panel.locator(".items").get_by_text("by others")).to_have_count(1)


async def test_files_that_are_refused_are_reported_one_by_one(
    browser: Browser, town: Town, person: Person
) -> None:
    async with opened(browser, town, person) as (page, complaints):
        await connected(page)
        await refused(page)
        # The browser itself complains of each response that is an error.
        assert all("status of 422" in complaint for complaint in complaints)
        assert len(complaints) == 2


async def refused(page: Page) -> None:
    panel = await open_panel(page, "Documents")
    await drop(
        panel,
        {
            "a.png": "x",
            "b.pdf": "Just words",
            "locked.pdf": encrypted(pdf("Secret"), password="x"),
            "long.txt": "x" * 200_001,
            "good.txt": "Fine.",
        },
    )

    await shows(panel.get_by_text("a.png: Only text, Markdown, PDF and Word files"))
    await shows(panel.get_by_text("b.pdf: The file is not a PDF."))
    await shows(panel.get_by_text("locked.pdf: This PDF is protected by a password."))
    await shows(panel.get_by_text("long.txt: added."))
    await shows(panel.get_by_text("good.txt: added."))
    await expect(panel.locator(".open")).to_have_text(["good", "long (2 of 2)", "long (1 of 2)"])


async def test_a_document_is_written_found_read_and_deleted(page: Page, person: Person) -> None:
    panel = await open_panel(page, "Documents")
    for title, text in (("Bread", "Flour and water."), ("Danger", HOSTILE)):
        await panel.get_by_role("button", name="Write a document").click()
        await panel.get_by_label("Title").fill(title)
        await panel.get_by_label("Text").fill(text)
        await panel.get_by_role("button", name="Save").click()
        await shows(panel.get_by_role("button", name=title, exact=True))
    await expect(panel.get_by_text("by others")).to_have_count(0)

    await panel.get_by_role("searchbox").fill("flour")
    await expect(panel.locator(".open")).to_have_text(["Bread"])
    await panel.get_by_role("searchbox").fill("")
    await panel.get_by_role("button", name="Danger", exact=True).click()
    await expect(panel.locator(".text")).to_have_text(HOSTILE)

    await confirm(panel, "Delete: Danger")
    await expect(panel.locator(".open")).to_have_text(["Bread"])
    documents = (await person.get("/api/documents")).json()["documents"]
    assert [document["title"] for document in documents] == ["Bread"]
    await expect(page).to_have_title("Second Brain")


async def test_a_document_counts_as_seen_once_its_end_was_in_view(page: Page) -> None:
    noted: list[str] = []
    page.on("request", lambda request: noted.append(request.method))
    panel = await open_panel(page, "Documents")
    await drop(panel, {"long.md": "# Long\n\n" + "A line.\n\n" * 500})
    await panel.get_by_role("button", name="Long", exact=True).click()
    await shows(panel.get_by_text("A line.").first)
    assert "PUT" not in noted

    async with page.expect_response(lambda answer: answer.request.method == "PUT") as seen:
        await panel.locator(".text .end").scroll_into_view_if_needed()
    assert (await seen.value).status == 200

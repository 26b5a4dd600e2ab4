"""The examples of docs/reference/client.md in a real browser, against the real functions.

Only the addresses are changed. The page of the deployment has the deployment's headers.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.walks.conftest import FRONT, Person, Town, founded, says
from tests.walks.pages import LIMIT_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

DOC = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "client.md").read_text()
BRAIN, CHANNEL = "https://brain.example", "wss://ws-eu.pusher.com"


def block(info: str) -> str:
    """Return the first example that begins with these words."""
    found = re.search(rf"^```{info}\n(.*?)^```", DOC, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A stack of its own, with invocations as long as a deployment's."""
    asked = {"BRAIN_ALLOWED_ORIGINS": FRONT}
    async with founded(tmp_path_factory.mktemp("examples"), asked) as town:
        yield town


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page in which the browser may refuse nothing."""
    # The other origin has no address, so the browser would ask before it reaches this machine.
    context = await browser.new_context(permissions=["local-network-access"])
    context.set_default_timeout(LIMIT_MS)
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    yield page
    assert refused == []
    await context.close()


async def answered(page: Page, person: Person) -> None:
    await person.script(says("Dinner on Friday."))
    await page.locator("input").fill(f"What did Anna write? {person.word}")
    await page.get_by_role("button", name="Ask").click()
    await expect(page.locator("#log")).to_contain_text("brain: Dinner on Friday.")


async def test_a_page_of_the_deployment(page: Page, town: Town, person: Person) -> None:
    url = town.stack.url
    sent = (await town.http.get("/")).headers
    headers = {name: value for name, value in sent.items() if not name.startswith("content-length")}
    assert "content-security-policy" in headers
    kinds = {"ask.html": ("html", "text/html"), "ask.js": ("js", "text/javascript")}

    async def answer(route: Route) -> None:
        info, kind = kinds[route.request.url.rpartition("/")[2]]
        await route.fulfill(body=block(info), headers={**headers, "content-type": kind})

    await page.route(re.compile(r"/ask\.(html|js)$"), answer)
    await page.goto(f"{url}/ask.html")
    await expect(page).to_have_title("live: idle")  # before, its form is not ready
    await answered(page, person)


async def test_a_page_on_another_origin_with_a_policy_of_its_own(
    page: Page, town: Town, person: Person
) -> None:
    url, env = town.stack.url, town.stack.services.env
    channel = f"ws://{env['PUSHER_HOST']}:{env['PUSHER_PORT']}"
    own = {"html": block("html page"), "js": block("js app")}
    for old, new in {BRAIN: url, BRAIN.replace("https", "wss"): url.replace("http", "ws")}.items():
        own = {kind: text.replace(old, new) for kind, text in own.items()}
    own["html"] = own["html"].replace(CHANNEL, channel)

    async def front(route: Route) -> None:
        path = route.request.url.removeprefix(FRONT)
        if path == "/token":
            await route.fulfill(body=person.token(), content_type="text/plain")
        elif path == "/app.js":
            await route.fulfill(body=own["js"], content_type="text/javascript")
        else:
            await route.fulfill(body=own["html"], content_type="text/html")

    await page.route(f"{FRONT}/**", front)
    await page.goto(f"{FRONT}/")
    await expect(page).to_have_title("live: channel")
    await answered(page, person)

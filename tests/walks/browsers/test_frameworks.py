"""A React app of another origin, with the hook of the documentation and the npm package.

StrictMode mounts each component twice. One connection is left, and each entry is shown once.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, Route, WebSocket, expect

from tests.walks.conftest import FRONT, LIMIT_S, Person, Town, says
from tests.walks.pages import LIMIT_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).resolve().parents[3]
BUNDLE = ROOT / "tests" / "page" / "packages" / "bundle.js"
HOOK = re.compile(r"^```jsx\n(.*?)^```", re.DOTALL | re.MULTILINE)
MOST_LINES = 25
NOWHERE = "http://127.0.0.1:9"  # nobody listens there
TYPES = {".html": "text/html", ".js": "text/javascript"}


def hook() -> str:
    found = HOOK.search((ROOT / "docs" / "reference" / "client.md").read_text("utf-8"))
    assert found
    return found[1]


async def test_the_hook_is_short() -> None:
    assert hook().count("\n") <= MOST_LINES


@dataclass
class Traffic:
    """What a page has open: sockets and streams."""

    sockets: list[WebSocket] = field(default_factory=list)
    streams: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.sockets.append(socket))
        page.on("request", self._begun)
        for ending in ("requestfinished", "requestfailed"):
            page.on(ending, self._ended)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)

    def _said(self, said: ConsoleMessage) -> None:
        # These pages come from no address, and now and then the browser asks after all.
        is_of_network = said.text.startswith(("Access to fetch", "Failed to load resource"))
        if said.type in ("error", "warning") and not is_of_network:
            self.complaints.append(said.text)

    def _begun(self, request: Request) -> None:
        if "/api/stream" in request.url:
            self.streams.append(request)

    def _ended(self, request: Request) -> None:
        if request in self.streams:
            self.streams.remove(request)

    def open(self) -> int:
        return sum(not socket.is_closed() for socket in self.sockets) + len(self.streams)

    async def until_open(self, count: int) -> None:
        async with asyncio.timeout(LIMIT_S):
            while self.open() != count:  # noqa: ASYNC110 - the browser reports it in its own time
                await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["esbuild", "vite"])
async def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the app, as this bundler makes them."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "hook.jsx").write_text(hook())
    node = shutil.which("node")
    assert node
    command = (node, BUNDLE, request.param, folder / "hook.jsx", folder)
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0
    return folder / "out"


@pytest_asyncio.fixture(loop_scope="session")
async def front(browser: Browser, app: Path) -> AsyncIterator[Page]:
    """A page of an allowed origin that has these files."""
    context = await browser.new_context(permissions=["local-network-access"])
    context.set_default_timeout(LIMIT_MS)

    async def serve(route: Route) -> None:
        name = route.request.url.removeprefix(f"{FRONT}/").partition("?")[0] or "index.html"
        file = app / name
        if not file.is_file():
            return await route.fulfill(status=204)
        await route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])

    await context.route(f"{FRONT}/**", serve)
    yield await context.new_page()
    await context.close()


async def test_one_connection_is_left_and_each_entry_is_shown_once(
    front: Page, town: Town, person: Person
) -> None:
    await person.script(says("Good evening."))
    traffic = Traffic()
    traffic.watch(front)
    query = urlencode({"baseUrl": town.stack.url, "token": person.token()})

    await front.goto(f"{FRONT}/?{query}")
    await expect(front.locator("output")).to_have_text("connected")
    await traffic.until_open(1)
    await front.evaluate("(text) => { window.text = text; }", f"Hello {person.word}")
    await front.get_by_role("button", name="Ask").click()

    await expect(front.locator("li")).to_have_text([f"Hello {person.word}", "Good evening."])
    await expect(front.locator("#road")).to_have_text("channel")
    assert len(traffic.sockets) == 1
    assert traffic.open() == 1

    await front.get_by_role("button", name="Toggle").click()
    await traffic.until_open(0)
    await front.get_by_role("button", name="Toggle").click()

    await expect(front.locator("li")).to_have_text([f"Hello {person.word}", "Good evening."])
    await traffic.until_open(1)
    assert traffic.complaints == []


async def test_a_failure_reaches_the_app_and_a_call_off_does_not(front: Page) -> None:
    traffic = Traffic()
    traffic.watch(front)

    await front.goto(f"{FRONT}/?{urlencode({'baseUrl': NOWHERE, 'token': 'a.b.c'})}")

    await expect(front.locator("output")).to_have_text("The server cannot be reached")
    assert [traffic.open(), traffic.complaints] == [0, []]

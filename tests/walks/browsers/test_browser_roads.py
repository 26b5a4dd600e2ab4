"""The client in a real browser, disturbed by network cuts, a closed lid, other tabs and reloads.

The list must equal the log, and nothing is spoken twice. The client runs in an empty document of
the page's origin, so that no other client shares its tab.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.walks.conftest import LIMIT_S, Json, Person, Town, goes_on, says
from tests.walks.line import Line, laid_line
from tests.walks.roads import as_said

pytestmark = pytest.mark.asyncio(loop_scope="session")

BARE = "/api/health"
OPEN = """async (token) => {
    const { connect } = await import('/brain.js');
    const brain = await connect({ token });
    const walk = (window.walk = { brain, heard: [], said: [], states: [], state: null });
    brain.onMessage((entry) => walk.heard.push(entry));
    brain.onSpeak(({ seq }, done) => {
        walk.said.push(seq);
        setTimeout(() => done('played'), 50);
    });
    brain.onState((state) => {
        walk.state = state;
        if (walk.states.at(-1) !== state.connection) walk.states.push(state.connection);
    });
}"""
STEPS = ("Two.", "Three.", "Four.")
SPARE = 9  # more of the last answer: an invocation that ends at the gate asks the model again
NOTICE = """(isOnline) => {
    Object.defineProperty(navigator, 'onLine', { value: isOnline, configurable: true });
    window.dispatchEvent(new Event(isOnline ? 'online' : 'offline'));
}"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """A browser tab with a client of a person."""

    page: Page
    person: Person

    @classmethod
    async def of(cls, context: BrowserContext, town: Town, person: Person) -> Self:
        tab = cls(page=await context.new_page(), person=person)
        await tab.page.goto(f"{town.stack.url}{BARE}")
        await tab.open()
        return tab

    async def open(self) -> None:
        await self.page.evaluate(OPEN, self.person.token())
        await self.until("walk.state.connection === 'live'")

    async def ask(self, text: str) -> None:
        """Ask, and do not wait for the answer."""
        words = f"{text} {self.person.word}"
        await self.page.evaluate("(text) => void walk.brain.askBrain(text).catch(() => {})", words)

    async def until(self, holds: str) -> None:
        async with asyncio.timeout(LIMIT_S):
            await self.page.evaluate(f"""() => new Promise((resolve) => {{
                const look = () => ({holds} ? resolve() : setTimeout(look, 50));
                look();
            }})""")

    async def until_heard(self, text: str) -> None:
        await self.until(f"walk.heard.some(({{ text }}) => text === '{text}')")

    async def has(self, what: str) -> Any:
        return await self.page.evaluate(f"walk.{what}")


@pytest_asyncio.fixture(loop_scope="session")
async def line() -> AsyncIterator[Line]:
    async with laid_line() as line:
        yield line


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, line: Line) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(proxy=line.proxy, locale="en-US")
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def tab(context: BrowserContext, town: Town, person: Person) -> Tab:
    return await Tab.of(context, town, person)


async def long_run(tab: Tab) -> None:
    """Start a run of several steps; returns after the first. The others wait for `go_on`."""
    later: Json = {"gates": {tab.person.word: 0}, "delay_s": 0.7}
    steps = [goes_on(text, **later) for text in STEPS]
    await tab.person.script(goes_on("One."), *steps, says("Done.", **later, repeat=SPARE))
    await tab.ask("Count.")
    await tab.until_heard("One.")


async def go_on(person: Person) -> None:
    """Let the run of `long_run` make its other steps."""
    await person.open(person.word)


@asynccontextmanager
async def frozen(tab: Tab) -> AsyncIterator[None]:
    """Freeze the tab, with the events that a browser sends before and after.

    It uses the debugger: without a window, the browser considers no page hidden and freezes none.
    """
    devtools = await tab.page.context.new_cdp_session(tab.page)
    await devtools.send("Debugger.enable")
    await tab.page.evaluate("void document.dispatchEvent(new Event('freeze'))")
    stopped = asyncio.Event()
    devtools.once("Debugger.paused", lambda _: stopped.set())
    await devtools.send("Debugger.pause")
    async with asyncio.timeout(LIMIT_S):
        await stopped.wait()
    yield
    await devtools.send("Debugger.resume")
    await tab.page.evaluate("void document.dispatchEvent(new Event('resume'))")


async def until_done(person: Person) -> None:
    """Wait until the log contains the run's end, whoever received it."""
    async with asyncio.timeout(LIMIT_S):
        while not (await person.log())[-1].get("doneAfterThis"):  # noqa: ASYNC110 - polled over HTTP
            await asyncio.sleep(0.05)


async def assert_list_is_log(tab: Tab, *, before: list[Json] | None = None) -> None:
    heard = [*(before or []), *await tab.has("heard")]
    assert as_said(heard) == as_said(await tab.person.log())
    said = await tab.has("said")
    assert len(said) == len(set(said))


@pytest.mark.parametrize("is_noticed", [True, False], ids=["noticed", "unnoticed"])
async def test_a_tab_that_was_offline_during_a_run_says_so_and_has_missed_nothing(
    tab: Tab, line: Line, person: Person, is_noticed: bool
) -> None:
    """Cut the network, both with and without the browser noticing (as behind a router)."""
    await long_run(tab)
    assert line.open, "the tab does not use the line"
    line.cut()
    if is_noticed:
        await tab.page.evaluate(NOTICE, False)
    await tab.until("walk.state.connection === 'offline'")
    await go_on(person)
    await until_done(person)
    assert "Done." not in [entry["text"] for entry in await tab.has("heard")]
    assert await tab.has("state.connection") == "offline"

    line.mend()
    if is_noticed:
        await tab.page.evaluate(NOTICE, True)
    await tab.until_heard("Done.")
    await tab.until("walk.state.connection === 'live'")
    await assert_list_is_log(tab)


async def test_a_laptop_that_was_closed_during_a_run_has_missed_nothing(
    tab: Tab, town: Town, person: Person
) -> None:
    pusher = town.stack.services.pusher
    channel = await tab.has("brain.session.channel")
    await long_run(tab)
    async with frozen(tab):
        async with asyncio.timeout(LIMIT_S):
            await pusher.until(lambda: channel not in pusher.occupied())
        await go_on(person)
        await until_done(person)

    await tab.until_heard("Done.")
    await tab.until("walk.state.connection === 'live'")
    await assert_list_is_log(tab)


async def test_one_of_two_tabs_speaks_and_both_have_the_log(
    context: BrowserContext, tab: Tab, town: Town, person: Person
) -> None:
    other = await Tab.of(context, town, person)
    await long_run(tab)
    await go_on(person)
    for each in (tab, other):
        await each.until_heard("Done.")
        await assert_list_is_log(each)
    end = (await person.log())[-1]["seq"]
    await tab.until(f"walk.said.includes({end})")
    said = [*await tab.has("said"), *await other.has("said")]
    assert len(said) == len(set(said)), "both tabs spoke"


async def test_a_tab_that_is_reloaded_during_a_run_continues_where_it_was(tab: Tab) -> None:
    await long_run(tab)
    before, said_before = await tab.has("heard"), await tab.has("said")
    await tab.page.reload()
    await go_on(tab.person)
    await tab.open()

    await tab.until_heard("Done.")
    await assert_list_is_log(tab, before=before)
    await tab.until(f"walk.said.includes({(await tab.person.log())[-1]['seq']})")
    assert set(said_before).isdisjoint(await tab.has("said")), "said twice"

"""The page in browsers whose storage is blocked, full, wrong, cleared or missing."""

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.page.conftest import gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all

# A voice that says everything at once, so that the page has one to turn on.
VOICE = """
window.spoken = [];
const voice = new EventTarget();
voice.getVoices = () => [];
voice.cancel = () => {};
voice.speak = (saying) => {
    if (saying.text.trim()) spoken.push(saying.text);
    setTimeout(() => {
        for (const type of ['start', 'end']) {
            saying.dispatchEvent(new Event(type));
        }
    });
};
Object.defineProperty(window, 'speechSynthesis', { value: voice });
"""
BLOCKED = """
const deny = () => {
    throw new DOMException('Access is denied for this document.', 'SecurityError');
};
for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
    Object.defineProperty(window, name, { get: deny });
}
"""
# As browsers do that block it for an origin of its own: nothing is shared at all.
SEALED = f"""{BLOCKED}
navigator.locks.request = () => Promise.reject(new DOMException('Denied.', 'SecurityError'));
window.BroadcastChannel = class {{ constructor() {{ deny(); }} }};
"""
FULL = """
Storage.prototype.setItem = () => {
    throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
};
"""
KEEPS_NOTHING = "Storage.prototype.setItem = () => {};"
KEEPS_SOMETHING_ELSE = """
const { setItem } = Storage.prototype;
Storage.prototype.setItem = function (name, value) {
    setItem.call(this, name, `${value}`.slice(0, 2));
};
"""
ANSWERS_WITH = "Storage.prototype.getItem = () => %s;"
MISSING = """
for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
    Object.defineProperty(window, name, { value: undefined });
}
"""
CLEARED = "setInterval(() => { localStorage.clear(); sessionStorage.clear(); }, 20);"
LATER = """
setTimeout(() => {
    Storage.prototype.getItem = Storage.prototype.setItem = () => {
        throw new DOMException('It has vanished.', 'InvalidStateError');
    };
}, 300);
"""
FAULTS = {
    "blocked": BLOCKED,
    "blocked, with locks and broadcast": SEALED,
    "full": FULL,
    "keeps nothing": KEEPS_NOTHING,
    "keeps something else": KEEPS_SOMETHING_ELSE,
    "answers with a text": ANSWERS_WITH % "'{no JSON'",
    "answers with numbers": ANSWERS_WITH % "'7'",
    "answers with a list": ANSWERS_WITH % "'[null, {}, \"x\"]'",
    "answers with an object": ANSWERS_WITH % "({})",
    "answers with undefined": ANSWERS_WITH % "undefined",
    "missing": MISSING,
    "cleared again and again": CLEARED,
    "vanishes later": LATER,
}


async def opened(context: BrowserContext, address: str, fault: str) -> tuple[Page, list[str]]:
    """The page with this fault, and the errors that nobody caught."""
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.add_init_script(VOICE)
    await page.add_init_script(f"(() => {{ {fault} }})();")
    await page.goto(address)
    return page, complaints


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_it_connects_answers_and_speaks(context: BrowserContext, fault: str) -> None:
    async with gateway() as address:
        page, complaints = await opened(context, address, fault)
        await expect(page.get_by_text("Polling")).to_be_visible()

        button = page.get_by_role("button", name="Speak answers")
        await button.click()
        await expect(button).to_have_attribute("aria-pressed", "true")
        for text in ("one", "two"):
            await page.get_by_label("Your message").fill(text)
            await page.keyboard.press("Enter")
            await expect(page.get_by_text(f"You said: {text}")).to_be_visible()
            await page.wait_for_function("(text) => spoken.join().includes(text)", arg=text)

        assert await page.evaluate("spoken.length") == 2
        assert complaints == []


async def test_what_cannot_be_stored_lasts_until_the_page_is_closed(
    context: BrowserContext,
) -> None:
    async with gateway() as address:
        page, complaints = await opened(context, address, BLOCKED)
        await page.locator("#connection").click()
        await page.get_by_role("radio", name="Polling").check()
        await page.keyboard.press("Escape")

        await page.locator("#connection").click()

        await expect(page.get_by_role("radio", name="Polling")).to_be_checked()
        assert complaints == []


TWO_WIDGETS = """async () => {
    const { connect } = await import('/brain.js');
    const widgets = [];
    for (const name of ['first', 'second']) {
        const brain = await connect();
        const widget = { name, brain, texts: [] };
        brain.onMessage(({ text }) => widget.texts.push(text));
        brain.onSpeak(({ text }, done) => { spoken.push(text); done('played'); });
        widgets.push(widget);
    }
    await widgets[1].brain.askBrain('both');
    const isShown = () => widgets.every(({ texts }) => texts.includes('You said: both'));
    while (!isShown() || spoken.length === 0) await new Promise(requestAnimationFrame);
    // Whoever has the turn next would have spoken it again.
    await widgets[0].brain.askBrain('again');
    while (spoken.length < 2) await new Promise(requestAnimationFrame);
    for (const { brain } of widgets) brain.close();
    return spoken;
}"""


@pytest.mark.parametrize("fault", ["", BLOCKED, SEALED], ids=["stored", "blocked", "sealed"])
async def test_two_widgets_of_one_page_show_all_and_one_of_them_speaks(
    context: BrowserContext, fault: str
) -> None:
    async with gateway() as address:
        page = await context.new_page()
        blank = "<!doctype html><title>Widgets</title>"
        await page.route(
            "**/widgets", lambda route: route.fulfill(body=blank, content_type="text/html")
        )
        await page.add_init_script(VOICE)
        await page.add_init_script(f"(() => {{ {fault} }})();")
        await page.goto(f"{address}/widgets")

        spoken = await page.evaluate(TWO_WIDGETS)

        assert spoken == ["You said: both", "You said: again"]


WORKER = """
import { connect } from '/brain.js';
const brain = await connect();
brain.onMessage(({ text }) => postMessage(text));
await brain.askBrain('from a worker');
"""
IN_WORKER = """() => new Promise((resolve) => {
    const worker = new Worker('/worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => data.startsWith('You said') && resolve(data);
    worker.onerror = ({ message }) => resolve(message);
})"""


async def test_a_worker_connects_and_asks(context: BrowserContext) -> None:
    async with gateway() as address:
        page = await context.new_page()
        blank = "<!doctype html><title>Worker</title>"
        await context.route(
            "**/blank", lambda route: route.fulfill(body=blank, content_type="text/html")
        )
        await context.route(
            "**/worker.js", lambda route: route.fulfill(body=WORKER, content_type="text/javascript")
        )
        await page.goto(f"{address}/blank")

        assert await page.evaluate(IN_WORKER) == "You said: from a worker"

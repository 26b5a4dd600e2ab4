"""Speaking and listening, in a browser whose voice and ear the test plays."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, Request, expect

from tests.page.conftest import gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

VOICE_AND_EAR = """
const spoken = [];
const voice = { speaking: false, pending: false, cancelled: 0 };
voice.speak = (saying) => {
  setTimeout(() => saying.dispatchEvent(new Event('start')));
  if (saying.text.trim()) { spoken.push(saying.text); window.saying = saying; }
};
voice.cancel = () => (voice.cancelled += 1);
Object.defineProperty(window, 'speechSynthesis', { value: voice });
window.spoken = spoken;
window.SpeechRecognition = class extends EventTarget {
  start() { window.ear = this; }
  abort() { this.dispatchEvent(new Event('end')); }
  hear(transcript, isFinal) {
    const results = [Object.assign([{ transcript }], { isFinal })];
    this.dispatchEvent(Object.assign(new Event('result'), { results }));
  }
};
"""
SPOKEN = """(count) => new Promise((resolve) => {
    const look = () => (spoken.length >= count ? resolve() : requestAnimationFrame(look));
    look();
})"""
SAYING = """(text) => new Promise((resolve) => {
    const isSaid = () => window.saying?.text.endsWith(text);
    const look = () => (isSaid() ? resolve() : requestAnimationFrame(look));
    look();
})"""
DEAF = "delete window.SpeechRecognition; delete window.webkitSpeechRecognition;"


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """The page in a browser that speaks and listens."""
    async with gateway() as address:
        page = await context.new_page()
        await page.add_init_script(VOICE_AND_EAR)
        await page.goto(address)
        await expect(page.get_by_text("Polling")).to_be_visible()
        yield page


async def ask(page: Page, text: str) -> None:
    await page.get_by_role("textbox").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"You said: {text}")).to_be_visible()


async def until_spoken(page: Page, count: int) -> None:
    await page.evaluate(SPOKEN, count)


async def test_answers_are_read_aloud_once_that_is_turned_on(page: Page) -> None:
    await ask(page, "in silence")
    speak = page.get_by_role("button", name="Speak answers")
    await speak.click()
    await expect(speak).to_have_attribute("aria-pressed", "true")

    await ask(page, "aloud")

    await until_spoken(page, 1)
    await page.evaluate("saying.dispatchEvent(new Event('end'))")
    await ask(page, "and again")
    await until_spoken(page, 2)
    assert await page.evaluate("spoken") == ["You said: aloud", "You said: and again"]


async def test_the_brain_is_told_what_was_heard(page: Page) -> None:
    await page.get_by_role("button", name="Speak answers").click()
    for text, ending, how in (
        ("to the end", "saying.dispatchEvent(new Event('end'))", "played"),
        ("by nobody", "saying.dispatchEvent(new Event('error'))", "unspoken"),
    ):
        await ask(page, text)
        await page.evaluate(SAYING, text)
        async with page.expect_request("**/api/control") as request:
            await page.evaluate(ending)
        assert f'"how":"{how}"' in ((await request.value).post_data or "")

    await ask(page, "cut off")
    await page.evaluate(SAYING, "cut off")
    async with page.expect_request("**/api/control") as request:
        await page.keyboard.press("Escape")
    assert '"how":"cutOff"' in ((await request.value).post_data or "")


async def test_how_much_was_heard_counts_the_characters_of_what_is_spoken(page: Page) -> None:
    await page.get_by_role("button", name="Speak answers").click()
    await ask(page, "cut off. Then more.")
    await until_spoken(page, 1)
    await page.evaluate("saying.dispatchEvent(new Event('end'))")
    await until_spoken(page, 2)
    assert await page.evaluate("spoken") == ["You said: cut off.", "Then more."]

    word = "Object.assign(new Event('boundary'), { charIndex: 5 })"
    await page.evaluate(f"saying.dispatchEvent({word})")
    async with page.expect_request("**/api/control") as request:
        await page.keyboard.press("Escape")

    report = json.loads((await request.value).post_data or "null")
    assert (report["how"], report["chars"]) == ("cutOff", len("You said: cut off. Then "))


async def test_history_is_not_read_aloud_after_a_reload(page: Page) -> None:
    await page.get_by_role("button", name="Speak answers").click()
    await ask(page, "once")
    await until_spoken(page, 1)

    await page.reload()

    await expect(page.get_by_text("You said: once")).to_be_visible()
    assert await page.evaluate("spoken") == []


async def test_what_is_said_is_shown_sent_and_answered_aloud(page: Page) -> None:
    await page.get_by_role("button", name="Dictate").click()
    await page.evaluate("ear.hear('good mor', false)")
    await expect(page.get_by_role("textbox")).to_have_value("good mor")

    await page.evaluate("ear.hear('good morning', true)")

    await expect(page.get_by_text("You said: good morning")).to_be_visible()
    await until_spoken(page, 1)
    assert await page.evaluate("spoken") == ["You said: good morning"]


async def test_escape_stops_listening_and_speaking_and_keeps_the_draft(page: Page) -> None:
    dictate = page.get_by_role("button", name="Dictate")
    await dictate.click()
    await page.evaluate("ear.hear('half a sen', false)")
    before = await page.evaluate("speechSynthesis.cancelled")

    await page.keyboard.press("Escape")

    await expect(dictate).to_have_attribute("aria-pressed", "false")
    await expect(page.get_by_role("textbox")).to_have_value("half a sen")
    assert await page.evaluate("speechSynthesis.cancelled") > before


async def test_a_blocked_microphone_is_explained(page: Page) -> None:
    await page.get_by_role("button", name="Dictate").click()

    await page.evaluate(
        "ear.dispatchEvent(Object.assign(new Event('error'), { error: 'not-allowed' }))"
    )

    await expect(page.get_by_text("The microphone is blocked")).to_be_visible()


async def test_an_ear_that_cannot_be_opened_is_explained(page: Page) -> None:
    await page.evaluate(
        "SpeechRecognition.prototype.start = () => { throw new DOMException('', 'DeniedError'); };"
        "null"
    )

    await page.get_by_role("button", name="Dictate").click()

    await expect(page.get_by_text("Dictation failed (DeniedError).")).to_be_visible()


async def test_a_browser_that_cannot_listen_says_so(context: BrowserContext) -> None:
    async with gateway() as address:
        page = await context.new_page()
        await page.add_init_script(DEAF)

        await page.goto(address)

        await expect(page.get_by_text("This browser cannot listen")).to_be_visible()
        await expect(page.get_by_role("button", name="Dictate")).to_be_hidden()


@pytest.mark.parametrize(
    "lack", ["delete window.SpeechSynthesisUtterance;", "delete speechSynthesis.speak;"]
)
async def test_a_web_view_with_half_a_voice_offers_none_and_answers(
    context: BrowserContext, lack: str
) -> None:
    async with gateway() as address:
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.add_init_script(VOICE_AND_EAR + lack)
        await page.goto(address)
        await ask(page, "in silence")

        await expect(page.get_by_role("button", name="Speak answers")).to_be_hidden()
        assert complaints == []


async def test_a_voice_that_refuses_to_speak_is_named_and_the_next_text_goes_on(page: Page) -> None:
    await page.evaluate(
        "void (speechSynthesis.speak = () => { throw new DOMException('', 'Denied'); })"
    )
    await page.get_by_role("button", name="Speak answers").click()

    await ask(page, "aloud")
    await expect(page.get_by_text("Tap to hear")).to_be_visible()
    await ask(page, "and again")


async def test_a_question_that_was_seen_is_not_reported_as_unheard(page: Page) -> None:
    reports: list[str] = []

    def note(request: Request) -> None:
        body = json.loads(request.post_data or "null") if request.method == "POST" else None
        if isinstance(body, dict) and body.get("type") == "heard":
            reports.append(body["how"])

    page.on("request", note)
    await page.get_by_role("textbox").fill("ask")
    async with page.expect_response(lambda response: "control" in response.url):
        await page.keyboard.press("Enter")
    assert reports == ["shown"]
    async with page.expect_response(lambda response: "control" in response.url):
        await page.get_by_role("button", name="Speak answers").click()
    assert reports == ["shown", "shown"]

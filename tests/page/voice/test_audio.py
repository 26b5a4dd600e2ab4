"""Recording for the server and playing its voice, in a real browser with a fake microphone."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, Route, async_playwright, expect

from brain.voice.audio.kinds import bare, extension_of
from brain.voice.audio.lengths import seconds_of
from brain.voice.audio.model import Take
from local.toolchain import find_browser
from tests.page.conftest import BROWSER_ARGS, ENGLISH, gateway
from tests.voice.audio import sounds

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOUND = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
DEAF_AND_MUTE = """
delete window.SpeechRecognition;
delete window.webkitSpeechRecognition;
Object.defineProperty(window, 'speechSynthesis', { value: undefined });
"""
RECORDS = """
window.takes = [];
const Recorder = window.MediaRecorder;
window.MediaRecorder = class extends Recorder {
  constructor(stream, options) { super(stream, options); takes.push({ stream, options }); }
};
"""
RECORDED = """(seconds) => new Promise((resolve) => {
  const { stream } = takes.at(-1) ?? {};
  setTimeout(resolve, seconds * 1000);
})"""
TONE = base64.b64encode(sounds.wav(0.3, level=500)).decode()


class Server:
    """The brain's two routes of audio, and what was asked of them."""

    def __init__(self) -> None:
        self.takes: list[Request] = []
        self.spoken: list[int] = []
        self.heard: list[dict[str, Any]] = []
        self.refusals: list[tuple[int, dict[str, Any]]] = []
        self.seconds = 0.3
        self.skipped: list[int] = []
        self._heard = asyncio.Event()

    async def upload(self, route: Route) -> None:
        self.takes.append(route.request)
        if self.refusals:
            status, problem = self.refusals.pop(0)
            await route.fulfill(status=status, json=problem)
        else:
            await route.fulfill(json={"heard": "play the news", "seconds": 1.0})

    async def stream(self, route: Route) -> None:
        seq = int(parse_qs(urlsplit(route.request.url).query)["seq"][0])
        self.spoken.append(seq)
        data = base64.b64encode(sounds.wav(self.seconds, level=500)).decode()
        parts = [number for number in (0, 1) if number not in self.skipped]
        events = [
            ("audio", {"seq": seq, "part": n, "last": n == 1, "text": "You said.", "data": data})
            for n in parts
        ]
        events.append(("spoken", {"seq": seq, "skipped": self.skipped}))
        body = "".join(f"event: {name}\ndata: {json.dumps(each)}\n\n" for name, each in events)
        await route.fulfill(body=body, content_type="text/event-stream")

    def note(self, request: Request) -> None:
        body = request.post_data_json if request.url.endswith("/api/control") else None
        if body and body["type"] == "heard":
            self.heard.append(body)
            self._heard.set()

    async def until_heard(self) -> dict[str, Any]:
        """Wait until the page has reported what was heard of an answer; return the last report."""
        await self._heard.wait()
        return self.heard[-1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        arguments = [*BROWSER_ARGS, *SOUND]
        browser = await play.chromium.launch(executable_path=find_browser(), args=arguments)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale=ENGLISH, viewport={"width": 320, "height": 640})
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await context.close()
    assert complaints == []


async def opened(page: Page, address: str, *, script: str = DEAF_AND_MUTE) -> Server:
    server = Server()
    page.on("request", server.note)
    await page.add_init_script(script + RECORDS)
    await page.route("**/api/audioUpload*", server.upload)
    await page.route("**/api/audioStream*", server.stream)
    await page.goto(address)
    await expect(page.get_by_text("Polling")).to_be_visible()
    return server


async def record(page: Page, seconds: float = 1.2) -> None:
    dictate = page.get_by_role("button", name="Dictate")
    await dictate.click()
    await expect(dictate).to_have_attribute("aria-pressed", "true")
    await page.wait_for_function("() => takes.length > 0")
    await page.evaluate(RECORDED, seconds)
    await dictate.click()
    await expect(dictate).to_have_attribute("aria-pressed", "false")


async def test_what_is_recorded_is_understood_answered_and_played(page: Page) -> None:
    async with gateway(VOICE="upload,speech") as address:
        server = await opened(page, address)
        await record(page)
        await expect(page.get_by_text("You said: play the news")).to_be_visible()
        [take] = server.takes
        kind = take.headers["content-type"]
        data = take.post_data_buffer or b""
        extension = extension_of(kind)
        assert (kind, extension) == ("audio/webm;codecs=opus", "webm")
        seconds = seconds_of(Take(data=data, mime_type=bare(kind), extension=extension or ""))
        assert seconds is not None
        assert 0.5 < seconds < 10
        query = parse_qs(urlsplit(take.url).query)
        assert query == {"only": ["text"], "language": [ENGLISH]}
        assert take.headers["authorization"] == "Bearer stub-token"
        assert await page.evaluate("takes[0].stream.getTracks().map((t) => t.readyState)") == [
            "ended"
        ]
        heard = await server.until_heard()
        assert (heard["seq"], heard["how"]) == (2, "played")
        assert server.spoken == [2]


async def test_an_answer_that_is_stopped_is_cut_off_where_it_was(page: Page) -> None:
    async with gateway(VOICE="upload,speech") as address:
        server = await opened(page, address)
        server.seconds = 30
        await page.get_by_role("button", name="Speak answers").click()
        await page.get_by_role("textbox").fill("tell me")
        async with page.expect_response("**/api/audioStream*"):
            await page.keyboard.press("Enter")
        await page.evaluate(RECORDED, 0.8)
        await page.keyboard.press("Escape")
        heard = await server.until_heard()
        assert heard["how"] in ("cutOff", "shown")
        assert 0 < heard.get("chars", 1) <= len("You said: tell me")


async def test_a_sentence_that_is_missing_is_not_reported_as_heard(page: Page) -> None:
    async with gateway(VOICE="upload,speech") as address:
        server = await opened(page, address)
        server.skipped = [0, 1]
        await page.get_by_role("button", name="Speak answers").click()
        await page.get_by_role("textbox").fill("tell me")
        await page.keyboard.press("Enter")
        assert (await server.until_heard())["how"] != "played"


async def test_escape_discards_a_recording(page: Page) -> None:
    async with gateway(VOICE="upload") as address:
        server = await opened(page, address)
        dictate = page.get_by_role("button", name="Dictate")
        await dictate.click()
        await page.wait_for_function("() => takes.length > 0")
        await page.keyboard.press("Escape")
        await expect(dictate).to_have_attribute("aria-pressed", "false")
        await page.wait_for_function("() => takes[0].stream.getTracks()[0].readyState === 'ended'")
        assert server.takes == []


@pytest.mark.parametrize(
    ("status", "problem", "words"),
    [
        (422, {"errors": [{"field": "audio", "message": "nothing was heard"}]}, "No speech was"),
        (413, {"title": "The body is longer than 4096 KiB."}, "too long to send"),
        (503, {"title": "A service cannot be reached. Try again."}, "was not understood"),
        (502, {"title": "The speech recognition refused the recording."}, "refused the recording"),
    ],
)
async def test_a_recording_that_is_not_understood_is_explained(
    page: Page, status: int, problem: dict[str, Any], words: str
) -> None:
    async with gateway(VOICE="upload") as address:
        server = await opened(page, address)
        server.refusals.append((status, {"title": "No", "status": status, **problem}))
        await record(page)
        await expect(page.locator("#hint")).to_contain_text(words)
        await expect(page.get_by_role("button", name="Dictate")).to_be_enabled()


async def test_a_recording_that_cannot_be_sent_is_ended_or_explained(page: Page) -> None:
    async with gateway(VOICE="upload") as address:
        server = await opened(page, address)
        big = "Blob.prototype.__defineGetter__('size', () => 5 * 1024 * 1024)"
        await page.evaluate(big)
        await page.get_by_role("button", name="Dictate").click()
        await expect(page.locator("#hint")).to_contain_text("too long to send")
        assert server.takes == []


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ("NotAllowedError", "microphone"),
        ("NotFoundError", "No microphone was found"),
        ("NotReadableError", "Another app uses the microphone"),
    ],
)
async def test_a_microphone_that_cannot_be_used_is_explained(
    page: Page, refusal: str, words: str
) -> None:
    refuses = f"""
    navigator.mediaDevices.getUserMedia = async () => {{
      throw new DOMException('', '{refusal}');
    }};
    """
    async with gateway(VOICE="upload") as address:
        await opened(page, address, script=DEAF_AND_MUTE + refuses)
        dictate = page.get_by_role("button", name="Dictate")
        await dictate.click()
        await expect(page.locator("#hint")).to_contain_text(words)
        await expect(dictate).to_have_attribute("aria-pressed", "false")


async def test_the_user_chooses_who_listens_where_both_can(page: Page) -> None:
    hears = "window.SpeechRecognition = class extends EventTarget { start() {} abort() {} };"
    async with gateway(VOICE="upload,speech") as address:
        server = await opened(page, address, script=hears)
        choice = page.get_by_role("combobox", name="Speech by")
        await expect(choice).to_have_value("browser")
        await choice.select_option("server")
        await record(page)
        await expect(page.get_by_text("You said: play the news")).to_be_visible()
        assert len(server.takes) == 1
        await page.reload()
        await expect(page.get_by_role("combobox", name="Speech by")).to_have_value("server")
        assert await page.evaluate("document.documentElement.scrollWidth") == 320


async def test_without_a_server_that_hears_there_is_no_choice(page: Page) -> None:
    async with gateway(VOICE="") as address:
        await opened(page, address)
        await expect(page.get_by_role("button", name="Dictate")).to_be_hidden()
        await expect(page.get_by_role("combobox", name="Speech by")).to_be_hidden()

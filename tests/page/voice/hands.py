"""Hands-free without a vendor, in a browser whose voice and ear the test plays."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page, Request, expect

from tests.page.conftest import gateway

# The voice says a sentence until it is told to end; the microphone is silent, or hums like a voice.
VOICE_AND_EAR = """
const voice = { cancelled: 0 };
const spoken = [];
voice.speak = (saying) => {
  setTimeout(() => saying.onstart?.({}));
  if (saying.text.trim()) { spoken.push([saying.text, saying.volume]); window.saying = saying; }
};
voice.cancel = () => { voice.cancelled += 1; window.saying = null; };
Object.defineProperty(window, 'speechSynthesis', { value: voice });
window.spoken = spoken;
window.locks = 0;
const lock = async () => {
  window.locks += 1;
  return { release: async () => { window.locks -= 1; } };
};
Object.defineProperty(navigator, 'wakeLock', { value: { request: lock } });
window.ears = 0;
window.SpeechRecognition = class extends EventTarget {
  start() { window.ears += 1; window.ear = this; }
  abort() { this.end(); }
  end() {
    if (window.ear !== this) return;
    window.ears -= 1;
    window.ear = null;
    this.dispatchEvent(new Event('end'));
  }
  hear(transcript, isFinal = true) {
    const results = [Object.assign([{ transcript }], { isFinal })];
    this.dispatchEvent(Object.assign(new Event('result'), { results }));
    if (isFinal) this.end();
  }
};
let sound = null;
navigator.mediaDevices.getUserMedia = async () => {
  sound ??= new AudioContext();
  const out = sound.createMediaStreamDestination();
  window.level = sound.createGain();
  level.gain.value = 0;
  for (const overtone of [1, 2, 3]) {
    const tone = sound.createOscillator();
    tone.frequency.value = 140 * overtone;
    tone.connect(level);
    tone.start();
  }
  level.connect(out);
  return out.stream;
};
"""


@asynccontextmanager
async def hands_free(context: BrowserContext) -> AsyncIterator[Page]:
    """The page on a deployment whose voice is the browser's, with hands-free turned on."""
    async with gateway(VOICE="chat") as address:
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.add_init_script(VOICE_AND_EAR)
        await page.goto(address)
        await expect(page.get_by_text("Polling")).to_be_visible()
        await turn_on(page)
        yield page
        assert complaints == []


async def turn_on(page: Page) -> None:
    await page.get_by_role("button", name="Hands-free").click()
    await page.wait_for_function("() => window.saying?.text === 'I am listening.'")
    assert await page.evaluate("ears") == 0  # it would hear the page
    await page.evaluate("saying.onend()")
    await page.wait_for_function("() => window.ear")
    await page.evaluate("spoken.length = 0")


async def ask(page: Page, text: str) -> None:
    """Say it, and wait until the answer is being spoken."""
    await page.wait_for_function("() => window.ear")
    await page.evaluate("text => ear.hear(text)", text)
    first = text.split(".")[0]
    await page.wait_for_function("text => window.saying?.text.includes(text)", arg=first)


def words(page: Page) -> Any:
    return page.get_by_role("region", name="Hands-free").get_by_role("status")


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Hands-free")


async def is_off(page: Page) -> None:
    """It neither listens nor speaks, keeps no screen on, and can be turned on again."""
    switch = page.get_by_role("button", name="Hands-free")
    await expect(switch).to_have_attribute("aria-pressed", "false")
    assert await page.evaluate("[ears, locks]") == [0, 0]
    await expect(page.get_by_role("button", name="Dictate")).to_be_visible()


async def mark_after(page: Page, act: str) -> dict[str, Any]:
    def is_mark(request: Request) -> bool:
        return "heard" in (request.post_data or "")

    async with page.expect_request(is_mark) as request:
        await page.evaluate(act)
    found: dict[str, Any] = json.loads((await request.value).post_data or "null")
    return found

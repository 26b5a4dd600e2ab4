"""The tone with which a vendor's talk says that it listens."""

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import gateway
from tests.page.voice.desk import (
    POLICY,
    begin,
    browser_with_microphone,
    context_with_microphone,
    opened,
    words,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

TONE_HZ = 880
# Each tone as it begins: whether it can be heard, and what the page shows then.
LISTEN = """
window.tones = [];
const { start } = OscillatorNode.prototype;
OscillatorNode.prototype.start = function (...at) {
  const { state } = document.getElementById('hands-free-bar').dataset;
  const hasMicrophone = microphones.some(({ readyState }) => readyState === 'live');
  tones.push({ hz: this.frequency.value, sound: this.context.state, state, hasMicrophone });
  return start.apply(this, at);
};
"""
HEARD = {"hz": TONE_HZ, "sound": "running", "state": "listening", "hasMicrophone": True}


async def tones(page: Page) -> list[object]:
    """Those of the page: the vendor beeps in the same page, lower."""
    found: list[object] = await page.evaluate(f"tones.filter(({{ hz }}) => hz === {TONE_HZ})")
    return found


async def test_one_tone_says_that_the_microphone_is_open_and_none_follows_an_answer() -> None:
    async with (
        browser_with_microphone() as browser,
        gateway(VOICE="openai-realtime", CSP=POLICY) as address,
        context_with_microphone(browser) as context,
    ):
        await context.add_init_script(LISTEN)
        page, _ = await opened(context, address)
        assert await tones(page) == []
        await begin(page)
        assert await tones(page) == [HEARD]

        response = {"id": "r1", "status": "completed", "output": []}
        for event in (
            {"type": "response.created", "response": response},
            {"type": "output_audio_buffer.started", "response_id": "r1"},
        ):
            await page.evaluate("event => tell(event)", event)
        await expect(words(page)).to_have_text("Speaking. You can interrupt.")
        for event in (
            {"type": "response.done", "response": response},
            {"type": "output_audio_buffer.stopped", "response_id": "r1"},
        ):
            await page.evaluate("event => tell(event)", event)
        await expect(words(page)).to_have_text("Listening. Just speak.")
        mute = page.get_by_role("button", name="Mute")
        await mute.click()
        await mute.click()
        await expect(words(page)).to_have_text("Listening. Just speak.")
        assert await tones(page) == [HEARD]

        await page.keyboard.press("Escape")
        await expect(words(page)).not_to_be_visible()
        await begin(page)
        assert await tones(page) == [HEARD, HEARD]


async def test_what_does_not_begin_sounds_no_tone() -> None:
    async with (
        browser_with_microphone() as browser,
        gateway(VOICE="openai-realtime", CSP=POLICY) as address,
        context_with_microphone(browser) as context,
    ):
        await context.add_init_script(LISTEN)
        page, desk = await opened(context, address)
        desk.refusals.append((503, {"status": 503, "title": "Refused"}))
        await page.get_by_role("button", name="Hands-free").click()
        await desk.until_opened(1)
        switch = page.get_by_role("button", name="Hands-free")
        await expect(switch).to_have_attribute("aria-pressed", "false")
        assert await tones(page) == []

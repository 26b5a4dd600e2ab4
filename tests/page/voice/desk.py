"""Vendors of voice for a page's tests, and the brain's `/api/voiceSession`.

OpenAI is a second peer connection in the same page: sound and events go over WebRTC.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    Route,
    ViewportSize,
    async_playwright,
    expect,
)

from local.gateway.policy import policy
from local.toolchain import find_browser
from tests.page.conftest import BROWSER_ARGS, ENGLISH

ROOT = Path(__file__).parents[3]
POLICY = asyncio.run(policy(ROOT, {"PUSHER_CLUSTER": "eu", "GEMINI_API_KEY": "key"}))
SOUND = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
GEMINI = "wss://generativelanguage.googleapis.com/ws/service.BidiGenerateContentConstrained"
VENDOR = """
window.answer = async (sdp) => {
  const peer = new RTCPeerConnection();
  const vendor = (window.vendor = { peer, events: [], tracks: 0 });
  const sound = new AudioContext();
  const out = sound.createMediaStreamDestination();
  const tone = sound.createOscillator();
  tone.connect(out);
  tone.start();
  peer.addTrack(out.stream.getTracks()[0], out.stream);
  peer.ontrack = ({ track }) => { vendor.tracks += 1; vendor.microphone = track; };
  peer.ondatachannel = ({ channel }) => {
    vendor.channel = channel;
    channel.onmessage = ({ data }) => vendor.events.push(JSON.parse(data));
    channel.onclose = () => (vendor.isClosed = true);
  };
  await peer.setRemoteDescription({ type: 'offer', sdp });
  await peer.setLocalDescription(await peer.createAnswer());
  await new Promise((resolve) => {
    const look = () => peer.iceGatheringState === 'complete' && resolve();
    peer.onicegatheringstatechange = look;
    look();
  });
  return peer.localDescription.sdp;
};
window.tell = (event) => vendor.channel.send(JSON.stringify(event));
window.told = (type) => vendor.events.filter((event) => event.type === type);
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.microphones = [];
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (window.refusal) throw new DOMException('', window.refusal);
  const stream = await open(wanted);
  microphones.push(...stream.getTracks());
  return stream;
};
"""


AWAY = 0  # instead of a status: the network is


class Desk:
    """The brain's `/api/voiceSession`, and what was asked of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.opened: list[dict[str, Any]] = []
        self.closed: list[dict[str, Any]] = []
        self.refusals: list[tuple[int, dict[str, Any]]] = []
        self.asked: list[dict[str, Any]] = []
        self._changed = asyncio.Condition()

    async def until_opened(self, count: int) -> None:
        """Wait until so many sessions were asked for."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.opened) >= count)

    async def answer(self, route: Route, request: Request) -> None:
        body = json.loads(request.post_data or "null")
        if request.method == "DELETE":
            self.closed.append(body)
            await route.fulfill(json={"state": "ended"})
            return
        async with self._changed:
            self.opened.append(body)
            self._changed.notify_all()
        if self.refusals:
            status, problem = self.refusals.pop(0)
            if status == AWAY:
                await route.abort("internetdisconnected")
                return
            await route.fulfill(status=status, json=problem)
            return
        form: dict[str, Any] = {"url": GEMINI, "token": "auth_tokens/t", "model": "models/g"}
        if "sdp" in body:
            form = {"sdp": await self.page.evaluate("sdp => answer(sdp)", body["sdp"])}
        name = f"vs_{len(self.opened)}"
        await route.fulfill(status=201, json={"voiceSessionId": name, "maxSeconds": 900, **form})

    def note(self, request: Request) -> None:
        if request.url.endswith("/api/voiceToBrain") or request.url.endswith("/api/control"):
            self.asked.append(json.loads(request.post_data or "null"))


@asynccontextmanager
async def browser_with_microphone() -> AsyncIterator[Browser]:
    """A browser whose microphone beeps."""
    async with async_playwright() as play:
        args = [*BROWSER_ARGS, *SOUND]
        browser = await play.chromium.launch(executable_path=find_browser(), args=args)
        yield browser
        await browser.close()


@asynccontextmanager
async def context_with_microphone(browser: Browser) -> AsyncIterator[BrowserContext]:
    size: ViewportSize = {"width": 360, "height": 640}
    context = await browser.new_context(viewport=size, locale=ENGLISH, permissions=["microphone"])
    yield context
    await context.close()


async def opened(context: BrowserContext, address: str) -> tuple[Page, Desk]:
    page = await context.new_page()
    desk = Desk(page)
    await page.add_init_script(VENDOR)
    await page.route("**/api/voiceSession", desk.answer)
    page.on("request", desk.note)
    await page.goto(address)
    await expect(page.get_by_text("Polling")).to_be_visible()
    return page, desk


async def begin(page: Page) -> None:
    await page.get_by_role("button", name="Hands-free").click()
    await expect(words(page)).to_have_text("Listening. Just speak.")


def words(page: Page) -> Any:
    return page.get_by_role("region", name="Hands-free").get_by_role("status")

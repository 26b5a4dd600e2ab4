"""A spoken conversation over Gemini in a real browser, with a socket that the test answers."""

import asyncio
import base64
import json
import math
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from tests.page.conftest import gateway
from tests.page.voice.desk import (
    POLICY,
    Desk,
    browser_with_microphone,
    context_with_microphone,
    opened,
    words,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

BYTES = 1_280  # 40 ms of 16-bit samples at 16 kHz


class Gemini:
    """The vendor's socket."""

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.sockets: list[WebSocketRoute] = []
        self._arrived = asyncio.Event()

    def serve(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(self._note)

    def _note(self, data: str | bytes) -> None:
        self.frames.append(json.loads(data))
        self._arrived.set()

    async def until(self, key: str, count: int = 1) -> Any:
        """The last frame of this kind, when there are so many."""
        while len(found := [frame[key] for frame in self.frames if key in frame]) < count:
            self._arrived.clear()
            await self._arrived.wait()
        return found[-1]

    def send(self, **frame: Any) -> None:
        self.sockets[-1].send(json.dumps(frame))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browser_with_microphone() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with context_with_microphone(browser) as context:
        yield context


@pytest_asyncio.fixture(loop_scope="module")
async def both(context: BrowserContext) -> AsyncIterator[tuple[Page, Gemini, Desk]]:
    """The page in a conversation that is set up, under the policy of the platform."""
    vendor = Gemini()
    async with gateway(VOICE="gemini-live", CSP=POLICY) as address:
        page, desk = await opened(context, address)
        await page.route_web_socket("wss://generativelanguage.googleapis.com/**", vendor.serve)
        await page.get_by_role("button", name="Hands-free").click()
        await vendor.until("setup")
        yield page, vendor, desk


def tone() -> str:
    """A tenth of a second of 440 Hz, at 24 kHz."""
    samples = (int(9_000 * math.sin(2 * math.pi * 440 * n / 24_000)) for n in range(2_400))
    return base64.b64encode(struct.pack("<2400h", *samples)).decode()


async def test_the_microphone_goes_out_as_16_khz_once_the_session_is_set_up(
    both: tuple[Page, Gemini, Desk],
) -> None:
    _, vendor, _ = both
    setup = await vendor.until("setup")
    assert setup["model"] == "models/g"
    assert setup["sessionResumption"] == {}
    assert vendor.sockets[0].url.endswith("?access_token=auth_tokens%2Ft")
    assert [list(frame) for frame in vendor.frames] == [["setup"]]

    vendor.send(setupComplete={})

    sound = (await vendor.until("realtimeInput"))["audio"]
    assert sound["mimeType"] == "audio/pcm;rate=16000"
    assert len(base64.b64decode(sound["data"])) == BYTES


async def test_a_call_is_answered_and_the_answer_marked(
    both: tuple[Page, Gemini, Desk],
) -> None:
    page, vendor, _ = both
    vendor.send(setupComplete={})
    call = {"id": "f1", "name": "askBrain", "args": {"text": "one"}}
    vendor.send(toolCall={"functionCalls": [call]})
    [response] = (await vendor.until("toolResponse"))["functionResponses"]
    assert response["response"] == {"answer": "You said: one"}

    part = {"inlineData": {"data": tone(), "mimeType": "audio/pcm;rate=24000"}}
    said = {"modelTurn": {"parts": [part]}, "outputTranscription": {"text": "You said: one"}}
    vendor.send(serverContent=said)
    await expect(words(page)).to_have_text("Speaking. You can interrupt.")
    async with page.expect_request("**/api/control") as request:
        vendor.send(serverContent={"turnComplete": True})
    assert '"how":"played"' in ((await request.value).post_data or "")


async def test_a_connection_that_is_about_to_end_is_resumed_with_the_same_token(
    both: tuple[Page, Gemini, Desk],
) -> None:
    page, vendor, desk = both
    vendor.send(setupComplete={})
    vendor.send(sessionResumptionUpdate={"newHandle": "h1", "resumable": True})

    vendor.send(goAway={"timeLeft": "10s"})

    setup = await vendor.until("setup", 2)
    assert setup["sessionResumption"] == {"handle": "h1"}
    assert len(desk.opened) == 1
    vendor.send(setupComplete={})
    await expect(words(page)).to_have_text("Listening. Just speak.")
    await vendor.sockets[-1].close(code=1007)
    await vendor.until("setup", 3)
    assert [one.get("resumes") for one in desk.opened] == [None, "vs_1"]

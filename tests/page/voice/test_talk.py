"""Spoken conversations in a real browser, with vendors played by the test.

OpenAI is a second peer connection in the same page: the sound and the events go over WebRTC.
Gemini is a socket that the test answers.
"""

import asyncio
import base64
import json
import math
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    Route,
    ViewportSize,
    WebSocketRoute,
    async_playwright,
    expect,
)

from local.toolchain import find_browser
from tests.page.conftest import BROWSER_ARGS, ENGLISH, gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[3]
VERCEL = json.loads((ROOT / "vercel.json").read_text())
[POLICY] = [
    header["value"]
    for rule in VERCEL["headers"]
    for header in rule["headers"]
    if header["key"] == "Content-Security-Policy"
]
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


class Desk:
    """The brain's `/api/voiceSession`, and what was asked of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.opened: list[dict[str, Any]] = []
        self.closed: list[dict[str, Any]] = []
        self.refusals: list[tuple[int, dict[str, Any]]] = []
        self.asked: list[dict[str, Any]] = []

    async def answer(self, route: Route, request: Request) -> None:
        body = json.loads(request.post_data or "null")
        if request.method == "DELETE":
            self.closed.append(body)
            await route.fulfill(json={"state": "ended"})
            return
        self.opened.append(body)
        if self.refusals:
            status, problem = self.refusals.pop(0)
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        args = [*BROWSER_ARGS, *SOUND]
        browser = await play.chromium.launch(executable_path=find_browser(), args=args)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
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


@pytest_asyncio.fixture(loop_scope="module")
async def both(context: BrowserContext) -> AsyncIterator[tuple[Page, Desk]]:
    """The page on a deployment with OpenAI Realtime, under the policy of the platform."""
    async with gateway(VOICE="openai-realtime", CSP=POLICY) as address:
        page, desk = await opened(context, address)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page, desk
        assert complaints == []


async def begin(page: Page) -> None:
    await page.get_by_role("button", name="Hands-free").click()
    await expect(words(page)).to_have_text("Listening. Just speak.")


def words(page: Page) -> Any:
    return page.get_by_role("region", name="Hands-free").get_by_role("status")


async def until_told(page: Page, type_: str, count: int = 1) -> list[Any]:
    await page.wait_for_function(
        "([type, count]) => told(type).length >= count", arg=[type_, count]
    )
    found: list[Any] = await page.evaluate("type => told(type)", type_)
    return found


async def tell(page: Page, **event: Any) -> None:
    await page.evaluate("event => tell(event)", event)


async def test_a_question_is_asked_and_its_answer_spoken_and_marked(
    both: tuple[Page, Desk],
) -> None:
    page, desk = both
    await begin(page)
    arguments = json.dumps({"text": "one"})
    call = {"name": "askBrain", "call_id": "c1", "arguments": arguments}
    await tell(page, type="response.function_call_arguments.done", **call)

    [item] = await until_told(page, "conversation.item.create")
    assert json.loads(item["item"]["output"]) == {"status": "answer", "say": "You said: one"}
    [create] = await until_told(page, "response.create")
    metadata = create["response"]["metadata"]
    response = {"id": "r1", "metadata": metadata, "status": "completed", "output": []}
    await tell(page, type="response.created", response=response)
    await tell(page, type="output_audio_buffer.started", response_id="r1")
    await expect(words(page)).to_have_text("Speaking. You can interrupt.")
    await tell(page, type="response.done", response=response)
    async with page.expect_request("**/api/control") as request:
        await tell(page, type="output_audio_buffer.stopped", response_id="r1")
    mark = json.loads((await request.value).post_data or "null")
    assert mark == {"type": "heard", "seq": int(metadata["brain_seq"]), "how": "played"}
    assert [ask["text"] for ask in desk.asked if "text" in ask] == ["one"]
    assert desk.asked[0]["callId"] == "c1"
    assert desk.asked[0]["patience"] == 8
    await expect(page.get_by_text("You said: one")).to_be_visible()


async def test_the_sound_of_the_vendor_is_played_and_the_microphone_reaches_it(
    both: tuple[Page, Desk],
) -> None:
    page, _ = both
    await begin(page)

    assert await page.evaluate("vendor.tracks") == 1
    await page.wait_for_function(
        """async () => {
            const levels = [...(await vendor.peer.getStats()).values()];
            return levels.some(({ type, kind, totalAudioEnergy = 0 }) =>
                type === 'inbound-rtp' && kind === 'audio' && totalAudioEnergy > 0);
        }"""
    )
    await page.get_by_role("button", name="Mute").click()
    await expect(words(page)).to_have_text("Muted. Nobody hears you.")
    assert await page.evaluate("microphones.map(({ enabled }) => enabled)") == [False]
    mute = page.get_by_role("button", name="Mute", pressed=True)
    await mute.click()
    await expect(words(page)).to_have_text("Listening. Just speak.")
    assert await page.evaluate("microphones[0].enabled")


async def test_the_end_releases_everything_and_hangs_up(both: tuple[Page, Desk]) -> None:
    page, desk = both
    await begin(page)
    async with page.expect_response("**/api/voiceSession"):
        await page.get_by_role("button", name="End", exact=True).click()

    await expect(page.get_by_role("region", name="Hands-free")).to_be_hidden()
    await expect(page.get_by_role("button", name="Hands-free")).to_be_focused()
    await page.wait_for_function("() => vendor.isClosed")
    assert await page.evaluate("microphones.map(({ readyState }) => readyState)") == ["ended"]
    assert [one["voiceSessionId"] for one in desk.closed] == ["vs_1"]
    await begin(page)
    assert len(desk.opened) == 2
    assert "resumes" not in desk.opened[1]


async def test_a_lost_connection_is_made_again_in_place_of_the_old_one(
    both: tuple[Page, Desk],
) -> None:
    page, desk = both
    await begin(page)

    async with page.expect_response("**/api/voiceSession"):
        await page.evaluate("vendor.channel.close()")

    await page.wait_for_function("() => vendor.channel?.readyState === 'open'")
    await expect(words(page)).to_have_text("Listening. Just speak.")
    assert [one.get("resumes") for one in desk.opened] == [None, "vs_1"]


async def test_a_closed_page_hangs_up(both: tuple[Page, Desk]) -> None:
    page, desk = both
    await begin(page)

    async with page.expect_response("**/api/voiceSession"):
        await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")

    await expect(page.get_by_role("region", name="Hands-free")).to_be_hidden()
    assert desk.closed[0]["voiceSessionId"] == "vs_1"


@pytest.mark.parametrize(
    ("refusal", "shown"),
    [
        ("NotAllowedError", "The microphone is blocked."),
        ("NotFoundError", "No microphone was found."),
        ("NotReadableError", "Another app uses the microphone."),
    ],
)
async def test_a_microphone_that_cannot_be_used_is_explained(
    both: tuple[Page, Desk], refusal: str, shown: str
) -> None:
    page, desk = both
    await page.evaluate("name => { window.refusal = name; }", refusal)

    await page.get_by_role("button", name="Hands-free").click()

    await expect(words(page)).to_contain_text(shown)
    assert desk.opened == []  # and nothing was billed
    await page.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("region", name="Hands-free")).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (429, "Today’s voice time is used up."),
        (502, "The voice service refused"),
        (503, "The voice service cannot be reached."),
        (500, "The conversation could not go on."),
    ],
)
async def test_a_refused_session_is_explained_and_the_microphone_closed(
    both: tuple[Page, Desk], status: int, shown: str
) -> None:
    page, desk = both
    desk.refusals = [(status, {"title": "No"})]

    await page.get_by_role("button", name="Hands-free").click()

    await expect(words(page)).to_contain_text(shown)
    assert await page.evaluate("microphones.map(({ readyState }) => readyState)") == ["ended"]


async def test_the_press_takes_over_a_session_that_is_open_elsewhere(
    both: tuple[Page, Desk],
) -> None:
    page, desk = both
    desk.refusals = [(409, {"title": "One is open", "voiceSessionId": "vs_old"})]

    await begin(page)

    assert [one.get("resumes") for one in desk.opened] == [None, "vs_old"]


async def test_without_a_word_from_the_session_nothing_is_offered(context: BrowserContext) -> None:
    async with gateway() as address:
        page, _ = await opened(context, address)

        await expect(page.get_by_role("button", name="Hands-free")).to_be_hidden()


async def test_among_several_vendors_the_user_chooses_and_the_choice_is_kept(
    context: BrowserContext,
) -> None:
    async with gateway(VOICE="openai-live,openai-realtime", CSP=POLICY) as address:
        page, desk = await opened(context, address)
        await begin(page)
        choice = page.get_by_label("Voice service")
        await expect(choice).to_have_value("openai-live")

        await choice.select_option("OpenAI Realtime")

        await expect(words(page)).to_have_text("Listening. Just speak.")
        assert [one["vendor"] for one in desk.opened] == ["openai-live", "openai-realtime"]
        await page.reload()
        await begin(page)
        assert desk.opened[-1]["vendor"] == "openai-realtime"


def tone() -> str:
    """A tenth of a second of 440 Hz, at 24 kHz."""
    samples = (int(9_000 * math.sin(2 * math.pi * 440 * n / 24_000)) for n in range(2_400))
    return base64.b64encode(struct.pack("<2400h", *samples)).decode()


async def test_gemini_gets_16_khz_samples_and_its_call_is_answered(
    context: BrowserContext,
) -> None:
    frames: list[Any] = []
    sockets: list[WebSocketRoute] = []

    def note(data: str | bytes) -> None:
        frames.append(json.loads(data))
        arrived.set()

    def serve(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.on_message(note)

    arrived = asyncio.Event()

    async def until(key: str) -> Any:
        while not (found := [frame[key] for frame in frames if key in frame]):
            arrived.clear()
            await arrived.wait()
        return found[-1]

    async with gateway(VOICE="gemini-live", CSP=POLICY) as address:
        page, desk = await opened(context, address)
        await page.route_web_socket("wss://generativelanguage.googleapis.com/**", serve)
        await page.get_by_role("button", name="Hands-free").click()
        assert (await until("setup"))["model"] == "models/g"
        assert sockets[0].url.endswith("?access_token=auth_tokens%2Ft")
        assert "realtimeInput" not in json.dumps(frames)
        sockets[0].send(json.dumps({"setupComplete": {}}))

        sound = (await until("realtimeInput"))["audio"]
        assert sound["mimeType"] == "audio/pcm;rate=16000"
        assert len(base64.b64decode(sound["data"])) == 1_280
        call = {"id": "f1", "name": "askBrain", "args": {"text": "one"}}
        sockets[0].send(json.dumps({"toolCall": {"functionCalls": [call]}}))
        [response] = (await until("toolResponse"))["functionResponses"]
        assert response["response"] == {"answer": "You said: one"}
        part = {"inlineData": {"data": tone(), "mimeType": "audio/pcm;rate=24000"}}
        said = {"modelTurn": {"parts": [part]}, "outputTranscription": {"text": "You said: one"}}
        sockets[0].send(json.dumps({"serverContent": said}))
        async with page.expect_request("**/api/control") as request:
            sockets[0].send(json.dumps({"serverContent": {"turnComplete": True}}))
        assert '"how":"played"' in ((await request.value).post_data or "")

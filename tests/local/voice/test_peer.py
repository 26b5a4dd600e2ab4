"""A browser that calls the stand-ins over real WebRTC: it is heard, and hears what is said.

Ear and mouth are scripted; the recogniser of speech and the wire are real. `make test` installs
what they need into an environment of its own.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI
from playwright.async_api import Page, async_playwright

from local.guard import guard
from local.toolchain import find_browser
from local.voice.control import PATH
from local.voice.serve import Fetched, voice
from local.voice.sounds import EAR_RATE, SAMPLE_BYTES, pcm_of, wav
from tests.walks.pages import BROWSER_ARGS

HERE = Path(__file__).parent
QUESTION = HERE / "question.wav"  # "What did Anna write?", said by piper with its voice joe
SCRIPT = (HERE / "page.js").read_text()
LIMIT_MS = 20_000
TOOL = {"type": "function", "name": "askBrain", "parameters": {"type": "object"}}
REALTIME: Any = {"type": "realtime", "model": "gpt-realtime-2.1", "tools": [TOOL]}
LIVE: Any = {"model": "gpt-live-1.1", "delegation": {"type": "client"}}
HEARD = "Where is the key?"

type Json = dict[str, Any]


@pytest.fixture
async def vendor(tmp_path: Path) -> AsyncIterator[AsyncOpenAI]:
    """Serve the stand-ins with real WebRTC; yields the vendor's client."""
    async with (
        guard() as watch,
        voice(
            tmp_path / "voice", port=0, asked={}, watch=watch, fetched=Fetched(has_peer=True)
        ) as at,
        AsyncOpenAI(base_url=f"{at.url}/v1", api_key="local", max_retries=0) as client,
    ):
        async with httpx.AsyncClient(base_url=at.url) as http:
            (await http.post(PATH, json={"hears": [HEARD]})).raise_for_status()
        yield client


def microphone(folder: Path) -> Path:
    """Write what the browser's microphone hears: silence, the question, silence."""
    found = pcm_of(QUESTION.read_bytes())
    assert found
    silence = bytes(EAR_RATE * SAMPLE_BYTES)
    file = folder / "microphone.wav"
    file.write_bytes(wav(silence + found[0] + silence, EAR_RATE))
    return file


@asynccontextmanager
async def browsing(folder: Path) -> AsyncIterator[Page]:
    """Open a page whose microphone is the file."""
    fake = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone(folder)}%noloop",
        "--autoplay-policy=no-user-gesture-required",
    ]
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=find_browser(), args=[*BROWSER_ARGS, *fake]
        )
        page = await browser.new_page()
        page.set_default_timeout(LIMIT_MS)
        await page.route("**/*", lambda route: route.fulfill(body="<p>", content_type="text/html"))
        await page.goto("http://127.0.0.1/")
        await page.add_script_tag(content=SCRIPT)
        yield page
        await browser.close()


async def event(page: Page, kind: str, number: int = 1) -> Json:
    """Wait for the n-th event of this type; return it."""
    has = "([kind, n]) => window.state?.events.filter((e) => e.type === kind).length >= n"
    await page.wait_for_function(has, arg=[kind, number])
    found = await page.evaluate("(kind) => state.events.filter((e) => e.type === kind)", kind)
    return dict(found[number - 1])


async def records(vendor: AsyncOpenAI, **least: int) -> Json:
    url = str(vendor.base_url).removesuffix("/v1/")
    async with httpx.AsyncClient(base_url=url) as http:
        return dict((await http.get(PATH, params=least, timeout=20)).raise_for_status().json())


async def test_a_browser_is_heard_and_hears_the_answer_over_realtime(
    vendor: AsyncOpenAI, tmp_path: Path
) -> None:
    async def answer_to(sdp: str) -> str:
        return (await vendor.realtime.calls.create(sdp=sdp, session=REALTIME)).text

    async with browsing(tmp_path) as page:
        await page.expose_function("answerTo", answer_to)
        await page.evaluate("call()")

        call = await event(page, "response.function_call_arguments.done")
        assert json.loads(call["arguments"]) == {"text": HEARD}
        await event(page, "response.done")
        item = {"type": "function_call_output", "call_id": call["call_id"]}
        item["output"] = json.dumps({"status": "answer", "say": "It is under the stone."})
        await page.evaluate("tell", {"type": "conversation.item.create", "item": item})
        await page.evaluate("tell", {"type": "response.create"})

        await event(page, "output_audio_buffer.stopped")
        assert await page.evaluate("state.loudest") > 0.05
        await page.evaluate("hangUp()")
        [session] = (await records(vendor, ended=1))["sessions"]
        assert session["ended_by"] == "connection_lost"


async def test_a_browser_is_heard_and_hears_the_answer_over_live(
    vendor: AsyncOpenAI, tmp_path: Path
) -> None:
    async def answer_to(sdp: str) -> str:
        transport: Any = {"type": "webrtc", "sdp": sdp}
        return (await vendor.live.create(session=LIVE, transport=transport)).transport.sdp

    async with browsing(tmp_path) as page:
        await page.expose_function("answerTo", answer_to)
        await page.evaluate("call()")

        assert (await event(page, "session.started"))["session"]["model"] == "gpt-live-1.1"
        delegation = (await event(page, "session.delegation.created"))["delegation"]
        content = {"content": "It is under the stone.", "delegation_id": delegation["id"]}
        await page.evaluate("tell", {"type": "session.commentary.append", **content})
        await event(page, "session.usage.updated", 2)  # the acknowledgement, and the answer
        heard = "state.events.filter((e) => e.type.endsWith('put_transcript.delta'))"
        words = await page.evaluate(f"{heard}.map((e) => e.delta).join('|')")
        assert words == f"{HEARD}|One moment.|It is under the| stone."
        assert await page.evaluate("state.loudest") > 0.05
        session_id = (await event(page, "session.started"))["session"]["id"]
        await vendor.live.sessions.hangup(session_id)
        assert (await event(page, "session.closed"))["reason"] == "close_requested"

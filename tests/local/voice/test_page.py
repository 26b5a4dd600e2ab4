"""The page in a real browser talks to each voice vendor over its stand-in: the microphone asks, the
brain answers, and the page plays it.

WebRTC and the recogniser of speech are real; ear and mouth are scripted. So the ear understands
what the test says, and the mouth says each word as a tone.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, Request, async_playwright

from local.stack import stack
from local.toolchain import find_browser
from local.voice.control import PATH
from local.voice.serve import Fetched
from local.voice.sounds import EAR_RATE, SAMPLE_BYTES, pcm_of, wav
from tests.walks.conftest import Json, Person, Town, says
from tests.walks.pages import BROWSER_ARGS, LIMIT_MS, answered, connected, opened, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")

VENDORS = ("openai-live", "openai-realtime", "gemini-live")
QUESTION = Path(__file__).with_name("question.wav")
SILENCE_S = (3.0, 30.0)  # before and after it: a call begins, and an answer is said
ANSWER = "Anna moved the meeting."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Run a stack whose voice stand-ins speak WebRTC."""
    folder = tmp_path_factory.mktemp("voice")
    async with stack(folder, pace=0.1, fetched=Fetched(has_peer=True)) as running:
        town = await Town.of(running)
        async with town.http:
            yield town


async def voice(place: Town, method: str, **options: Any) -> Json:
    """Ask the stand-ins' control routes."""
    url = f"{place.stack.services.voice.url}{PATH}"
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.request(method, url, **options)
    answer.raise_for_status()
    return dict(answer.json()) if answer.content else {}


@asynccontextmanager
async def talking(
    place: Town, person: Person, vendor: str, folder: Path
) -> AsyncIterator[tuple[Page, list[str]]]:
    """Open the page of `person`, whose microphone asks the question again and again."""
    found = pcm_of(QUESTION.read_bytes())
    assert found
    before, after = (bytes(round(length_s * EAR_RATE) * SAMPLE_BYTES) for length_s in SILENCE_S)
    microphone = folder / "microphone.wav"
    microphone.write_bytes(wav(before + found[0] + after, EAR_RATE))
    fake = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=no-user-gesture-required",
    ]
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=find_browser(), args=[*BROWSER_ARGS, *fake]
        )
        async with opened(browser, place, person) as (page, complaints):
            await connected(page)
            await page.evaluate("name => localStorage.setItem('second-brain-vendor', name)", vendor)
            await page.reload()
            await connected(page)
            yield page, complaints
        await browser.close()


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_spoken_question_is_answered_aloud_and_the_call_ends_with_the_page(
    place: Town, tmp_path: Path, vendor: str
) -> None:
    person = place.person()
    question = f"What did Anna write? {person.word}"
    await voice(place, "DELETE")
    await voice(place, "POST", json={"hears": [question]})
    await person.script(says(ANSWER))
    async with talking(place, person, vendor, tmp_path) as (page, complaints):
        async with page.expect_request(is_played, timeout=2 * LIMIT_MS) as told:
            await page.get_by_role("button", name="Hands-free").click()
        user, brain = await person.log()
        assert (user["text"], brain["text"]) == (question, ANSWER)
        order = (await told.value).post_data_json or {}
        assert order["seq"] == brain["seq"]
        await answered(page, ANSWER)

        await page.get_by_role("button", name="End", exact=True).click()

        [session] = (await voice(place, "GET", params={"ended": 1, "timeout": 30}))["sessions"]
        assert (session["vendor"], session["connections"]) == (vendor, 1)
        assert complaints == []


async def test_the_page_says_that_ear_and_mouth_are_scripted(place: Town) -> None:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGS)
        async with opened(browser, place, place.person()) as (page, _):
            await shows(page.get_by_text("Ear and mouth are scripted too"))
        await browser.close()


def is_played(request: Request) -> bool:
    """Whether the page reports that a message was heard to its end."""
    if not request.url.endswith("/api/control"):
        return False
    order = request.post_data_json or {}
    return (order.get("type"), order.get("how")) == ("heard", "played")

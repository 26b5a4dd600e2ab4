"""Spoken conversations over OpenAI in a real browser, with a vendor played by the page itself."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Response, Route, expect

from tests.page.conftest import gateway
from tests.page.voice.desk import (
    AWAY,
    POLICY,
    ROOT,
    VENDOR,
    Desk,
    begin,
    browser_with_microphone,
    context_with_microphone,
    opened,
    words,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTE_SPEECH = """() => {
  window.spoken = [];
  speechSynthesis.speak = ({ text }) => text.trim() && spoken.push(text);
}"""
NOTIFY = """() => fetch('/api/voiceToBrain', {
  method: 'POST',
  headers: { Authorization: 'Bearer stub-token', 'Content-Type': 'application/json' },
  body: JSON.stringify({ text: 'notify', messageId: 'from-nowhere' }),
})"""
# The policy of the page forbids what Playwright's wait_for_function does.
UNTIL_READY = """async () => {
  while (!document.querySelector('#talk').onclick) await new Promise(requestAnimationFrame);
}"""
VOICE = (ROOT / "docs" / "voice.md").read_text()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browser_with_microphone() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with context_with_microphone(browser) as context:
        yield context


@pytest_asyncio.fixture(loop_scope="module")
async def both(context: BrowserContext) -> AsyncIterator[tuple[Page, Desk]]:
    """The page on a deployment with OpenAI Realtime, under the policy of the platform."""
    async with gateway(VOICE="openai-realtime", CSP=POLICY) as address:
        page, desk = await opened(context, address)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page, desk
        assert complaints == []


def is_claim(response: Response) -> bool:
    return '"type":"claim","seq":3' in (response.request.post_data or "")


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


async def test_a_network_that_is_away_is_tried_again(both: tuple[Page, Desk]) -> None:
    page, desk = both
    await begin(page)
    desk.refusals = [(AWAY, {})]

    async with page.expect_response("**/api/voiceSession"):
        await page.evaluate("vendor.channel.close()")

    await expect(words(page)).to_have_text("Listening. Just speak.")
    assert [one.get("resumes") for one in desk.opened] == [None, "vs_1", "vs_1"]


async def test_only_the_vendor_speaks_meanwhile(both: tuple[Page, Desk]) -> None:
    page, _ = both
    await page.evaluate(NOTE_SPEECH)
    await page.get_by_role("button", name="Speak answers").click()
    await begin(page)
    await page.get_by_label("Your message").fill("one")
    await page.keyboard.press("Enter")

    [item] = await until_told(page, "conversation.item.create")
    assert "You said: one" in item["item"]["content"][0]["text"]
    await page.get_by_role("button", name="End", exact=True).click()
    await expect(page.get_by_role("region", name="Hands-free")).to_be_hidden()
    assert await page.evaluate("spoken") == []


async def test_of_a_conversation_and_another_device_one_says_what_nobody_asked_for(
    both: tuple[Page, Desk], browser: Browser
) -> None:
    page, _ = both
    await begin(page)
    async with context_with_microphone(browser) as elsewhere:
        other, _ = await opened(elsewhere, page.url)
        await other.evaluate(NOTE_SPEECH)
        await other.get_by_role("button", name="Speak answers").click()

        async with page.expect_response(is_claim) as here, other.expect_response(is_claim) as there:
            await other.evaluate(NOTIFY)
        states = sorted([(await (await one.value).json())["state"] for one in (here, there)])

        assert states == ["held", "yours"]
        is_here = (await (await here.value).json())["state"] == "yours"
        if is_here:
            [item] = await until_told(page, "conversation.item.create")
            assert "There is news." in item["item"]["content"][0]["text"]
            assert await other.evaluate("spoken") == []
        else:
            await other.wait_for_function("() => spoken.length > 0")
            assert await page.evaluate("told('conversation.item.create')") == []


async def test_live_is_told_that_the_conversation_ends(context: BrowserContext) -> None:
    async with gateway(VOICE="openai-live", CSP=POLICY) as address:
        page, desk = await opened(context, address)
        await begin(page)
        await page.get_by_role("button", name="End", exact=True).click()
        await until_told(page, "session.close")
        assert not desk.closed

        async with page.expect_response("**/api/voiceSession"):
            await tell(page, type="session.closed", reason="close_requested", usage={"seconds": 7})

        await expect(page.get_by_role("region", name="Hands-free")).to_be_hidden()
        assert desk.closed == [{"voiceSessionId": "vs_1", "usage": {"seconds": 7}}]


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
        (429, "voice time is used up."),
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

        await desk.until_opened(2)
        await expect(words(page)).to_have_text("Listening. Just speak.")
        assert [one["vendor"] for one in desk.opened] == ["openai-live", "openai-realtime"]
        await page.reload()
        await begin(page)
        await desk.until_opened(3)
        assert desk.opened[-1]["vendor"] == "openai-realtime"


async def test_the_example_of_the_documentation_talks(context: BrowserContext) -> None:
    form = r"## In the page\n.*?^```html\n(.*?)^```\n\n```js\n(.*?)^```"
    found = re.search(form, VOICE, re.DOTALL | re.MULTILINE)
    assert found
    assert found[0].count("\n") <= 30
    async with gateway(VOICE="openai-realtime") as address:
        page = await context.new_page()
        desk = Desk(page)
        await page.add_init_script(VENDOR)
        await page.route("**/api/voiceSession", desk.answer)
        policy = {"Content-Security-Policy": POLICY}
        kinds = {"talk.html": (found[1], "text/html"), "talk.js": (found[2], "text/javascript")}

        async def answer(route: Route) -> None:
            body, kind = kinds[route.request.url.rpartition("/")[2]]
            await route.fulfill(body=body, content_type=kind, headers=policy)

        await page.route(re.compile(r"(?<!voice)/talk\.(html|js)$"), answer)
        async with page.expect_response("**/api/session"):
            await page.goto(f"{address}/talk.html")
        await page.evaluate(UNTIL_READY)

        await page.get_by_role("button", name="Talk").click()
        await expect(page.get_by_role("status")).to_have_text("listening")
        await page.get_by_role("button", name="End").click()

        await expect(page.get_by_role("status")).to_have_text("ended")

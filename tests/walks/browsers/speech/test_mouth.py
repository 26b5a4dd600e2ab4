"""What the browser's voice is handed, in which language, and what happens if it gives no sound."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Response, expect

from tests.walks.browsers.speech.talking import Talker, talking
from tests.walks.conftest import Person, Town, says
from tests.walks.pages import answered

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAID: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[3] / "texts" / "said.json").read_text("utf-8")
)
MOST_CHARS = 200


async def heard(person: Person, text: str) -> Any:
    """Return what the log knows about how a message was heard."""
    [entry] = [one for one in await person.log() if one["text"] == text]
    return (entry.get("heard") or {}).get("how")


def _tells_what_was_heard(response: Response) -> bool:
    """Whether it answers that; the page also asks whether it may speak."""
    return '"heard"' in (response.request.post_data or "")


def _tells_that_it_was_played(response: Response) -> bool:
    """Whether it answers that. The page tells first that it could not, perhaps in this moment."""
    return _tells_what_was_heard(response) and '"played"' in (response.request.post_data or "")


async def ask(talker: Talker, answer: str, question: str = "And?") -> None:
    await talker.person.script(says(answer))
    await talker.field.fill(f"{question} {talker.person.word}")
    await talker.field.press("Enter")


@pytest.mark.parametrize(
    ("locale", "answer", "language"),
    [
        ("en-US", "It costs 3.50 euros, e.g. in version v1.2.3. Shall I book it?", "en-US"),
        ("de-DE", "Der Pass liegt am 3. Mai im Fach 2. Gut?", "de-DE"),
        ("fi-FI", "本日は晴れです。明日は雨でしょう。", "ja-JP"),
        ("en-US", "今天的会议讨论了预算。", "zh-CN"),
        ("en-US", "오늘은 맑습니다.", "ko-KR"),
    ],
)
async def test_each_utterance_has_the_language_of_the_answer(
    browser: Browser, town: Town, person: Person, locale: str, answer: str, language: str
) -> None:
    async with talking(browser, town, person, locale=locale, late=300) as talker:
        await ask(talker, answer)
        await talker.until_said(answer.rstrip("。?!.")[-4:])

        begun = await talker.begun()
        assert {one["lang"] for one in begun} == {language}
        assert all(one["voice"] for one in begun)
        assert " ".join(one["text"] for one in begun).replace(" ", "") == answer.replace(" ", "")


@pytest.mark.parametrize("name", ["markup", "japanese", "chinese"])
async def test_marks_are_not_spoken_and_long_texts_come_in_breaths(
    browser: Browser, town: Town, person: Person, name: str
) -> None:
    [case] = [one for one in SAID if one["name"] == name]
    async with talking(browser, town, person) as talker:
        await ask(talker, case["text"])
        await talker.until_said(case.get("says", [case["text"][-20:]])[-1][-4:])
        so_many = "count => mouth.begun.length >= count"
        await talker.page.wait_for_function(so_many, arg=case.get("atLeast", 1))
        said = await talker.said()
        assert max(map(len, said)) <= MOST_CHARS
        for mark in case.get("absent", []):
            assert mark not in "".join(said)


async def test_the_spoken_language_is_chosen_once_for_ear_and_mouth(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person) as talker:
        page = talker.page
        await page.get_by_role("button", name="Settings", exact=True).click()
        language = page.get_by_label("Spoken language")
        await expect(language).to_have_value("en-US")
        await language.select_option("de-DE")
        await page.get_by_label("Voice", exact=True).select_option("voice-5")
        await page.get_by_label("Speed").select_option("1.5")
        await page.reload()

        await talker.dictate.click()
        assert await page.evaluate("ear.language") == "de-DE"
        await talker.dictate.click()
        await ask(talker, "Das ist fertig.")
        spoken = await talker.until_said("Das ist fertig.")
        assert (spoken["lang"], spoken["voice"], spoken["rate"]) == ("de-DE", "voice-5", 1.5)


async def test_a_language_without_a_voice_is_named_and_not_read_by_another(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person) as talker:
        await ask(talker, "สวัสดีครับ")

        await expect(talker.page.get_by_text("no voice for this language: Thai")).to_be_visible()
        assert await talker.said() == []
        assert await heard(person, "สวัสดีครับ") == "unspoken"


async def test_an_utterance_that_never_ends_does_not_keep_the_others_back(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, hangs="stuck") as talker:
        await ask(talker, "This is stuck. The rest follows.")
        await talker.until_said("This is stuck.")
        before = await talker.page.evaluate("mouth.cancelled")

        await talker.until_said("The rest follows.")

        assert await talker.page.evaluate("mouth.cancelled") == before + 1


async def test_the_press_that_turns_the_voice_on_lets_it_speak(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, is_on=False, locked=True) as talker:
        await talker.speak.click()
        assert await talker.page.evaluate("mouth.handed") == [{"text": " ", "inPress": True}]

        await talker.elsewhere("And?", says("Here I am."))
        await talker.until_said("Here I am.")


@pytest.mark.parametrize("press", ["Send", "Enter", "Dictate"])
async def test_so_does_each_press_that_sends_or_dictates_if_it_is_on_from_an_earlier_visit(
    browser: Browser, town: Town, person: Person, press: str
) -> None:
    async with talking(browser, town, person, locked=True) as talker:
        await person.script(says("Here I am."))
        if press == "Dictate":
            await talker.dictate.click()
            await talker.page.evaluate(
                "word => setTimeout(() => ear.now.hear(word), 50)", person.word
            )
        else:
            await talker.field.fill(person.word)
            send = talker.page.get_by_role("button", name="Send")
            await (send.click() if press == "Send" else talker.field.press("Enter"))

        await talker.until_said("Here I am.")
        assert (await talker.page.evaluate("mouth.handed"))[0] == {"text": " ", "inPress": True}


async def test_a_voice_without_a_sound_is_named_and_the_next_messages_go_on(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, mute=True) as talker:
        await ask(talker, "The first answer.")
        hear = talker.page.get_by_role("button", name="Tap to hear")
        await expect(hear).to_be_visible()
        await expect(talker.page.get_by_text("The voice gives no sound.")).to_be_visible()
        await expect(talker.speak).to_have_attribute("aria-pressed", "true")
        await expect(talker.speak).to_have_attribute("data-silent", "")

        await ask(talker, "The second answer.", "And then?")
        await answered(talker.page, "The second answer.")
        handed = "text => mouth.handed.some((one) => one.text === text)"
        await talker.page.wait_for_function(handed, arg="The second answer.")
        async with talker.page.expect_response(_tells_what_was_heard):
            pass
        assert await heard(person, "The first answer.") == "unspoken"
        assert await heard(person, "The second answer.") == "unspoken"


async def test_a_tap_lets_the_user_hear_what_gave_no_sound(
    browser: Browser, town: Town, person: Person
) -> None:
    async with talking(browser, town, person, locked=True) as talker:
        await talker.elsewhere("And?", says("A word to you."))
        hear = talker.page.get_by_role("button", name="Tap to hear")
        await expect(hear).to_be_visible()
        assert await talker.said() == []

        async with talker.page.expect_response(_tells_that_it_was_played):
            await hear.click()

        assert await talker.said() == ["A word to you."]
        await expect(hear).to_be_hidden()
        await expect(talker.speak).not_to_have_attribute("data-silent", "")
        assert await heard(person, "A word to you.") == "played"

"""The page in a real browser with the whole stack: it shows the log."""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from local.services import ROOT
from tests.walks.conftest import LIMIT_S, Person, Town, goes_on, says
from tests.walks.pages import answered, ask, connected, in_log, on_page, opened, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")

HALF_DONE = """() => new Promise((resolve) => {
    const bar = document.getElementById('progress');
    const look = () => (bar.value >= 0.5 ? resolve() : requestAnimationFrame(look));
    look();
})"""


def step(number: int, steps: int) -> dict[str, Any]:
    """Return a step of a long task, for which the model takes a second."""
    told = {"message": f"Step {number}.", "progress": number / steps}
    return {"calls": [{"name": "sayToUserAndContinue", "arguments": told}], "delay_s": 1}


async def test_a_question_shows_its_breadcrumb_and_then_the_answer(
    page: Page, person: Person
) -> None:
    await person.script(goes_on("Looking."), says("Found.", gates={person.word: 0}))
    await ask(page, f"Where is it? {person.word}")

    await shows(page.locator(".breadcrumb").get_by_text("Looking."))
    assert await page.locator(".say").count() == 0
    await person.open(person.word)
    await answered(page, "Found.")
    assert await on_page(page) == [
        ["user", f"Where is it? {person.word}"],
        ["breadcrumb", "Looking."],
        ["say", "Found."],
    ]
    assert await on_page(page) == await in_log(person)


async def test_the_channel_breaks_and_comes_back_and_the_list_is_the_log(
    browser: Browser, town: Town, person: Person
) -> None:
    await person.script(goes_on("One."), goes_on("Two.", delay_s=3), says("Three.", delay_s=1))
    channel = town.stack.services.channel
    async with (
        opened(browser, town, person) as (page, _),  # the browser reports a connection that is cut
        opened(browser, town, person) as (beside, _),
    ):
        for each in (page, beside):
            await connected(each)
        await ask(page, f"Count. {person.word}")
        await shows(beside.get_by_text("One."))
        await channel.stop()
        try:
            for each in (page, beside):
                await answered(each, "Three.")
                assert await on_page(each) == await in_log(person)
        finally:
            await channel.start()
        for each in (page, beside):
            await connected(each)

        await person.script(goes_on("Four."), says("Five."))
        await ask(beside, f"Go on. {person.word}")
        for each in (page, beside):
            await answered(each, "Five.")
            assert await on_page(each) == await in_log(person)


async def test_a_long_task_shows_its_progress_over_several_invocations_and_ends(
    town: Town, page: Page, person: Person
) -> None:
    await person.script(*[step(number, 10) for number in range(1, 11)], says("All done."))
    before = town.stack.services.engine.counts()
    await ask(page, f"A long task. {person.word}")

    progress = page.get_by_role("progressbar")
    await shows(progress)
    async with asyncio.timeout(LIMIT_S):
        await page.evaluate(HALF_DONE)
    await answered(page, "All done.")
    await expect(progress).to_be_hidden()
    assert await on_page(page) == await in_log(person)
    assert town.stack.services.engine.counts().delivered > before.delivered, "one invocation did it"


async def test_a_text_during_a_run_is_handled_by_the_running_brain(
    page: Page, person: Person
) -> None:
    await person.script(goes_on("On it."), says("One.", delay_s=2), says("Both."))
    await ask(page, f"First {person.word}")
    await shows(page.get_by_text("On it."))
    await ask(page, f"Second {person.word}")

    await answered(page, "Both.")
    assert await on_page(page) == await in_log(person)
    assert [entry["text"] for entry in await person.log() if entry.get("doneAfterThis")] == [
        "Both."
    ]


async def test_a_second_tab_shows_the_same_and_a_reload_keeps_it(
    page: Page, person: Person
) -> None:
    await person.script(goes_on("Looking."), says("Found."))
    other = await page.context.new_page()
    await other.goto(page.url)
    await connected(other)
    await ask(page, f"Hi {person.word}")

    await answered(other, "Found.")
    await other.reload()
    for each in (page, other):
        await answered(each, "Found.")
        assert await on_page(each) == await in_log(person)


async def test_a_folder_of_texts_is_imported_and_the_right_passage_quoted(
    browser: Browser, town: Town, tmp_path: Path
) -> None:
    (tmp_path / "boat.md").write_text("# The boat\n\nIts key hangs behind the barometer.\n")
    (tmp_path / "garden.txt").write_text("The barometer in the garden is broken.\n")
    ours = tmp_path / "second-brain"
    shutil.copytree(ROOT / "docs", ours / "docs")
    shutil.copy(ROOT / "README.md", ours)
    await take_in(tmp_path, town)

    async with opened(browser, town) as (page, complaints):
        await ask(page, "Where is the key of the boat?")
        await answered(page, "The boat says: Its key hangs behind the barometer.")
        await ask(page, "What do protected previews ask of every caller?")
        await answered(page, "Protected previews ask every caller to log in, including QStash")
        assert complaints == []


async def take_in(folder: Path, town: Town) -> None:
    """Import the folder for the owner, as a user would."""
    command = (sys.executable, "-m", "brain.import_documents", str(folder))
    done = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=town.stack.services.env)
    assert await done.wait() == 0


async def test_the_page_says_that_a_script_answers(page: Page) -> None:
    await shows(page.get_by_text("These answers come from a script, not from a model."))
    await shows(page.get_by_text("OPENAI_API_KEY=… make dev"))


async def test_the_policy_blocks_foreign_scripts_and_allows_the_channel(
    browser: Browser, town: Town, person: Person
) -> None:
    async with opened(browser, town, person) as (page, complaints):
        await connected(page)
        assert complaints == []
        refused = await page.evaluate(
            """() => {
                const script = document.createElement('script');
                const tries = {
                    text: () => { script.textContent = 'window.isForeign = true'; },
                    address: () => { script.src = 'https://foreign.example/script.js'; },
                    markup: () => { document.body.innerHTML = '<p>foreign</p>'; },
                };
                const isRefused = (attempt) => {
                    try { attempt(); return false; } catch (error) { return error.name; }
                };
                const refused = Object.values(tries).map(isRefused);
                document.body.append(script);
                return refused;
            }"""
        )
        assert refused == ["TypeError"] * 3
        assert not await page.evaluate("'isForeign' in window")

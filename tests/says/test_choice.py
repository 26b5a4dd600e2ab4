"""The language of the brain's texts: setting, device, deployment, English."""

import asyncio

import pytest

from brain.errors import DatabaseUnreachable
from brain.preferences.flow import language_setting
from brain.preferences.model import Preferences
from brain.says import de, en, es, fr
from brain.says.choice import LANGUAGES, SETTING_S, Languages, language_of, progress_in, tag_in
from tests.fakes.loop import in_virtual_time
from tests.fakes.preferences import FakePreferences


class AwayWishes(FakePreferences):
    """Preferences whose database cannot be reached."""

    async def preferences(self, user_id: str) -> Preferences:
        raise DatabaseUnreachable("away")


@pytest.mark.parametrize("tag", ["de", "de-AT", "DE", "de-Latn-CH-1996"])
def test_a_region_does_not_change_the_language(tag: str) -> None:
    assert language_of(tag) is de


@pytest.mark.parametrize("tag", [None, "", "en-GB", "fr", "den", "zh-Hant"])
def test_a_language_without_a_file_is_english(tag: str | None) -> None:
    assert language_of(tag) is en


def test_every_language_that_can_be_the_default_has_a_file() -> None:
    assert [language_of(code).__name__ for code in LANGUAGES] == [  # type: ignore[attr-defined]
        f"brain.says.{code}" for code in LANGUAGES
    ]


@pytest.mark.parametrize("tag", ["de", "de-AT", "zh-Hant-TW", "sl-rozaj-biske-1994"])
def test_a_valid_language_tag_is_returned_unchanged(tag: str) -> None:
    assert tag_in(tag) == tag


@pytest.mark.parametrize(
    "given", [None, "", 7, True, ["de"], "d", "de_AT", "de-", "-de", "de AT", "dé", "de\n", "*",
              "de-toolongasubtag", "a" * 9, "de" + "-at" * 12],
)  # fmt: skip
def test_an_invalid_language_tag_counts_as_not_given(given: object) -> None:
    assert tag_in(given) is None


@pytest.mark.parametrize(
    ("setting", "device", "default", "texts"),
    [
        ("de", "en", "en", de),
        ("en", "de", "de", en),
        (None, "de-CH", "en", de),
        (None, "en-US", "de", en),
        (None, None, "de", de),
        (None, None, None, en),
        ("fr", "de", "de", en),
        (None, "fr", "de", en),
    ],
)
def test_the_setting_wins_then_the_device_then_the_deployment(
    setting: str | None, device: str | None, default: str | None, texts: object
) -> None:
    assert Languages(default).chosen(setting, device) is texts


async def test_the_setting_is_read_for_the_user() -> None:
    wishes = FakePreferences()
    await wishes.save("anna", Preferences(language="de"))
    languages = Languages("en", language_setting(wishes))
    assert await languages.texts("anna", "en") is de
    assert await languages.texts("ben") is en
    assert await Languages("de").texts("anna") is de


async def test_a_setting_that_cannot_be_read_counts_as_not_set() -> None:
    languages = Languages("en", language_setting(AwayWishes()))
    assert await languages.texts("anna", "de") is de


@in_virtual_time
async def test_a_slow_database_does_not_block_a_text() -> None:
    async def slow(user_id: str) -> str | None:
        await asyncio.sleep(60)
        return "en"

    before = asyncio.get_running_loop().time()
    assert await Languages(None, slow).texts("anna", "de") is de
    assert asyncio.get_running_loop().time() - before == SETTING_S


@pytest.mark.parametrize(
    ("tag", "texts"), [("de-AT", de), ("en", en), ("fr", fr), ("es-MX", es), ("it", None)]
)
def test_progress_has_texts_in_four_languages(tag: str, texts: object) -> None:
    assert progress_in(tag) is texts

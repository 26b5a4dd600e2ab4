"""Which voice vendors `make dev` uses: its own stand-ins, or those that the user has a key for."""

import pytest

from brain.voice import settings
from local.environment import Env, voice_settings
from local.server import Address

AT = Address(host="127.0.0.1", port=3007)
LOCAL = "http://127.0.0.1:3007"


def given(asked: Env, *, calls: bool = True, is_scripted: bool = True) -> Env:
    """Return what the functions get: the settings of the stand-ins, then the user's own."""
    return voice_settings(AT, asked, calls=calls, is_scripted=is_scripted) | asked


def urls(env: Env) -> dict[str, str]:
    """Return where each vendor that is offered is asked."""
    read = {name: vendor(env) for name, vendor in settings.VENDORS.items()}
    return {name: found.base_url for name, found in read.items() if found}


def test_without_a_key_everything_is_on_this_machine() -> None:
    env = given({})
    assert urls(env) == {
        "openai-live": f"{LOCAL}/v1",
        "openai-realtime": f"{LOCAL}/v1",
        "gemini-live": LOCAL,
    }
    assert env["BRAIN_STT_BASE_URL"] == env["BRAIN_TTS_BASE_URL"] == f"{LOCAL}/v1"
    assert settings.scripted(env)


def test_without_webrtc_no_call_is_offered_that_would_never_connect() -> None:
    assert urls(given({}, calls=False)) == {"gemini-live": LOCAL}


def test_a_fetched_ear_and_mouth_are_not_called_scripted() -> None:
    assert not settings.scripted(given({}, is_scripted=False))


@pytest.mark.parametrize("is_scripted", [True, False])
def test_a_key_of_openai_is_for_openai(is_scripted: bool) -> None:
    env = given({"OPENAI_API_KEY": "key"}, is_scripted=is_scripted)
    assert urls(env)["openai-live"] == settings.OPENAI_URL
    assert "BRAIN_STT_BASE_URL" not in env
    assert ("BRAIN_TTS_BASE_URL" in env) is not is_scripted  # no tones beside a real model


def test_a_key_for_another_server_is_for_that_server_alone() -> None:
    env = given({"OPENAI_API_KEY": "key", "OPENAI_BASE_URL": "http://127.0.0.1:8000/v1"})
    assert urls(env)["openai-live"] == f"{LOCAL}/v1"


def test_a_key_of_gemini_is_for_gemini() -> None:
    assert urls(given({"GEMINI_API_KEY": "key"}))["gemini-live"] == settings.GEMINI_URL

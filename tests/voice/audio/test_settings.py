"""Where the ear and the mouth are, and whose key they get."""

import pytest

from brain.errors import SettingMissing
from brain.voice.audio.settings import OPENAI, ear, is_named, mouth

LOCAL = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"OPENAI_API_KEY": "k"}, (OPENAI, "k", "gpt-transcribe")),
        ({"OPENAI_API_KEY": "k", "BRAIN_STT_API_KEY": "e"}, (OPENAI, "e", "gpt-transcribe")),
        ({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": LOCAL}, None),
        (
            {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": LOCAL, "BRAIN_STT_API_KEY": "e"},
            (OPENAI, "e", "gpt-transcribe"),
        ),
        (
            {"OPENAI_API_KEY": "k", "BRAIN_STT_BASE_URL": LOCAL, "BRAIN_STT_MODEL": "base"},
            (LOCAL, None, "base"),
        ),
        ({"BRAIN_STT_BASE_URL": LOCAL, "BRAIN_STT_API_KEY": "e"}, (LOCAL, "e", "gpt-transcribe")),
        ({"OPENROUTER_API_KEY": "k"}, None),
        ({}, None),
    ],
)
def test_the_ear_is_openais_unless_another_is_named(
    env: dict[str, str], expected: tuple[str, str | None, str] | None
) -> None:
    found = ear(env)
    assert (found and (found.at.base_url, found.at.api_key, found.model)) == expected
    assert is_named(env, ear) is (expected is not None)


def test_there_is_no_mouth_unless_one_is_named() -> None:
    assert mouth({"OPENAI_API_KEY": "k", "BRAIN_TTS_API_KEY": "m", "BRAIN_TTS_VOICE": "v"}) is None
    found = mouth({"OPENAI_API_KEY": "k", "BRAIN_TTS_BASE_URL": LOCAL})
    assert found is not None
    assert (found.at.base_url, found.at.api_key) == (LOCAL, None)
    assert (found.model, found.voice) == ("tts-1", "alloy")
    named = {"BRAIN_TTS_API_KEY": "m", "BRAIN_TTS_MODEL": "kokoro", "BRAIN_TTS_VOICE": "af_heart"}
    found = mouth({"BRAIN_TTS_BASE_URL": LOCAL, **named})
    assert found is not None
    assert (found.at.api_key, found.model, found.voice) == ("m", "kokoro", "af_heart")


@pytest.mark.parametrize("url", ["speech.example", "ftp://a.example", "https://", "http://a b/"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    for name, read in (("BRAIN_STT_BASE_URL", ear), ("BRAIN_TTS_BASE_URL", mouth)):
        with pytest.raises(SettingMissing, match=name):
            read({name: url})
        assert is_named({name: url}, read)


def test_no_key_is_shown() -> None:
    env = {
        "BRAIN_STT_API_KEY": "ear-key",
        "BRAIN_TTS_BASE_URL": LOCAL,
        "BRAIN_TTS_API_KEY": "m-key",
    }
    assert "ear-key" not in repr(ear(env))
    assert "m-key" not in repr(mouth(env))


@pytest.mark.parametrize("key", ["k\n", " k", "k\u00e4", "k\r\nX: y"])
def test_a_key_that_cannot_be_sent_is_named(key: str) -> None:
    with pytest.raises(SettingMissing, match="BRAIN_STT_API_KEY"):
        ear({"BRAIN_STT_API_KEY": key})
    with pytest.raises(SettingMissing, match="BRAIN_TTS_API_KEY"):
        mouth({"BRAIN_TTS_BASE_URL": LOCAL, "BRAIN_TTS_API_KEY": key})

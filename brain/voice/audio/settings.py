"""The settings of the ear and the mouth: servers that speak OpenAI's audio protocol."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from brain.codec.text import name_only
from brain.errors import SettingMissing
from brain.settings import variables
from brain.settings.variables import Env

OPENAI = "https://api.openai.com/v1"
EAR_MODEL = "gpt-transcribe"
# Names that OpenAI's server had first, and that the servers which keep its form map to their own.
MOUTH_MODEL, MOUTH_VOICE = "tts-1", "alloy"


class SpeechServerSettings(Struct, frozen=True, kw_only=True):
    """A server, with the key that it wants, if it wants one."""

    base_url: str
    api_key: str | None

    __repr__ = name_only


class EarSettings(Struct, frozen=True, kw_only=True):
    """The server that recognizes speech, and its model."""

    at: SpeechServerSettings
    model: str


class MouthSettings(Struct, frozen=True, kw_only=True):
    """The server that speaks, its model and its voice."""

    at: SpeechServerSettings
    model: str
    voice: str


def ear(env: Env) -> EarSettings | None:
    """Read the settings of the ear; None if it is not set up. Raises SettingMissing.

    Without an address it is OpenAI's, with its key. A key for another chat server is not sent
    there, and OpenAI's key is not sent anywhere else.
    """
    base_url = variables.url(env, "BRAIN_STT_BASE_URL")
    api_key = _key(env, "BRAIN_STT_API_KEY")
    if base_url is None:
        is_openai = not env.get("OPENAI_BASE_URL")
        api_key = api_key or (_key(env, "OPENAI_API_KEY") if is_openai else None)
        if not api_key:
            return None
    at = SpeechServerSettings(base_url=base_url or OPENAI, api_key=api_key)
    return EarSettings(at=at, model=env.get("BRAIN_STT_MODEL") or EAR_MODEL)


def mouth(env: Env) -> MouthSettings | None:
    """Read the mouth; None if no server is named. Raises SettingMissing."""
    base_url = variables.url(env, "BRAIN_TTS_BASE_URL")
    if base_url is None:
        return None
    return MouthSettings(
        at=SpeechServerSettings(base_url=base_url, api_key=_key(env, "BRAIN_TTS_API_KEY")),
        model=env.get("BRAIN_TTS_MODEL") or MOUTH_MODEL,
        voice=env.get("BRAIN_TTS_VOICE") or MOUTH_VOICE,
    )


def _key(env: Env, name: str) -> str | None:
    """Return a key that can stand in a header; None if it is not set. Raises SettingMissing."""
    key = env.get(name) or None
    if key is not None and not (key.isascii() and key.isprintable() and key == key.strip()):
        raise SettingMissing(f"{name} must be a key of ASCII characters without spaces around it")
    return key


SPEECH: Mapping[str, Callable[[Env], object]] = {"ear": ear, "mouth": mouth}
MISSING = {
    "ear": "BRAIN_STT_BASE_URL or BRAIN_STT_API_KEY is missing",
    "mouth": "BRAIN_TTS_BASE_URL is missing",
}


def is_named(env: Env, read: Callable[[Env], object]) -> bool:
    """Whether there are settings, be they right or wrong."""
    try:
        return read(env) is not None
    except SettingMissing:
        return True

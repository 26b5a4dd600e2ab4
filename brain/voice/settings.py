"""The settings of the vendors of speech models, and the limits of voice sessions."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from brain.codec.text import name_only
from brain.errors import SettingMissing
from brain.settings import variables
from brain.settings.variables import Env

OPENAI_URL = "https://api.openai.com/v1"
GEMINI_URL = "https://generativelanguage.googleapis.com"
MAX_S = 900.0  # seconds of one session
DAY_S = 3600.0  # seconds of all sessions of a user in a day (UTC)


class VendorSettings(Struct, frozen=True, kw_only=True):
    """The connection to a vendor. `voice` is empty where the vendor's own is used."""

    base_url: str
    api_key: str
    model: str
    voice: str = ""

    __repr__ = name_only


class VoiceTimes(Struct, frozen=True, kw_only=True):
    """The longest session, and how long a user may talk in a day (UTC). In seconds."""

    max_s: float
    day_s: float


def openai_live(env: Env) -> VendorSettings | None:
    """Read the settings of OpenAI's GPT-Live; None without a key. Raises SettingMissing."""
    return _openai(env, env.get("BRAIN_LIVE_MODEL") or "gpt-live-1.1")


def openai_realtime(env: Env) -> VendorSettings | None:
    """Read the settings of OpenAI's Realtime; None without a key. Raises SettingMissing."""
    return _openai(env, env.get("BRAIN_REALTIME_MODEL") or "gpt-realtime-2.1")


def _openai(env: Env, model: str) -> VendorSettings | None:
    name = "BRAIN_VOICE_OPENAI_BASE_URL"
    base_url = variables.url(env, name)
    # The model's server may be any; its key must not go to OpenAI.
    models_key = "" if env.get("OPENAI_BASE_URL") else env.get("OPENAI_API_KEY")
    key = env.get("BRAIN_VOICE_OPENAI_API_KEY") or models_key
    if not key and base_url:
        raise SettingMissing("BRAIN_VOICE_OPENAI_API_KEY is missing")
    if not key:
        return None
    return VendorSettings(
        base_url=(base_url or OPENAI_URL).rstrip("/"),
        api_key=_header(key, "BRAIN_VOICE_OPENAI_API_KEY or OPENAI_API_KEY"),
        model=model,
        voice=env.get("BRAIN_VOICE") or "marin",
    )


def gemini_live(env: Env) -> VendorSettings | None:
    """Read the settings of Gemini Live; None without a key. Raises SettingMissing."""
    base_url = variables.url(env, "BRAIN_VOICE_GEMINI_BASE_URL")
    key = env.get("GEMINI_API_KEY")
    if not key and base_url:
        raise SettingMissing("GEMINI_API_KEY is missing")
    if not key:
        return None
    return VendorSettings(
        base_url=(base_url or GEMINI_URL).rstrip("/"),
        api_key=_header(key, "GEMINI_API_KEY"),
        model=env.get("BRAIN_GEMINI_MODEL") or "gemini-3.8-live",
    )


VENDORS: Mapping[str, Callable[[Env], VendorSettings | None]] = {
    "openai-live": openai_live,
    "openai-realtime": openai_realtime,
    "gemini-live": gemini_live,
}
KEYS = {
    "openai-live": "BRAIN_VOICE_OPENAI_API_KEY",
    "openai-realtime": "BRAIN_VOICE_OPENAI_API_KEY",
    "gemini-live": "GEMINI_API_KEY",
}


def twilio_token(env: Env) -> str | None:
    """Read the auth token of the Twilio account whose calls are taken; None: it is not checked."""
    return env.get("TWILIO_AUTH_TOKEN") or None


def times(env: Env) -> VoiceTimes:
    """Read the limits of voice sessions. Raises SettingMissing."""
    return VoiceTimes(
        max_s=variables.number(env, "BRAIN_VOICE_MAX_S", MAX_S, least=1),
        day_s=variables.number(env, "BRAIN_VOICE_DAY_S", DAY_S),
    )


def scripted(env: Env) -> bool:
    """Whether scripts replace ear and mouth; the page shows this."""
    return env.get("BRAIN_SCRIPTED_VOICE") == "1"


def is_set_up(env: Env, read: Callable[[Env], object]) -> bool:
    """Whether a vendor's settings are there and valid."""
    try:
        return read(env) is not None
    except SettingMissing:
        return False


def absent(env: Env) -> Mapping[str, str]:
    """Return the variable that is missing, by vendor that is not offered."""
    return {
        name: f"{KEYS[name]} is missing"
        for name, read in VENDORS.items()
        if not is_set_up(env, read)
    }


def _header(key: str, names: str) -> str:
    """Return a key that can be sent in a header. Raises SettingMissing."""
    if not key.isascii() or not key.isprintable() or key != key.strip():
        raise SettingMissing(f"{names} must be a key of ASCII characters without spaces around it")
    return key

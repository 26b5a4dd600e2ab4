"""Front ends for voice: sessions with the vendors of speech models."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from brain.feature import Feature, Platform
from brain.settings.variables import Env

if TYPE_CHECKING:
    from brain.run.services import Holding


def feature(platform: Platform) -> Feature:
    """What there is for voice, and its settings."""
    return Feature(
        holding=_holding,
        session=lambda _: {"voice": _offered(platform.env)},
        settings={"voice": _settings, **_speech(platform.env)},
        absent=_absent,
    )


def _holding() -> "Holding":
    from brain.voice.holding import HoldingPhrases

    return HoldingPhrases()


def _offered(env: Env) -> dict[str, bool]:
    """Return which voice front ends this deployment offers. Malformed settings offer none."""
    from brain.voice.audio.settings import SPEECH
    from brain.voice.settings import VENDORS, is_set_up

    sessions = {name: is_set_up(env, read) for name, read in VENDORS.items()}
    upload, speech = (is_set_up(env, read) for read in (SPEECH["ear"], SPEECH["mouth"]))
    return {**sessions, "upload": upload, "speech": speech, "chat": True, **_scripted(env)}


def _speech(env: Env) -> Mapping[str, Callable[[Env], object]]:
    """Return the readers of the ear's and the mouth's settings, of those that are named at all."""
    from brain.voice.audio.settings import SPEECH, is_named

    return {name: read for name, read in SPEECH.items() if is_named(env, read)}


def _scripted(env: Env) -> dict[str, bool]:
    from brain.voice.settings import scripted

    return {"scripted": True} if scripted(env) else {}


def _settings(env: Env) -> object:
    from brain.voice.chat.settings import chat
    from brain.voice.settings import VENDORS, times

    return chat(env), times(env), [read(env) for read in VENDORS.values()]


def _absent(env: Env) -> Mapping[str, str]:
    from brain.voice.audio.settings import MISSING, SPEECH, is_named
    from brain.voice.settings import absent

    speech = {name: MISSING[name] for name, read in SPEECH.items() if not is_named(env, read)}
    return {**absent(env), **speech}

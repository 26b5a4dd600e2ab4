"""Front ends for voice: sessions with the vendors of speech models."""

import logging
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from brain.errors import SettingMissing
from brain.feature import Feature, Platform
from brain.settings.variables import Env

if TYPE_CHECKING:
    from brain.run.services import Holding

log = logging.getLogger("brain")


def feature(platform: Platform) -> Feature:
    """What there is for voice, and its settings."""
    return Feature(
        holding=_holding,
        erasing=lambda user_id: _end_session(platform, user_id),
        session=lambda _: {"voice": _offered(platform.env)},
        settings={"voice": _settings, **_speech(platform.env)},
        absent=_absent,
    )


async def _end_session(platform: Platform, user_id: str) -> Collection[str]:
    """End the user's session at its vendor, or keep its hang-up on the queue."""
    from brain.cloud.qstash import HANG_UP
    from brain.voice.sessions.wired import voice_sessions

    try:
        sessions = voice_sessions(platform.env, platform.redis, platform.queue, platform.clock)
    except SettingMissing as error:
        log.warning("voice: not ended, reason=%s", error)
        return (HANG_UP,)
    return () if await sessions.end_current(user_id) else (HANG_UP,)


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

"""Puts the voice sessions together from the settings."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from brain.cloud.redis.scripts import Redis
from brain.errors import SettingMissing
from brain.run.ports import Clock
from brain.settings.variables import Env
from brain.voice.sessions.flow import VoiceSessions
from brain.voice.sessions.gemini import NAME, GeminiLive
from brain.voice.sessions.openai import LIVE, REALTIME, OpenAILive, OpenAIRealtime
from brain.voice.sessions.ports import HangUps, SpeechVendor
from brain.voice.sessions.redis import RedisSessionBook
from brain.voice.settings import VENDORS, VendorSettings, times

MAKERS: Mapping[str, Callable[[VendorSettings], SpeechVendor]] = {
    LIVE: OpenAILive,
    REALTIME: OpenAIRealtime,
    NAME: GeminiLive,
}


def voice_sessions(env: Env, redis: Redis, queue: HangUps, clock: Clock) -> VoiceSessions:
    """Return the voice sessions. A vendor with malformed settings is not offered.

    Raises SettingMissing for malformed limits.
    """
    limits = times(env)
    vendors: dict[str, SpeechVendor] = {}
    for name, read in VENDORS.items():
        with suppress(SettingMissing):  # health names it
            if (at := read(env)) is not None:
                vendors[name] = MAKERS[name](at)
    return VoiceSessions(
        book=RedisSessionBook(redis),
        vendors=vendors,
        queue=queue,
        clock=clock,
        max_s=limits.max_s,
        day_s=limits.day_s,
    )

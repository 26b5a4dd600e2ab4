"""Front ends for voice: sessions with the vendors of speech models."""

from collections.abc import Mapping

from brain.feature import Feature, Platform
from brain.variables import Env


def feature(platform: Platform) -> Feature:
    """What there is for voice, and its settings."""
    return Feature(
        session=lambda _: {"voice": _offered(platform.env)},
        settings={"voice": _settings},
        absent=_absent,
    )


def _offered(env: Env) -> dict[str, bool]:
    """Return which voice front ends this deployment offers. Malformed settings offer none."""
    from brain.voice.settings import VENDORS, is_set_up

    sessions = {name: is_set_up(env, read) for name, read in VENDORS.items()}
    return {**sessions, "upload": False, "speech": False, "chat": True, **_scripted(env)}


def _scripted(env: Env) -> dict[str, bool]:
    from brain.voice.settings import scripted

    return {"scripted": True} if scripted(env) else {}


def _settings(env: Env) -> object:
    from brain.voice.settings import VENDORS, times

    return times(env), [read(env) for read in VENDORS.values()]


def _absent(env: Env) -> Mapping[str, str]:
    from brain.voice.settings import absent

    return absent(env)

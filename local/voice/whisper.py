"""The real ear: Whisper, with the model that `make ears` fetched. It runs on the processor."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment

from local.voice.codec import samples
from local.voice.senses import Heard
from local.voice.sounds import EAR_RATE, seconds
from local.voice.window import frames_for, is_doubtful, most_tokens

MOST_THREADS = 4  # more bring nothing for models of this size
ENGLISH = "en"


class Encoder(WhisperModel):  # type: ignore[misc]  # it is not in every environment
    """A model that looks only at the first `frames` of each window; None: at all."""

    frames: int | None = None

    def encode(self, features: np.ndarray) -> ctranslate2.StorageView:
        return super().encode(np.ascontiguousarray(features[..., : self.frames]))


class WhisperEar:
    """Understands one file after the other; more wait."""

    is_slow = True

    def __init__(self, model: Path) -> None:
        self.name = f"whisper {model.name}"
        threads = min(MOST_THREADS, os.cpu_count() or 1)
        self._model = Encoder(str(model), device="cpu", compute_type="int8", cpu_threads=threads)
        self._is_english = not self._model.model.is_multilingual
        self._thread = ThreadPoolExecutor(1, "ear")
        # The first time is slow.
        self._quickly(np.zeros(EAR_RATE, np.float32), ENGLISH, vad_filter=False)

    async def hear(self, audio: bytes, *, language: str = "") -> Heard:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._hear, audio, language)

    def _hear(self, audio: bytes, language: str) -> Heard:
        pcm = samples(audio)
        sound = np.frombuffer(pcm, np.int16).astype(np.float32) / 32_768
        length_s = seconds(pcm, EAR_RATE)
        found = self._quickly(sound, language)
        if is_doubtful(found, length_s):
            self._model.frames = None
            found = self._segments(sound, language)
        silence = min((one.no_speech_prob for one in found), default=1.0)
        text = " ".join(one.text.strip() for one in found)
        return Heard(text=text, seconds=length_s, no_speech_prob=silence)

    def _quickly(self, sound: np.ndarray, language: str, **more: object) -> Sequence[Segment]:
        """Recognise with little silence after the sound, and try only once."""
        length_s = len(sound) / EAR_RATE
        self._model.frames = frames_for(length_s)
        once = {"temperature": 0.0, "max_new_tokens": most_tokens(length_s)}
        return self._segments(sound, language, **once, **more)

    def _segments(self, sound: np.ndarray, language: str, **more: object) -> Sequence[Segment]:
        tag = ENGLISH if self._is_english else language[:2].lower()
        settings = {
            "beam_size": 1,
            "condition_on_previous_text": False,
            "without_timestamps": len(sound) < 25 * EAR_RATE,
            "vad_filter": True,  # silence and noise make it invent words
            "multilingual": not tag,  # finds the language without encoding the sound once more
        }
        found, _ = self._model.transcribe(sound, language=tag or ENGLISH, **{**settings, **more})
        return list(found)

"""The real ear: Whisper, with the model that `make ears` fetched. It runs on the processor."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

from local.voice.codec import samples
from local.voice.senses import Heard
from local.voice.sounds import EAR_RATE, seconds

MOST_THREADS = 4  # more bring nothing for models of this size
ENGLISH = "en"


class WhisperEar:
    """Understands one file after the other; more wait."""

    def __init__(self, model: Path) -> None:
        self.name = f"whisper {model.name}"
        threads = min(MOST_THREADS, os.cpu_count() or 1)
        self._model = WhisperModel(
            str(model), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self._is_english = not self._model.model.is_multilingual
        self._thread = ThreadPoolExecutor(1, "ear")
        self._transcribe(np.zeros(EAR_RATE, np.float32), ENGLISH)  # the first time is slow

    async def hear(self, audio: bytes, *, language: str = "") -> Heard:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._hear, audio, language)

    def _hear(self, audio: bytes, language: str) -> Heard:
        pcm = samples(audio)
        heard = np.frombuffer(pcm, np.int16).astype(np.float32) / 32_768
        return self._transcribe(heard, language, length_s=seconds(pcm, EAR_RATE))

    def _transcribe(self, sound: np.ndarray, language: str, *, length_s: float = 0.0) -> Heard:
        segments, _ = self._model.transcribe(
            sound,
            language=ENGLISH if self._is_english else language[:2].lower() or None,
            beam_size=1,
            condition_on_previous_text=False,
            without_timestamps=length_s < 25,
            vad_filter=True,  # silence and noise make it invent words
        )
        found = list(segments)
        silence = min((one.no_speech_prob for one in found), default=1.0)
        text = " ".join(one.text.strip() for one in found)
        return Heard(text=text, seconds=length_s, no_speech_prob=silence)

"""Reads and writes sound of any kind with av. Needs the environment of `make ears`."""

from __future__ import annotations

import io

import av

from local.voice.senses import UnknownForm, UnreadableSound
from local.voice.sounds import EAR_RATE, MOUTH_RATE, SAMPLE_BYTES, wav

FORMS = {  # of a file: container, codec, and the codec's rate
    "mp3": ("mp3", "libmp3lame", 24_000),
    "opus": ("ogg", "libopus", 48_000),
    "aac": ("adts", "aac", 24_000),
    "flac": ("flac", "flac", 24_000),
}
LONGEST_S = 3600  # seconds of a file; the rest is not read


def samples(audio: bytes, rate: int = EAR_RATE) -> bytes:
    """Return the samples of a file at this rate, one channel. Raises UnreadableSound."""
    resampler, pcm = av.AudioResampler("s16", "mono", rate), bytearray()
    try:
        with av.open(io.BytesIO(audio), "r") as file:
            for frame in file.decode(audio=0):
                for piece in resampler.resample(frame):
                    pcm += raw(piece)
                if len(pcm) > LONGEST_S * rate * SAMPLE_BYTES:
                    break
    except (av.FFmpegError, IndexError, ValueError) as broken:
        raise UnreadableSound from broken
    for piece in resampler.resample(None):
        pcm += raw(piece)
    return bytes(pcm)


def raw(frame: av.AudioFrame) -> bytes:
    """Return the samples of a frame, without the padding that av adds."""
    return bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES]


def frame_of(pcm: bytes, rate: int) -> av.AudioFrame:
    """Return samples of one channel as a frame."""
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // SAMPLE_BYTES)
    frame.planes[0].update(pcm)
    frame.sample_rate = rate
    return frame


def encoded(pcm: bytes, form: str, *, text: str) -> bytes:
    """Return a file of this form with samples of MOUTH_RATE. Raises UnknownForm."""
    if form == "wav":
        return wav(pcm, MOUTH_RATE)
    if form == "pcm":
        return pcm
    if form not in FORMS:
        raise UnknownForm(form)
    container, codec, rate = FORMS[form]
    target = io.BytesIO()
    with av.open(target, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(stream.format, "mono", rate, stream.frame_size or 1024)
        for piece in [*resampler.resample(frame_of(pcm, MOUTH_RATE)), *resampler.resample(None)]:
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return target.getvalue()

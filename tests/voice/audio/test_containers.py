"""The formats of audio: their names, their lengths, and files that are joined."""

import io
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.voice.audio import mp3, wav
from brain.voice.audio.kinds import ACCEPTED, EXTENSIONS, extension_of, format_of
from brain.voice.audio.lengths import READERS, seconds_of
from brain.voice.audio.model import Take
from tests.voice.audio import sounds


def take(data: bytes, extension: str) -> Take:
    return Take(data=data, mime_type="audio/x", extension=extension)


@pytest.mark.parametrize(
    ("content_type", "extension"),
    [
        ("audio/webm;codecs=opus", "webm"),
        ('audio/webm; codecs="opus"', "webm"),
        (" Audio/WebM ", "webm"),
        ("audio/mp4;codecs=mp4a.40.2", "mp4"),
        ("audio/x-m4a", "m4a"),
        ("audio/mpeg", "mp3"),
        ("audio/ogg; codecs=opus", "ogg"),
        ("audio/wav", "wav"),
        ("audio/x-flac", "flac"),
        ("audio/midi", None),
        ("audio/", None),
        ("video/webm", None),
        ("text/plain", None),
        ("", None),
    ],
)
def test_a_content_type_gives_the_extension(content_type: str, extension: str | None) -> None:
    assert extension_of(content_type) == extension


def test_every_extension_is_one_that_ears_take_and_whose_length_can_be_read() -> None:
    assert set(EXTENSIONS.values()) == set(ACCEPTED) == set(READERS)


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (sounds.wav(), "wav"),
        (sounds.mp3(), "mp3"),
        (sounds.mp3(tags=False), "mp3"),
        (b'{"error": "no voice"}', None),
        (b"<html>", None),
        (b"\xff\xf1\x50\x80" + b"\0" * 40, None),  # AAC
        (sounds.ogg(1), None),
        (b"RIFF\0\0\0\0AVI ", None),
        (b"", None),
        (b"\xff\xfb", None),
    ],
)
def test_the_first_bytes_tell_a_sound_from_everything_else(data: bytes, format: str | None) -> None:
    assert format_of(data) == format


@pytest.mark.parametrize(
    ("data", "extension", "seconds"),
    [
        (sounds.wav(1.5), "wav", 1.5),
        (sounds.wav(1.5, channels=2), "wav", 1.5),
        (sounds.streamed_wav(b"\0\0" * 4000), "wav", 0.5),
        (sounds.mp3(100), "mp3", 2.61),
        (sounds.ogg(2.5), "ogg", 2.5),
        (sounds.flac(3), "flac", 3),
        (sounds.webm((0, (0, 20, 980)), (1000, (0, 1100))), "webm", 2.1),
        (sounds.webm((0, (0, 70)), scale=10_000_000), "webm", 0.7),
        (sounds.mp4(4), "mp4", 4),
        (b"\0\0\0\1free\0\0\0\0\0\0\0\x14skip" + sounds.mp4(4), "mp4", 4),
        (sounds.fragmented_mp4((1000, 1000, 250)), "mp4", 2.25),
        (sounds.fragmented_mp4((500, 500), default=500), "m4a", 1),
    ],
)
def test_the_container_tells_the_length(data: bytes, extension: str, seconds: float) -> None:
    assert seconds_of(take(data, extension)) == seconds


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (sounds.wav(1).replace((16_000).to_bytes(4, "little"), b"\0" * 4), "wav"),  # no rate
        (b"\0\0\0\1free\0\0\0\0\0\0\0\x04" + sounds.mp4(4), "mp4"),  # a box in its header
        (b"\0\0\0\4free" + sounds.mp4(4), "mp4"),
    ],
)
def test_a_container_that_makes_no_sense_tells_no_length(data: bytes, extension: str) -> None:
    assert seconds_of(take(data, extension)) is None


@pytest.mark.parametrize("extension", sorted(READERS))
@given(data=st.binary(max_size=400), cut=st.integers(0, 400))
def test_no_recording_breaks_the_reader(extension: str, data: bytes, cut: int) -> None:
    whole = {
        "wav": sounds.wav(0.1),
        "mp3": sounds.mp3(),
        "ogg": sounds.ogg(1),
        "flac": sounds.flac(1),
        "webm": sounds.webm((0, (0, 20))),
    }.get(extension, sounds.fragmented_mp4((1000, 1000)))
    for broken in (data, whole[:cut], whole[:cut] + data):
        found = seconds_of(take(broken, extension))
        assert found is None or found > 0


def test_only_the_beginning_of_a_recording_with_millions_of_parts_is_read() -> None:
    void, frame = b"\xec\x80", sounds.mp3_frame()
    late = sounds.webm((0, (0, 20))) + void * 1_000_000 + sounds.element(0xA3, b"\x81\x00\x50\x80")
    assert seconds_of(take(late, "webm")) == 0.02
    assert seconds_of(take(sounds.mp4(2) + sounds.box(b"free", b"") * 200_000, "mp4")) == 2
    assert seconds_of(take(frame + b"\xff" * 2_000_000 + frame, "mp3")) == 0.03


def test_joined_wav_files_are_one_file_with_all_samples() -> None:
    parts = [sounds.wav(0.5, level=1), sounds.streamed_wav(b"\2\0" * 800, size=0)]
    with wave.open(io.BytesIO(wav.joined(parts))) as file:
        assert (file.getnframes(), file.getframerate(), file.getnchannels()) == (4800, 8000, 1)
        assert file.readframes(4800) == b"\1\0" * 4000 + b"\2\0" * 800


def test_a_wav_file_of_another_form_is_left_out() -> None:
    parts = [sounds.wav(0.5), sounds.wav(0.5, hertz=16_000)]
    assert wav.joined(parts) == sounds.wav(0.5)


def test_chunks_beside_the_samples_are_passed_over() -> None:
    plain = sounds.wav(0.1)
    listed = plain[:36] + b"LIST\x03\0\0\0abc\0" + plain[36:]
    assert wav.joined([listed]) == plain


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", sounds.wav(0), sounds.wav()[:40], sounds.mp3(), b"RIFF\0\0\0\0WAVEdata"]
)
def test_what_has_no_samples_is_no_wav_file(data: bytes) -> None:
    with pytest.raises(wav.NotWav):
        wav.joined([data])


def test_no_parts_are_no_wav_file() -> None:
    with pytest.raises(wav.NotWav):
        wav.joined([])


@pytest.mark.parametrize("note", [b"Xing", b"Info"])
def test_joined_mp3_files_are_frames_without_tags(note: bytes) -> None:
    parts = [sounds.mp3(2, fill=b"a", note=note), sounds.mp3(1, fill=b"b", tags=False)]
    assert mp3.joined(parts) == sounds.mp3_frame(b"a") * 2 + sounds.mp3_frame(b"b")


@pytest.mark.parametrize("data", [b"", b"ID3", b"<html>", b"\xff" * 500, sounds.wav()])
def test_what_has_no_frames_is_no_mp3_file(data: bytes) -> None:
    with pytest.raises(mp3.NotMp3):
        mp3.joined([data])

"""When a speaker's turn begins and ends."""

import random

import pytest

from local.voice.sounds import EAR_RATE, SAMPLE_BYTES
from local.voice.turns import LONGEST_S, Began, Ended, Turns

LOUD = b"\x00\x20"  # a quarter of the loudest sample, and the sign does not matter
CHUNK_S = 0.032


def sound(*lengths_s: float) -> bytes:
    """Return voice and silence by turns, of these lengths."""
    return b"".join(
        (LOUD if number % 2 == 0 else b"\0\0") * round(length_s * EAR_RATE)
        for number, length_s in enumerate(lengths_s)
    )


def turns(pcm: bytes, *, piece: int = 640) -> list[Began | Ended]:
    finder = Turns()
    pieces = (pcm[place : place + piece] for place in range(0, len(pcm), piece))
    return [event for one in pieces for event in finder.take(one)]


def test_a_turn_ends_after_the_silence_and_holds_the_whole_sound() -> None:
    began, ended = turns(sound(0, 1.0, 1.2, 0.4, 0.8, 1.0))
    assert isinstance(began, Began)
    assert isinstance(ended, Ended)
    assert began.at_s == pytest.approx(1.0, abs=2 * CHUNK_S)
    assert ended.at_s == pytest.approx(3.4, abs=2 * CHUNK_S)
    length_s = len(ended.pcm) / SAMPLE_BYTES / EAR_RATE
    assert length_s == pytest.approx(0.3 + 2.4 + 0.6, abs=4 * CHUNK_S)


def test_a_click_opens_no_turn() -> None:
    assert turns(sound(0.05, 1.0, 0.05, 1.0)) == []


def test_two_sentences_with_a_longer_pause_are_two_turns() -> None:
    kinds = [type(event) for event in turns(sound(0.5, 0.8, 0.5, 0.8))]
    assert kinds == [Began, Ended, Began, Ended]


def test_a_turn_without_a_silence_ends_at_its_longest() -> None:
    first, second, *_ = turns(sound(LONGEST_S + 5.0))
    assert (type(first), type(second)) == (Began, Ended)


def test_it_does_not_matter_in_which_pieces_the_sound_comes() -> None:
    pcm = sound(0.2, 0.1, 0.7, 0.9, 0.4, 1.5)
    whole = turns(pcm, piece=len(pcm))
    chance = random.Random(1)
    for _ in range(5):
        assert turns(pcm, piece=chance.randrange(1, 5000)) == whole

"""When a speaker's turn begins and ends."""

import random

import pytest

from local.voice.sounds import EAR_RATE, SAMPLE_BYTES
from local.voice.turns import LONGEST_S, Began, Ended, Event, Paused, Turns

LOUD = b"\x00\x20"  # a quarter of the loudest sample, and the sign does not matter
CHUNK_S = 0.032


def sound(*lengths_s: float) -> bytes:
    """Return voice and silence by turns, of these lengths."""
    return b"".join(
        (LOUD if number % 2 == 0 else b"\0\0") * round(length_s * EAR_RATE)
        for number, length_s in enumerate(lengths_s)
    )


def events(pcm: bytes, *, piece: int = 640) -> list[Event]:
    finder = Turns()
    pieces = (pcm[place : place + piece] for place in range(0, len(pcm), piece))
    return [event for one in pieces for event in finder.take(one)]


def turns(pcm: bytes) -> list[Event]:
    return [event for event in events(pcm) if not isinstance(event, Paused)]


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


def test_each_pause_tells_the_turn_so_far_and_the_last_one_tells_all_its_words() -> None:
    _, first, last, ended = events(sound(0, 1.0, 1.2, 0.4, 0.8, 1.0))
    assert isinstance(first, Paused)
    assert isinstance(last, Paused)
    assert isinstance(ended, Ended)
    assert first.at_s == pytest.approx(2.2, abs=2 * CHUNK_S)
    assert last.at_s == ended.at_s
    assert ended.pcm.startswith(last.pcm)
    assert last.pcm.startswith(first.pcm)
    assert set(ended.pcm[len(last.pcm) :]) == {0}


@pytest.mark.parametrize("silence_s", [0.1, 0.2])
def test_the_silence_between_two_words_is_no_pause(silence_s: float) -> None:
    spoken = sound(0.5, silence_s, 0.5, silence_s, 0.5)
    assert [type(event) for event in events(spoken)] == [Began]


def test_a_click_is_no_pause() -> None:
    assert events(sound(0.05, 0.4, 0.05, 0.4)) == []


def test_it_does_not_matter_in_which_pieces_the_sound_comes() -> None:
    pcm = sound(0.2, 0.1, 0.7, 0.9, 0.4, 1.5)
    whole = events(pcm, piece=len(pcm))
    chance = random.Random(1)
    for _ in range(5):
        assert events(pcm, piece=chance.randrange(1, 5000)) == whole

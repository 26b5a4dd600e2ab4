"""How much silence the real ear adds to a sound, and which words it does not trust."""

from dataclasses import dataclass, replace

import pytest

from local.voice.window import frames_for, is_doubtful, most_tokens


@dataclass(frozen=True, kw_only=True)
class Part:
    start: float = 0.0
    end: float = 2.0
    tokens: tuple[int, ...] = (1,) * 8
    avg_logprob: float = -0.3
    compression_ratio: float = 1.1


PART = Part()


@pytest.mark.parametrize(
    ("length_s", "frames"),
    [(0.0, 1000), (1.5, 1000), (6.9, 1000), (12.34, 1534), (27.5, 3000), (90.0, 3000)],
)
def test_a_sound_gets_ten_seconds_or_three_more_than_it_has(length_s: float, frames: int) -> None:
    assert frames_for(length_s) == frames


@pytest.mark.parametrize("length_s", [0.1 * tenth for tenth in range(0, 400, 7)])
def test_the_ear_takes_an_even_number_of_frames_and_its_most_tokens(length_s: float) -> None:
    assert frames_for(length_s) % 2 == 0
    assert frames_for(length_s) >= min(3000, length_s * 100)
    assert most_tokens(length_s) < 448 - 10  # the rest is for the prompt


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [PART],
        [replace(PART, end=0.4, tokens=(1,))],  # "Yes."
        [replace(PART, end=3.0, tokens=(1, 2))],  # "Well…"
        [PART, replace(PART, start=2.0, end=7.0, tokens=(1,) * 12)],
    ],
)
def test_usual_words_are_believed(parts: list[Part]) -> None:
    assert not is_doubtful(parts, 7.0)


@pytest.mark.parametrize(
    "parts",
    [
        [replace(PART, compression_ratio=2.5)],  # the same again and again
        [PART, replace(PART, avg_logprob=-1.2)],
        [replace(PART, end=7.1, tokens=(1,) * 6)],  # the rest of the sound is missing
        [replace(PART, tokens=(1,) * most_tokens(7.0))],  # it did not come to an end
    ],
)
def test_words_that_do_not_fit_their_sound_are_recognised_again(parts: list[Part]) -> None:
    assert is_doubtful(parts, 7.0)
